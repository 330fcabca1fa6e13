"""Run in the room of tests/e2e, with its lab."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

import room_lab  # noqa: E402


def pytest_configure(config):
    room_lab.use(config)


@pytest.fixture(scope="session")
def whole_opk_idp(whole_lab):
    import opk_login        # after the room has been entered
    return opk_login.Idp()


@pytest.fixture
def opk_idp(whole_opk_idp, lab):
    """The provider of a login by certificate, whom our files name."""
    import opk_login
    whole_opk_idp.reset()
    opk_login.write_rules(whole_opk_idp)
    room_lab.clear_scripts()
    return whole_opk_idp
