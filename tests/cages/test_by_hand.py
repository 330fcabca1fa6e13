"""A worker that somebody else starts than the starter: without a channel it does nothing; with one
it shuts its cage and does what it always does; and where the cage cannot be shut, nothing."""

import contextlib
import ctypes
import os
import signal
import socket
import struct
import subprocess
from pathlib import Path

import pytest

from messages import BUILD_ID, MESSAGES, STEP
from room import PREFIX
from running import look_at

CHANNEL = 3
HOME = "sallyport-home"     # has no cage of its own to tell of
SYS_LANDLOCK_CREATE_RULESET = 444
ROLE = {"sallyport-parse": "judge", "sallyport-net": "system-ca"}
REFUSED = 2


@pytest.fixture(params=ROLE)
def worker(request, lab):
    (path,) = PREFIX.glob(f"**/{request.param}")
    return path


def spawn(words, descriptors):
    """Start it with these descriptors (number: whose copy) and no others; its process id."""
    actions = [(os.POSIX_SPAWN_DUP2, theirs, 200 + number)
               for number, theirs in descriptors.items()]
    actions += [(os.POSIX_SPAWN_DUP2, 200 + number, number) for number in descriptors]
    actions += [(os.POSIX_SPAWN_CLOSE, 200 + number) for number in descriptors]
    with open(os.devnull, "r+b") as null:
        actions = [(os.POSIX_SPAWN_DUP2, null.fileno(), number) for number in (0, 1, 2)] + actions
        return os.posix_spawn(words[0], words, {"PATH": "/usr/bin:/bin"}, file_actions=actions)


def ended(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@contextlib.contextmanager
def started(words, besides=()):
    """With a channel, and other descriptors besides: (process id, our end)."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        with theirs:
            pid = spawn(list(map(str, words)), {CHANNEL: theirs.fileno(), **dict(besides)})
        ours.settimeout(20)
        yield pid, ours


# No channel.

def a_pipe():
    return os.pipe()[0]


def a_file():
    return os.open("/etc/hosts", os.O_RDONLY)


def a_datagram_socket():
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].detach()


def a_stream_socket():
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)[0].detach()


def a_tcp_socket():
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM).detach()


OTHERS = [a_pipe, a_file, a_datagram_socket, a_stream_socket, a_tcp_socket]


@pytest.fixture(params=[*ROLE, HOME])
def any_worker(request, lab):
    (path,) = PREFIX.glob(f"**/{request.param}")
    return path


def usual_words(worker):
    words = [worker, ROLE.get(worker.name, "home"), str(os.getpid())]
    return words + ["alice", "/opt/home/alice", "23002"] * (worker.name == HOME)


def refused(words, descriptor):
    done = subprocess.run(["/bin/bash", "-c", f'exec "$@" {CHANNEL}<&{descriptor}', "-",
                           *words], pass_fds=[] if descriptor == "-" else [descriptor],
                          capture_output=True, timeout=20)
    return done.returncode == REFUSED and b"by hand" in done.stderr and done.stdout == b""


def test_without_a_channel(any_worker):
    assert refused(usual_words(any_worker), "-")


@pytest.mark.parametrize("make", OTHERS, ids=lambda make: make.__name__)
def test_with_something_else(any_worker, make):
    descriptor = make()
    assert refused(usual_words(any_worker), descriptor)
    os.close(descriptor)


@pytest.mark.parametrize("words", [[], ["judge"], ["judge", "1", "2"]], ids=len)
def test_with_other_words(any_worker, words):
    with started([any_worker, *words]) as (pid, channel):
        assert ended(pid) == REFUSED
        assert channel.recv(1) == b""


@pytest.mark.parametrize("role", ["", "judges", "-h", "JUDGE"])
def test_in_no_role(worker, role):
    with started([worker, role, os.getpid()]) as (pid, channel):
        assert ended(pid) not in (0, REFUSED)
        assert channel.recv(1) == b""


# With a channel.

def ready(channel):
    """What it says of its cage: (layers, Landlock's ABI)."""
    said = channel.recv(1 << 16)
    assert said[:1] == bytes([MESSAGES["READY"].id])
    build, *cage = struct.unpack(">QIB", said[1:])
    assert build == BUILD_ID
    return cage


def landlock_abi():
    found = ctypes.CDLL(None).syscall(SYS_LANDLOCK_CREATE_RULESET, None, 0, 1)
    return max(found, 0)


def test_cage_is_its_own(worker):
    """The starter's is below it otherwise, which hides what is missing here."""
    with started([worker, ROLE[worker.name], os.getpid()]) as (pid, channel):
        assert ready(channel)[1] == landlock_abi()
        process = look_at(Path(f"/proc/{pid}"))
    assert (process.status["NoNewPrivs"], process.status["Seccomp"]) == ("1", "2")
    assert process.status["Seccomp_filters"] == "1"
    assert process.capabilities("Prm") == process.capabilities("Bnd") == 0
    assert process.owner == 0 and "0" not in process.uids + process.gids
    assert process.limits["processes"] == process.limits["core file size"] == "0"


def test_dies_with_who_started_it(worker):
    """Whoever else has its channel."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if (starter := os.fork()) == 0:
        spawn([str(worker), ROLE[worker.name], str(os.getpid())], {CHANNEL: theirs.fileno()})
        signal.pause()
    theirs.close()
    ours.settimeout(20)
    with ours:
        ready(ours)
        os.kill(starter, signal.SIGKILL)
        os.waitpid(starter, 0)
        assert ours.recv(1) == b""


def test_descriptors_of_whoever_started_it(worker):
    """But for the channel they are closed before it says anything."""
    with open("/etc/shadow") as secret:
        besides = {number: secret.fileno() for number in (4, 5, 31, 100)}
        with started([worker, ROLE[worker.name], os.getpid()], besides=besides) as (pid, channel):
            ready(channel)
            held = {os.readlink(fd) for fd in Path(f"/proc/{pid}/fd").iterdir()}
            channel.close()
            ended(pid)
    assert all(what == os.devnull or what.startswith("socket:") for what in held), held


def test_child_of_another(worker):
    """Its parent is not who it was told: that one may be dead already, and nobody would end it."""
    with started([worker, ROLE[worker.name], os.getppid()]) as (pid, channel):
        assert ended(pid) == STEP["PARENT_GONE"]
        assert channel.recv(1) == b""


# What the kernel refuses, and the step that it is for.
REFUSALS = {"prlimit64": "RLIMITS", "setresuid": "UID", "setgroups": "UID", "capset": "CAPS",
            "landlock_restrict_self": "LANDLOCK", "seccomp": "SECCOMP"}


@pytest.mark.parametrize("call", REFUSALS)
def test_cage_that_cannot_be_shut(worker, call):
    """It ends, and has said nothing."""
    strace = ["/usr/bin/strace", "-D", "-qq", "-o", "/dev/null", "-e", f"inject={call}:error=EPERM"]
    with started([*strace, worker, ROLE[worker.name], os.getpid()]) as (pid, channel):
        assert ended(pid) == STEP[REFUSALS[call]]
        assert channel.recv(1) == b""


def test_control_traced_and_shut(worker):
    strace = ["/usr/bin/strace", "-D", "-qq", "-o", "/dev/null", "-e", "trace=none"]
    with started([*strace, worker, ROLE[worker.name], os.getpid()]) as (pid, channel):
        ready(channel)
