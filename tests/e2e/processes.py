"""Who runs, as /proc says. A process may end while it is looked at; that is no error."""

import os
import time
from pathlib import Path


def read_each(name):
    """(process id, what its file of that name in /proc says) for each that is there, in no order."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            said = Path("/proc", pid, name).read_bytes()
        except OSError:
            continue
        yield int(pid), said


def children(pid):
    """Process ids, the oldest first."""
    return sorted(child for child, said in read_each("stat")
                  if int(said.rpartition(b")")[2].split()[1]) == pid)


def is_word_of_any(word):
    """Whether this is a word of any command line."""
    return any(word.encode() in said.split(b"\0") for _, said in read_each("cmdline"))


def gone(seconds):
    """Whether nobody sleeps so long any more, now or in a moment."""
    for _ in range(60):
        if not is_word_of_any(seconds):
            return True
        time.sleep(0.05)
    return False
