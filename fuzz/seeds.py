#!/usr/bin/env python3
"""Writes seed inputs and the dictionary of functions for the fuzz targets: seeds.py FOLDER.

They come from the charts of tests/charts and helm-charts, from the crates' fixtures and from docs/functions.md.
"""

import hashlib
import io
import json
import pathlib
import re
import sys
import tarfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CRATES = ROOT / "crates"
CHARTS = [file.parent for top in ("tests/charts", "helm-charts") for file in sorted((ROOT / top).rglob("Chart.yaml"))]

# Functions that take long by design: a fuzzer that knew them would do little else.
SLOW = re.compile(r"gen[A-Z]|bcrypt|htpasswd|derivePassword")


def fixtures(pattern, field="text"):
    """A text of each line of JSON in the files."""
    for file in sorted(CRATES.glob(pattern)):
        for line in file.read_text().splitlines():
            value = json.loads(line).get(field)
            if isinstance(value, str):
                yield value.encode()


def templates():
    for chart in CHARTS:
        for file in sorted((chart / "templates").rglob("*")):
            if file.is_file():
                yield file.read_bytes()
    for file in sorted(CRATES.glob("gotemplate/tests/[lpe]*/*.txt")):
        yield from file.read_bytes().split(b"\n---\n")[:2]
    yield from fixtures("helm-engine/tests/functions.jsonl")
    for file in sorted(CRATES.glob("sprig/tests/fixtures/*.txt")):
        for line in file.read_bytes().splitlines():
            if line.startswith(b"{{"):
                yield line


def executions():
    for template in templates():
        if not SLOW.search(template.decode(errors="replace")):
            yield template
    for chart in CHARTS:
        values = chart / "values.yaml"
        for file in sorted((chart / "templates").glob("*.yaml")):
            if values.is_file():
                yield file.read_bytes() + b"\0" + values.read_bytes()


def yaml():
    for chart in CHARTS:
        yield from (file.read_bytes() for file in sorted(chart.rglob("*.yaml")) if "templates" not in file.parts)
    for file in sorted((ROOT / "tests/charts").glob("*/expected/manifest.yaml")):
        yield file.read_bytes()
    yield from fixtures("goyaml/tests/decode/*.jsonl")
    yield from fixtures("goyaml/tests/encode/*.jsonl", "ok")


def strvals():
    letters = {"set": "-", "string": "s", "json": "j", "literal": "l", "file": "f"}
    for line in (CRATES / "helm-chart/tests/strvals.jsonl").read_text().splitlines():
        steps = json.loads(line)["steps"]
        yield "\n".join(letters[step["kind"]] + step["text"] for step in steps).encode()


def archives():
    for chart in CHARTS:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            archive.add(chart, arcname=chart.name)
        yield b"t" + packed.getvalue()
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            archive.add(chart, arcname=chart.name)
        yield b"z" + packed.getvalue()
    yield from (b"t" + tar for tar in odd_archives())


def odd_archives():
    """What is in no chart of ours: links, paths that lead out, long names, sparse and special files."""
    base = [("a/Chart.yaml", tarfile.REGTYPE, b"apiVersion: v2\nname: a\nversion: 1.0.0\n", "")]
    odd = [
        ("a/templates/link.yaml", tarfile.SYMTYPE, b"", "../../../etc/passwd"),
        ("a/templates/hard.yaml", tarfile.LNKTYPE, b"", "/etc/passwd"),
        ("a/../../x", tarfile.REGTYPE, b"x", ""),
        ("a//etc/x", tarfile.REGTYPE, b"x", ""),
        ("a/" + "long/" * 60 + "x", tarfile.REGTYPE, b"x", ""),
        ("a\\templates\\x.yaml", tarfile.REGTYPE, b"x", ""),
        ("a/dev", tarfile.CHRTYPE, b"", ""),
        ("a/charts/b/Chart.yaml", tarfile.REGTYPE, base[0][2], ""),
        ("a/values.schema.json", tarfile.REGTYPE, b'{"$ref": "#/definitions/a", "definitions": {"a": {"$ref": "#"}}}', ""),
    ]
    for style in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT):
        for entry in odd:
            packed = io.BytesIO()
            with tarfile.open(fileobj=packed, mode="w", format=style) as archive:
                for name, kind, data, link in [*base, entry]:
                    info = tarfile.TarInfo(name)
                    info.type, info.size, info.linkname = kind, len(data), link
                    try:
                        archive.addfile(info, io.BytesIO(data))
                    except ValueError:  # the name is too long for the style
                        break
            yield packed.getvalue()


def functions():
    """The dictionary: Go's builtins and every function of docs/functions.md, and what the language is made of."""
    text = (ROOT / "docs/functions.md").read_text()
    names = {name for row in re.findall(r"^\| (`.*?) \|", text, re.M) for name in re.findall(r"`(\w+)", row)}
    names.update(re.findall(r"`(\w+)`", text.split("## Helm's own")[0]))
    words = """{{ }} {{- -}} {{/* */}} | := = ( ) . $ , $x .Values .Chart .Release .Files .Capabilities .Template
        if else end range with define block template break continue nil true false "name" "labels" "self" `a`
        'a' 0x1p-2 1e3 -1 0b1 0o7 1_000 .Get .Glob .AsConfig .AsSecrets .Lines .APIVersions.Has .KubeVersion
        .Subcharts .Values.s .Values.n .Values.list .Values.map .Values.yaml .Values.json .Values.template""".split()
    for word in [*words, *sorted(name for name in names if not SLOW.match(name))]:
        yield '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main():
    folder = pathlib.Path(sys.argv[1])
    targets = {"template": templates, "execute": executions, "yaml": yaml, "strvals": strvals, "archive": archives}
    for name, seeds in targets.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for seed in set(seeds()):
            (folder / name / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
    (folder / "functions.dict").write_text("\n".join(functions()) + "\n")


main()
