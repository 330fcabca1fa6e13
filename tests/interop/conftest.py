"""Run in the room of tests/e2e, with its lab; besides, what OpenPubkey needs."""

import sys
import time
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).resolve().parent),
                str(Path(__file__).resolve().parents[1] / "liars")]

import room_lab  # noqa: E402

import client  # noqa: E402
import opk_lab  # noqa: E402
import provider  # noqa: E402


def pytest_configure(config):
    room_lab.use(config)


@pytest.fixture(scope="session")
def whole_opk(whole_lab):
    """The providers and the client, and the logins that have been made with them."""
    for path in (provider.MODULES, client.PROGRAM):
        whole_lab.peer(path)
    return opk_lab.OpkLab(whole_lab.api.certificates)


@pytest.fixture
def opk(lab, whole_opk):
    whole_opk.reset()
    return whole_opk


@pytest.fixture(scope="session", autouse=True)
def refreshed_login(whole_opk, whole_lab):
    """A login whose first ID token has expired and was refreshed before. What it takes to wait
    for that passes while the other tests run."""
    microsoft = provider.Provider(whole_lab.api.certificates, provider.Provider.MICROSOFT)
    login = whole_opk.client.refreshed_login(microsoft.issuer, "short-lived")
    expiry = time.time() + microsoft.SHORT_LIFE + 1

    def wait():
        time.sleep(max(0, expiry - time.time()))
        return login
    return wait
