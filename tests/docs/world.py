"""The world that the pages speak of: a server, a laptop, an identity provider, Key9, a proxy.

It is a room (tests/e2e/room.py) in which the pages' own names and paths are real: /etc/ssh,
/usr/bin/sallyport, and a CA of the system's that has signed everybody's certificate.
"""

import os
import shutil
import subprocess
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import idp as identity
import key9_api
import name_server
import program
import room
import sshd as real_sshd
from forge import Forgery, provider_key
from key9_api import Listener, answer
from room import CACHE, CONFIG, HOMES, OPK, SCRATCH, SETTINGS, USERS

ISSUER, CLIENT = "https://idp.example.com", "ssh-servers"
KEY9 = "ssh-api.k9.io"
ADDRESSES = {"idp.example.com": room.API_ADDRESS, KEY9: "192.0.2.11",
             "proxy.example.com": "192.0.2.12"}
SSH, TOOLS, LOCAL = Path("/etc/ssh"), Path("/usr/local/sbin"), Path("/usr/local/bin")
CERTIFICATES = Path("/etc/ssl/certs")
PID, COMPANY_CA, STICK = map(Path, ("/run/sshd.pid", "/etc/company-ca.pem", "/media/stick"))
SSSD = Path("/usr/bin/sss_ssh_authorizedkeys")   # a stand-in, of course
LAPTOP = "bob"          # whose it is, in a room that has only one /etc/passwd
PATH = f"{TOOLS}:/usr/sbin:/usr/bin:/sbin:/bin"
MODES = {OPK: (0o640, "opksshuser"), CONFIG.parent: (0o640, "key9")}

SSHD_CONFIG = f"""Include {SSH}/sshd_config.d/*.conf
PidFile {PID}
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
"""
CLIENT_CONFIG = """BatchMode yes
IdentitiesOnly yes
LogLevel ERROR
UserKnownHostsFile /dev/null
StrictHostKeyChecking no
"""
# There is no service manager. What it would do at the one thing that pages ask of it:
SYSTEMCTL = f"""#!/bin/sh
[ "$*" = "reload ssh" ] || exit 1
pid=$(cat {PID}) && rm {PID} && kill -HUP "$pid" || exit
until [ -e {PID} ]; do sleep 0.02; done
"""
SUDO = """#!/bin/sh
[ "$1" = -u ] && user=$2 && shift 2 && exec runuser -u "$user" -- "$@"
"""


def write(path, text, mode=0o644, owner="root", group="root"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.chown(path, USERS[owner], USERS[group])
    path.chmod(mode)


def empty(directory, owner="root", mode=0o755):
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(mode, parents=True)
    os.chown(directory, USERS[owner], USERS[owner])


class World:
    def __init__(self):
        identity.NAMES.update({name: [address] for name, address in ADDRESSES.items()})
        name_server.NAMES.update(identity.NAMES)
        name_server.NameServer()
        self.log = program.Log()
        self._lines = []
        self._key9 = key9_api.Api()
        certificates = self._key9.certificates
        self._idp = identity.Idp(certificates)
        context = certificates.context(certificates.issue("key9", [KEY9]).stem)
        self._servers = [self._idp.listeners["https"],
                         Listener(ADDRESSES[KEY9], 443, self._key9._serve, context)]
        self._proxy = Listener(ADDRESSES["proxy.example.com"], 3128, key9_api.tunnel)
        self._ca_file = certificates.ca_file
        self._make_machine()
        self.changes = {
            "another server": self.reset,
            "nobody answers": self._down,
            "everybody answers": self._up,
            "the proxy refuses": self._refuse,
            "all connections were the proxy's": self._check_proxy,
            "only the company's CA": self._trust_company_only,
            "the cache is two hours old": self._age_cache,
            "alice's certificate is here": self._carry_certificate,
            "alice has no key at Key9": lambda: self._key9.behaviours.update(alice=answer()),
        }

    def _make_machine(self):
        for directory in (SSH, TOOLS, LOCAL, CERTIFICATES):
            room.mount("tmpfs", directory, "tmpfs", options="mode=755")
        room.make_private("/usr/bin", without=["sallyport", SSSD.name])
        room.make_private(STICK.parent, without=[STICK.name])
        for directory in (LOCAL, Path("/usr/bin")):     # by hand; by the package
            (directory / "sallyport").symlink_to(program.program_path())
        sshd = real_sshd.unpacked("9.2")
        write(TOOLS / "sshd", f'#!/bin/sh\nexec {sshd} "$@"\n', 0o755)
        write(TOOLS / "systemctl", SYSTEMCTL, 0o755)
        write(TOOLS / "sudo", SUDO, 0o755)
        with open("/etc/hosts", "a") as hosts:
            hosts.write("127.0.0.1 server\n")
        real_sshd.new_key(SSH / "ssh_host_ed25519_key")
        write(SSH / "sshd_config", SSHD_CONFIG)
        subprocess.run([sshd, "-f", SSH / "sshd_config"], check=True)

    def reset(self):
        """As a page finds it: installed, and nothing configured."""
        for directory in (OPK, CACHE, SSH / "sshd_config.d"):
            empty(directory)
        for path in (SETTINGS, CONFIG, COMPANY_CA):
            path.unlink(missing_ok=True)
        for name in ("root", "alice", LAPTOP):
            empty(HOMES / name, name, 0o700)
        empty(STICK, LAPTOP)
        self.run("#", "systemctl reload ssh")
        self._trust()
        self._up()
        self._proxy._serve = key9_api.tunnel
        self._key9.reset()
        self._idp.reset()
        self._idp.publish(ISSUER, provider_key())
        for listener in (*self._servers, self._proxy):
            listener.connects = 0
        self._make_laptop()
        self.log.take()
        self._lines.clear()

    def _make_laptop(self):
        """ssh's files: a certificate that alice got at the provider, a key that Key9 has, and
        one in reserve."""
        login = Forgery(issuer=ISSUER, audience=CLIENT)
        files = {"config": CLIENT_CONFIG, "id_ecdsa": login.user.private.private_bytes(
                     Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()),
                 "id_ecdsa.pub": f"{login.plain_key}\n",
                 "id_ecdsa-cert.pub": f"{login.type} {login.base64}\n"}
        for name in ("id_ed25519", "break-glass"):
            key = SCRATCH / name
            if not key.exists():
                real_sshd.new_key(key)
            files |= {name: key.read_bytes(), f"{name}.pub": f"{real_sshd.public_key(key)}\n"}
        ssh = HOMES / LAPTOP / ".ssh"
        empty(ssh, LAPTOP, 0o700)
        for name, text in files.items():
            write(ssh / name, text, 0o600, LAPTOP, LAPTOP)
        self._key9.behaviours["alice"] = answer(files["id_ed25519.pub"].strip())
        write(SSSD, f"#!/bin/sh\n[ $1 != alice ] || echo {files['break-glass.pub']}", 0o755)

    # What a page does.

    def put(self, path, text):
        mode, group = MODES.get(path.parent, (0o644, "root"))
        write(path, text, mode, group=group)

    def run(self, who, words):
        user = LAPTOP if who == "$" else "root"
        return subprocess.run(
            words, shell=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=HOMES / user, user=USERS[user],
            group=USERS[user], extra_groups=[],
            env={"PATH": PATH, "HOME": str(HOMES / user), "LANG": "C.UTF-8", "TZ": "UTC"})

    def logged(self):
        """What the program and sshd have written since the page began."""
        self._lines += [line.split("]: ", 1)[1] for line in self.log.take() if "]: " in line]
        return self._lines

    # What happens around it.

    def _up(self):
        for server in self._servers:
            server.up()

    def _down(self):
        for server in self._servers:
            server.down()

    def _refuse(self):
        def refuse(connection):
            key9_api.read_request(connection)
            key9_api.status("403 Forbidden")(connection)
        self._proxy._serve = refuse

    def _check_proxy(self):
        assert 0 < self._proxy.connects == sum(server.connects for server in self._servers)

    def _trust(self):
        """The system's CAs."""
        hashed = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", self._ca_file],
                                text=True, check=True, stdout=subprocess.PIPE).stdout.strip()
        for name in (f"{hashed}.0", "ca-certificates.crt"):
            write(CERTIFICATES / name, self._ca_file.read_text())

    def _trust_company_only(self):
        for path in CERTIFICATES.iterdir():
            path.unlink()
        write(COMPANY_CA, self._ca_file.read_text())

    def _carry_certificate(self):
        shutil.copy(HOMES / LAPTOP / ".ssh/id_ecdsa-cert.pub", HOMES / "root")

    def _age_cache(self):
        for path in CACHE.glob("*/*"):
            if path.read_bytes().startswith(program.MAGIC):
                program.age_entry(path, 7200)
