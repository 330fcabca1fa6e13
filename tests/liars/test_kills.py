"""kill -9 of each process at each step of a login, by tests/faults/injector.c.

Whoever is killed whenever: either exactly the right keys are printed or none, the log says
which, a death is noticed at once (not at the deadline), and nobody is left.
"""

import itertools
import os
import signal

import pytest

from injector import Injector
from key9_api import answer, silent
from messages import KEY_LINE
from running import look_at_all

PARENT, STARTER, JUDGE, NETPROC = "0", "01", "011", "012"
AT_ONCE = 3.0       # seconds: well before the deadline of 5, on a busy machine and traced


@pytest.fixture
def login(lab, command_user):
    """A login of alice in which process `who` is killed at its step number `step`."""
    lab.api.behaviours["alice"] = answer(KEY_LINE)
    killer = Injector(lab.log)

    def run(who, step, event="step"):
        return killer.kill(who, step, ["k9-ssh", "--user=alice"], command_user, event)
    return run


def assert_allowed(result):
    assert (result.status, result.keys) == (0, [KEY_LINE])
    assert (result.decision["decision"], result.decision["keys"]) == ("allow", "1")


def all_steps(login, who):
    """(call, result) of each step, until the process comes to its end unharmed; and of its exit,
    which is not a step of the same number in every login."""
    for step in itertools.count(1):
        result = login(who, step)
        if not result.stderr:
            assert_allowed(result)
            break
        assert result.seconds < AT_ONCE, result
        yield result.stderr.split()[-1], result
    result = login(who, 1, "step:exit_group")
    if result.stderr:       # or somebody has ended it sooner
        yield "exit_group", result


def assert_refused(result, reasons):
    assert (result.status, result.stdout) == (0, ""), result
    assert result.decision["decision"] == "error", result
    assert result.decision["reason"] in reasons, result


@pytest.mark.parametrize("who,name", [(JUDGE, "judge"), (NETPROC, "netproc")],
                         ids=["judge", "netproc"])
def test_kill_a_worker(login, who, name):
    calls = []
    for call, result in all_steps(login, who):
        calls.append(call)
        if result.stdout:       # It has said everything, and hears no more or ends.
            assert call in ("read", "exit_group") and "write" in calls
            assert_allowed(result)
            continue
        assert_refused(result, ["worker_died"])
        assert result.decision["worker"] == name
        assert "SIGKILL" in result.decision["detail"]
    # Not always its exit: the parent may end it sooner.
    assert {"execveat", "seccomp", "read", "write"} <= set(calls)


def test_kill_the_starter(login):
    """All workers die with it. When the keys are complete, nobody asks for it any more."""
    calls = []
    for call, result in all_steps(login, STARTER):
        calls.append(call)
        if result.stdout or call == "exit_group":
            assert_allowed(result)
        else:
            assert_refused(result, ["worker_died", "cage"])
    assert calls.count("vfork") == 2
    assert {"seccomp", "sendto", "recvfrom", "kill", "wait4", "exit_group"} <= set(calls)


def test_kill_the_parent(login):
    calls, outcomes = set(), set()
    for call, result in all_steps(login, PARENT):
        calls.add(call)
        assert result.status == 128 + signal.SIGKILL, result
        # Everything is printed by one write, and then told.
        assert result.keys in ([], [KEY_LINE]), result
        decisions = [line for line in result.log if "decision=" in line]
        outcomes.add((len(result.keys), len(decisions)))
    assert {(0, 0), (1, 1)} <= outcomes <= {(0, 0), (1, 0), (1, 1)}
    assert {"seccomp", "sendto", "recvfrom", "recvmsg"} < calls and calls & {"clone", "fork"}


# Between two steps netproc waits for the API, for as long as that likes.

@pytest.mark.parametrize("who,name", [("parent", None), ("starter", "netproc"),
                                      ("netproc", "netproc"), ("judge", "judge")])
def test_kill_while_the_api_is_asked(lab, command_user, who, name):
    # Of the judge nothing is heard before there is an answer.
    lab.api.behaviours["alice"] = answer(KEY_LINE) if who == "judge" else silent
    process = "parseproc" if who == "judge" else who
    lab.api.watch = lambda request: os.kill(look_at_all()[process].pid, signal.SIGKILL)
    result = lab.program.keys_for("alice", as_user=command_user)
    assert result.stdout == "" and result.seconds < AT_ONCE, result
    if who == "parent":
        assert result.status == -signal.SIGKILL and not result.log, result
        return
    assert_refused(result, ["worker_died"])
    assert result.decision["worker"] == name
