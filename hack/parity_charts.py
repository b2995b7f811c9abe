#!/usr/bin/env python3
"""Render every chart below a folder by real Helm and by us, and tell each difference.

Each chart is rendered with its own values, with the values files that it brings (ci/*-values.yaml and the like), and
with its values.yaml changed at random: switches turned, empty maps, lists and texts filled, scalars exchanged. What
differs between two runs of Helm itself (random, time) doesn't count, nor the order in which a list of schema errors
names properties, which Helm leaves to chance. A chart whose dependencies are not there is rendered without them.

The exit status is 0 if nothing differs. Only Python's standard library is needed.
"""
import argparse, collections, concurrent.futures, difflib, glob, os, random, re, shutil, subprocess, sys, tempfile

# What may stand for a value of values.yaml, by its text: in each round the flips, later ones the others too.
FLIPS = {"true": ["false"], "false": ["true"]}
FILLS = {
    "{}": ["{k: v}", "{a.b/c: '1', n: 2}"],
    "[]": ["[x]", "[{name: x, value: y}]", "[1, 2]"],
    '""': ["x", '"{{ .Release.Name }}-y"', '"multi\\nline\\n"'],
    "null": ["x", "3", "true", "{k: v}"],
}
SWAPS = ["1", '""', "null", "[]", "{}", "'a: b'", "1.5", "true", "-0.0", "1e21", "123456789012", "'0x1F'", "'on'"]
ENTRY = re.compile(r"^(\s*(?:- )?[\w./-]+: )([^\s#&*|>{\[][^#]*?|\{\}|\[\])(\s*(?:#.*)?)$")

BROUGHT = ["ci/*values.y*ml", "values-*.yaml", "values.*.yaml", "test*values*.yaml", "examples/*values*.yaml"]
NOISE = ("Use --debug", "WARNING", "walk.go", "coalesce.go", "level=")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("charts", help="the folder; it is copied, not changed")
    parser.add_argument("--helm", required=True, help="real Helm 3")
    parser.add_argument("--ours", required=True, help="chartwright")
    parser.add_argument("--rounds", type=int, default=3, help="changed values per chart; 0 for none")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--only", default="", help="charts with this in their path")
    return parser.parse_args()


def render(program, chart, values):
    """Exit status, output and complaint."""
    command = [program, "template", "rel", chart, "-n", "ns"] + (["-f", values] if values else [])
    done = subprocess.run(command, capture_output=True, timeout=120)
    return done.returncode, *(text.decode("utf-8", "surrogateescape") for text in (done.stdout, done.stderr))


def complaint(text):
    """Helm's error without advice and warnings; in an order of its own where Helm has none."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith(NOISE) and "warning:" not in line]
    listed = re.compile(r"additional properties (.*) not allowed")
    order = lambda found: "additional properties " + ", ".join(sorted(found[1].split(", "))) + " not allowed"
    lines = [listed.sub(order, line) for line in lines]
    found = [line for line in lines if line.lstrip().startswith("- at ")]
    return [line for line in lines if line not in found] + sorted(found)


def verdict(args, case):
    """`same`, `refused alike`, or a difference to show."""
    chart, values = case
    theirs, ours = render(args.helm, chart, values), render(args.ours, chart, values)
    if theirs[0] != ours[0]:
        return case, "exit status", f"helm {theirs[0]}: {theirs[2][:600]}\nours {ours[0]}: {ours[2][:600]}"
    if theirs[0] != 0:
        wanted, found = complaint(theirs[2]), complaint(ours[2])
        return (case, "refused alike", "") if wanted == found else (case, "message", difference(wanted, found))
    wanted, found = theirs[1].split("\n"), ours[1].split("\n")
    if wanted != found:
        again = render(args.helm, chart, values)[1].split("\n")
        if len(again) == len(wanted) == len(found):
            for line, pair in enumerate(zip(wanted, again)):
                if pair[0] != pair[1]:
                    wanted[line] = found[line] = "<varies>"
    return (case, "same", "") if wanted == found else (case, "output", difference(wanted, found))


def difference(wanted, found):
    return "\n".join(list(difflib.unified_diff(wanted, found, "helm", "ours", lineterm="", n=1))[:40])


def changed(text, how, dice):
    """values.yaml with other scalars. `how`: 0 turns switches, 1 fills what is empty too, 2 exchanges scalars too."""
    def line(found):
        key, value, rest = found.groups()
        if value in FLIPS and dice.random() < 0.9 - 0.2 * how:
            value = FLIPS[value][0]
        elif how >= 1 and value in FILLS and dice.random() < 0.7:
            value = dice.choice(FILLS[value])
        elif how >= 2 and dice.random() < 0.03:
            value = dice.choice(SWAPS)
        return key + value + rest
    return "\n".join(ENTRY.sub(line, each) for each in text.split("\n"))


def cases_of(args, chart, folder):
    """The chart with each of its values."""
    yield chart, None
    for pattern in BROUGHT:
        for values in sorted(glob.glob(os.path.join(glob.escape(chart), pattern)))[:12]:
            yield chart, values
    try:
        text = open(os.path.join(chart, "values.yaml"), errors="surrogateescape").read()
    except FileNotFoundError:
        return
    for turn in range(args.rounds):
        dice = random.Random(f"{args.seed} {chart} {turn}")
        values = tempfile.mkstemp(suffix=".yaml", dir=folder)[1]
        with open(values, "w", errors="surrogateescape") as out:
            out.write(changed(text, turn % 3, dice))
        yield chart, values


def without_missing_dependencies(args, chart):
    """Takes dependencies out of a chart that doesn't have them."""
    if "missing in charts/" not in render(args.helm, chart, None)[2]:
        return
    for name in ("requirements.yaml", "requirements.lock", "Chart.lock"):
        if os.path.exists(os.path.join(chart, name)):
            os.remove(os.path.join(chart, name))
    path = os.path.join(chart, "Chart.yaml")
    text = open(path, errors="surrogateescape").read() + "\n"
    with open(path, "w", errors="surrogateescape") as out:
        out.write(re.sub(r"^dependencies:.*\n((?:[ \-#].*\n|\s*\n)*)", "", text, flags=re.M))


def main():
    args = arguments()
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        copy = shutil.copytree(args.charts, os.path.join(folder, "charts"), ignore_dangling_symlinks=True)
        found = sorted(at for at, _, files in os.walk(copy, followlinks=True) if "Chart.yaml" in files)
        charts = [chart for chart in found if args.only in chart]
        list(pool.map(lambda chart: without_missing_dependencies(args, chart), charts))
        cases = [case for chart in charts for case in cases_of(args, chart, folder)]
        print(f"{len(charts)} charts, {len(cases)} cases", flush=True)
        count = collections.Counter()
        for (chart, values), what, shown in pool.map(lambda case: verdict(args, case), cases):
            count[what] += 1
            if shown:
                print(f"{what}: {chart[len(copy):]} {values or ''}\n{shown}\n", flush=True)
        print(", ".join(f"{what}: {times}" for what, times in count.most_common()))
        sys.exit(sum(count.values()) != count["same"] + count["refused alike"])


main()
