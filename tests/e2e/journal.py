"""A systemd-journald of the room's own, as on a machine that systemd has started."""

import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

JOURNALD = Path("/lib/systemd/systemd-journald")
DIRECTORY = Path("/run/systemd/journal")
SOCKET = DIRECTORY / "socket"
FILES = Path("/run/log/journal")
CONFIGURATION = Path("/run/systemd/journald.conf.d/room.conf")
DEADLINE = 10


class Journald:
    """Runs from `with` to its end. /dev/log is left to whoever has it."""

    def __enter__(self):
        DIRECTORY.mkdir(parents=True, exist_ok=True)
        FILES.mkdir(parents=True, exist_ok=True)
        # Where it hands its lines on to a syslogd, if there is one.
        self._syslogd = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._syslogd.bind(str(DIRECTORY / "syslog"))
        self._syslogd.settimeout(DEADLINE)
        CONFIGURATION.parent.mkdir(exist_ok=True)
        CONFIGURATION.write_text("[Journal]\nForwardToSyslog=yes\nStorage=volatile\n")
        self._process = subprocess.Popen([JOURNALD], stderr=subprocess.DEVNULL)
        self._marks, self._seen = 0, 0
        end = time.monotonic() + DEADLINE
        while not SOCKET.exists():
            assert time.monotonic() < end and self._process.poll() is None, "no journald"
            time.sleep(0.02)
        return self

    def __exit__(self, *_):
        self.stop()
        self._syslogd.close()
        shutil.rmtree(DIRECTORY)
        shutil.rmtree(FILES)

    def stop(self):
        self._process.kill()
        self._process.wait()

    def _all(self):
        listing = subprocess.run(["journalctl", f"--directory={FILES}", "--output=json",
                                  "--all", "--quiet"], stdout=subprocess.PIPE, check=True).stdout
        return [json.loads(line) for line in listing.splitlines()]

    def take(self):
        """The program's entries since the last call, each {field: value}: a mark sent after them
        is in the journal once they are."""
        self._marks += 1
        mark = f"mark {os.getpid()} {self._marks}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(f"MESSAGE={mark}\n".encode(), str(SOCKET))
        end = time.monotonic() + DEADLINE
        while True:
            entries = self._all()
            if mark in [entry.get("MESSAGE") for entry in entries]:
                break
            assert time.monotonic() < end, "the journal has no mark"
            time.sleep(0.05)
        found = [entry for entry in entries if entry.get("SYSLOG_IDENTIFIER") == "sallyport"]
        new, self._seen = found[self._seen:], len(found)
        return new

    def handed_on(self):
        """The next line that a syslogd would have got of the program."""
        while True:
            line = self._syslogd.recv(65536).decode()
            if " sallyport[" in line:
                return line
