"""The real opkssh, run as its sshd would run it."""

import os
import subprocess
from pathlib import Path

import program
import room
from room import USERS


def installed():
    """Where it is: named, or what fetch-peers has unpacked. None if it is neither."""
    named = os.environ.get("SALLYPORT_OPKSSH")
    return Path(named) if named else room.peer("sid/usr/bin/opkssh")


def verify(user, key, kind, ca_file, *extra):
    """What `opkssh verify` prints; nothing when it refuses."""
    Path("/var/log/opkssh.log").touch()
    os.chown("/var/log/opkssh.log", USERS["opksshuser"], USERS["opksshuser"])
    identity = program.as_sshd_would("opksshuser")
    identity["env"]["SSL_CERT_FILE"] = str(ca_file)
    done = subprocess.run([installed(), "verify", user, key, kind, *extra], text=True,
                          capture_output=True, timeout=60, **identity)
    return done.stdout if done.returncode == 0 else ""


def log():
    """Why it refused."""
    return Path("/var/log/opkssh.log").read_text()
