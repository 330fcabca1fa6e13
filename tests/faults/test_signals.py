"""SIGKILL, SIGTERM and SIGSTOP to each process at each of its steps (more SIGKILL: tests/liars)."""

import pytest

from injected import SIGKILL, SIGSTOP, SIGTERM, Faults
from injector import PARENT, STARTER

LOGINS = [("verify-home", "root"), ("k9", "key9"), ("verify-cold", "key9"), ("k9-stale", "root"),
          ("authorize", "key9"), ("authorize-certificate", "key9")]

each_login = pytest.mark.parametrize("login", LOGINS, ids="-".join, indirect=True)


@each_login
def test_killed(login):
    faults = Faults(login)
    faults.sweep("step", [SIGKILL], sample=8)
    faults.check()


@each_login
def test_terminated(login):
    faults = Faults(login)
    faults.sweep("step", [SIGTERM], sample=8)
    faults.check()


@each_login
def test_stopped_for_good(login):
    """All but the parent, which ends them; and root's starter, which only root can stop, and the
    parent is root no more when its death should end it."""
    others = {PARENT} | ({STARTER} if login.command_user == "root" else set())
    faults = Faults(login)
    faults.sweep("step", [SIGSTOP], sample=2, deadline=1, processes=faults.calls.keys() - others)
    faults.check()


@each_login
def test_stopped_for_a_moment(login):
    """That nobody minds."""
    faults = Faults(login)
    faults.sweep("step", ["pause=200"], sample=2, deadline=5, harmless=True)
    faults.check()


@pytest.mark.parametrize("login", LOGINS[:2], ids="-".join, indirect=True)
@pytest.mark.parametrize("pause", ["pause=1500", "pause=2500"])
def test_parent_is_stopped_for_longer_than_it_may_take(login, pause):
    """Up to its deadline, or even to its last resort, a second later."""
    faults = Faults(login)
    faults.sweep("step", [pause], sample=1, deadline=1, processes=[PARENT])
    faults.check()
