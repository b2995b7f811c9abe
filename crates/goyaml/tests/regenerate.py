#!/usr/bin/env python3
"""Asks the test oracle again for the answers in encode/*.jsonl and decode/*.jsonl, or for those of new requests.

usage: hack/build-oracle.sh prints a folder; then: regenerate.py FOLDER/goracle
"""
import json
import pathlib
import subprocess
import sys

ANSWERS = ("ok", "err", "json")

here = pathlib.Path(__file__).parent
for path in sorted(here.glob("*code/*.jsonl")):
    requests = []
    for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
        case = json.loads(line)
        requests.append({key: value for key, value in case.items() if key not in ANSWERS})
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    answers = subprocess.run([sys.argv[1]], input=lines, capture_output=True, text=True, check=True).stdout
    with path.open("w", encoding="utf-8") as out:
        for request, answer in zip(requests, map(json.loads, answers.split("\n")[:-1]), strict=True):
            found = {key: answer[key] for key in ("ok", "err", "json") if key in answer}
            out.write(json.dumps({**request, **found}, ensure_ascii=True) + "\n")
    print(path.name, len(requests))
