"""Every system call from inside each cage, each in a process of its own: killed, or returned from,
as the tables of seccomp/ say.

A quarter of the calls here, another one in each cage and role; with SALLYPORT_DEEP set, all of them
in each, and as either command user.
"""

import os
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from probe import CAGES, ask

DEEP = "SALLYPORT_DEEP" in os.environ
EVERY = 1 if DEEP else 4
USERS = ["key9", "root"]
# Two numbers that the kernel exempts from every filter, by design, from Linux 6.11 on.
EXEMPT = {"native 335", "native 336"}


CASES = [(number, user) for number in range(len(CAGES))
         for user in (USERS if DEEP else [USERS[number % 2]])]


def sweep(cage, every, first, as_user):
    """What was not as the tables say; how many calls were made, and how many were to be killed."""
    *wrong, summary = ask("--sweep", cage, str(every), str(first), as_user=as_user)
    made, to_be_killed = map(int, re.findall(r"\d+", summary))
    return wrong, made, to_be_killed


@pytest.fixture(scope="module")
def sweeps(whole_lab):
    """A few at a time: most of theirs is waiting for the kernel to take namespaces down."""
    with ThreadPoolExecutor(3) as pool:
        yield {case: pool.submit(sweep, CAGES[case[0]], EVERY, *case) for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{CAGES[case[0]]}-{case[1]}")
def test_what_the_tables_say(sweeps, case):
    wrong, made, to_be_killed = sweeps[case].result()
    assert [line for line in wrong if " ".join(line.split()[:2]) not in EXEMPT] == []
    assert made > 3 * 1024 // EVERY and to_be_killed > made * 0.8


def test_control(whole_lab):
    """Without a cage none of them is killed. Not as root, who may do what they ask for."""
    wrong, made, to_be_killed = sweep("none", 1, 0, "nobody")
    assert wrong == []
    assert made > 3 * 1024 and to_be_killed == 0
