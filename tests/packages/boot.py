"""boot.py ROOT UNIT: boot the machine in ROOT with its own systemd, until UNIT is over.

Processes, mounts, control groups and devices are its own; the network is that of the room. It
leaves files in ROOT and nothing else.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))
import room     # noqa: E402

MOUNTS, GROUPS, NAMES, IPC, PIDS = 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x20000000
DEVICES = ["null", "zero", "full", "random", "urandom", "tty"]
SYSTEMD = ["/lib/systemd/systemd", "--system", "--log-target=console", "--show-status=no"]


def unshare(flags):
    assert room.libc.unshare(flags) == 0, "unshare"


def own_group(mounted):
    """A control group with this process in it, for the machine to take for the root of all."""
    room.mount("cgroup2", mounted, "cgroup2")
    group = Path(tempfile.mkdtemp(prefix="sallyport-", dir=mounted))
    (group / "cgroup.procs").write_text(str(os.getpid()))
    return group


def remove(group):
    (group.parent / "cgroup.procs").write_text(str(os.getpid()))
    for directory, _, _ in os.walk(group, topdown=False):
        os.rmdir(directory)


def furnish():
    """What is mounted on a machine's root, here the current directory."""
    for kind, where in [("proc", "proc"), ("sysfs", "sys"), ("tmpfs", "sys/fs/cgroup"),
                        ("cgroup2", "sys/fs/cgroup"), ("tmpfs", "run"), ("tmpfs", "tmp"),
                        ("tmpfs", "dev")]:
        room.mount(kind, where, kind)
    for name in DEVICES:
        os.mknod(f"dev/{name}", 0o020666, os.stat(f"/dev/{name}").st_rdev)
        os.chmod(f"dev/{name}", 0o666)
    os.symlink("/proc/self/fd", "dev/fd")
    os.symlink("pts/ptmx", "dev/ptmx")
    for kind, where in [("devpts", "dev/pts"), ("tmpfs", "dev/shm")]:
        os.mkdir(where)
        room.mount(kind, where, kind)


def boot(root, unit):
    room.mount(root, root)
    os.chdir(root)
    furnish()
    subprocess.run(["pivot_root", ".", "."], check=True)
    room.unmount(".")
    os.chdir("/")
    os.execve(SYSTEMD[0], [*SYSTEMD, f"--unit={unit}"],
              {"container": "sallyport-test", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})


def main(root, unit):
    unshare(MOUNTS)
    with tempfile.TemporaryDirectory() as mounted:
        group = own_group(mounted)
        unshare(GROUPS | NAMES | IPC | PIDS)
        child = os.fork()
        if child == 0:
            unshare(MOUNTS)
            boot(root, unit)
        os.waitpid(child, 0)
        remove(group)
        room.unmount(mounted)


if __name__ == "__main__":
    main(*sys.argv[1:])
