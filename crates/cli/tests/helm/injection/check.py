"""Reads what bundles say back and holds it against what was meant.

Reads a JSON object a line: `files` are laid over each other in order, `at` leads to a part of them, `meant`
is what that must say, exactly or at least. With `source`, it is the name of a source of Flux in the folder of
sources, and `meant` its address; with `ends`, it must end with what is meant. The loader is the one that runs
what a document tells it to.
"""

import json
import sys

import yaml


def merge(target, layer):
    for key, value in layer.items():
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            merge(target[key], value)
        else:
            target[key] = value


def differs(path, found, meant, exact):
    if isinstance(meant, dict) and isinstance(found, dict):
        if exact and set(found) != set(meant):
            return f"{path}: keys {sorted(map(repr, set(found) ^ set(meant)))}"
        for key, value in meant.items():
            if key not in found:
                return f"{path}: no {key!r}"
            if problem := differs(f"{path}.{key!r}", found[key], value, exact):
                return problem
        return None
    if isinstance(meant, list) and isinstance(found, list) and len(meant) == len(found):
        pairs = enumerate(zip(found, meant))
        return next(filter(None, (differs(f"{path}[{i}]", f, m, exact) for i, (f, m) in pairs)), None)
    same = type(found) is type(meant) and found == meant
    return None if same else f"{path}: {found!r} where {meant!r} is meant"


def load(file):
    with open(file, encoding="utf-8", newline="") as stream:
        return yaml.load(stream, Loader=yaml.UnsafeLoader) or {}


checked = 0
for line in sys.stdin:
    case = json.loads(line)
    found = {}
    for file in case["files"]:
        merge(found, load(file))
    for key in case.get("at", []):
        found = found[key]
    if folder := case.get("source"):
        found = load(f"{folder}/helmrepo-{found}.yaml")["spec"]["url"]
    if case.get("ends") and isinstance(found, str) and found.endswith(case["meant"]):
        found = case["meant"]
    if problem := differs("", found, case["meant"], case["exact"]):
        print(f"{case['files'][0]}{problem}")
    checked += 1
print(f"checked {checked}", file=sys.stderr)
