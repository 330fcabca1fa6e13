"""Sum up what ./check ran: count.py FAILED_STEPS RESULT...

A RESULT is Meson's testlog.json or pytest's JUnit file; one that is missing counts as a
failure. Prints the reasons of skipped tests, then the sum as the last line; exits 1 if
anything failed.
"""

import json
import re
import sys
import xml.etree.ElementTree
from collections import Counter
from pathlib import Path


def meson_counts(path):
    """A cmocka program counts as the cases it says it ran, any other program as one test."""
    counts, reasons = Counter(), []
    for line in path.read_text().splitlines():
        test = json.loads(line)
        output = test.get("stdout", "") + test.get("stderr", "")
        cases = Counter()
        for word, number in re.findall(r"^\[  (PASSED|FAILED|SKIPPED) +\] (\d+) test\(s\)",
                                       output, re.M):
            cases[word.lower()] += int(number)
        good = test["result"] in ("OK", "EXPECTEDFAIL")
        if test["result"] == "SKIP":
            cases = {"skipped": 1}
            reasons.append(f"{test['name']}: {output.strip().splitlines()[-1:] or 'no reason given'}")
        elif good and not cases:
            cases = {"passed": 1}
        elif not good and not cases["failed"]:      # crashed, or too slow
            cases["failed"] = 1
        counts.update(cases)
    return counts, reasons


def pytest_counts(path):
    counts, reasons = Counter(), []
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        skipped = case.find("skipped")
        if skipped is not None:
            counts["skipped"] += 1
            reasons.append(f"{case.get('name')}: {skipped.get('message')}")
        elif case.find("failure") is not None or case.find("error") is not None:
            counts["failed"] += 1
        else:
            counts["passed"] += 1
    return counts, reasons


def main(failed_steps, *results):
    total, reasons = Counter(failed=int(failed_steps)), []
    for path in map(Path, results):
        if not path.exists() or path.stat().st_size == 0:
            print(f"no results in {path}")
            total["failed"] += 1
            continue
        count = meson_counts if path.suffix == ".json" else pytest_counts
        counts, why = count(path)
        total.update(counts)
        reasons += why
    for reason in reasons:
        print("skipped:", reason)
    skipped = f", {total['skipped']} skipped" if total["skipped"] else ""
    print(f"{total['passed']} passed, {total['failed']} failed{skipped}")
    return 1 if total["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
