"""A real sshd whose only source of keys is the program, and logging in to it."""

import socket
import subprocess
import time
from pathlib import Path

import room
from room import SCRATCH

VERSIONS = {"9.2": "bookworm", "10.0": "bookworm-backports", "sid": "sid"}


def unpacked(version):
    """The program of this version (for "sid": whatever was newest when it was fetched), or None."""
    return room.peer(f"{VERSIONS[version]}/usr/sbin/sshd")


class Sshd:
    _ports = iter(range(2201, 2300))

    def __init__(self, version, command, command_user, keys_file="none", asks=None):
        """asks: the lines by which it asks, if they are not those of a command and its user."""
        program = unpacked(version)
        parts = program.parents[1] / "lib/openssh"      # from 10.0 on sshd is cut in three
        self.port = next(self._ports)
        self._directory = SCRATCH / f"sshd-{self.port}"
        self._directory.mkdir()
        host_key = new_key(self._directory / "host_key")
        config = self._directory / "sshd_config"
        config.write_text("\n".join([
            f"Port {self.port}",
            "ListenAddress 127.0.0.1",
            f"HostKey {host_key}",
            "PidFile none",
            "UsePAM no",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            f"AuthorizedKeysFile {keys_file}",
            *(asks or [f"AuthorizedKeysCommand {command}",
                       f"AuthorizedKeysCommandUser {command_user}"]),
            "MaxAuthTries 20",
            "LogLevel VERBOSE",
            *(["PerSourcePenalties no", f"SshdSessionPath {parts / 'sshd-session'}",
               f"SshdAuthPath {parts / 'sshd-auth'}"] if version != "9.2" else []),
        ]) + "\n")
        self._log = open(self._directory / "log", "w+b")
        self._process = subprocess.Popen([program, "-D", "-e", "-f", config],
                                         stdin=subprocess.DEVNULL, stderr=self._log)
        self._await_port()

    def _await_port(self):
        for _ in range(1000):
            assert self._process.poll() is None, f"sshd does not start: {self.log()}"
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                time.sleep(0.02)
        raise AssertionError(f"sshd does not listen: {self.log()}")

    def log(self):
        return (self._directory / "log").read_text()

    def client(self, key, user, command):
        """The words of `ssh user@here command`."""
        return ["/usr/bin/ssh", "-F", "none", "-i", key, "-p", str(self.port),
                "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR",
                "-o", "UserKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=no",
                f"{user}@127.0.0.1", command]

    def login(self, key, user="alice", command="id -un"):
        """Log in. Returns the finished process."""
        return subprocess.run(self.client(key, user, command), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60)

    def stop(self):
        self._process.terminate()
        self._process.wait()
        self._log.close()


def new_key(path, kind="ed25519"):
    """Make a key pair; returns the private key's path."""
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "", "-f", path], check=True)
    return path


def public_key(path):
    return Path(f"{path}.pub").read_text().strip()
