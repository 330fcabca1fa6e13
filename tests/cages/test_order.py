"""When a parent shuts and narrows its cage: before it hears anybody who may be owned by then."""

import re

import pytest

import keys
import program
from key9_api import answer
from opk_login import ACCESS_TOKEN, ISSUER, login_of, words, write_rules
from room import CACHE, SCRATCH
from running import traced

OFFERED = login_of(access_token=ACCESS_TOKEN)
KEY = keys.good()["ed25519"]
BASE64, TYPE = words(OFFERED)
DEADLINE, JWKS = "--deadline=20", SCRATCH / "jwks.json"
# A subcommand's words; how many parents there are, and how many of them have documents fetched.
# (The second of refresh finds that there is no other provider.)
RUNS = {
    "k9-ssh": ([DEADLINE, "--user=alice"], 1, 1),
    "verify": ([DEADLINE, "alice", BASE64, TYPE], 1, 1),
    "authorize": ([DEADLINE, "--user=alice", f"--type={TYPE}", f"--key={BASE64}"], 2, 1),
    "refresh": ([DEADLINE], 2, 1),
    "preload": ([ISSUER, JWKS], 1, 0),
}
SHUT, HEARD, FETCH = "filter", "heard", "fetch"
EVENTS = {re.compile(pattern): event for pattern, event in {
    r"seccomp\(SECCOMP_SET_MODE_FILTER, .* = 0$": SHUT,
    r"recvmsg\(.* = [1-9]": HEARD,
    r'sendto\(\d+, "\\n\\[01]\\0.*https?:': FETCH,   # its number, whether http is allowed, a URL
}.items()}


def order(trace):
    """What happens in a trace, the first time each: the filter, a message heard, an order to
    fetch, and the paths that a Landlock rule set leaves."""
    events, paths = [], set()
    for line in trace.splitlines():
        if line.startswith("landlock_create_ruleset("):
            paths = set()
        elif opened := re.match(r'open\("(.*?)", .*O_PATH', line):
            paths.add(opened[1])
        elif re.match(r"landlock_restrict_self\(.* = 0$", line):
            events.append(frozenset(paths))
        events += [event for pattern, event in EVENTS.items()
                   if event not in events and pattern.match(line)]
    return events


@pytest.fixture
def parents(lab, whole_opk_idp, command_user, request):
    """The order() of each parent in a run of the subcommand that the test names."""
    whole_opk_idp.reset()
    write_rules(whole_opk_idp)
    lab.api.behaviours["alice"] = answer(KEY)
    program.write_settings("sources: [{source: openpubkey}]\n")
    JWKS.write_bytes(whole_opk_idp.jwks)
    result, traces = traced(lab, command_user, request.param, *RUNS[request.param][0])
    assert result.status == 0 and (result.stdout or request.param == "preload"), result
    return [order(trace) for trace in traces
            if "execveat(" not in trace and "landlock_restrict_self(" in trace]


@pytest.mark.parametrize("parents", RUNS, indirect=True)
def test_walls_come_first(parents, command_user, request):
    _, count, fetching = RUNS[request.node.callspec.params["parents"]]
    cache = str(CACHE / command_user)
    assert len(parents) == count
    assert sum(FETCH in events for events in parents) == fetching
    for events in parents:
        assert events[:2] == [{"/", cache}, SHUT], "heard before the cage was shut"
        assert events.count({cache}) == 1 and HEARD in events
        if FETCH in events:
            assert events.index({cache}) < events.index(FETCH)
