"""The program under test: its configuration, its cache, running it as sshd does, reading its log."""

import os
import re
import shutil
import socket
import struct
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from key9_api import API_KEY, COMPANY
from room import CACHE, CONFIG, PREFIX, SETTINGS, USERS

GROUP = "web,db"
# What a certificate may carry beside the ID token; only the provider may see it.
ACCESS_TOKEN = "an-access-token.of~hers"
SLACK = 0.7         # seconds a login may take beyond its deadline: process start, a busy machine
AUTHPRIV = 10


def program_path():
    found = list(PREFIX.glob("**/bin/sallyport"))
    assert len(found) == 1, f"one sallyport expected below {PREFIX}: {found}"
    return found[0]


# Configuration.

def yaml_text(sections):
    """Two levels of plain scalars; a str value is written as it stands."""
    lines = []
    for section, members in sections.items():
        lines.append(f"{section}:")
        lines += [f"  {name}: {value}" for name, value in members.items()]
    return "\n".join(lines) + "\n"


def k9_sections(api, run_as):
    return {
        "system": {"machine_group": GROUP, "run_as": run_as,
                   "ca_file": str(api.certificates.ca_file)},
        "authentication": {"company_uuid": COMPANY, "api_key": API_KEY},
        "urls": {"query_ssh_keys": api.url()},
    }


def write_config(content, group, path=CONFIG, owner="root", mode=0o640):
    """`content`: the text (or bytes) of the file, or sections for yaml_text().
    `group`: to be right, that of run_as."""
    if isinstance(content, dict):
        content = yaml_text(content)
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    path.chmod(mode)
    os.chown(path, USERS[owner], USERS[group])


def write_settings(text):
    write_config(text, "root", SETTINGS, mode=0o644)


# Cache.

def entry_path(command_user, user="alice"):
    return CACHE / command_user / f"key9-{user}"


def cache_owner(command_user):
    """Started as root, the program goes on as an id of its own (Meson option parent_id)."""
    return 65521 if command_user == "root" else USERS[command_user]


def make_cache(command_user):
    directory = CACHE / command_user
    directory.mkdir(exist_ok=True)
    directory.chmod(0o700)
    os.chown(directory, cache_owner(command_user), cache_owner(command_user))


def reset_cache():
    """As installed: the command users' are there; started as root, the program makes its own."""
    shutil.rmtree(CACHE, ignore_errors=True)
    CACHE.mkdir()
    make_cache("key9")
    make_cache("opksshuser")


MAGIC = b"SPCACHE2"


class Entry(NamedTuple):
    """A cache file: magic, fetch time, for how long fresh, lengths of url and body, url, body;
    integers big-endian."""
    fetched: int
    url: bytes
    body: bytes
    fresh: int = 0

    def packed(self):
        head = struct.pack(">QIII", self.fetched, self.fresh, len(self.url), len(self.body))
        return MAGIC + head + self.url + self.body


def read_entry(path):
    data = path.read_bytes()
    assert data.startswith(MAGIC)
    fetched, fresh, url, body = struct.unpack(">QIII", data[8:28])
    assert len(data) == 28 + url + body
    return Entry(fetched, data[28:28 + url], data[28 + url:], fresh)


def age_entry(path, seconds):
    """Make the entry look as if it had been fetched that long ago."""
    entry = read_entry(path)
    path.write_bytes(entry._replace(fetched=int(time.time()) - seconds).packed())


# The log.

class Log:
    """What arrives at /dev/log."""

    def __init__(self):
        self._lines = []
        self._marks = 0
        self._seen = threading.Condition()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._socket.bind("/dev/log")
        os.chmod("/dev/log", 0o666)
        threading.Thread(target=self._collect, daemon=True).start()

    def _collect(self):
        while True:
            line = self._socket.recv(65536).decode("utf-8", "backslashreplace")
            with self._seen:
                self._lines.append(line)
                self._seen.notify()

    def take(self):
        """The lines since the last call. Send a mark after them: once it is here, so are they."""
        self._marks += 1
        mark = f"mark {self._marks}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(mark.encode(), "/dev/log")
        with self._seen:
            assert self._seen.wait_for(lambda: mark in self._lines, timeout=10)
            lines = self._lines[:self._lines.index(mark)]
            self._lines.clear()
        return lines

    def clear(self):
        with self._seen:
            self._lines.clear()

    @contextmanager
    def full(self):
        """Another in its place, which nobody reads and where there is no room."""
        os.rename("/dev/log", "/dev/log.read")
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
                deaf.bind("/dev/log")
                os.chmod("/dev/log", 0o666)
                # Not only one sender's buffer is full.
                while self._fill():
                    pass
                yield
        finally:
            os.rename("/dev/log.read", "/dev/log")

    @staticmethod
    def _fill():
        """How many lines there was room for."""
        sent = 0
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, suppress(BlockingIOError):
            sender.connect("/dev/log")
            sender.setblocking(False)
            while sender.send(b"x"):
                sent += 1
        return sent


def fields(line):
    r"""key=value and key="value with spaces, \" and all" of a log line."""
    found = re.findall(r'([a-z_]+)=("(?:[^"\\]|\\.)*"|\S+)', line)
    assert len(dict(found)) == len(found), f"a field twice: {line}"
    return {key: value[1:-1] if value[0] == '"' else value for key, value in found}


# Running it.

class Result(NamedTuple):
    status: int
    stdout: str
    stderr: str
    seconds: float
    log: list

    @property
    def keys(self):
        """The printed keys without their comments."""
        return [" ".join(line.split()[:2]) for line in self.stdout.splitlines()]

    @property
    def decision(self):
        """The fields of the decision line, of which there must be exactly one."""
        lines = [line for line in self.log if "decision=" in line]
        assert len(lines) == 1, f"one decision line expected: {self.log}"
        return fields(lines[0])

    @property
    def dropped(self):
        """(reason, line number) of each dropped key."""
        found = [fields(line) for line in self.log if " key dropped" in line]
        return [(f["reason"], int(f["line"])) for f in found]


def running():
    """/proc directories of the staged program's processes that are alive."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and Path(os.readlink(entry / "exe")).is_relative_to(PREFIX):
                found.append(entry)
        except OSError:     # gone, or a zombie
            pass
    return found


def assert_nobody_is_left():
    """A worker that lost its parent is killed by the kernel a moment later."""
    for _ in range(60):
        if not running():
            break
        time.sleep(0.05)
    assert not running(), "processes left behind"


def as_sshd_would(user):
    """The keyword arguments for subprocess: the identity and environment that sshd gives its command."""
    environment = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "USER": user, "LOGNAME": user,
                   "HOME": f"/opt/home/{user}", "LANG": "C"}
    return {"user": USERS[user], "group": USERS[user], "extra_groups": [], "umask": 0o022,
            "cwd": "/", "env": environment, "stdin": subprocess.DEVNULL}


class Program:
    def __init__(self, log):
        self.path = program_path()
        self.log = log
        self.started_otherwise = {}     # how, for subprocess

    def started_as(self, user):
        return as_sshd_would(user) | self.started_otherwise

    def run(self, *arguments, as_user="key9"):
        """Run the program as sshd would run it, and check what must hold of every run."""
        self.log.take()
        start = time.monotonic()
        with subprocess.Popen([self.path, *arguments], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, **self.started_as(as_user)) as process:
            try:
                stdout, stderr = process.communicate(timeout=40)
            finally:
                process.kill()
        seconds = time.monotonic() - start
        result = Result(process.returncode, stdout, stderr, seconds, self.log.take())

        assert all(int(line[1:line.index(">")]) >> 3 == AUTHPRIV for line in result.log), result.log
        for line in [*result.log, stderr]:
            assert API_KEY not in line, "the API key is in the log"
            assert ACCESS_TOKEN not in line, "the access token is in the log"
            assert line.isascii() and line.replace("\n", "").isprintable(), repr(line)
        assert_nobody_is_left()
        return result

    def keys_for(self, user, *options, as_user="key9", deadline=None):
        """`k9-ssh --user=USER`: the run that sshd makes."""
        if deadline:
            options += (f"--deadline={deadline}",)
        result = self.run("k9-ssh", f"--user={user}", *options, as_user=as_user)
        assert result.seconds < (deadline or 5) + SLACK, result
        return result
