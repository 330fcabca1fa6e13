"""Look at the processes of a login from outside, while the API keeps them waiting."""

import os
import re
from pathlib import Path
from typing import NamedTuple

import program
from room import SCRATCH, USERS

ROLES = {"judge": "parseproc", "own-ca": "netproc", "system-ca": "netproc"}


class Process(NamedTuple):
    """What /proc says of a process. It is read at once, for the process will not wait."""
    pid: int
    comm: str
    cmdline: list
    environment: bytes
    status: dict
    owner: int          # of the files in /proc/PID: root if it is not dumpable
    limits: dict
    descriptors: dict   # number: what it is
    namespaces: dict
    root: list          # all paths below its root directory, if there are few
    read_only_root: bool

    @property
    def uids(self):
        return self.status["Uid"].split()

    @property
    def gids(self):
        return self.status["Gid"].split()

    @property
    def sockets(self):
        return {what for what in self.descriptors.values() if what.startswith("socket:")}

    def capabilities(self, kind):
        return int(self.status[f"Cap{kind}"], 16)


def few_paths(root):
    """Everything below a directory, but only the first hundred."""
    found = []
    for directory, names, files in os.walk(root):
        for name in names + files:
            found.append(str(Path(directory, name).relative_to(root)))
            if len(found) > 100:
                return found
    return sorted(found)


def look_at(proc):
    """A Process from a directory of /proc (or /proc/self, to compare with)."""
    status = dict(line.split(":\t", 1) for line in (proc / "status").read_text().splitlines())
    limits = {m[1]: m[2] for m in re.finditer(r"^Max (.*?)  +(\S+)", (proc / "limits").read_text(),
                                              re.MULTILINE)}
    return Process(
        int(status["Pid"]), status["Name"], (proc / "cmdline").read_bytes().split(b"\0")[:-1],
        (proc / "environ").read_bytes(), {k: v.strip() for k, v in status.items()},
        (proc / "environ").stat().st_uid, limits,
        {int(fd.name): os.readlink(fd) for fd in (proc / "fd").iterdir()},
        {ns.name: os.readlink(ns) for ns in (proc / "ns").iterdir()},
        few_paths(proc / "root"), bool(os.statvfs(proc / "root").f_flag & os.ST_RDONLY))


def name_of(process, parents):
    if process.comm in ROLES:
        return ROLES[process.comm]
    return "starter" if int(process.status["PPid"]) in parents else "parent"


def look_at_all():
    """The four processes by name; whoever else runs the program is an error."""
    found = [look_at(proc) for proc in program.running()]
    parents = {process.pid for process in found}
    named = {name_of(process, parents): process for process in found}
    assert len(named) == len(found), [process.comm for process in found]
    return named


def during(lab, login):
    """Call login() and, when its request has come to the API, look; returns both results."""
    seen = {}

    def watch(request):
        seen.update(look_at_all())
    lab.api.watch = watch
    return login(), seen


def behind(lab, wrapper, command_user):
    """Runs sallyport as the command user, on the machine that the wrapper makes of this one."""
    wrapped = program.Program(lab.log)
    wrapped.path = wrapper
    uid = str(USERS[command_user])
    return lambda *arguments: wrapped.run(uid, lab.program.path, *arguments, as_user="root")


def traced(lab, command_user, *arguments, strings=32):
    """A run's result, and the text of each process's trace, with so many bytes of each string."""
    directory = SCRATCH / "trace"
    directory.mkdir(exist_ok=True)
    directory.chmod(0o777)
    for old in directory.iterdir():
        old.unlink()
    strace = program.Program(lab.log)
    strace.path = "/usr/bin/strace"
    # As root: into our processes nobody else can look.
    result = strace.run("-qq", "-u", command_user, "-ff", "-s", str(strings), "-o",
                        directory / "of", lab.program.path, *arguments, as_user="root")
    return result, [path.read_text() for path in directory.iterdir()]


class Status:
    """What `sallyport status` prints."""

    def __init__(self, text):
        head, table = text.split("\n\n", 1)
        self.facts = dict(line.split(maxsplit=1) for line in head.splitlines())
        heading, *rows = table.splitlines()
        at = heading.index("parent")
        names = heading[at:].split()
        # (process, layer): whether it is in force
        self.layers = {(name, row[:at].strip()): mark == "yes" for row in rows
                       for name, mark in zip(names, row[at:].split(), strict=True)}
