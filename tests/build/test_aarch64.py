"""Every C file of ours compiles for aarch64, warnings being errors.

Nothing is run there: aarch64 is called untested. What this finds is a syscall or
register named for one architecture only, and plain char being unsigned.

Takes the commands from compile_commands.json of SALLYPORT_BUILD (gcc; default build/)
and gives them to Debian's cross compiler. Headers of the libraries are the host's
(they are the same on every architecture); libc's are the cross compiler's own.
"""
import json
import os
import shlex
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("SALLYPORT_BUILD", TOP / "build")).resolve()
CC = "aarch64-linux-gnu-gcc"

pytestmark = pytest.mark.skipif(
    shutil.which(CC) is None, reason="apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross")


def cross(command, obj):
    """The same command for the cross compiler, object elsewhere."""
    words = shlex.split(command)
    # ccache may stand before the compiler
    while not words[0].startswith("-"):
        words.pop(0)
    out = [CC, "-mbranch-protection=standard"]
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word in ("-o", "-MF", "-MQ", "-include"):
            skip = True
        # Neither this machine's musl nor what stands in for parts of it.
        elif word not in ("-MD", "-fcf-protection=full", "-nostdinc") and "musl" not in word:
            out.append(word)
    return [*out, "-o", str(obj)]


def compile_one(command, directory, obj):
    done = subprocess.run(cross(command, obj), cwd=directory, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        return done.stdout
    header = subprocess.run(["readelf", "-h", obj], check=True, text=True,
                            stdout=subprocess.PIPE).stdout
    return "" if "AArch64" in header else "not an aarch64 object"


def test_every_file_compiles(tmp_path):
    entries = json.loads((BUILD / "compile_commands.json").read_text())
    # A file that several targets use is compiled once, and with the system's C library if it can be.
    entries.sort(key=lambda entry: "-nostdinc" not in entry["command"])
    entries = list({entry["file"]: entry for entry in entries}.values())
    files = {(BUILD / entry["file"]).resolve() for entry in entries}
    # Nobody's file, and nobody's test, is forgotten in the lists of a meson.build.
    rooms = ("ipc", "seccomp", "parent", "homeproc", "netproc", "parseproc", "admin")
    ours = {path for room in rooms
            for path in [*(TOP / room).glob("*.c"), *(TOP / "tests" / room).glob("*.c")]}
    # Mutators are libFuzzer's, in whose build alone they are.
    ours |= {path for path in (TOP / "fuzz").glob("*.c") if not path.name.startswith("mutator_")}
    assert ours and not ours - files, "in no meson.build"

    def work(numbered):
        number, entry = numbered
        return entry["file"], compile_one(entry["command"], entry["directory"], tmp_path / f"{number}.o")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        failed = [f"{file}:\n{output}" for file, output in pool.map(work, enumerate(entries)) if output]
    assert not failed, "\n".join(failed)


@pytest.mark.parametrize("source,compiles", [
    ("int f(void);\nint f(void) { return 0; }\n", True),
    ("#include <sys/syscall.h>\nint f(void);\nint f(void) { return SYS_open; }\n", False),
    ("int f(char c);\nint f(char c) { return c >= 0; }\n", False),
    ('void f(void);\nvoid f(void) { __asm__("endbr64"); }\n', False),
    ("#error\n", False),
])
def test_a_file_for_one_architecture_is_found(tmp_path, source, compiles):
    (tmp_path / "x.c").write_text(source)
    command = f"cc -Wall -Wextra -Werror -c {tmp_path}/x.c -o x.o"
    assert (compile_one(command, tmp_path, tmp_path / "x.o") == "") == compiles
