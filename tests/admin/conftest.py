"""Run in the room of tests/e2e, with an sshd and an /etc/ssh of its own."""

import sys
from pathlib import Path

import pytest

for folder in ("openpubkey", "e2e"):     # forge.py; room.py and its like
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / folder))
import machine          # noqa: E402
import room             # noqa: E402

no_room = None      # why not


def pytest_configure(config):
    global no_room
    no_room = room.enter_pytest(config)


@pytest.fixture(scope="session")
def whole_machine():
    if no_room:
        room.missing(no_room)
    for version in machine.VERSIONS:
        if machine.unpacked(version) is None:
            room.missing(f"OpenSSH {version} could not be fetched")
    return machine.Machine()


@pytest.fixture
def host(whole_machine):
    """A machine without a fault."""
    whole_machine.reset()
    return whole_machine
