"""Peak memory of a command, all its processes together.

The command runs under ptrace, and whenever one of its processes enters or leaves a system call,
the PSS of all of them is added up. That misses no peak: memory is given back by system calls only.
PSS counts a page that n processes share n times a part of 1/n, so that nothing counts twice.
"""

import contextlib
import ctypes
import os
import signal
from pathlib import Path

from traced_open import libc

PTRACE_TRACEME, PTRACE_SYSCALL, PTRACE_SETOPTIONS = 0, 24, 0x4200
SYSGOOD, FORK, VFORK, CLONE, EXEC = 1, 2, 4, 8, 16      # PTRACE_O_TRACE...
WALL = 0x40000000


def ptrace(request, pid, data=0):
    """False if there is no such process any more."""
    return libc.ptrace(request, pid, None, ctypes.c_void_p(data)) == 0


def start(command):
    """Stopped at its first instruction."""
    how = command.identity
    pid = os.fork()
    if pid == 0:
        null = os.open("/dev/null", os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        os.closerange(3, 1024)
        os.chdir(how["cwd"])
        os.umask(how["umask"])
        os.setgroups([])
        os.setresgid(*3 * [how["group"]])
        os.setresuid(*3 * [how["user"]])
        libc.ptrace(PTRACE_TRACEME, 0, None, None)
        os.execve(command.arguments[0], command.arguments, how["env"])
    os.waitpid(pid, 0)
    assert ptrace(PTRACE_SETOPTIONS, pid, SYSGOOD | FORK | VFORK | CLONE | EXEC)
    return pid


def process_of(thread):
    for line in Path(f"/proc/{thread}/status").read_text().splitlines():
        if line.startswith("Tgid:"):
            return int(line.split()[1])


def pss(process):
    """Bytes; 0 if it is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def peak(command):
    """Bytes."""
    command.before()
    ptrace(PTRACE_SYSCALL, start(command))
    processes, found = {}, 0
    while True:
        try:
            thread, status = os.waitpid(-1, WALL)
        except ChildProcessError:
            return found
        if not os.WIFSTOPPED(status):
            processes.pop(thread, None)
            continue
        with contextlib.suppress(OSError):
            processes.setdefault(thread, process_of(thread))
        found = max(found, sum(pss(process) for process in set(processes.values())))
        stop = os.WSTOPSIG(status)
        # A new thread stops, calls do, and exec: the rest are signals of its own.
        deliver = 0 if stop in (signal.SIGSTOP, signal.SIGTRAP, signal.SIGTRAP | 0x80) else stop
        ptrace(PTRACE_SYSCALL, thread, deliver)
