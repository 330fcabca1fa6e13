"""Whether no process's CPU is lost: what spawn.c finds against the kernel's sum for a control
group, in which nothing can be left behind."""

import contextlib
from pathlib import Path

from figures import figure, progress


def hierarchy():
    """Where cgroup v2 is mounted, or None."""
    for line in Path("/proc/self/mounts").read_text().splitlines():
        where, kind = line.split()[1:3]
        if kind == "cgroup2":
            return Path(where)
    return None


@contextlib.contextmanager
def group():
    """A new control group, or None where there can be none."""
    path = None
    with contextlib.suppress(OSError, TypeError):
        path = hierarchy() / "sallyport-bench"
        path.mkdir(exist_ok=True)
    yield path
    if path is not None:
        path.rmdir()


def used_by_group(path):
    """Milliseconds."""
    words = (path / "cpu.stat").read_text().split()
    return int(words[words.index("usage_usec") + 1]) / 1000


def used_by_process(pid):
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6


def compare(command, path, rounds):
    """The part of the group's CPU that we know of, the spawning itself included."""
    command.run()
    (path / "cgroup.procs").write_text(str(command.pid))
    own, all_of_it = used_by_process(command.pid), used_by_group(path)
    known = sum(command.run().cpu for _ in range(rounds))
    known += used_by_process(command.pid) - own
    all_of_it = used_by_group(path) - all_of_it
    command.stop()
    return known / all_of_it


def all_cases(commands, rounds):
    """For each command: the part that is known, 1 if nothing is lost."""
    progress("control")
    with group() as path:
        if path is None:
            progress("no cgroup v2 here to compare with")
            return
        for name, command in commands.items():
            figure(f"cpu_known_{name}", compare(command, path, rounds), "ratio")
