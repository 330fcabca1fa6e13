"""A machine that is set up as README says, for a test to set up wrongly; and asking about it."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import program
import room
import sshd as real_sshd
from room import CONFIG, HOMES, OPK, SETTINGS, USERS
from sshd import unpacked

VERSIONS = ("9.2", "10.0")
ISSUER = "https://idp.example"
SLASHED = "https://auth.example/application/o/ssh/"
ENTRA = "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"
PROVIDERS = f"# whom we trust\n{ISSUER} client-1 24h\n{SLASHED} client-2 12h\n"
AUTH_ID = f"# who may be whom\nalice alice@example.com {ISSUER}\nbob oidc:groups:ops {SLASHED}\n"

SSH = Path("/etc/ssh")
DROPINS = SSH / "sshd_config.d"
SSHD = Path("/usr/local/sbin/sshd")
BIN = Path("/usr/local/bin")
SUDOERS = Path("/etc/sudoers.d")


class Ran(NamedTuple):
    status: int
    out: str
    err: str


def write(path, text, mode=0o640, owner="root", group="opksshuser"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.chown(path, USERS[owner], USERS[group])
    path.chmod(mode)
    return path


def clear(directory):
    for entry in directory.iterdir():
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


class Machine:
    """Paths are the real ones: the room has them to itself."""

    def __init__(self):
        self.program = program.program_path()
        self.command = f"{self.program} verify %u %k %t"
        for directory in (SSH, SSHD.parent, BIN):
            room.mount("tmpfs", directory, "tmpfs", options="mode=755")
        SUDOERS.mkdir(exist_ok=True)
        real_sshd.new_key(SSH / "ssh_host_ed25519_key")

    def reset(self):
        clear(OPK)
        OPK.chmod(0o755)
        os.chown(OPK, 0, 0)
        for name in ("alice", "bob"):
            clear(HOMES / name)
            (HOMES / name).chmod(0o700)
        for path in (SETTINGS, CONFIG, SUDOERS / "opkssh"):
            path.unlink(missing_ok=True)
        self.program.chmod(0o755)
        program.reset_cache()
        write(OPK / "providers", PROVIDERS)
        write(OPK / "auth_id", AUTH_ID)
        write(OPK / "config.yml", "deny_users: [mallory]\n")
        shutil.rmtree(DROPINS, ignore_errors=True)
        self.sshd("9.2")
        write(SSH / "sshd_config", f"Include {DROPINS}/*.conf\nUsePAM no\n", 0o644)
        self.dropin("10-sallyport.conf", self.command)

    # sshd.

    def sshd(self, version, calls_itself=None):
        """The sshd of the machine is that version, or says it is another."""
        says = f'[ "$1" = -V ] && echo {calls_itself} >&2 && exit 0\n' if calls_itself else ""
        write(SSHD, f'#!/bin/sh\n{says}exec {unpacked(version)} "$@"\n', 0o755)

    def dropin(self, name, command, user="opksshuser", more=""):
        lines = [f"AuthorizedKeysCommand {command}\n"] if command else []
        lines += [f"AuthorizedKeysCommandUser {user}\n"] if user else []
        write(DROPINS / name, "".join(lines) + more, 0o644)

    def key9(self, run_as="key9", mode=0o640, user="key9", group=None, **changes):
        """Key9 instead of OpenPubkey, asked as `user`."""
        clear(OPK)
        self.dropin("10-sallyport.conf", f"{self.program} k9-ssh --user=%u", user)
        sections = {"system": {"machine_group": "web", "run_as": run_as},
                    "authentication": {"company_uuid": "1-2-3", "api_key": "key"},
                    "urls": {"query_ssh_keys": "https://api.key9.test/ssh"}}
        for path, value in changes.items():
            section, name = path.split("__")
            if value is None:
                del sections[section][name]
            else:
                sections[section][name] = value
        write(CONFIG, program.yaml_text(sections), mode, group=group or user)

    # Files.

    def plugin(self, script="exit 1", mode=0o755, name="test.yml", command=None):
        if command is None:
            command = write(OPK / "plugin.sh", f"#!/bin/sh\n{script}\n", mode, group="root")
        (OPK / "policy.d").mkdir(exist_ok=True)
        (OPK / "policy.d").chmod(0o755)
        return write(OPK / "policy.d" / name, f"name: test\ncommand: {command}\n")

    def home(self, text, user="alice", mode=0o600):
        path = write(HOMES / user / ".opk/auth_id", text, mode, user, user)
        os.chown(path.parent, USERS[user], USERS[user])
        path.parent.chmod(0o700)
        return path

    # Asking.

    def run(self, *words, user="root"):
        done = subprocess.run(
            [self.program, *words], capture_output=True, text=True, timeout=60,
            stdin=subprocess.DEVNULL, env={"PATH": "/usr/sbin:/usr/bin", "TZ": "UTC"}, cwd="/",
            user=USERS[user], group=USERS[user], extra_groups=[])
        return Ran(done.returncode, done.stdout, done.stderr)

    def audit(self, *words, command=("audit",)):
        """The findings, and the exit status."""
        ran = self.run(*command, "--json", *words)
        assert ran.err == "", ran
        return json.loads(ran.out)["findings"], ran.status
