"""The Debian package in two fresh chroots: built, installed, logged in with, purged.

Run with SALLYPORT_DEEP set only; `chroots` has made them before.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import idp
import key9_api
import name_server
import program
import pytest
import room
import sshd as real_sshd
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from forge import CLIENT, EMAIL, ISSUER, Forgery

DIRECTORY = Path("/var/cache/sallyport-build/packages")
EXAMPLE = "/usr/share/doc/sallyport/examples/10-sallyport.conf"
ENTER, BOOT = (Path(__file__).with_name(name) for name in ("enter.py", "boot.py"))
OPENPUBKEY = "AuthorizedKeysCommand /usr/bin/sallyport verify %u %k %t\n"
KEY9 = "AuthorizedKeysCommand /usr/bin/sallyport k9-ssh --user=%u\n"
PORTS = iter(range(2401, 2500))


class Lab:
    def __init__(self):
        name_server.NAMES.update(idp.NAMES)
        self.names = name_server.NameServer()
        self.api = key9_api.Api()
        self.idp = idp.Idp(self.api.certificates)
        self.idp.reset()
        self.log = program.Log()


@pytest.fixture(scope="module")
def lab():
    yield Lab()
    subprocess.run(["rm", "-rf", "--one-file-system", DIRECTORY], check=True)


class Host:
    """A machine in a chroot. Its /dev, and with it the log, and its network are the room's."""

    def __init__(self, release, lab):
        self.release, self.lab = release, lab
        self.directory = DIRECTORY / release
        self.root = self.directory / "host"
        self.deb = next(self.directory.glob("debs/sallyport_*.deb"))
        room.mount("proc", self.root / "proc", "proc")
        room.mount("/dev", self.root / "dev")
        (self.root / "etc/resolv.conf").write_text("nameserver 127.0.0.1\n")
        # As systemd makes it where there is one.
        (self.root / "run/sshd").mkdir(exist_ok=True)
        self.installed_before = self.files()

    def run(self, *command):
        return subprocess.run([sys.executable, ENTER, self.root, *command], text=True,
                              timeout=300, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT,
                              env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
                                   "DEBIAN_FRONTEND": "noninteractive"})

    def must(self, *command):
        done = self.run(*command)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def files(self):
        """What is where: {path: (mode, owner, content of what a package could have changed)}."""
        found = {}
        for directory, names, files in os.walk(self.root):
            names[:] = [n for n in names if Path(directory, n) not in (
                self.root / "proc", self.root / "dev", self.root / "sys")]
            for name in names + files:
                path = Path(directory, name)
                status = path.lstat()
                is_etc = path.is_relative_to(self.root / "etc") and path.is_file()
                found[str(path.relative_to(self.root))] = (
                    status.st_mode, status.st_uid, status.st_gid,
                    path.read_bytes() if is_etc and not path.is_symlink() else b"")
        return found

    def write(self, path, text, mode=0o640, group="sallyport"):
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        target.chmod(mode)
        self.must("chown", f"root:{group}", path)

    def configure(self, run_as="sallyport"):
        """Both sources, as their own manuals have it."""
        ca = self.lab.api.certificates.ca_file.read_text()
        self.write("/etc/ssl/test-ca.pem", ca, 0o644, "root")
        self.write("/etc/opk/providers", f"{ISSUER} {CLIENT} 24h\n")
        self.write("/etc/opk/auth_id", f"alice {EMAIL} {ISSUER}\n")
        self.write("/etc/opk/config.yml", "env_vars:\n  SSL_CERT_FILE: /etc/ssl/test-ca.pem\n")
        sections = program.k9_sections(self.lab.api, run_as)
        sections["system"]["ca_file"] = "/etc/ssl/test-ca.pem"
        self.write("/opt/k9/etc/k9.yaml", program.yaml_text(sections), group=run_as)

    def login(self, key, command, *certificate):
        """`ssh alice@here` to an sshd with this AuthorizedKeysCommand."""
        example = (self.root / EXAMPLE.lstrip("/")).read_text()
        assert OPENPUBKEY in example and f"#{KEY9}" in example
        self.write("/etc/ssh/sshd_config.d/10-sallyport.conf",
                   example.replace(OPENPUBKEY, command), 0o644, "root")
        assert "sallyport" in self.must("/usr/sbin/sshd", "-T")
        return self.ssh(key, *certificate)

    def ssh(self, key, *certificate):
        """`ssh alice@here` to an sshd as it is configured."""
        port = str(next(PORTS))
        server = subprocess.Popen([sys.executable, ENTER, self.root, "/usr/sbin/sshd", "-D", "-e",
                                   "-p", port],
                                  stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            await_port(port)
            return subprocess.run(
                ["ssh", "-F", "none", "-i", key, *certificate, "-p", port, "-o",
                 "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "-o",
                 "UserKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=no",
                 "alice@127.0.0.1", "id -un"], stdin=subprocess.DEVNULL, capture_output=True,
                text=True, timeout=60)
        finally:
            server.terminate()
            server.wait()


def await_port(port):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise AssertionError("sshd does not listen")


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def host(request, lab):
    if not (DIRECTORY / request.param / "host/home/alice").exists():
        pytest.fail("not built; the log ends with:\n" +
                    "".join((DIRECTORY / "log").read_text().splitlines(True)[-40:]))
    machine = Host(request.param, lab)
    yield machine
    room.unmount(machine.root / "dev")
    room.unmount(machine.root / "proc")


# In the order of a package's life.

def test_lintian_finds_nothing(host):
    said = (host.directory / "debs/lintian").read_text()
    assert re.findall(r"^[EW]: .*", said, re.M) == []
    overrides = (room.CHECKOUT / "debian/sallyport.lintian-overrides").read_text()
    # All are needed; and so lintian has looked.
    for line in re.findall(r"^sallyport: (.*)", overrides, re.M):
        pattern = re.escape(line).replace(r"\*", "[^/]+")
        assert re.search(rf"^O: sallyport: {pattern}$", said, re.M), line


def test_policies_compile_and_units_are_sound(host):
    said = (host.directory / "checked").read_text()
    assert said.endswith("all is well\n"), said


def test_installing_changes_nothing_about_logins(host):
    before = host.must("/usr/sbin/sshd", "-T")
    shutil.copy(host.deb, host.root / host.deb.name)
    host.must("dpkg", "-i", f"/{host.deb.name}")
    assert host.must("/usr/sbin/sshd", "-T") == before
    new = set(host.files()) - set(host.installed_before)
    assert not [path for path in new if path.startswith(("etc/ssh", "etc/sudoers", "etc/pam"))]
    assert "etc/systemd/system/timers.target.wants/sallyport-refresh.timer" not in new


def test_what_is_installed_is_roots_and_nothing_is_setuid(host):
    for line in host.must("dpkg", "-L", "sallyport").split():
        status = (host.root / line.lstrip("/")).lstat()
        assert (status.st_uid, status.st_gid) == (0, 0), line
        assert status.st_mode & 0o6000 == 0, line
    empty = host.root / "usr/libexec/sallyport/empty"
    assert empty.stat().st_mode & 0o7777 == 0o555 and not list(empty.iterdir())


def test_the_user_has_a_cache_and_nothing_else(host):
    assert host.must("id", "-Gn", "sallyport") == "sallyport\n"
    assert host.must("getent", "passwd", "sallyport").endswith(":/nonexistent:/usr/sbin/nologin\n")
    assert host.must("stat", "-c", "%U %G %a", "/var/cache/sallyport",
                     "/var/cache/sallyport/sallyport") == "root root 755\nsallyport sallyport 700\n"


def test_every_protection_is_in_force(host):
    said = host.must("setpriv", "--reuid=sallyport", "--regid=sallyport", "--clear-groups",
                     "sallyport", "status")
    assert re.search(r"^cache +/var/cache/sallyport/sallyport$", said, re.M)
    assert "does not allow every protection" not in said and "system call filter" in said


def test_login_with_a_key_of_key9(host, lab):
    host.configure()
    key = real_sshd.new_key(room.SCRATCH / f"id_{host.release}")
    lab.api.behaviours["alice"] = key9_api.answer()
    assert host.login(key, KEY9).returncode == 255
    lab.api.behaviours["alice"] = key9_api.answer(real_sshd.public_key(key))
    lab.log.take()
    done = host.login(key, KEY9)
    log = lab.log.take()
    assert (done.returncode, done.stdout) == (0, "alice\n"), (done.stderr, log)
    assert any("decision=allow reason=ok user=alice source=key9" in line for line in log)


def new_certificate(host):
    """As opkssh leaves them: the private key, and what names its certificate to ssh."""
    forgery = Forgery()
    key = room.SCRATCH / f"id_opk_{host.release}"
    key.write_bytes(forgery.user.private.private_bytes(
        Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    key.chmod(0o600)
    certificate = Path(f"{key}-cert.pub")
    certificate.write_text(f"{forgery.type} {forgery.base64} alice\n")
    return key, ("-o", f"CertificateFile={certificate}")


def test_login_with_a_certificate_of_openpubkey(host, lab):
    host.configure()
    key, offered = new_certificate(host)
    host.write("/etc/opk/auth_id", f"bob {EMAIL} {ISSUER}\n")
    assert host.login(key, OPENPUBKEY, *offered).returncode == 255
    host.write("/etc/opk/auth_id", f"alice {EMAIL} {ISSUER}\n")
    lab.log.take()
    done = host.login(key, OPENPUBKEY, *offered)
    log = lab.log.take()
    assert (done.returncode, done.stdout) == (0, "alice\n"), (done.stderr, log)
    assert any("decision=allow reason=ok user=alice source=openpubkey" in line for line in log)
    assert list((host.root / "var/cache/sallyport/sallyport").iterdir())


SEVERAL = """sources:
  - source: openpubkey
  - source: key9
    options: [restrict, pty]
  - source: chain
    command: /usr/local/sbin/old-keys %u
    user: nobody
"""


def test_login_by_several_sources_from_setup_to_undo(host, lab):
    host.configure(run_as="root")
    host.write("/etc/sallyport/sallyport.yaml", SEVERAL, 0o644, "root")
    host.write("/usr/local/sbin/old-keys", '#!/bin/sh\nexec cat "/etc/ssh/keys/$1"\n', 0o755, "root")
    keys = {source: real_sshd.new_key(room.SCRATCH / f"id_{source}_{host.release}")
            for source in ("key9", "chain", "nobody")}
    host.write("/etc/ssh/keys/alice", real_sshd.public_key(keys["chain"]) + "\n", 0o644, "root")
    lab.api.behaviours["alice"] = key9_api.answer(real_sshd.public_key(keys["key9"]))
    host.must("rm", "/etc/ssh/sshd_config.d/10-sallyport.conf")
    before = host.must("/usr/sbin/sshd", "-T")

    host.must("sallyport", "setup", "sshd")
    after = host.must("/usr/sbin/sshd", "-T")
    asked = re.search("^authorizedkeyscommand (.*)$", after, re.M)[1]
    assert asked.startswith("/usr/bin/sallyport authorize --user=%u --type=%t --key=%k")
    assert ("%C" in asked) == (host.release != "bookworm")
    host.must("sallyport", "setup", "sshd")
    assert host.must("/usr/sbin/sshd", "-T") == after
    host.must("sallyport", "audit")

    certificate, offered = new_certificate(host)
    for source, key, more in (("key9", keys["key9"], ()), ("chain", keys["chain"], ()),
                              ("openpubkey", certificate, offered)):
        lab.log.take()
        done = host.ssh(key, *more)
        log = lab.log.take()
        assert (done.returncode, done.stdout) == (0, "alice\n"), (source, done.stderr, log)
        assert any(f"decision=allow reason=ok user=alice source={source} " in line for line in log)
    assert host.ssh(keys["nobody"]).returncode == 255

    host.must("sallyport", "setup", "sshd", "--undo")
    assert host.must("/usr/sbin/sshd", "-T") == before
    assert host.ssh(keys["chain"]).returncode == 255


# What a booted machine does: starts the service; then in its place what says how it is caged.
BOOTED = """[Unit]
DefaultDependencies=no
Requires=systemd-journald.service
After=systemd-journald.service
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=oneshot
TimeoutStartSec=120
StandardOutput=append:/booted
StandardError=inherit
ExecStart=-systemctl start sallyport-refresh.service
ExecStart=-journalctl --sync
ExecStart=-journalctl --no-pager -u sallyport-refresh
ExecStart=mkdir -p /run/systemd/system/sallyport-refresh.service.d
ExecStart=sh -c 'printf "[Service]\\nExecStart=\\nExecStart=/usr/bin/sallyport status\\n\
StandardOutput=file:/status\\n" >/run/systemd/system/sallyport-refresh.service.d/status.conf'
ExecStart=systemctl daemon-reload
ExecStart=systemctl start sallyport-refresh.service
"""


def test_refresh_by_its_service_on_a_booted_machine(host):
    host.configure()
    machine = host.directory / "booted"
    host.must("sh", "-c", "rm -rf /var/cache/sallyport/sallyport/*")
    subprocess.run(["cp", "-a", "--one-file-system", host.root, machine], check=True)
    (machine / "etc/systemd/system/booted.service").write_text(BOOTED)
    subprocess.run([sys.executable, BOOT, machine, "booted.service"], timeout=300,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    said = (machine / "booted").read_text()
    assert f"keys refreshed issuer={ISSUER}" in said, said
    assert list((machine / "var/cache/sallyport/sallyport").iterdir())
    # The unit's own walls take nothing away from those of the processes.
    status = (machine / "status").read_text()
    outside = host.must("setpriv", "--reuid=sallyport", "--regid=sallyport", "--clear-groups",
                        "sallyport", "status")
    assert status.partition("\nlayer")[2] == outside.partition("\nlayer")[2] != ""


# Whose the files are that the operator wrote himself.
OPERATORS = {"etc/opk", "etc/opk/providers", "etc/opk/auth_id", "etc/opk/config.yml", "opt/k9",
             "opt/k9/etc", "opt/k9/etc/k9.yaml", "etc/ssl/test-ca.pem",
             "etc/ssh/sshd_config.d/10-sallyport.conf", "etc/ssh/keys", "etc/ssh/keys/alice",
             "usr/local/sbin/old-keys"}
ACCOUNTS = {f"etc/{name}{end}" for name in ("passwd", "group", "shadow", "gshadow")
            for end in ("", "-")} | {"etc/.pwd.lock"}
DPKGS_OWN = ("var/lib/dpkg/", "var/log/", "var/cache/man", "var/cache/ldconfig", "tmp/", "run/",
             "var/lib/systemd", "var/lib/ucf", "var/cache/debconf", "var/lib/deb-systemd")


def test_removing_leaves_no_sshd_that_runs_what_is_gone(host):
    """What somebody wrote by hand is his to remove; what setup wrote goes with the package."""
    host.write("/etc/ssh/sshd_config.d/10-sallyport.conf", OPENPUBKEY +
               "AuthorizedKeysCommandUser sallyport\n", 0o644, "root")
    refused = host.run("dpkg", "--remove", "sallyport")
    assert refused.returncode != 0 and "not as sallyport setup wrote it" in refused.stdout
    host.must("rm", "/etc/ssh/sshd_config.d/10-sallyport.conf")
    before = host.must("/usr/sbin/sshd", "-T")
    assert "systemctl reload ssh\n" in host.must("sallyport", "setup", "sshd", "verify")
    assert OPENPUBKEY.split(" ", 1)[1] in host.must("/usr/sbin/sshd", "-T")
    host.must("dpkg", "--remove", "sallyport")
    assert host.must("/usr/sbin/sshd", "-T") == before
    assert not (host.root / "etc/ssh/sshd_config.d/10-sallyport.conf").exists()


def test_purge_leaves_nothing(host):
    host.write("/etc/sallyport/sallyport.yaml", "stale_max: 12h\n")
    host.must("dpkg", "-i", f"/{host.deb.name}")
    host.must("systemctl", "enable", "sallyport-refresh.timer")
    (host.root / host.deb.name).unlink()
    host.must("dpkg", "--purge", "sallyport")
    after = host.files()
    changed = {path for path in after.keys() | host.installed_before.keys()
               if after.get(path) != host.installed_before.get(path)}
    left = {path for path in changed - OPERATORS - ACCOUNTS if not path.startswith(DPKGS_OWN)}
    assert left == set()
    assert not [path for path in after if "sallyport" in path and path not in OPERATORS]
    # The account stays (debian/sallyport.postrm says why), and is all that was added.
    for name in ("passwd", "group"):
        added = set(after[f"etc/{name}"][3].splitlines()) - set(
            host.installed_before[f"etc/{name}"][3].splitlines())
        assert [line.split(b":")[0] for line in added] == [b"sallyport"]
