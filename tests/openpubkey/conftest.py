"""Run in the room of tests/e2e; one provider, name server, log and machine for the session."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))
import name_server      # noqa: E402
import opkssh           # noqa: E402
import program          # noqa: E402
import room             # noqa: E402
from host import Host   # noqa: E402
from idp import NAMES, Idp      # noqa: E402
from key9_api import Certificates       # noqa: E402

# The two ways of being started: by opkssh's AuthorizedKeysCommandUser, and by root.
COMMAND_USERS = ["opksshuser", "root"]

no_room = None      # why not


def pytest_configure(config):
    global no_room
    no_room = room.enter_pytest(config)


class Lab:
    """What a test talks to."""

    def __init__(self):
        name_server.NAMES.update(NAMES)
        self.names = name_server.NameServer()
        self.certificates = Certificates()
        self.idp = Idp(self.certificates)
        self.log = program.Log()
        self.host = Host(program.Program(self.log), self.certificates.ca_file)

    def reset(self):
        self.idp.reset()
        self.host.reset()
        self.names.queries.clear()
        self.log.take()

    def opkssh(self, forgery, user="alice"):
        """What the real one prints."""
        return opkssh.verify(user, forgery.base64, forgery.type, self.certificates.ca_file)


@pytest.fixture(scope="session")
def whole_lab():
    if no_room:
        room.missing(no_room)
    return Lab()


@pytest.fixture
def lab(whole_lab):
    whole_lab.reset()
    whole_lab.host.command_user = "opksshuser"
    return whole_lab


@pytest.fixture
def idp(lab):
    return lab.idp


@pytest.fixture
def host(lab):
    return lab.host


@pytest.fixture(params=COMMAND_USERS)
def command_user(request, lab):
    """Each test that uses this runs as either user."""
    lab.host.command_user = request.param
    return request.param


@pytest.fixture
def real_opkssh(lab):
    """The lab, where there is a real opkssh."""
    if opkssh.installed() is None:
        room.missing("opkssh could not be fetched")
    return lab
