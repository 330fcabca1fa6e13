"""The filters that the processes of a login have in the kernel are those that the build made,
byte for byte; and the login goes on when they have been looked at."""

import contextlib
import subprocess
import time

import pytest

import keys
import program
from key9_api import answer
from probe import BUILD, HERE
from processes import read_each
from provider_api import DISCOVERY, JWKS
from room import SCRATCH
from room_lab import compile_c
from running import look_at, look_at_all
from test_opk_running import (  # noqa: F401
    USERINFO, WORKERS, idp, login_during, look_at_login, name_service)

KEY = keys.good()["ed25519"]
RESOLVING, CONNECTED = ["starter", "net_connect"], ["starter", "net_connect", "net_talk"]
FILTERS = {"parent": ["parent"], "starter": ["starter"], "parseproc": ["starter", "parse"],
           # No filter at all: they run what is not ours.
           "home": [], "runner": []}


@pytest.fixture(scope="session")
def loaded():
    """PIDs to {pid: names of its filters, the oldest first}."""
    tool = compile_c("loaded", HERE / "loaded.c", BUILD / "seccomp/libcage.a", flags=["-lcap-ng"])

    def read_back(pids):
        lines = subprocess.run([tool, *map(str, pids)], check=True, text=True,
                               stdout=subprocess.PIPE).stdout.splitlines()
        return {int(pid): filters for pid, *filters in map(str.split, lines)}
    return read_back


@pytest.mark.parametrize("moment,netproc", [("resolving", RESOLVING), ("connected", CONNECTED)])
def test_login_with_key9(lab, command_user, loaded, monkeypatch, moment, netproc):
    seen = {}

    def look(*_):
        processes = look_at_all()
        filters = loaded(process.pid for process in processes.values())
        seen.update({name: filters[process.pid] for name, process in processes.items()})
    if moment == "connected":
        lab.api.watch = look
    else:
        reply = lab.names._answer

        def look_and_reply(query):
            with contextlib.suppress(OSError):      # or there is no answer to anybody any more
                look()
            return reply(query)
        monkeypatch.setattr(lab.names, "_answer", look_and_reply)
    lab.api.behaviours["alice"] = answer(KEY)
    result = lab.program.keys_for("alice", as_user=command_user)
    assert (result.status, result.keys) == (0, [KEY]), result
    assert seen == {name: FILTERS[name] for name in ("parent", "starter", "parseproc")} | {
        "netproc": netproc}


def test_login_by_certificate(lab, idp, command_user, name_service, loaded):  # noqa: F811
    def look():
        named = look_at_login()
        filters = loaded(process.pid for _, process in named)
        return [(name, filters[process.pid]) for name, process in named if process.pid in filters]
    seen = login_during(lab, idp, command_user, look)
    assert list(seen) == [DISCOVERY, JWKS, USERINFO]
    for path, pairs in seen.items():
        assert ("system-ca", CONNECTED) in pairs, path
        for name, filters in pairs:
            if name == "system-ca":     # one that has yet to be asked
                assert filters in (RESOLVING, CONNECTED), path
            else:
                assert filters == FILTERS[WORKERS.get(name, name)], (path, name)
    names = {name for pairs in seen.values() for name, _ in pairs}
    assert names == {"parent", "starter", "home", "runner", *WORKERS}


def wait_for(comm):
    for _ in range(100):
        if any(said == f"{comm}\n".encode() for _, said in read_each("comm")):
            return
        time.sleep(0.01)
    raise AssertionError(f"no {comm} was started")


def test_login_with_several_sources(lab, command_user, loaded):
    """authorize and the source have the parent's filter, each with a starter of its own; the
    chain's runner has none."""
    seen = []

    def look(*_):
        wait_for("sleep")       # until then the command is a process of ours
        processes = [look_at(proc) for proc in program.running()]
        filters = loaded(process.pid for process in processes)
        seen.extend((process.comm, filters[process.pid]) for process in processes)
    lab.api.watch = look
    lab.api.behaviours["alice"] = answer(KEY)
    command = SCRATCH / "chained"
    command.write_text("#!/bin/sh\nexec sleep 3\n")
    command.chmod(0o755)
    program.write_config(lab.sections(command_user), group=command_user)
    program.write_settings(
        f"sources:\n  - source: key9\n  - source: chain\n    command: {command}\n"
        f"    user: {'nobody' if command_user == 'root' else command_user}\n")
    key_type, key = KEY.split()[:2]
    result = lab.program.run("authorize", "--user=alice", f"--type={key_type}", f"--key={key}",
                             as_user=command_user)
    assert (result.status, result.keys) == (0, [KEY]), result
    ours = [("sallyport", FILTERS[name])
            for name in ("parent", "parent", "starter", "starter", "runner")]
    assert sorted(seen) == sorted([*ours, ("authorize", FILTERS["parseproc"]),
                                   ("judge", FILTERS["parseproc"]), ("own-ca", CONNECTED)])
