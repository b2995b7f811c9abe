#!/usr/bin/env python3
"""Time our engine against Helm's on the same charts and values, and print ratios (Helm's time divided by ours).

Started by hack/bench-render.sh, which builds what is run. In chunks of a few cases, `goracle bench` and
benches/render.rs take turns, so that whatever else the machine does hits both; then `helm template` and
`chartwright template` take turns on a sample. What is measured is said in docs/TESTING.md, "Benchmarks".
"""
import argparse, json, math, os, statistics, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# Flags of cases with their number of arguments; the library's measures leave those out that name a cluster.
CLUSTER_FLAGS = {"--kube-version": 1, "--api-versions": 1, "--include-crds": 0}

# A case with random output that takes us longer than this many microseconds makes keys or hashes passwords.
SLOW = 20_000

# Shown one by one, when they are there: a part of the id, and the name to show.
NAMED = {
    "book-store": "book-store (this project's sample)",
    "bitnami+charts/postgresql/default": "bitnami/postgresql",
    "bitnami+charts/redis/default": "bitnami/redis",
    "bitnami+charts/wordpress/default": "bitnami/wordpress",
    "kubernetes+ingress-nginx/ingress-nginx/default": "ingress-nginx",
    "open-telemetry+opentelemetry-helm-charts/opentelemetry-demo/default": "opentelemetry-demo",
    "cert-manager+cert-manager/cert-manager/default": "cert-manager",
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ours", required=True, help="benches/render.rs, built")
    parser.add_argument("--oracle", required=True, help="folder with goracle and helm3")
    parser.add_argument("--command", required=True, help="chartwright, built")
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--runs", type=int, default=7, help="timed runs per case and measure")
    parser.add_argument("--chunk", type=int, default=20, help="cases per turn")
    parser.add_argument("--every", type=int, default=1, help="take each n-th case only")
    parser.add_argument("--sample", type=int, default=60, help="cases for the commands")
    parser.add_argument("--json", help="write all measurements to this file")
    return parser.parse_args()


# Cases


def sample_case():
    chart = os.path.join(ROOT, "helm-charts/book-store")
    return dict(id="book-store", chart=chart, values=[], set=[], name="books", namespace="shop", flags=[], varies=False)


def corpus_cases(corpus):
    """The cases that Helm renders and whose values are files and --set."""
    dev = os.path.join(corpus, "dev")
    for case in json.load(open(os.path.join(dev, "cases.json"))):
        sets, simple, flags = [], True, iter(case["flags"])
        for flag in flags:
            words = [next(flags) for _ in range(CLUSTER_FLAGS.get(flag, 1))]
            simple &= flag in CLUSTER_FLAGS or flag == "--set"
            sets += words if flag == "--set" else []
        if simple and case["expect"] == "ok":
            yield dict(
                id=case["id"], chart=os.path.join(dev, case["chart"]),
                values=[os.path.join(dev, case["values"])] if case["values"] else [], set=sets, name="rel", namespace="ns",
                flags=case["flags"], varies=not case["deterministic"],
            )


def own_cases():
    """The cases of tests/charts that render without flags."""
    folder = os.path.join(ROOT, "tests/charts")
    for name in sorted(os.listdir(folder)):
        place = os.path.join(folder, name)
        if not os.path.isfile(os.path.join(place, "case.yaml")):
            continue
        with open(os.path.join(place, "case.yaml")) as file:
            fields = dict(line.rstrip("\n").split(": ", 1) for line in file if ": " in line and line[0].isalpha())
        if fields.get("expect") == "ok" and set(fields) <= {"about", "chart", "name", "namespace", "expect", "helm4"}:
            values = os.path.join(place, "values.yaml")
            yield dict(
                id=name, chart=os.path.normpath(os.path.join(place, fields.get("chart", "chart"))),
                values=[values] if os.path.isfile(values) else [], set=[], name=fields["name"],
                namespace=fields["namespace"], flags=[], varies=False,
            )


# The library's measures


def run_bench(command, cases):
    """The answers of one of the two programs, by id, with the processor time and the peak memory of its process."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.writelines(json.dumps(case) + "\n" for case in cases)
        file.flush()
        process = subprocess.Popen([*command, "--cases", file.name], stdout=subprocess.PIPE)
        answers = [json.loads(line) for line in process.stdout]
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
    if status:
        sys.exit(f"{command[0]} failed")
    return {answer["id"]: answer for answer in answers}, (usage.ru_utime + usage.ru_stime) * 1e6, usage.ru_maxrss


def time_chunk(cases, args, first):
    """Both programs on the same cases. Rows have times in microseconds; those of the processor are means of a run."""
    runs = ["--runs", str(args.runs)]
    programs = {"helm": [f"{args.oracle}/goracle", "bench", *runs], "ours": [args.ours, *runs]}
    results = {who: run_bench(programs[who], cases) for who in ([*programs] if first else [*programs][::-1])}
    helm, cpu, peak = results["helm"]
    rows = []
    for case in cases:
        theirs, ours = helm[case["id"]], results["ours"][0][case["id"]]
        row = dict(id=case["id"], varies=case["varies"], error=theirs.get("err"), our_error=ours.get("err"))
        if not row["error"] and not row["our_error"]:
            row.update(helm=theirs["median"], runs=theirs["runs"], ours=ours, same=theirs["bytes"] == ours["bytes"])
        rows.append(row)
    # What wait4 tells is at least what this process has, which is more than ours takes.
    our_peak = max((row["ours"]["peak_kb"] for row in rows if "ours" in row), default=0)
    return dict(rows=rows, cpu=cpu, peak=peak, our_peak=our_peak)


def ratios(row):
    """Wall-clock ratios of a row."""
    helm, ours = row["helm"], row["ours"]
    sort = (helm["loaded_us"] + helm["sort_us"]) / (ours["loaded_us"] + ours["sort_us"])
    return dict(a=helm["loaded_us"] / ours["loaded_us"], s=sort, b=helm["full_us"] / ours["full_us"])


def cpu_times(chunk, start_up):
    """Processor time of a chunk's runs: Helm's (a) and (b), ours (a) and (b).

    Helm's is that of the process without its start, divided among the measures as the wall clock says.
    """
    rows = [row for row in chunk["rows"] if "helm" in row]
    full = sum(row["helm"]["full_us"] * (row["runs"] + 1) for row in rows)
    if not full or any(row["error"] for row in chunk["rows"]) or any(row["ours"]["full_cpu_us"] is None for row in rows):
        return None
    factor = max(chunk["cpu"] - start_up, 0) / full
    helm = [factor * sum(row["helm"][f"{measure}_us"] for row in rows) for measure in ("loaded", "full")]
    return helm + [sum(row["ours"][f"{measure}_cpu_us"] for row in rows) for measure in ("loaded", "full")]


def makes_keys(chunk):
    """Whether it is a case with random output that takes so long that it must be making keys or password hashes."""
    row = chunk["rows"][0]
    return row["varies"] and "helm" in row and row["ours"]["loaded_us"] > SLOW


def bench_library(cases, args):
    """All cases in chunks, the named ones and those with random output alone."""
    alone = [case for case in cases if case["id"] in NAMED or case["varies"]]
    rest = [case for case in cases if case["id"] not in NAMED and not case["varies"]]
    groups = [[case] for case in alone] + [rest[at:at + args.chunk] for at in range(0, len(rest), args.chunk)]
    chunks = []
    for index, group in enumerate(groups):
        chunks.append(time_chunk(group, args, index % 2 == 0))
        print(f"\r{index + 1} of {len(groups)} chunks ", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return chunks


# The commands


def run_command(binary, case):
    """Wall-clock and processor time of one process, in milliseconds."""
    words = [binary, "template", case["name"], case["chart"], "-n", case["namespace"], *case["flags"]]
    words += [word for name in case["values"] for word in ("-f", name)]
    begin = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = status
    return None if status else (wall * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3)


def peak_of(binary, case):
    """The peak memory of one process in KiB, watched from outside: what wait4 tells includes this process' own."""
    words = [binary, "template", case["name"], case["chart"], "-n", case["namespace"], *case["flags"]]
    words += [word for name in case["values"] for word in ("-f", name)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    name, peak = os.path.basename(binary)[:15], 0
    while process.poll() is None:
        try:
            with open(f"/proc/{process.pid}/status") as file:
                fields = dict(line.split(":", 1) for line in file)
        except OSError:
            continue
        if fields["Name"].strip() == name and "VmHWM" in fields:
            peak = int(fields["VmHWM"].split()[0])
    return peak


def bench_commands(cases, args):
    binaries = dict(helm=f"{args.oracle}/helm3", ours=args.command)
    plain = [case for case in cases if not case["varies"]]
    rows = []
    for case in plain[::max(1, len(plain) // args.sample)][:args.sample]:
        seen = {who: [] for who in binaries}
        for index in range(args.runs):
            for who in ([*binaries] if index % 2 else [*binaries][::-1]):
                seen[who].append(run_command(binaries[who], case))
        if None in seen["helm"] + seen["ours"]:
            print(f"left out, a command failed: {case['id']}")
            continue
        row = dict(id=case["id"])
        for who, times in seen.items():
            row[who] = dict(wall=statistics.median(t[0] for t in times), cpu=statistics.median(t[1] for t in times))
            row[who]["peak"] = peak_of(binaries[who], case)
        rows.append(row)
    return rows


# The report


def rank(numbers, share):
    """The number below which that share of them lies."""
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, math.floor(share * len(ordered)))]


def line(title, numbers, cpu=None):
    shares = [rank(numbers, 0.1), statistics.median(numbers), rank(numbers, 0.9), min(numbers)]
    cpu = f"{cpu:9.1f}" if cpu else f"{'-':>9}"
    print(f"  {title:40}" + "".join(f"{number:9.1f}" for number in shares) + cpu)


def report_group(title, chunks, start_up):
    rows = [row for chunk in chunks for row in chunk["rows"] if "helm" in row]
    if not rows:
        return
    cpu = [times for chunk in chunks if (times := cpu_times(chunk, start_up))]
    total = [sum(column) for column in zip(*cpu)] if cpu else None
    print(f"\n{title}: {len(rows)} cases; Helm's time divided by ours")
    print(f"  {'':40}" + "".join(f"{word:>9}" for word in ("p10", "median", "p90", "least", "CPU")))
    every = [ratios(row) for row in rows]
    line("(a) chart in memory", [r["a"] for r in every], total and total[0] / total[2])
    line("    with documents sorted", [r["s"] for r in every])
    line("(b) from the folder on", [r["b"] for r in every], total and total[1] / total[3])
    helm, ours = ([statistics.median(row[who][m] for row in rows) for m in ("loaded_us", "full_us")] for who in ("helm", "ours"))
    print(f"  medians: Helm (a) {helm[0]:.0f} us, (b) {helm[1]:.0f} us; ours (a) {ours[0]:.0f} us, (b) {ours[1]:.0f} us")


def report_named(chunks, start_up):
    print("\nSome charts          ratio of wall clock (CPU)      Helm us           ours us")
    print(f"  {'':36}{'(a)':>14}{'(b)':>14}{'(a)':>10}{'(b)':>9}{'(a)':>9}{'(b)':>9}")
    for chunk in chunks:
        row = chunk["rows"][0]
        if len(chunk["rows"]) > 1 or row["id"] not in NAMED or "helm" not in row:
            continue
        wall, cpu, words = ratios(row), cpu_times(chunk, start_up), []
        for measure, index in (("a", 0), ("b", 1)):
            words.append(f"{wall[measure]:.1f}" + (f" ({cpu[index] / cpu[index + 2]:.1f})" if cpu else ""))
        times = [row[who][measure] for who in ("helm", "ours") for measure in ("loaded_us", "full_us")]
        print(f"  {NAMED[row['id']]:36}{words[0]:>14}{words[1]:>14}{times[0]:10.0f}" + "".join(f"{t:9.0f}" for t in times[1:]))


def report_problems(chunks):
    rows = [row for chunk in chunks for row in chunk["rows"]]
    both = [row for row in rows if row["error"] and row["our_error"]]
    one = [row for row in rows if bool(row["error"]) != bool(row["our_error"])]
    other = [row for row in rows if not row.get("same", True)]
    print(f"\n{len(rows)} cases; {len(both)} left out that neither renders for Helm's default cluster")
    for row in one:
        print(f"  left out, only one refuses {row['id']}: Helm {row['error']!r}, ours {row['our_error']!r}")
    if other:
        print(f"  {len(other)} render to another size (random or time-dependent): " + ", ".join(row["id"] for row in other[:8]))


def report_commands(rows):
    if not rows:
        return
    print(f"\n(c) the `template` commands as processes: {len(rows)} cases; Helm's divided by ours")
    print(f"  {'':40}" + "".join(f"{word:>9}" for word in ("p10", "median", "p90", "least", "")))
    for title, field in (("wall clock", "wall"), ("user and system time", "cpu"), ("peak memory", "peak")):
        line(title, [row["helm"][field] / max(row["ours"][field], 1e-3) for row in rows])
    for who in ("helm", "ours"):
        wall, cpu, peak = (statistics.median(row[who][field] for row in rows) for field in ("wall", "cpu", "peak"))
        most = max(row[who]["peak"] for row in rows)
        print(f"  {who}: median {wall:.1f} ms wall, {cpu:.1f} ms CPU, {peak / 1024:.1f} MiB peak (most {most / 1024:.1f} MiB)")


def report_memory(chunks, cases, args):
    peaks = [max(chunk[field] for chunk in chunks) / 1024 for field in ("peak", "our_peak")]
    print(f"\nPeak memory of the measuring process: Helm {peaks[0]:.0f} MiB, ours {peaks[1]:.0f} MiB")
    broken = {row["id"] for chunk in chunks for row in chunk["rows"] if row["our_error"]}
    answer = subprocess_json([args.ours, "--memory"], [case for case in cases if case["id"] not in broken])
    total = answer["loaded_kb"] + answer["prepared_kb"]
    print(
        f"All charts loaded and prepared in one engine: {answer['charts']} charts, {total / 1024:.1f} MiB"
        f" ({total / answer['charts']:.0f} KiB per chart): {answer['loaded_kb'] / 1024:.1f} MiB loaded,"
        f" {answer['prepared_kb'] / 1024:.1f} MiB more once each was rendered"
    )
    return answer


def subprocess_json(command, cases):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.writelines(json.dumps(case) + "\n" for case in cases)
        file.flush()
        return json.loads(subprocess.run([*command, "--cases", file.name], check=True, stdout=subprocess.PIPE).stdout)


def main():
    args = arguments()
    has_corpus = os.path.isfile(os.path.join(args.corpus, "dev/cases.json"))
    cases = [sample_case()] + list(corpus_cases(args.corpus) if has_corpus else own_cases())
    cases = [case for index, case in enumerate(cases) if index % args.every == 0 or case["id"] in NAMED]
    start_up = statistics.median(run_bench([f"{args.oracle}/goracle", "bench"], [])[1] for _ in range(5))
    chunks = bench_library(cases, args)
    report_problems(chunks)
    report_named(chunks, start_up)
    for keys, title in ((False, "All charts but those that make keys"), (True, "Charts that make RSA keys or hash passwords")):
        report_group(title, [chunk for chunk in chunks if makes_keys(chunk) == keys], start_up)
    commands = bench_commands(cases, args)
    report_commands(commands)
    memory = report_memory(chunks, cases, args)
    if args.json:
        with open(args.json, "w") as file:
            json.dump(dict(chunks=chunks, commands=commands, memory=memory), file, indent=1)


main()
