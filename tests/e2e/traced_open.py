"""Watch a process open files: a tracer small enough to read.

strace shows what is opened, but not what /proc/PID says of the process at that moment. This
stops the process at the entry of each call that opens a file and looks.
"""

import ctypes
import os
import signal
from pathlib import Path
from typing import NamedTuple

libc = ctypes.CDLL(None, use_errno=True)
PTRACE_TRACEME, PTRACE_SYSCALL, PTRACE_SETOPTIONS, PTRACE_GET_SYSCALL_INFO = 0, 24, 0x4200, 0x420e
ENTRY = 1                       # PTRACE_SYSCALL_INFO_ENTRY
PTRACE_O_TRACESYSGOOD = 1       # marks stops at system calls with bit 7
PATH_ARGUMENT = {2: 0, 257: 1, 437: 1}      # open, openat, openat2 on x86-64


class Open(NamedTuple):
    path: str
    cmdline: bytes      # at the entry of the call, as the next
    owner: int          # of its files in /proc: root if others of its user may not look into it


def _ptrace(request, pid, data=0):
    if libc.ptrace(request, pid, None, ctypes.c_void_p(data)) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")


def _is_entry(pid):
    """Whether it stopped on its way into the kernel. (Counting stops would lose its way where a
    signal comes in between.)"""
    info = ctypes.create_string_buffer(128)
    if libc.ptrace(PTRACE_GET_SYSCALL_INFO, pid, ctypes.c_void_p(len(info)), info) < 0:
        raise OSError(ctypes.get_errno(), "ptrace")
    return info.raw[0] == ENTRY


def _read_path(pid, address):
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        memory.seek(address)
        # Up to the end of the page, so that nothing beyond the mapping is asked for.
        return memory.read(4096 - address % 4096).split(b"\0")[0].decode("utf-8", "replace")


def opens_of(arguments, user, environment):
    """Run the program (its own process only, not its children) and return its Opens."""
    pid = os.fork()
    if pid == 0:
        null = os.open("/dev/null", os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        os.closerange(3, 256)
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        libc.ptrace(PTRACE_TRACEME, 0, None, None)
        os.execve(arguments[0], [str(a) for a in arguments], environment)

    os.waitpid(pid, 0)      # stopped by its own execve
    _ptrace(PTRACE_SETOPTIONS, pid, PTRACE_O_TRACESYSGOOD)
    found, deliver = [], 0
    while True:
        _ptrace(PTRACE_SYSCALL, pid, deliver)
        _, status = os.waitpid(pid, 0)
        if not os.WIFSTOPPED(status):
            return found
        deliver = os.WSTOPSIG(status)
        if deliver != signal.SIGTRAP | 0x80:
            continue
        deliver = 0
        if _is_entry(pid):
            call = Path(f"/proc/{pid}/syscall").read_text().split()
            at = PATH_ARGUMENT.get(int(call[0]))
            if at is not None:
                found.append(Open(_read_path(pid, int(call[1 + at], 16)),
                                  Path(f"/proc/{pid}/cmdline").read_bytes(),
                                  os.stat(f"/proc/{pid}/mem").st_uid))
