"""Run in the room of tests/e2e, with its lab."""

import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "liars"), str(Path(__file__).parent)]

import room_lab  # noqa: E402


def pytest_configure(config):
    room_lab.use(config)


@pytest.fixture(scope="session")
def deprived(whole_lab):
    """Runs a program where nobody may make user namespaces."""
    return room_lab.compile_c("deprived", room_lab.room.CHECKOUT / "tests/cages/deprived.c")


@pytest.fixture(scope="session")
def unrestricted(whole_lab):
    """Runs a program as on a kernel without Landlock."""
    return room_lab.compile_c("unrestricted", room_lab.room.CHECKOUT / "tests/cages/unrestricted.c",
                              flags=["-lseccomp"])


@pytest.fixture(scope="session")
def whole_opk_idp(whole_lab):
    import opk_login        # after the room has been entered
    return opk_login.Idp()
