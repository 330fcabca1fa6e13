"""A page of the documentation, as what can be tried: files, commands with their output, log lines.

What stands between ``` fences is one of these; anything else there is a mistake:

    any block whose first line is "# /a/path"    the file of that name, whole
    console    "# command": root at the server, "$ command": somebody at a laptop; behind it,
               what it prints. "exit=N" beside "console": the status of the block's last command.
    log        lines that the program or sshd has written since the page began

"…" stands for anything within a line, and alone in a line for any lines. A comment
`<!-- room: WORDS -->` changes the world around the page, as world.py says.
"""

import re
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parents[2]
DOCS = CHECKOUT / "docs"
# Commands that the pages name, and that nobody runs there. There is no other.
LEFT_OUT = {
    "sallyport setup sshd": "writes to the machine's own /etc/ssh; tests/admin tries it",
    "sallyport setup sshd --undo": "the same",
    "sallyport verify --deny-status=1": "is for a script; tests/openpubkey tries it",
    "systemctl enable --now sallyport-refresh.timer": "there is no systemd; tests/packages has one",
    "journalctl -t sallyport": "there is no journal; what it would show is compared",
    "journalctl -u ssh": "the same",
    "ausearch -m avc -ts recent": "there is no SELinux",
    "opkssh login": "wants a browser; tests/interop has one",
    "ssh -v": "prints another thing each time",
    "ssh -o IdentitiesOnly=yes -i KEY": "KEY is yours",
    "ssh-keygen -t ed25519-sk": "wants a security key",
}
FENCE = re.compile(r"```(\S*) ?(.*)")
CHANGE = re.compile(r"<!-- room: (.*) -->")
FILE = re.compile(r"# (/\S+)")
STATUS = re.compile(r"exit=(\d+)")


class File(NamedTuple):
    line: int
    path: Path
    text: str


class Command(NamedTuple):
    line: int
    who: str        # "#" or "$"
    words: str
    output: str     # claimed
    status: int


class Log(NamedTuple):
    line: int
    text: str       # of one line, continued lines joined


class Change(NamedTuple):
    line: int
    words: str


def matches(claimed, text):
    """Whether the text is what is claimed, "…" and white space at the ends of lines aside."""
    claimed = re.escape("".join(f"{line.rstrip()}\n" for line in claimed.splitlines()))
    claimed = re.sub(r"(?m)^…\\\n", "(?:.*\\\\n)*", claimed).replace("…", ".*")
    return re.fullmatch(claimed, "".join(f"{line.rstrip()}\n" for line in text.splitlines()))


def _commands(number, lines, status):
    """The commands of a console block; only its last one may end with another status than 0."""
    found = []
    for at, line in enumerate(lines):
        if line[:2] in ("# ", "$ "):
            found.append([number + at, line[0], line[2:], ""])
        elif found and found[-1][2].endswith("\\"):
            found[-1][2] = found[-1][2][:-1] + line.lstrip()
        else:
            assert found, f"line {number + at}: output of no command"
            found[-1][3] += f"{line}\n"
    return [Command(*each, status if each is found[-1] else 0) for each in found]


def _log_lines(number, lines):
    found = []
    for at, line in enumerate(lines):
        if line.startswith(" "):
            found[-1] = found[-1]._replace(text=f"{found[-1].text} {line.strip()}")
        else:
            found.append(Log(number + at, line))
    return found


def _block(number, kind, more, lines):
    path = lines and FILE.fullmatch(lines[0])
    if kind == "console":
        status = STATUS.fullmatch(more)
        assert status or not more, f"line {number}: {more}?"
        return _commands(number + 1, lines, int(status[1]) if status else 0)
    if kind == "log":
        return _log_lines(number + 1, lines)
    assert path, f"line {number}: a block that nobody tries: {kind or lines[:1]}"
    return [File(number, Path(path[1]), "".join(f"{line}\n" for line in lines))]


def parts(path):
    """What of a page can be tried, in its order."""
    found, lines = [], path.read_text().splitlines()
    at = 0
    while at < len(lines):
        start = at
        at += 1
        if fence := FENCE.match(lines[start]):
            end = lines.index("```", at)
            found += _block(start + 1, *fence.groups(), lines[at:end])
            at = end + 1
        elif change := CHANGE.fullmatch(lines[start]):
            found.append(Change(start + 1, change[1]))
        else:
            assert not lines[start].startswith("    ") or not lines[start - 1], (
                f"{path.name}:{start + 1}: an indented block: nobody tries it")
    return found
