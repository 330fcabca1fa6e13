"""Run in the room of tests/e2e, with the world that the pages speak of."""

import sys
from pathlib import Path

import pytest

for folder in ("openpubkey", "e2e"):     # forge.py, idp.py; room.py and its like
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / folder))
import room             # noqa: E402
import sshd             # noqa: E402

no_room = None      # why not


def pytest_configure(config):
    global no_room
    no_room = room.enter_pytest(config)


@pytest.fixture(scope="session")
def whole_world():
    if no_room:
        room.missing(no_room)
    if sshd.unpacked("9.2") is None:
        room.missing("OpenSSH 9.2 could not be fetched")
    import world        # after the room has been entered
    return world.World()


@pytest.fixture
def world(whole_world):
    whole_world.reset()
    return whole_world
