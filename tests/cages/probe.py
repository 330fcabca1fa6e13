"""The probe: built against the objects of the program under test, run in one of its cages."""

import json
import shlex
import subprocess

from program import PREFIX, as_sshd_would
from room import CACHE, CHECKOUT, SCRATCH
from room_lab import build_directory, compile_c

BUILD = build_directory()
HERE = CHECKOUT / "tests/cages"
# The names that the tables have for themselves.
PROCESSES = ["parent", "starter", "parseproc", "netproc, resolving", "netproc, connected"]


def command_of(source):
    """How the build compiles this source file."""
    for entry in json.loads((BUILD / "compile_commands.json").read_text()):
        if (BUILD / entry["file"]).resolve() == CHECKOUT / source and ".p/main.c.o" in entry["output"]:
            return entry
    raise LookupError(source)


def worker_object(room, name):
    """A worker's main.o as it was linked into the program, but that main() is called `name`."""
    target = SCRATCH / f"{name}.o"
    subprocess.run(["objcopy", "--redefine-sym", f"main={name}",
                    BUILD / command_of(f"{room}/main.c")["output"], target], check=True)
    return target


def build(name, *sources):
    """A program that goes into the cages (inside.c)."""
    flags = shlex.split(command_of("netproc/main.c")["command"])
    includes = [flag for flag in flags if flag.startswith(("-D", "-isystem"))]
    (empty,) = PREFIX.glob("**/libexec/sallyport/empty")
    return compile_c(
        name, *sources, HERE / "inside.c",
        *(worker_object(f"{room}proc", f"{room}_main") for room in ("home", "net", "parse")),
        BUILD / "seccomp/libcage.a", BUILD / "seccomp/libpolicy.a", BUILD / "ipc/libipc.a",
        flags=[*includes, f'-DEMPTY_ROOT="{empty}"', "-Wno-missing-field-initializers",
               "-lseccomp", "-lcap-ng"])


PROBE = build("probe", *(HERE / f"{name}.c" for name in ("probe", "calls", "sweep")))


def ask(*arguments, as_user="key9", through=()):
    """Run it, perhaps through another program that takes a command."""
    return subprocess.run([*through, PROBE, *arguments], check=True, text=True, stdout=subprocess.PIPE,
                          **as_sshd_would(as_user)).stdout.splitlines()


def call(cage, name, as_user, **how):
    """What came of the call: "killed", "ended STATUS", or its result, errno negative."""
    (line,) = ask(cage, name, str(CACHE / as_user), as_user=as_user, **how)
    return int(line.split()[1]) if line.startswith("returned") else line


CALLS = ask("--list")
CAGES = [cage for cage in ask("--cages") if cage not in ("none", "bare")]    # those with a filter
EXPECTED = {cage: {name: what for what, name in (line.split(" ", 1) for line in
                                                 ask("--expect", cage))} for cage in CAGES}
