"""Run in the room of tests/e2e: Key9's API, an OpenID provider, and a machine that asks both."""

import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / folder) for folder in ("e2e", "openpubkey", "liars")]
import name_server      # noqa: E402
import program          # noqa: E402
import room             # noqa: E402
from host import Host   # noqa: E402
from idp import NAMES, Idp      # noqa: E402
from key9_api import Api        # noqa: E402
from many import Many           # noqa: E402

COMMAND_USERS = ["root", "opksshuser"]

no_room = None      # why not


def pytest_configure(config):
    global no_room
    no_room = room.enter_pytest(config)


@pytest.fixture(scope="session")
def whole_lab():
    if no_room:
        room.missing(no_room)
    name_server.NAMES.update(NAMES)
    names = name_server.NameServer()
    api, log = Api(), program.Log()
    runner = program.Program(log)
    return Many(names, api, Idp(api.certificates), Host(runner, api.certificates.ca_file))


@pytest.fixture
def lab(whole_lab):
    """As root would have it, with all three sources and a key in each."""
    whole_lab.reset("root")
    return whole_lab


@pytest.fixture(params=COMMAND_USERS)
def command_user(request, lab):
    """Each test that uses this runs as either user."""
    lab.reset(request.param)
    return request.param
