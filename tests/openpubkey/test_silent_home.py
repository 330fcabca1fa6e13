"""A user's own file system in his home, which does not answer: who looks at it cannot even be
killed. It is his that he waits for himself, and nobody of ours waits with him."""

import os
import subprocess
import time
from pathlib import Path

import pytest

import program
from forge import Forgery
from room import USERS, missing
from silent_fuse import silent

ALICE = USERS["alice"]
DEADLINE = 2
STARTER_STAYS = 3       # seconds; it tries for two to reap who cannot be killed
NSSWITCH = Path("/etc/nsswitch.conf")


@pytest.fixture(scope="module", autouse=True)
def fuse():
    """Where even root may not mount one, nothing is shown."""
    try:
        with silent("/mnt", ALICE) as mounted:
            assert mounted
    except OSError as error:
        missing(f"no FUSE: {error}")


@pytest.fixture(params=["files", "nss"])
def home(request, host):
    """~alice/.opk, where the parent finds who alice is, and where the name service is asked."""
    host.auth_id()
    path = host.home_file(["alice nobody@example.com https://idp.example"]).parent
    text = NSSWITCH.read_text()
    if request.param == "nss":
        NSSWITCH.write_text(text.replace("passwd: files", "passwd: nobody_has_this files"))
    yield path
    NSSWITCH.write_text(text)


def test_it_is_not_asked(host, home, command_user):
    """It refuses everybody who is not alice in all that he is."""
    with silent(home, ALICE) as mounted:
        result = host.refused(Forgery(), "no_rule", deadline=DEADLINE)
        assert result.seconds < DEADLINE / 2
        assert mounted.asked == []
    assert any("Permission denied" in line or "may not read" in line for line in result.log)


def test_where_others_may_come_in(host, home, command_user):
    """The administrator has allowed it (user_allow_other): the login ends in time, and leaves
    nobody but the one who waits."""
    host.command_user = command_user
    with silent(home, ALICE, ",allow_other") as mounted:
        start = time.monotonic()
        with subprocess.Popen(
                [host.program.path, *host.arguments(Forgery()), f"--deadline={DEADLINE}"],
                stdout=subprocess.PIPE, **program.as_sshd_would(command_user)) as login:
            assert login.communicate(timeout=20)[0] == b""
        assert time.monotonic() - start < DEADLINE + program.SLACK
        assert (mounted.asked != []) == (command_user == "root")
        time.sleep(STARTER_STAYS)
        left = [os.readlink(process / "exe").rpartition("/")[2] for process in program.running()]
        assert left == ["sallyport-home"] * (command_user == "root")
    program.assert_nobody_is_left()
