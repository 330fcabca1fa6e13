"""The real opkssh, run as its sshd would run it."""

import os
import subprocess
from pathlib import Path

import program
from room import USERS

PEERS = "/var/cache/sallyport-build/peers"


def installed():
    """Where it is: named, or what fetch-peers has unpacked. None if it is neither."""
    peers = os.environ.get("SALLYPORT_PEERS") or PEERS
    path = Path(os.environ.get("SALLYPORT_OPKSSH") or Path(peers, "sid/usr/bin/opkssh"))
    return path if path.exists() else None


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
