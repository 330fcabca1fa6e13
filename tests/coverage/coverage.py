#!/usr/bin/python3
"""Branch coverage of parseproc/ and ipc/ by unit tests, public corpora and the fuzz seeds.

    tests/coverage/coverage.py            a table, and where unreached.txt is wrong
    tests/coverage/coverage.py --missing  each branch that was not taken, as unreached.txt has it

Builds with clang into build-coverage/. The counters are written as they count (%c), so that a
child which ends by _exit(), by a signal or in a cage counts too.
"""

import argparse
import collections
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build-coverage"
PROFILES = BUILD / "profiles"
LIST = Path(__file__).resolve().parent / "unreached.txt"
ROOMS = ("parseproc", "ipc")
COUNT = "-fprofile-instr-generate -fcoverage-mapping -mllvm -runtime-counter-relocation"


def run(*command, **environment):
    # Meson's own trials count, too, and would leave that in the tree.
    environment["LLVM_PROFILE_FILE"] = f"{PROFILES}/%m-%p%c.profraw"
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit(f"{command[0]} {command[1]}:\n{done.stdout[-6000:]}\n{done.stderr[-2000:]}")
    return done.stdout


def build():
    """The programs that count."""
    if not (BUILD / "build.ninja").exists():
        # Not musl, in which the counters could not be written.
        run("meson", "setup", "-Dlibc=system", f"-Dc_args={COUNT}",
            "-Dc_link_args=-fprofile-instr-generate",
            BUILD, ROOT, CC="clang")
    run("ninja", "-C", BUILD, "build.ninja")
    tests = json.loads(run("meson", "introspect", "--tests", BUILD))
    # The program itself has what no test links: main.c and malloc.c.
    programs = [BUILD / "parseproc/sallyport-parse"]
    programs += [test["cmd"][0] for test in tests
                 if test["suite"][0].split(":")[1] in (*ROOMS, "fuzz")]
    run("ninja", "-C", BUILD, *(os.path.relpath(path, BUILD) for path in programs))
    return programs


def measure(programs):
    """What llvm-cov says of every file, with all tests' counters added."""
    shutil.rmtree(PROFILES, ignore_errors=True)
    run("meson", "test", "-C", BUILD, "--no-rebuild", "--print-errorlogs", "-t", "10",
        *(word for suite in (*ROOMS, "fuzz") for word in ("--suite", suite)))
    merged = BUILD / "merged.profdata"
    run("llvm-profdata", "merge", "-o", merged, *PROFILES.glob("*.profraw"))
    objects = [word for path in programs[1:] for word in ("-object", path)]
    return json.loads(run("llvm-cov", "export", "-instr-profile", merged, "-skip-expansions",
                          "-skip-functions", programs[0], *objects))["data"][0]["files"]


def function_at(lines, number):
    """By the house's style: a function's name begins its line."""
    for line in reversed(lines[:number]):
        if found := re.match(r"(\w+)\(", line):
            return found[1]
    return "?"


def condition(lines, region):
    first, start, last, end = region
    text = lines[first - 1:last]
    text[-1] = text[-1][:end - 1]
    text[0] = text[0][start - 1:]
    return " ".join(" ".join(text).split())


def branches(files):
    """For each file of ours: how many outcomes there are, and those that never came."""
    result = {}
    for file in files:
        name = os.path.relpath(file["filename"], ROOT)
        if Path(name).parts[0] not in ROOMS or not file["branches"]:
            continue
        lines = (ROOT / name).read_text().split("\n")
        taken = collections.defaultdict(lambda: [0, 0])
        for *region, true, false, _, _, _ in file["branches"]:
            taken[tuple(region)][0] += true
            taken[tuple(region)][1] += false
        missing = collections.Counter(
            f"{name}:{function_at(lines, region[0])}: {condition(lines, region)} never {outcome}"
            for region, counts in taken.items()
            for outcome, count in zip(("true", "false"), counts) if count == 0)
        result[name] = (2 * len(taken), missing)
    return result


def explained():
    """What unreached.txt lists. What begins a paragraph is why, and the rest of it what."""
    entries = collections.Counter()
    for paragraph in LIST.read_text().split("\n\n"):
        lines = [line for line in paragraph.split("\n") if line and not line.startswith("#")]
        found = [line for line in lines if re.match(r"\S+\.c:\w+: .* never (true|false)$", line)]
        if lines and (not found or lines[0] in found):
            sys.exit(f"{LIST.name}: no reason or no branch in: {lines[0]}")
        entries.update(found)
    return entries


def table(result):
    rows = [f"{'file':34} {'branches':>8} {'taken':>6} {'not':>4}"]
    totals = [0, 0]
    for name, (count, missing) in sorted(result.items()):
        lost = sum(missing.values())
        rows.append(f"{name:34} {count:8} {count - lost:6} {lost:4}")
        totals = [totals[0] + count, totals[1] + lost]
    rows.append(f"{'together':34} {totals[0]:8} {totals[0] - totals[1]:6} {totals[1]:4}")
    return "\n".join(rows)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--missing", action="store_true")
    asked = parser.parse_args()
    result = branches(measure(build()))
    missing = sum((lost for _, lost in result.values()), collections.Counter())
    if asked.missing:
        print("\n".join(sorted(missing.elements())))
        return 0
    print(table(result))
    unexplained, needless = missing - explained(), explained() - missing
    for what, entries in (("not taken and not explained", unexplained),
                          ("explained and taken", needless)):
        for entry in sorted(entries.elements()):
            print(f"{what}: {entry}")
    return 1 if unexplained or needless else 0


if __name__ == "__main__":
    sys.exit(main())
