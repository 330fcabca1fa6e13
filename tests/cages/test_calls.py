"""System calls from inside each cage: what the tables do not name is killed, and works outside."""

import errno

import pytest

import program
from probe import CAGES, CALLS, EXPECTED, PROCESSES, ask, call

# Where calls are stopped by something else than the filter, or are to do a job.
EACCES, ENOENT, EROFS = -errno.EACCES, -errno.ENOENT, -errno.EROFS
DONE = range(1 << 31)
REFUSED = [-errno.ECONNREFUSED]     # it got as far as the network


@pytest.fixture
def caged(lab, command_user):
    program.make_cache(command_user)
    return lambda cage, name: call(cage, name, command_user)


@pytest.mark.parametrize("name", CALLS)
def test_call_is_not_killed_outside(caged, name):
    """The control for all that follows."""
    assert caged("none", name) != "killed"


def test_x(): pass


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("cage", CAGES)
def test_call(caged, cage, name):
    result = caged(cage, name)
    assert (result == "killed") == (EXPECTED[cage][name] == "killed"), result
