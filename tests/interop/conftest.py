"""Run in the room of tests/e2e, with its lab; besides, what OpenPubkey needs."""

import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).resolve().parent),
                str(Path(__file__).resolve().parents[1] / "liars")]

import room_lab  # noqa: E402


def pytest_configure(config):
    room_lab.use(config)


@pytest.fixture(scope="session")
def whole_opk(whole_lab):
    """The providers and the client, and the logins that have been made with them."""
    import client
    import opk_lab
    import provider

    for path in (provider.MODULES, client.PROGRAM):
        whole_lab.peer(path)
    return opk_lab.OpkLab(whole_lab.api.certificates)


@pytest.fixture
def opk(lab, whole_opk):
    whole_opk.reset()
    return whole_opk
