"""How many instructions a warm `verify` executes outside the kernel: parent and judge, each as a
whole. valgrind counts, and its processor is the same on every x86-64 with AVX2.

valgrind could not live in the cages, so the programs are linked without (meson.build here): what
is not counted is what the cages take to make.
"""

import contextlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import room
from figures import figure, progress
from machine import Offered
from runs import build_directory

(WORKERS,) = {path.parent for path in room.PREFIX.glob("**/libexec/sallyport/*/*")}
PARSE = f"libexec/sallyport/{WORKERS.name}/sallyport-parse"
PROGRAMS = {"bin/sallyport": "benchmarks/sallyport-uncaged",
            PARSE: "benchmarks/sallyport-parse-uncaged",
            PARSE.replace("-parse", "-net"): "netproc/sallyport-net",
            PARSE.replace("-parse", "-home"): "homeproc/sallyport-home"}
ATTEMPTS = 10


def stage():
    """Where sallyport finds its workers, and nobody else writes."""
    place = room.SCRATCH / "uncaged"
    for path, built in PROGRAMS.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(build_directory() / built, place / path)
        (place / path).chmod(0o755)
    return place


def counted(path):
    """What callgrind says of a process: its command and its instructions."""
    text = path.read_text()
    with contextlib.suppress(TypeError):
        return (re.search(r"^cmd:\s+(\S+)", text, re.M)[1],
                int(re.search(r"^summary: (\d+)$", text, re.M)[1]))
    return None, 0


def count(command, place, found):
    """Parent's and judge's instructions; 0 for a judge that was killed before it was counted."""
    process = subprocess.Popen(
        ["valgrind", "--tool=callgrind", "--trace-children=yes", "-q",
         f"--callgrind-out-file={found}/%p", place / "bin/sallyport", *command.arguments[1:],
         "--deadline=30"], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        **command.identity)
    answer, problems = process.communicate(timeout=60)
    assert answer.strip().endswith(Offered.good.plain_key), (answer, problems)
    parent = judge = 0
    for path in found.iterdir():
        program, instructions = counted(path)
        if path.name == str(process.pid):
            parent = instructions
        elif program == str(place / PARSE):
            judge = instructions
        path.unlink()
    return parent, judge


def all_cases(machine):
    if "avx2" not in Path("/proc/cpuinfo").read_text().split():
        progress("no instruction counts: they are recorded for processors with AVX2")
        return
    progress("instructions")
    command = machine.ours(Offered.good)
    command.output()
    found = room.SCRATCH / "callgrind"
    found.mkdir()
    os.chown(found, command.identity["user"], command.identity["group"])
    place = stage()
    # The first tells the log, once, which cages are missing.
    count(command, place, found)
    # The starter kills the judge when all is said: it may be too early for callgrind.
    for _ in range(ATTEMPTS):
        parent, judge = count(command, place, found)
        if parent and judge:
            break
    figure("instructions_parent", parent, "instructions")
    figure("instructions_judge", judge, "instructions")
