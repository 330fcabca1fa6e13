#!/usr/bin/python3
"""Runs the steps of tests/deep/steps for ./check --deep, and ends as ./check does.

What is in build/deep/TREE/ belongs to the tree of that hash: a step that has passed there is
not run again, so a run that was interrupted goes on where it was, and one in which something
failed tries that again. With --list, only says how far it is.
"""

import argparse
import hashlib
import json
import os
import shlex
import subprocess
import sys
import time
import xml.etree.ElementTree
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

ROOT = Path(__file__).resolve().parents[2]
STEPS = Path(__file__).resolve().parent / "steps"
STATE = ROOT / "build/deep"
COUNT = ROOT / "tests/e2e/count.py"
PYTHON = "/usr/bin/python3"


class Step(NamedTuple):
    name: str
    minutes: int    # roughly, on two cores
    command: str


def read_steps(path):
    lines = (line.split(maxsplit=2) for line in path.read_text().split("\n")
             if line.strip() and not line.startswith("#"))
    return [Step(name, int(minutes), command) for name, minutes, command in lines]


def tree_hash(root):
    """Of all that is ours in it: no build directories, no foreign sources, nothing hidden."""
    sums = hashlib.sha256()
    for directory, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders
                            if not name.startswith((".", "__pycache__"))
                            and not (Path(directory) == root and name.startswith("build"))
                            and (Path(directory) != root / "subprojects"
                                 or name == "packagefiles"))
        for name in sorted(files):
            path = Path(directory, name)
            sums.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes() + b"\0")
    return sums.hexdigest()[:12]


def all_skipped(result):
    """Whether nothing has been run, which shows nothing."""
    cases = list(xml.etree.ElementTree.parse(result).iter("testcase"))
    return all(case.find("skipped") is not None for case in cases)


class Run:
    """The steps of one tree."""

    def __init__(self, steps, directory):
        self.steps, self.directory = steps, directory

    def state(self, step):
        """What is known of a step: empty if it has not ended yet, or was another then."""
        path = self.directory / f"{step.name}.json"
        state = json.loads(path.read_text()) if path.exists() else {}
        return state if state.get("command") == step.command else {}

    def result(self, step):
        return self.directory / f"{step.name}.xml"

    def run(self, step):
        words, result = shlex.split(step.command), self.result(step)
        result.unlink(missing_ok=True)
        if words[0] == "pytest":
            words[:1] = [PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider",
                         f"--junit-xml={result}"]
        log, start = self.directory / f"{step.name}.log", time.monotonic()
        with log.open("w") as output:
            done = subprocess.run(words, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output,
                                  stderr=subprocess.STDOUT,
                                  env=os.environ | {"SALLYPORT_DEEP": "1"})
        if not result.exists():
            failure = "" if done.returncode == 0 else "<failure/>"
            result.write_text(f"<testsuite><testcase name={quoteattr(step.name)}>{failure}"
                              "</testcase></testsuite>")
        passed = done.returncode == 0 and not all_skipped(result)
        (self.directory / f"{step.name}.json").write_text(json.dumps({
            "command": step.command, "passed": passed, "seconds": time.monotonic() - start}))
        if not passed:
            print(f"failed; {log} ends with:\n{log.read_text()[-4000:]}")
        return passed

    def run_all(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        for step in self.steps:
            if self.state(step).get("passed"):
                print(f"{step.name:20} has passed before", flush=True)
                continue
            print(f"{step.name:20} about {step.minutes} min ", end="", flush=True)
            if self.run(step):
                print(f"passed after {self.state(step)['seconds'] / 60:.1f} min", flush=True)

    def say(self):
        for step in self.steps:
            state = self.state(step)
            how = "to do" if not state else "passed" if state["passed"] else "failed"
            took = f"took {state['seconds'] / 60:.1f} min" if state else f"about {step.minutes} min"
            print(f"{step.name:12} {how:7} {took:14}  {step.command}")


def main():
    parser = argparse.ArgumentParser(prog="./check --deep", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true")
    run = Run(read_steps(STEPS), STATE / tree_hash(ROOT))
    if parser.parse_args().list:
        return run.say()
    run.run_all()
    results = [run.result(step) for step in run.steps]
    return subprocess.run([PYTHON, COUNT, "0", *results]).returncode


if __name__ == "__main__":
    sys.exit(main())
