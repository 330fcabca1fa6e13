"""Owned workers: built from the program under test, and put into its real logins.

Each attack is made where a worker would have read a stranger's first byte, with its cage shut as
far as it is then (owned.c); or in the cage of another process (attack.c, tests/cages/inside.c).
"""

import contextlib
import errno
import re
import socket
import subprocess

import probe
import program
from key9_api import Listener, answer, status
from messages import KEY_LINE
from opk_login import login_of, words
from program import PREFIX, as_sshd_would
from room import CACHE, CHECKOUT, METADATA_ADDRESS, SCRATCH
from room_lab import relink, stand_in

HERE = CHECKOUT / "tests/owned"
ATTACKS = [HERE / f"attacks{part}.c" for part in ("", "_files", "_network", "_processes")]
STATUS_RAN, STATUS_WON, STATUS_ERRNO = 0, 99, 100      # attacks.h
OFFERED = login_of()

# The role in which each worker is owned, and the function where it is.
POINTS = {
    "judge": ("judge", "judge_run"),
    "opk-judge": ("opk-judge", "opk_judge_run"),
    "keys": ("keys", "keys_run"),
    "explain": ("explain", "explain_run"),
    "authorize": ("authorize", "authorize_run"),
    "netproc, asked": ("own-ca", "request_read"),
    "netproc, resolving": ("own-ca", "connect_to"),
    "netproc, connected": ("own-ca", "exchange_run"),
}


def wrapped(*names):
    return f"-Wl,{','.join(f'--wrap={name}' for name in ('worker_enter_channel', *names))}"


def build_workers():
    """Each executable's name: its owned double."""
    parse = relink("parseproc/sallyport-parse", "owned-parse", *ATTACKS, HERE / "owned.c",
                   HERE / "owned_parse.c",
                   flags=[wrapped("judge_run", "opk_judge_run", "keys_run", "explain_run",
                                  "authorize_run")])
    net = relink("netproc/sallyport-net", "owned-net", *ATTACKS, HERE / "owned.c",
                 HERE / "owned_net.c",
                 flags=[wrapped("request_read", "connect_to", "exchange_run")])
    return {"sallyport-parse": parse, "sallyport-net": net}


ATTACK = probe.build("attack", HERE / "attack.c", *ATTACKS)
ENDLESS = "take the processor"
NAMES = [name for name in subprocess.run([ATTACK, "--list"], check=True, text=True,
                                         stdout=subprocess.PIPE).stdout.splitlines()
         if name != ENDLESS]


def outside(cage, name, as_user):
    """What comes of it in that cage, or in none: "won", "killed", "ended …", or errno's name."""
    program.make_cache(as_user)
    return subprocess.run([ATTACK, cage, name, CACHE / as_user], check=True, text=True,
                          stdout=subprocess.PIPE, **as_sshd_would(as_user)).stdout.strip()


def serve_victims():
    """What there is to be called in the room, beside the API: cloud machines' metadata, and a
    service's unix sockets."""
    Listener(METADATA_ADDRESS, 80, status("200 OK"))
    datagrams, stream = (socket.socket(socket.AF_UNIX, kind) for kind in (
        socket.SOCK_DGRAM, socket.SOCK_STREAM))
    for each, name in [(datagrams, "service"), (stream, "stream-service")]:
        each.bind(str(SCRATCH / name))
        (SCRATCH / name).chmod(0o666)
    stream.listen()
    (SCRATCH / "tmp").chmod(0o1777)
    return datagrams, stream


def words_of(detail):
    """What the log says of how a worker ended, in the words of outside()."""
    if "(SIGSYS)" in detail:
        return "killed"
    code = re.search(r"exit status (\d+)", detail)
    if code is None:
        return detail
    code = int(code[1])
    if code in (STATUS_RAN, STATUS_WON):
        return "won"
    return errno.errorcode.get(code - STATUS_ERRNO, str(code))


def words_of_claims(text):
    """The same of what `explain` printed: what was killed has not said anything."""
    said = re.search(r"^  errno +(\d+)$", text, re.MULTILINE)
    if said is None:
        assert "nothing more that can be read" in text
        return "killed"
    return errno.errorcode.get(int(said[1]), "won")


class Owned:
    """Logins in which a worker is owned. `run`: the program, as the command user."""

    def __init__(self, lab, doubles, run):
        self.lab, self._doubles, self._run = lab, doubles, run

    def attack(self, who, name, *options):
        """What comes of it; the login itself must have been refused."""
        role, point = POINTS[who]
        for old in SCRATCH.glob("attack.*"):
            old.unlink()
        (SCRATCH / f"attack.{role}").write_text(f"{point} {name}")
        with contextlib.ExitStack() as stack:
            for executable, double in self._doubles.items():
                (path,) = PREFIX.glob(f"**/{executable}")
                stack.enter_context(stand_in(path, double))
            return self._log_in(who, *options)

    def _log_in(self, who, *options):
        if who == "explain":
            offered = words(OFFERED)
            result = self._run("explain", "--user=alice", f"--type={offered[1]}",
                               f"--key={offered[0]}")
            return words_of_claims(result.stdout)
        if who == "keys":
            result = self._run("refresh")
            assert result.status == 1, result
            first = program.fields(result.stdout.splitlines()[0])
            assert (first["reason"], first["worker"]) == ("worker_died", "keys"), result
            return words_of(first["detail"])
        if who == "opk-judge":
            result = self._run("verify", *options, "alice", *words(OFFERED))
        elif who == "authorize":
            program.write_settings("sources: [{source: key9}]\n")
            key_type, key = KEY_LINE.split()[:2]
            result = self._run("authorize", "--user=alice", f"--type={key_type}", f"--key={key}",
                               *options)
        else:
            self.lab.api.behaviours["alice"] = answer(KEY_LINE)
            result = self._run("k9-ssh", "--user=alice", *options)
        assert (result.status, result.stdout) == (0, ""), result
        decision = result.decision
        assert decision["worker"] == ("judge" if "judge" in who else who.partition(",")[0])
        if decision["reason"] == "deadline":
            return "ended at the deadline"
        assert decision["reason"] == "worker_died", result
        return words_of(decision["detail"])
