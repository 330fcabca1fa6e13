"""Running commands side by side: wall time and CPU of each run, by turns."""

import os
import shutil
import statistics
import subprocess
from pathlib import Path
from typing import NamedTuple

import program
import room

WARM_UP = 2     # rounds that are not counted


class Run(NamedTuple):
    wall: float     # ms
    cpu: float      # ms, of all its processes
    status: int
    size: int       # of its output


class Command:
    """A command that sshd could run, in the hands of spawn.c."""

    def __init__(self, arguments, user, before=None):
        """`before` is called before each run."""
        self.user = user
        self.arguments = [str(argument) for argument in arguments]
        self.before = before or (lambda: None)
        self.identity = program.as_sshd_would(user)
        self._spawn = None

    @property
    def pid(self):
        """Of the process that runs it."""
        return self._spawn.pid

    def begin(self, seconds=0):
        """Run it again and again for so long, or once; end() tells how it was."""
        if self._spawn is None:
            self._spawn = subprocess.Popen([spawn_program(), *self.arguments], text=True,
                                           **self.identity | {"stdin": subprocess.PIPE},
                                           stdout=subprocess.PIPE)
        self._spawn.stdin.write(f"{seconds}\n")
        self._spawn.stdin.flush()

    def end(self):
        runs = []
        while (line := self._spawn.stdout.readline()) != "\n":
            wall, cpu, status, size = line.split()
            runs.append(Run(int(wall) / 1000, int(cpu) / 1000, int(status), int(size)))
        return runs

    def run(self):
        self.before()
        self.begin()
        return self.end()[0]

    def output(self):
        """What it prints, run once and for itself."""
        self.before()
        return subprocess.run(self.arguments, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, **self.identity)

    def stop(self):
        if self._spawn is not None:
            self._spawn.stdin.close()
            self._spawn.wait()
            self._spawn.stdout.close()
            self._spawn = None


def build_directory():
    return Path(os.environ.get("SALLYPORT_BUILD", room.CHECKOUT / "build"))


def spawn_program():
    """A copy that any user may run."""
    copy = room.SCRATCH / "spawn"
    if not copy.exists():
        shutil.copyfile(build_directory() / "benchmarks/spawn", copy)
        copy.chmod(0o755)
    return copy


def by_turns(commands, rounds):
    """{name: [Run]}; each round starts with another one. All runs of a command must end alike."""
    names = list(commands)
    found = {name: [] for name in names}
    for turn in range(-WARM_UP, rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            run = commands[name].run()
            if turn >= 0:
                found[name].append(run)
    for name, runs in found.items():
        commands[name].stop()
        check_ends(commands[name], runs)
    return found


def check_ends(command, runs):
    ends = {(run.status, run.size) for run in runs}
    assert len(ends) == 1, f"{command.arguments}: (status, size of the output): {ends}"


def all_at_once(command, clients, seconds):
    """That many processes run it again and again; returns the Runs that ended in time."""
    several = [Command(command.arguments, command.user) for _ in range(clients)]
    for length in (0, seconds):     # once, so that all are there
        for one in several:
            one.begin(length)
        runs = [run for one in several for run in one.end()]
    for one in several:
        one.stop()
    check_ends(command, runs)
    return runs


def spread(values):
    """Half of the values lie in a range as wide as this."""
    low, _, high = statistics.quantiles(values, n=4)
    return high - low


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
