"""The machine that is measured: what a host has that lets people log in by OpenPubkey and Key9."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import forge
import host
import idp
import name_server
import opkssh
import program
import room
from forge import CLIENT, EMAIL, GITHUB, ISSUER, Forgery, provider_key
from key9_api import Api
from runs import Command

STORE = Path("/etc/ssl/certs")
OPKSSH_LOG = Path("/var/log/opkssh.log")
# What opkssh's installation has for providers; and ours, the last.
PROVIDERS = ["https://accounts.google.com google 24h",
             "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0 azure 24h",
             "https://gitlab.com gitlab 24h", "https://issuer.hello.coop hello 24h",
             f"{GITHUB} github 24h"]
LISTED = f"{ISSUER} {CLIENT} 24h"
AUTH_ID = [f"alice {EMAIL} {ISSUER}",
           f"alice repo:octo-org/octo-repo:ref:refs/heads/* {GITHUB}"]


def trust(ca_file):
    """Put the room's authority beside those that the system trusts: into the bundle, and under
    its hash."""
    found = room.SCRATCH / "store"
    shutil.copytree(STORE, found, symlinks=True)
    room.mount("tmpfs", STORE, "tmpfs", options="mode=755")
    shutil.copytree(found, STORE, symlinks=True, dirs_exist_ok=True)
    certificate = ca_file.read_bytes()
    with open(STORE / "ca-certificates.crt", "ab") as bundle:
        bundle.write(certificate)
    name = subprocess.run(["openssl", "x509", "-noout", "-subject_hash", "-in", ca_file],
                          check=True, text=True, stdout=subprocess.PIPE).stdout.strip()
    (STORE / f"{name}.0").write_bytes(certificate)


def install_openssh():
    """opkssh asks dpkg for the sshd that it serves. A room has one that was only unpacked; without
    this opkssh would go on to ask `ssh -V`, and be slower than where sshd is installed."""
    status = Path("/var/lib/dpkg/status")
    ours = room.SCRATCH / "dpkg-status"
    before = re.sub(r"^Package: openssh-server\n(.+\n)+\n", "", status.read_text(), flags=re.M)
    ours.write_text(before + "Package: openssh-server\nStatus: install ok installed\n"
                    "Architecture: all\nMaintainer: Debian\nVersion: 1:10.0p1-7\n"
                    "Description: sshd\n\n")
    room.mount(ours, status)


class Offered:
    """What a client may offer: each a Forgery, or what looks like one to sshd."""

    good = Forgery()
    gq256 = Forgery(scheme="gq", issuer=GITHUB)
    unknown_issuer = Forgery(issuer=idp.UNLISTED)
    forged = Forgery(op_signer=provider_key("RS256", "stranger"))

    class plain:
        type, base64 = forge.user_key().ssh_type.decode(), None


Offered.plain.base64 = Offered.good.plain_key.split()[1]


class Machine:
    def __init__(self):
        name_server.NAMES.update(idp.NAMES)
        self.names = name_server.NameServer()
        self.api = Api()
        trust(self.api.certificates.ca_file)
        install_openssh()
        self.idp = idp.Idp(self.api.certificates)
        self.log = program.Log()
        self.path = program.program_path()
        # Nobody but root may change it, nor where it is.
        self.opkssh = Path(shutil.copyfile(opkssh.installed(), room.SCRATCH / "opkssh"))
        self.opkssh.chmod(0o755)
        OPKSSH_LOG.touch()
        os.chown(OPKSSH_LOG, room.USERS["opksshuser"], room.USERS["opksshuser"])
        self.reset()

    def reset(self):
        self.idp.reset()
        self.forget_keys()
        room.OPK.chmod(0o755)
        self.policy()

    @staticmethod
    def policy(providers=PROVIDERS, rows=()):
        """`rows` come before those that count."""
        host.write(room.OPK / "providers", [*providers, LISTED])
        host.write(room.OPK / "auth_id", [*rows, *AUTH_ID])

    def refresh(self):
        """Ask every provider now."""
        subprocess.run([self.path, "refresh"], check=True, stdout=subprocess.DEVNULL,
                       **program.as_sshd_would("opksshuser"))

    @staticmethod
    def forget_keys():
        """The next `verify` of ours has to ask the provider."""
        program.reset_cache()

    def ours(self, offered, user="opksshuser", before=None):
        return Command([self.path, "verify", "alice", offered.base64, offered.type], user, before)

    def theirs(self, offered, user="opksshuser"):
        return Command([self.opkssh, "verify", "alice", offered.base64, offered.type], user)

    @staticmethod
    def floor(user="opksshuser"):
        return Command(["/bin/true"], user)
