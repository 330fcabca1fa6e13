"""kill -9 of each process of a login by certificate, at its steps, by tests/faults/injector.c.

Whoever is killed whenever: the one right line and exit status 0, or nothing; a death is noticed at
once, nobody is left, and the next login works. Of the steps of a process some are tried:
all of them together take minutes.
"""

import itertools
import os
import signal

import pytest

from injector import Injector
from key9_api import silent
from opk_login import (
    ACCESS_TOKEN, ISSUER, USERINFO, line_of, login_of, words, write_plugin, write_rules)
from program import running
from provider_api import DISCOVERY, JWKS, cache_file

OFFERED = login_of(access_token=ACCESS_TOKEN)
AT_ONCE = 3.0       # seconds: well before the deadline of 5, on a busy machine and traced
# Paths of injector.c: each process by its parent's path and when that made it.
PARENT, STARTER, RUNNER, PLUGIN = "0", "01", "02", "021"
JUDGE, KEYS, NET, NET_JWKS = "011", "012", "013", "014"
HOME, USERINFO_NET = "012", "013"       # of a login that needs no keys


@pytest.fixture
def verify(lab, opk_idp, command_user):
    """The same login, killed or not."""
    killer = Injector(lab.log)

    def run(who=None, step=None):
        arguments = ["verify", "alice", *words(OFFERED)]
        if who is None:
            return lab.program.run(*arguments, as_user=command_user)
        return killer.kill(who, step, arguments, command_user)
    return run


def empty_cache(command_user):
    for path in cache_file(command_user, "keys", ISSUER).parent.iterdir():
        path.unlink()


def forget_attempt(command_user):
    """Of one that was killed the next login waits for the end of the minute."""
    cache_file(command_user, "try", ISSUER).unlink(missing_ok=True)


def assert_allowed(result):
    assert (result.status, result.stdout, result.stderr) == (0, line_of(OFFERED), ""), result
    assert result.decision["decision"] == "allow"


# What lets alice in: (the rules, who takes part).

def by_rule(idp):
    write_rules(idp)


def by_userinfo(idp):
    write_rules(idp, rule="oidc:team:operators")


def by_plugin(idp):
    write_rules(idp, rule="nobody@example.com")
    write_plugin("echo allow")


# Rules, whether the cache is empty, who is killed, every how manieth step is tried: other ones
# for the other command user. Odd numbers, for most calls come in pairs.
KILLS = {
    "cold-parent": (by_rule, True, PARENT, 5),
    "cold-starter": (by_rule, True, STARTER, 3),
    "cold-judge": (by_rule, True, JUDGE, 3),
    "cold-keys": (by_rule, True, KEYS, 3),
    "cold-netproc": (by_rule, True, NET, 3),
    "cold-second-netproc": (by_rule, True, NET_JWKS, 3),
    "warm-parent": (by_rule, False, PARENT, 5),
    "warm-starter": (by_rule, False, STARTER, 3),
    "warm-judge": (by_rule, False, JUDGE, 3),
    "plugin-home": (by_plugin, False, HOME, 1),
    "userinfo-netproc": (by_userinfo, False, USERINFO_NET, 3),
    "plugin-parent": (by_plugin, False, PARENT, 7),
    "plugin-judge": (by_plugin, False, JUDGE, 5),
    "plugin-runner": (by_plugin, False, RUNNER, 2),
    "plugin-itself": (by_plugin, False, PLUGIN, 2),
}


@pytest.mark.parametrize("what", KILLS)
def test_kill(verify, opk_idp, command_user, what):
    rules, cold, who, stride = KILLS[what]
    rules(opk_idp)
    assert_allowed(verify())
    calls, outcomes = [], set()
    first = 1 + (command_user == "root") * stride // 2
    for step in itertools.count(first, stride):
        if cold:
            empty_cache(command_user)
        result = verify(who, step)
        if not result.stderr:
            assert_allowed(result)
            break
        calls.append(result.stderr.split()[-1])
        assert result.seconds < AT_ONCE and result.stdout in ("", line_of(OFFERED)), result
        assert result.status == (128 + signal.SIGKILL if who == PARENT else 0), (calls, result)
        decisions = [line for line in result.log if "decision=" in line]
        assert len(decisions) == 1 or who == PARENT, result
        outcomes.add(result.stdout)
        if cold and who == PARENT:      # nobody else writes the cache
            forget_attempt(command_user)
            assert_allowed(verify())
    # Without the user's own rules others count.
    assert calls and ("" in outcomes) == (what != "plugin-home")
    forget_attempt(command_user)
    assert_allowed(verify())


# Between two steps: while the provider keeps everybody waiting, for as long as it likes.

@pytest.mark.parametrize("where", [DISCOVERY, JWKS, USERINFO])
@pytest.mark.parametrize("who", ["sallyport", "opk-judge", "keys", "system-ca"])
def test_kill_while_the_provider_is_asked(verify, opk_idp, command_user, where, who):
    """All of that name: parent and starter, or both netprocs. Of the judge and the keys role
    nothing is heard before there is an answer."""
    if where == USERINFO:
        by_userinfo(opk_idp)
    if who in ("sallyport", "system-ca"):
        opk_idp.pages[where] = silent

    def kill(request):
        if request.path != where:
            return
        for process in running():
            if (process / "comm").read_text().strip() == who:
                os.kill(int(process.name), signal.SIGKILL)
    opk_idp.watch = kill
    result = verify()
    opk_idp.watch = None
    assert result.seconds < AT_ONCE, result
    # By then it has said everything.
    assert result.stdout == ("" if (who, where) != ("keys", USERINFO) else line_of(OFFERED)), result
    opk_idp.reset()
    forget_attempt(command_user)
    assert_allowed(verify())
