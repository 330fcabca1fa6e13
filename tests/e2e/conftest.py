"""Run in the room; one API, name server, log and set of sshds for the whole session."""

import pytest

import program
import room
import sshd as real_sshd
from key9_api import Api
from name_server import NameServer

# The two ways of being started: by an AuthorizedKeysCommandUser of its own, and by root.
COMMAND_USERS = ["key9", "root"]

no_room = None      # why not


def pytest_configure(config):
    global no_room
    no_room = room.enter_pytest(config)


class Lab:
    """What a test talks to."""

    def __init__(self):
        self.names = NameServer()
        self.api = Api()
        self.log = program.Log()
        self.program = program.Program(self.log)
        self._sshds = {}

    def reset(self):
        self.api.reset()
        self.names.queries.clear()
        self.log.take()
        program.reset_cache()
        room.SETTINGS.unlink(missing_ok=True)

    def sections(self, run_as):
        """What a good k9.yaml says, for a test to change and write."""
        return program.k9_sections(self.api, run_as)

    def peer(self, path):
        """The path of something that fetch-peers unpacked."""
        return room.peer(path) or room.missing(f"{path} could not be fetched")

    def sshd(self, version, command_user, command=None):
        """A running sshd of this version that gets its keys from `command`, or else from Key9.
        9.2 does not know %C."""
        if real_sshd.unpacked(version) is None:
            room.missing(f"OpenSSH {version} could not be fetched")
        if command is None:
            remote = "" if version == "9.2" else " --remote=%C"
            command = f"{self.program.path} k9-ssh --user=%u{remote}"
        if (version, command_user, command) not in self._sshds:
            self._sshds[version, command_user, command] = real_sshd.Sshd(
                version, command, command_user)
        return self._sshds[version, command_user, command]


@pytest.fixture(scope="session")
def whole_lab():
    if no_room:
        room.missing(no_room)
    return Lab()


@pytest.fixture
def lab(whole_lab):
    whole_lab.reset()
    return whole_lab


@pytest.fixture(params=COMMAND_USERS)
def command_user(request, lab):
    """Each test that uses this runs as either user, with a good configuration for it."""
    program.write_config(lab.sections(request.param), group=request.param)
    return request.param


@pytest.fixture(scope="session")
def ssh_keys(whole_lab):
    """Private keys to log in with, by type."""
    return {kind: real_sshd.new_key(room.SCRATCH / f"id_{kind}", kind)
            for kind in ("ed25519", "ecdsa", "rsa")}
