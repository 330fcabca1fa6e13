"""The cages of the real processes: what /proc, `sallyport status` and strace say of a login."""

import ctypes
import re
from pathlib import Path

import pytest

import keys
from key9_api import answer
from probe import ask
from room import USERS
from running import Status, behind, during, traced

PROCESSES = ["parent", "starter", "netproc", "parseproc"]
WORKERS = ["netproc", "parseproc"]
NULL = "/dev/null"
# linux/capability.h: what a worker started as root needs until its cage is shut.
KILL, SETGID, SETUID, SETPCAP, SYS_CHROOT, SYS_ADMIN = 5, 6, 7, 8, 18, 21
STARTER_AS_ROOT = sum(1 << c for c in (KILL, SETGID, SETUID, SETPCAP, SYS_CHROOT, SYS_ADMIN))
USER_NAMESPACES = Path("/proc/sys/user/max_user_namespaces")

KEY = keys.good()["ed25519"]


@pytest.fixture(params=["user namespaces", "no user namespaces"])
def run(request, lab, command_user, deprived):
    """Runs sallyport as the command user, on this machine as it is or more strictly administered."""
    lab.api.behaviours["alice"] = answer(KEY)
    if request.param == "user namespaces":
        return lambda *arguments: lab.program.run(*arguments, as_user=command_user)
    return behind(lab, deprived, command_user)


@pytest.fixture(autouse=True, scope="module")
def machine_stays_as_it_is():
    before = USER_NAMESPACES.read_text()
    yield
    assert USER_NAMESPACES.read_text() == before


@pytest.fixture
def processes(lab, run):
    """The four processes of a login that the API keeps waiting."""
    result, seen = during(lab, lambda: run("k9-ssh", "--user=alice"))
    assert (result.status, result.keys) == (0, [KEY]), result
    assert sorted(seen) == sorted(PROCESSES)
    return seen


@pytest.fixture
def strict(request):
    return "no user" in request.node.callspec.params["run"]


@pytest.fixture
def status(run):
    result = run("status")
    assert result.status == 0, result
    return Status(result.stdout)


def worker_ids(status):
    return dict(re.findall(r"(parent|netproc|parseproc) (\d+)", status.facts["worker"]))


def test_ids(processes, status, command_user):
    """Four equal user and group ids, so that none can be taken back."""
    expected = dict.fromkeys(PROCESSES, str(USERS[command_user]))
    if command_user == "root":
        expected |= worker_ids(status)
        assert len(set(expected.values())) == 4
    for name, process in processes.items():
        assert process.uids == process.gids == [expected[name]] * 4, name
        if command_user == "root" and name != "starter":
            assert process.status["Groups"] == ""


def test_capabilities(processes, command_user, strict):
    for name, process in processes.items():
        keeps = STARTER_AS_ROOT if (name, command_user) == ("starter", "root") else 0
        assert process.capabilities("Eff") == process.capabilities("Prm") == keeps, name
        assert process.capabilities("Inh") == process.capabilities("Amb") == 0, name
        # Only who may set capabilities can empty the bounding set: root, or in a namespace.
        if command_user == "root":
            assert process.capabilities("Bnd") == keeps, name
        elif name in WORKERS and not strict:
            assert process.capabilities("Bnd") == 0, name


def test_filters_and_privileges(processes):
    filters = {"parent": 1, "starter": 1, "parseproc": 2, "netproc": 3}
    for name, process in processes.items():
        assert process.status["Seccomp"] == "2", name
        assert process.status["Seccomp_filters"] == str(filters[name])
        assert process.status["NoNewPrivs"] == "1", name
        assert process.status["Threads"] == "1", name


def test_nobody_may_trace_us(processes):
    """A process that is not dumpable belongs to root in /proc."""
    for name in PROCESSES:
        assert processes[name].owner == 0, name


def test_limits(processes):
    for name in WORKERS:
        limits = processes[name].limits
        for what in ("core file size", "processes", "file size", "locked memory"):
            assert limits[what] == "0", (name, what)
        assert limits["open files"] == "32" and int(limits["cpu time"]) <= 5
        assert int(limits["address space"]) == 128 << 20


def test_namespaces_and_roots(processes, command_user, strict):
    ours = processes["parent"].namespaces
    assert processes["starter"].namespaces == ours
    for name in WORKERS:
        process = processes[name]
        differ = {ns for ns in ours if process.namespaces[ns] != ours[ns]}
        expected = set()
        if command_user == "root" or not strict:
            # Unprivileged, an empty directory of root's is a root, too.
            mounts = command_user == "root" or name == "netproc"
            expected |= ({"mnt"} if mounts else set()) | (
                {"net"} if name == "parseproc" else set())
            assert process.read_only_root or not mounts, name
            files = ["etc", "etc/hosts", "etc/nsswitch.conf", "etc/resolv.conf"]
            assert process.root == (files if name == "netproc" else []), name
        if not strict and (name, command_user) != ("netproc", "root"):
            expected |= {"user"}
        assert differ == expected, name


def test_descriptors(processes):
    for name in ["starter", *WORKERS]:
        descriptors = processes[name].descriptors
        assert [descriptors[fd] for fd in (0, 1, 2)] == [NULL] * 3, name
    assert sorted(processes["parseproc"].descriptors) == [0, 1, 2, 3]
    assert sorted(processes["netproc"].descriptors) == [0, 1, 2, 3, 4]
    for name in WORKERS:
        for fd, what in processes[name].descriptors.items():
            assert fd < 3 or what.startswith("socket:"), name
    # What sshd reads until the last has closed it, and its command line's copy.
    stdout = processes["parent"].descriptors[1]
    assert stdout.startswith("pipe:")
    for name in ["starter", *WORKERS]:
        assert stdout not in processes[name].descriptors.values(), name
    # None of the log's, and none that a worker has.
    for name in ["parent", *WORKERS]:
        sockets = processes[name].sockets
        assert sockets and sockets.isdisjoint(processes["starter"].sockets), name


def test_environment_and_command_line(processes):
    for name, process in processes.items():
        if name in WORKERS:
            assert process.environment == b"", name
        assert not any(b"alice" in argument for argument in process.cmdline), name
    starter = str(processes["starter"].pid).encode()
    assert processes["parseproc"].cmdline == [b"sallyport-parse", b"judge", starter]
    assert processes["netproc"].cmdline == [b"sallyport-net", b"own-ca", starter]


# What shows in /proc when a layer is in force.
SEEN = {
    "resource limits": lambda p, parent: p.limits["processes"] == p.limits["core file size"] == "0",
    "user namespace": lambda p, parent: p.namespaces["user"] != parent.namespaces["user"],
    "read-only root, its own or an empty one":
        lambda p, parent: p.root == [] or p.read_only_root and len(p.root) < 5,
    "empty network namespace": lambda p, parent: p.namespaces["net"] != parent.namespaces["net"],
    "no capabilities": lambda p, parent: not any(
        p.capabilities(kind) for kind in ("Eff", "Prm", "Inh", "Amb")),
    "empty capability bounding set": lambda p, parent: p.capabilities("Bnd") == 0,
    # (Of the starter as root it does not show.)
    "not traceable by its own user": lambda p, parent: p.owner == 0,
    "no new privileges": lambda p, parent: p.status["NoNewPrivs"] == "1",
    "system call filter": lambda p, parent: p.status["Seccomp"] == "2",
}
# Landlock does not show there: who has which of it (what it does has test_calls.py), and with
# which version of the kernel's interface.
LANDLOCK = {"Landlock: files": ({"parent", *WORKERS}, 1),
            "Landlock: TCP ports": ({"parent", *WORKERS}, 4),
            "Landlock: signals and abstract sockets": (set(WORKERS), 6)}


def landlock_version():
    """0: none."""
    create_ruleset, version = 444, 1
    return max(0, ctypes.CDLL(None).syscall(create_ruleset, None, 0, version))


def test_status_says_what_is_there(processes, status, command_user):
    seen = SEEN | {"user id of its own":
                   lambda p, parent: int(p.uids[0]) != USERS[command_user]}
    assert {layer for _, layer in status.layers} == set(seen) | set(LANDLOCK)
    for (name, layer), in_force in status.layers.items():
        if layer in seen:
            assert seen[layer](processes[name], processes["parent"]) == in_force, (name, layer)
        else:
            who, version = LANDLOCK[layer]
            assert (name in who and version <= landlock_version()) == in_force, (name, layer)


def test_kernel_without_landlock(lab, command_user, unrestricted):
    """What is missing is said, once, and by status; the login goes on."""
    assert landlock_version() > 0
    run = behind(lab, unrestricted, command_user)
    lab.api.behaviours["alice"] = answer(KEY)
    results = [run("k9-ssh", "--user=alice") for _ in range(2)]
    told = [[line for line in result.log if "Landlock" in line] for result in results]
    for result in results:
        assert (result.status, result.keys) == (0, [KEY]), result
    assert "worker=netproc" in told[0][-1] and "Landlock: files" in told[0][-1]
    assert told[1] == []
    status = Status(run("status").stdout)
    assert status.facts["Landlock"] == "this kernel has none"
    assert not any(in_force for (_, layer), in_force in status.layers.items()
                   if layer in LANDLOCK)


def test_missing_layers_show_and_are_logged_once(lab, run, status, command_user, strict):
    layers = {("parseproc", "user namespace")}
    if command_user != "root":
        layers |= {("netproc", "user namespace"), ("parseproc", "empty network namespace")}
        layers |= {(name, layer) for name in WORKERS for layer in (
            "read-only root, its own or an empty one", "empty capability bounding set")}
    for layer in layers:
        assert status.layers[layer] != strict, layer
    lab.reset()
    lab.api.behaviours["alice"] = answer(KEY)
    warnings = [[line for line in run("k9-ssh", "--user=alice").log if "missing=" in line]
                for _ in range(2)]
    for name, layer in layers:
        worker = "judge" if name == "parseproc" else name
        told = [line for line in warnings[0] if f"worker={worker} " in line and f'"{layer}"' in line]
        assert len(told) == strict, (layer, warnings)
    assert not warnings[1]


# strace.

def calls_of_login(lab, command_user):
    """The calls of each process of a login, in their order, as strace writes them."""
    lab.api.behaviours["alice"] = answer(KEY)
    result, texts = traced(lab, command_user, "k9-ssh", "--user=alice", "--deadline=20")
    assert (result.status, result.keys) == (0, [KEY]), result
    found = {}
    for text in texts:
        name = ("parseproc" if '["sallyport-parse"' in text else
                "netproc" if '["sallyport-net"' in text else
                "parent" if "execve(" in text else "starter")
        found[name] = [line for line in text.splitlines() if re.match(r"\w+\(", line)]
    assert sorted(found) == sorted(PROCESSES)
    return found


def after_filter(lines, number):
    """Names of the calls after the process has loaded its own filter, the first or second."""
    start = max((i for i, line in enumerate(lines) if line.startswith("execveat(")), default=0)
    loads = [i for i, line in enumerate(lines) if i > start
             and re.match(r"seccomp\(SECCOMP_SET_MODE_FILTER, .* = 0$", line)]
    return [line[:line.index("(")] for line in lines[loads[number - 1] + 1:]]


def test_strace_of_a_login(lab, command_user):
    calls = calls_of_login(lab, command_user)
    parseproc = after_filter(calls["parseproc"], 1)
    assert set(parseproc) <= {"read", "write", "exit_group"}
    # The whole login was in there, not only its end.
    assert parseproc.count("read") >= 5 and parseproc.count("write") >= 3

    connected = after_filter(calls["netproc"], 2)
    assert not {"open", "openat", "socket", "connect", "bind"} & set(connected)
    assert {"read", "write"} & set(connected)
    resolving = after_filter(calls["netproc"], 1)
    assert {"openat", "socket", "connect"} <= set(resolving)
    # Its ports, before it calls anybody at them.
    if any(re.match(r"landlock_create_ruleset\(NULL,.* = ([4-9]|\d\d)", line)
           for line in calls["netproc"]):
        assert "landlock_restrict_self" in resolving[:resolving.index("connect")]

    for name, process, number in [("parent", "parent", 1), ("starter", "starter", 1),
                                  ("netproc", "netproc, resolving", 1),
                                  ("netproc", "netproc, connected", 2)]:
        assert set(after_filter(calls[name], number)) <= set(ask("--table", process)), name
