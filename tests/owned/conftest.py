"""Run in the room of tests/e2e, with its lab."""

import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "liars"), str(TESTS / "cages"), str(TESTS / "owned")]

import room_lab  # noqa: E402


def pytest_configure(config):
    room_lab.use(config)


@pytest.fixture(scope="session")
def whole_opk_idp(whole_lab):
    import opk_login        # after the room has been entered
    return opk_login.Idp()
