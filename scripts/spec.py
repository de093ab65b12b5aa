#!/usr/bin/env python3
"""Which rule of docs/lambda-spec.md is proven by which test, from the tests that ran and passed.

A test proves the ids that its name begins with: `F10_X1_WaitsForThePolls` proves F10 and X1.
"""
import pathlib
import re
import sys
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
PASSED = re.compile(r"^\[       OK \] (?:\w+/)?(\w+)\.(\w+)|^test (?:\w+::)*(\w+) \.\.\. ok|^test_(\w+) \(.* \.\.\. ok", re.MULTILINE)
SKIPPED = re.compile(r"^test_(\w+) \(.* \.\.\. skipped", re.MULTILINE)
IDS = re.compile(r"(?:[A-Z][0-9]{1,2}_)+", re.IGNORECASE)


def rules():
    """The ids in the order of the page; those that say "not yet" are not demanded."""
    found = {}
    for line in (ROOT / "docs/lambda-spec.md").read_text().splitlines():
        if row := re.match(r"\| ([A-Z]\d+) \|", line):
            found[row[1]] = "(not yet" not in line
    return found


def proofs(results):
    """Id → the tests that ran, passed, and have it in their name."""
    found = {}
    for case in xml.etree.ElementTree.parse(results).iter("testcase"):
        if case.get("status") != "run":
            continue
        for suite, test, rust, python in PASSED.findall(case.findtext("system-out") or ""):
            name = test or rust or python
            for rule in ids_of(name):
                found.setdefault(rule, []).append(f"{suite}.{test}" if test else name)
    return found


def ids_of(name):
    ids = IDS.match(name)
    return ids[0].rstrip("_").upper().split("_") if ids else []


def skipped(results):
    """The ids of tests that said that they cannot run here: what they need is missing."""
    output = "\n".join(
        case.findtext("system-out") or "" for case in xml.etree.ElementTree.parse(results).iter("testcase")
    )
    return {rule for name in SKIPPED.findall(output) for rule in ids_of(name)}


def main():
    results = ROOT / "build/dev/test-results.xml"
    if not results.exists():
        sys.exit("no test results yet: run ./dev test first")
    proven, left_out, missing = proofs(results), skipped(results), 0
    for rule, demanded in rules().items():
        tests = proven.get(rule, [])
        more = f" and {len(tests) - 1} more" if len(tests) > 1 else ""
        state = "proven" if tests else "skipped" if rule in left_out else "missing"
        print(f"{rule:<4} {state:<7}  {tests[0] + more if tests else ''}".rstrip())
        missing += demanded and state == "missing"
    if missing:
        sys.exit(f"{missing} rules of docs/lambda-spec.md have no test that passed")


if __name__ == "__main__":
    main()
