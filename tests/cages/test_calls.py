"""System calls from inside each cage: what its table does not name is killed, and is not outside."""

import errno
from pathlib import Path

import pytest

import program
from probe import CAGES, CALLS, EXPECTED, ask, call
from room import USERS

# The roles of parseproc differ in nothing here; the sweep tries each.
CAGES_TO_TRY = [cage for cage in CAGES if not cage.startswith("parseproc-")] + ["parseproc-judge"]


@pytest.fixture
def attempt(lab, command_user):
    program.make_cache(command_user)
    # What another user's "openat elsewhere" has left.
    Path("/tmp/sallyport-probe").unlink(missing_ok=True)
    return lambda cage, name: call(cage, name, command_user)


def words_of(result):
    """A result as one reads it: "ok", EACCES, killed, ended …"""
    if isinstance(result, str):
        return result
    return "ok" if result >= 0 else errno.errorcode[-result]


@pytest.mark.parametrize("name", CALLS)
def test_call(attempt, name):
    """In each cage, beside the control without one."""
    control = attempt("none", name)
    assert control != "killed"
    for cage in CAGES_TO_TRY:
        result = attempt(cage, name)
        expected = EXPECTED[cage][name]
        assert (result == "killed") == (expected == "killed"), (cage, result, control)


# Whatever the tables come to say: never these, in no cage. What the starter may not do, no worker
# may, from its first instruction.
NEVER = ["socket unix", "socket netlink", "socket raw", "socket mptcp", "socket sctp",
         "socket ping",
         # Landlock's ports are TCP's, and its connect()'s.
         "connect to another port by mptcp", "sendto another port", "sendto, fast open",
         "sendto another port, fast open",
         "ptrace", "process_vm_readv", "process_vm_writev", "pidfd_open", "pidfd_getfd",
         "setuid", "setns", "bpf", "io_uring_setup", "keyctl", "memfd_create", "userfaultfd",
         "pkey_mprotect to execute", "perf_event_open", "init_module"]
# Nor these, where strangers are heard.
NEVER_WITH_STRANGERS = [
    "execve", "execveat", "fork", "clone", "clone3", "kill", "setresuid", "setgroups", "capset",
    "unshare", "mount", "chroot", "mmap to execute", "mprotect to execute"]
# Nor these in netproc, which leaves nothing behind.
CHANGES_FILES = ["open to write", "openat to write", "openat cache", "openat elsewhere", "openat2",
                 "creat", "unlink", "unlinkat", "rename", "link", "symlink", "mkdir", "mknod",
                 "chmod", "chown", "truncate"]
NO_MORE = ["open", "openat", "socket inet", "socket inet6", "connect", "bind", "listen", "prctl",
           "seccomp", "ioctl", "stat"]


def test_tables_never_allow(lab):
    def allowed(cage, names):
        return {name for name in names if EXPECTED[cage][name] == "allowed"}
    for cage in CAGES:
        assert allowed(cage, NEVER) == set(), cage
        if cage not in ("starter", "home"):
            assert allowed(cage, NEVER_WITH_STRANGERS) == set(), cage
        if cage.startswith("netproc"):
            assert allowed(cage, CHANGES_FILES) == set(), cage
    assert allowed("netproc-connected", NO_MORE) == set()
    assert ask("--table", "parseproc") == ["read", "write", "exit_group"]


# Outside these do what they are asked to, whoever asks; the others either need a right or are
# called with nonsense, so that a control which only fails changes nothing on this machine.
WORK_OUTSIDE = [
    "read the channel", "write the channel", "sendto", "fcntl", "dup", "ioctl", "open", "openat",
    "stat", "access", "socket inet", "socket inet6", "socket unix", "socket netlink", "socketpair",
    "bind", "listen", "fork", "clone", "ptrace", "kill", "pidfd_open", "prctl", "setresuid",
    "personality", "mmap", "mmap to execute", "mprotect to execute", "memfd_create", "unshare",
    "unshare user", "io_uring_setup", "keyctl", "add_key", "landlock_create_ruleset", "getpid",
    "getpid by int 0x80", "inotify_init1", "eventfd2", "chdir", "nanosleep"]
AS_ROOT_TOO = ["setuid", "mount", "chroot", "socket raw", "socket packet", "userfaultfd",
               "openat shadow", "kill init"]


@pytest.mark.parametrize("name", WORK_OUTSIDE + AS_ROOT_TOO)
def test_call_works_outside(attempt, command_user, name):
    if name in AS_ROOT_TOO and command_user != "root":
        return
    assert words_of(attempt("none", name)) == "ok"


def test_programs_run_outside(attempt):
    """A call that works and does not come back."""
    for name in ("execve", "execveat", "exit", "exit_group"):
        assert attempt("none", name) == "ended 0"


# The job of each process is allowed, and where its filter lets a call pass, something else
# may stop it: Landlock, the private root, the user id. What each must come to.
STOPPED = {
    "parent": {
        "openat": "ok", "openat shadow": "EACCES", "openat cache": "ok",
        "openat elsewhere": "EACCES", "write elsewhere": "ok", "read elsewhere": "ok"},
    "parent-narrow": {
        "openat": "EACCES", "openat hosts": "EACCES", "openat shadow": "EACCES",
        "openat cache": "ok", "openat elsewhere": "EACCES"},
    "starter": {"fork": "ok", "clone": "ok", "execve": "ended 0", "kill": "ok"},
    "parseproc-judge": {
        "read the channel": "ok", "write the channel": "ok", "write the longest": "ok",
        "exit_group": "ended 0"},
    "netproc": {
        "read the channel": "ok", "write the channel": "ok", "openat hosts": "ok",
        "openat": "ENOENT", "open": "ENOENT", "openat shadow": "ENOENT", "stat": "ENOENT",
        "socket inet": "ok", "socket inet6": "ok",
        "connect to a named port": "ok", "connect to another port": "ok",
        "mmap": "ok", "getrandom": "ok"},
    "netproc-ports": {
        "openat hosts": "ok", "openat": "ENOENT",
        "connect to a named port": "ok", "connect to another port": "EACCES"},
    "netproc-connected": {
        "read the channel": "ok", "write the channel": "ok", "mmap": "ok", "getrandom": "ok",
        "clock_gettime": "ok", "poll": "ok"},
}


@pytest.mark.parametrize("cage,name", [(cage, name) for cage in STOPPED for name in STOPPED[cage]])
def test_allowed_call(attempt, cage, name):
    assert words_of(attempt(cage, name)) == STOPPED[cage][name]


def test_control_for_what_landlock_stops(attempt):
    for name in ("openat hosts", "openat elsewhere", "openat cache",
                 "connect to a named port", "connect to another port"):
        assert words_of(attempt("none", name)) == "ok"


@pytest.mark.parametrize("name,result", [
    ("openat hosts", "ok"), ("openat", "EACCES"), ("openat shadow", "EACCES"),
    ("openat elsewhere", "killed")])
def test_landlock_alone_keeps_netproc_from_files(lab, deprived, name, result):
    """Where it cannot have a root of its own."""
    through = [deprived, str(USERS["key9"])]
    assert words_of(call("netproc", name, "root", through=through)) == result
