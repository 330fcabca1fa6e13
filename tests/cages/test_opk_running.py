"""The processes of a login by certificate: what /proc and strace say of them."""

import contextlib
import re
import time
from pathlib import Path

import pytest

import program
from opk_login import (
    ACCESS_TOKEN, ISSUER, USERINFO, line_of, login_of, words, write_plugin,
    write_rules)
from probe import ask
from provider_api import DISCOVERY, JWKS
from room import USERS
from running import look_at, traced
from test_running import NULL, STARTER_AS_ROOT, Status, after_filter
from traced_open import opens_of

OFFERED = login_of(access_token=ACCESS_TOKEN)
WORKERS = {"opk-judge": "parseproc", "keys": "parseproc", "system-ca": "netproc"}
EXECUTED = [*WORKERS, "home"]
PLUGIN_ID = 65524
NSSWITCH = Path("/etc/nsswitch.conf")
FILTER_LOAD = "seccomp(SECCOMP_SET_MODE_FILTER"
# Who there is while the provider is asked for each document: the runner of plugins too, and
# the process for the user's own rules, which is to ask the name service and so has been started
# ahead, until it has been asked for them.
EXPECTED = {
    DISCOVERY: {"home", "keys", "opk-judge", "parent", "runner", "starter", "system-ca"},
    JWKS: {"home", "keys", "opk-judge", "parent", "runner", "starter", "system-ca"},
    USERINFO: {"opk-judge", "parent", "runner", "starter", "system-ca"},
}


@pytest.fixture
def idp(whole_opk_idp, lab):
    whole_opk_idp.reset()
    write_rules(whole_opk_idp, rule="oidc:team:operators")
    write_plugin("echo deny")
    return whole_opk_idp


def name_of(process, found):
    if process.comm in EXECUTED:
        return process.comm
    if int(process.status["PPid"]) not in {other.pid for other in found}:
        return "parent"
    return "starter" if process.status["Seccomp"] == "2" else "runner"


@pytest.fixture
def name_service(lab):
    """One that says what /etc/passwd does, but is not it."""
    before = NSSWITCH.read_text()
    NSSWITCH.write_text("passwd: compat\n")
    yield
    NSSWITCH.write_text(before)


def look_at_login():
    """(name, Process) of each."""
    found = []
    for _ in range(100):
        with contextlib.suppress(OSError, KeyError, ValueError):    # one has just ended
            found = [look_at(proc) for proc in program.running()]
        # The next netproc is on its way; look when it has shut its cage.
        if found and all(process.status["Seccomp_filters"] >= "2" for process in found
                         if process.comm in WORKERS or process.comm.startswith("sallyport-")):
            break
        time.sleep(0.01)
    return [(name_of(process, found), process) for process in found]


def login_during(lab, idp, command_user, look):
    """A login that must succeed; what look() returns while each path is asked for."""
    seen = {}

    def watch(request):
        seen[request.path] = look()
    idp.watch = watch
    result = lab.program.run("verify", "alice", *words(OFFERED), as_user=command_user)
    assert (result.status, result.stdout) == (0, line_of(OFFERED)), result
    return seen


@pytest.fixture
def seen(lab, idp, command_user, name_service):
    """path: [(name, Process)] while that is asked for."""
    return login_during(lab, idp, command_user, look_at_login)


def everybody(seen):
    return [pair for pairs in seen.values() for pair in pairs]


def test_only_these_processes(seen):
    assert list(seen) == [DISCOVERY, JWKS, USERINFO]
    for path, pairs in seen.items():
        names = [name for name, _ in pairs]
        # What fetched the keys may not have ended yet when userinfo is asked.
        assert EXPECTED[path] <= set(names) <= EXPECTED[path] | {"keys"}, path
        assert all(names.count(name) == 1 for name in names if name != "system-ca"), path
        assert names.count("system-ca") <= len(EXPECTED), path


def test_command_lines_and_environments(seen):
    """The token is in none, and who logs in only where his home is looked for."""
    for name, process in everybody(seen):
        assert not any(argument for argument in process.cmdline[1:] if name not in EXECUTED), name
        assert process.environment == b"" or name not in EXECUTED, name
        line = b"\0".join(process.cmdline)
        assert OFFERED.base64.encode()[:200] not in line
        assert (b"alice" in line) == (name == "home")
        if name in WORKERS:
            executable = {"parseproc": b"sallyport-parse", "netproc": b"sallyport-net"}
            assert process.cmdline[:2] == [executable[WORKERS[name]], name.encode()]


def test_filters_and_privileges(seen):
    filters = {"parent": "1", "starter": "1", "opk-judge": "2", "keys": "2",
               "system-ca": "23", "runner": "0", "home": "0"}     # 2: not connected yet
    for name, process in everybody(seen):
        assert process.status["NoNewPrivs"] == "1", name
        assert process.status["Seccomp"] == ("0" if name in ("home", "runner") else "2"), name
        assert process.status["Seccomp_filters"] in filters[name], name
        assert process.status["Threads"] == "1", name
        assert process.owner == 0, f"{name} may be traced by its own user"


def test_ids_and_capabilities(lab, seen, command_user):
    text = Status(lab.program.run("status", as_user=command_user).stdout).facts["worker"]
    ids = dict(re.findall(r"(parent|netproc|parseproc|plugins?) (\d+)", text))
    for name, process in everybody(seen):
        expected = str(USERS[command_user])
        if command_user == "root" and name not in ("starter", "home"):
            role = WORKERS.get(name, name)
            expected = ids.get(role) or ids.get("plugin") or ids.get("plugins") or str(PLUGIN_ID)
            assert process.status["Groups"] == "", name
        if (name, command_user) == ("home", "root"):
            # For the name service; it becomes the user before it looks (below).
            assert process.uids == process.gids == ["0"] * 4
            continue
        # Real, effective, saved, of files: what it runs may not signal the runner.
        own = ids["parent"] if (name, command_user) == ("runner", "root") else expected
        assert process.uids == [own, expected, own, expected], name
        assert process.gids == [expected] * 4, name
        keeps = STARTER_AS_ROOT if (name, command_user) == ("starter", "root") else 0
        assert process.capabilities("Eff") == process.capabilities("Prm") == keeps, name
        assert process.capabilities("Inh") == process.capabilities("Amb") == 0, name
        if command_user == "root":
            assert process.capabilities("Bnd") == keeps, name


def test_namespaces_and_roots(seen, command_user):
    for pairs in seen.values():
        ours = next(process for name, process in pairs if name == "parent").namespaces
        for name, process in pairs:
            differ = {ns for ns in ours if process.namespaces[ns] != ours[ns]}
            if name not in WORKERS:
                assert differ == set(), name
                continue
            # Unprivileged, an empty directory of root's is a root, too.
            mounts = command_user == "root" or name == "system-ca"
            assert differ - {"user"} == ({"mnt"} if mounts else set()) | (
                {"net"} if name != "system-ca" else set()), name
            assert process.read_only_root or not mounts
            assert len(process.root) == (4 if name == "system-ca" else 0), name


def test_descriptors(seen):
    for pairs in seen.values():
        parent = next(process for name, process in pairs if name == "parent")
        stdout = parent.descriptors[1]
        assert parent.sockets and stdout.startswith("pipe:")
        for name, process in pairs:
            if name == "parent":
                continue
            fds = process.descriptors
            assert [fds[fd] for fd in (0, 1, 2)] == [NULL] * 3, name
            assert stdout not in fds.values(), name
            if name == "starter":   # none of the log's, and none that a worker has
                assert process.sockets
                assert all(process.sockets.isdisjoint(other.sockets)
                           for other_name, other in pairs if other_name != name), pairs
            else:
                assert sorted(fds) in ([0, 1, 2, 3], [0, 1, 2, 3, 4][:4 + (name == "system-ca")])
                assert all(fd < 3 or what.startswith("socket:") for fd, what in fds.items()), name


def test_limits(seen):
    for name, process in everybody(seen):
        if name in WORKERS:
            for what in ("core file size", "processes", "file size", "locked memory"):
                assert process.limits[what] == "0", (name, what)
            assert process.limits["open files"] == "32" and process.limits["cpu time"] == "5"
        if name != "parent" and name != "starter":
            assert process.limits["core file size"] == "0", name


@pytest.mark.parametrize("subcommand,file", [
    ("verify", "/etc/opk/auth_id"), ("explain", "/etc/opk/auth_id"),
    ("authorize", "/etc/sallyport/sallyport.yaml")])
def test_command_line_is_gone_before_the_first_file_is_opened(lab, idp, command_user, subcommand,
                                                              file):
    """And, before one of ours is, the right of others of the user to look into the process."""
    program.write_settings("sources: [{source: openpubkey}]\n")
    key, key_type = words(OFFERED)
    arguments = [subcommand, "alice", key, key_type] if subcommand == "verify" else [
        subcommand, "--user=alice", f"--type={key_type}", f"--key={key}"]
    identity = program.as_sshd_would(command_user)
    control = opens_of(["/bin/true", *arguments], identity["user"], identity["env"])
    assert OFFERED.base64.encode() in control[0].cmdline, "the tracer does not see what it should"
    opens = opens_of([lab.program.path, *arguments], identity["user"], identity["env"])
    assert file in [each.path for each in opens]
    for each in opens:
        assert not any(each.cmdline.split(b"\0")[1:]), each
    assert {each.owner for each in control} == {identity["user"]}
    ours = [each for each in opens if not each.path.startswith("/proc/")]
    assert {each.owner for each in ours} == {0}, ours


# strace.

@pytest.fixture
def traces(lab, idp, command_user):
    """The text of each process's trace, all that went over its descriptors in it, by name."""
    result, texts = traced(lab, command_user, "verify", "--deadline=20", "alice", *words(OFFERED),
                           strings=100000)
    assert (result.status, result.stdout) == (0, line_of(OFFERED)), result
    found = {}
    for text in texts:
        role = re.search(r'execveat\(.*\["sallyport-\w+", "([\w-]+)"', text)
        ours = "starter" if FILTER_LOAD in text and "execve(" not in text else "ours"
        found.setdefault(role[1] if role else ours, []).append(text)
    return found


def test_keys_role_has_seen_nothing_of_the_login(traces):
    """And netproc nothing but the access token."""
    def said(text):
        return re.sub(r'\\(.)', r"\1", "".join(re.findall(r'^(?:read|write)\(3, "(.*)"', text,
                                                          re.MULTILINE)))
    secrets = [OFFERED.texts[0].decode(), OFFERED.texts[2].decode(), "alice", "AAAA",
               OFFERED.cert_type.decode(), OFFERED.user.ssh_type.decode()]
    (judge,), (keys,) = traces["opk-judge"], traces["keys"]
    assert [secret for secret in secrets if secret not in said(judge)] == ["AAAA"]
    assert ISSUER in said(keys) and "ES256-1" in said(keys)
    for name, secret in [(name, secret) for name in ("keys", "system-ca") for secret in secrets]:
        for text in traces[name]:
            assert secret not in said(text).replace('{"sub": "alice"', ""), (name, secret)
    assert ACCESS_TOKEN.decode() not in said(keys)


def test_home_process_is_the_user_before_it_looks(traces, command_user):
    """Started when it was asked for, since /etc/passwd says who alice is: in the starter's filter."""
    (text,), (starter,) = traces["home"], traces["starter"]
    assert FILTER_LOAD in starter.partition("fork()")[0], "one was started before it"
    looks = [match.start() for match in re.finditer(r'^open(?:at)?\(.*(?:opt/home|\.opk|auth_id)',
                                                    text, re.MULTILINE)]
    assert len(looks) >= 2
    assert "nss" not in text and "/etc/passwd" not in text
    if command_user == "root":
        alice = USERS["alice"]
        for call in ("setgroups(0, NULL)", f"setresuid({alice}, {alice}, {alice})",
                     "prctl(PR_SET_NO_NEW_PRIVS, 1"):
            assert -1 < text.find(call) < looks[0], call


def test_calls_are_those_of_the_tables(traces):
    for name, text in [(name, text) for name in WORKERS for text in traces[name]]:
        lines = [line for line in text.splitlines() if re.match(r"\w+\(", line)]
        if WORKERS[name] == "parseproc":
            assert set(after_filter(lines, 1)) <= {"read", "write", "exit_group"}, name
        else:
            assert set(after_filter(lines, 1)) <= set(ask("--table", "netproc, resolving"))
