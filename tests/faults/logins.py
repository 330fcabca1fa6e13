"""The logins that faults come into: their files, what is cached before, what each must print."""

import os
import shutil
import time
from pathlib import Path

import opk_login
import program
import room
from key9_api import answer, status
from keys import new_ed25519
from room import CACHE, HOMES, SCRATCH

OFFERED = opk_login.login_of()
SYSTEM_CAS = Path("/etc/ssl/certs")


def few_system_cas():
    """Instead of the machine's 140: a fault in loading one is as good as in another."""
    few = SCRATCH / "certs"
    if few.exists():
        return
    few.mkdir()
    for path in sorted(SYSTEM_CAS.glob("*.0"))[:3]:
        shutil.copy(path, few)
    room.mount(few, SYSTEM_CAS)


def lines_of(keys):
    return "".join(f"{key}\n" for key in keys)


class Login:
    """One login of alice, as this command user. `parts`: what it prints, of each source; nothing
    if it is refused. `source`: whose decision it is, if each source has one of its own."""

    def __init__(self, lab, command_user, words, *parts, source=None):
        few_system_cas()
        self.source = source
        self.name = None        # in words
        self.lab, self.command_user, self.words = lab, command_user, words
        self.parts = parts
        self.lines = "".join(parts)
        self.directory = CACHE / command_user
        self.cached = {}        # the files that each login finds
        first = self.undisturbed()
        assert self.is_right(first), first
        self.content = {name: entry.body for name, entry in self.entries()}

    def arguments(self, deadline):
        return [self.words[0], f"--deadline={deadline}", *self.words[1:]]

    def undisturbed(self):
        return self.lab.program.run(*self.arguments(5), as_user=self.command_user)

    def next_one(self):
        """Without the minute that there must be between two attempts to fetch: but one that will
        be made some day keeps nobody."""
        for name, entry in self.entries():
            if name.startswith("try-") and entry.fetched <= time.time():
                (self.directory / name).unlink()
        return self.undisturbed()

    def is_right(self, result):
        decision = "allow" if self.lines else "deny"
        return ((result.status, result.stdout) == (0, self.lines) and
                [found["decision"] for found in self.decisions(result)] == [decision])

    def is_allowed(self, lines):
        """Whether it may print this, if something has gone wrong: all that a source has, or none
        of it."""
        for part in self.parts:
            lines = lines.removeprefix(part)
        return lines == ""

    def decisions(self, result):
        found = [program.fields(line) for line in result.log if "decision=" in line]
        return [each for each in found if self.source in (None, each.get("source", self.source))]

    # The cache.

    def files(self):
        """What logins go by: not the counters, which each run changes and none believes."""
        if not self.directory.exists():
            return {}
        return {path.name: path.read_bytes() for path in self.directory.iterdir()
                if path.name != "counters"}

    def cache_has_changed(self):
        return self.files() != self.cached

    def entries(self):
        """(name, entry) of what is cached. One that is damaged is an AssertionError."""
        return [(name, program.read_entry(self.directory / name)) for name in self.files()
                if not name.startswith("lock-") and "." not in name]

    def left_behind(self):
        """What was being written."""
        return [name for name in self.files() if "." in name]

    def keep_cache(self):
        """From here on each login finds what is there now, less the last attempt to fetch."""
        self.cached = {name: data for name, data in self.files().items()
                       if not name.startswith("try-")}

    def restore_cache(self):
        program.make_cache(self.command_user)
        for path in self.directory.iterdir():
            path.unlink()
        for name, data in self.cached.items():
            path = self.directory / name
            path.write_bytes(data)
            path.chmod(0o600)
            os.chown(path, *[program.cache_owner(self.command_user)] * 2)


def verify(lab, idp, command_user, rule="alice@example.com", home=None, plugin=None, cached=True,
           allowed=True):
    opk_login.write_rules(idp, rule=rule)
    if plugin:
        opk_login.write_plugin(plugin)
    if home:
        opk_login.write_home_rule(f"alice {home} {idp.issuer}\n")
        for path in [HOMES / "alice", opk_login.HOME_RULES.parent, opk_login.HOME_RULES]:
            path.chmod(0o755)       # not only root must be able to read it
    login = Login(lab, command_user, ["verify", "alice", *opk_login.words(OFFERED)],
                  opk_login.line_of(OFFERED) if allowed else "")
    if cached:
        login.keep_cache()
    return login


def verify_cold(*where):
    return verify(*where, cached=False)


def verify_home(*where):
    """No rule of ours fits, one of the user's own does."""
    return verify(*where, rule="nobody@example.com", home="alice@example.com")


def verify_refused(*where, plugin="echo deny"):
    """No rule of anybody's fits, and a plugin says no."""
    return verify(*where, rule="nobody@example.com", home="bob@example.com", plugin=plugin,
                  allowed=False)


def key9(lab, idp, command_user, cached=False, keys=3):
    program.write_config(lab.sections(command_user), group=command_user)
    lines = [new_ed25519() for _ in range(keys)]
    lab.api.behaviours["alice"] = answer(*lines)
    login = Login(lab, command_user, ["k9-ssh", "--user=alice"], lines_of(lines))
    if cached:
        login.keep_cache()
        lab.api.behaviours["alice"] = status("503 Service Unavailable")
    return login


def key9_stale(*where):
    """Key9 cannot answer; what it has said before stands in."""
    return key9(*where, cached=True)


def authorize(lab, idp, command_user, certificate=False):
    """A source of ours and a chained command, with two lines each; a certificate is one."""
    chained = [new_ed25519(), new_ed25519()]
    if certificate:
        opk_login.write_rules(idp)
        key_type, key = OFFERED.type, OFFERED.base64
        ours = opk_login.line_of(OFFERED)
        chained = [f"cert-authority {line}" for line in chained]
    else:
        program.write_config(lab.sections(command_user), group=command_user)
        keys = [new_ed25519(), new_ed25519()]
        key_type, key = keys[0].split()[:2]
        lab.api.behaviours["alice"] = answer(*keys)
        ours = lines_of(keys)
    command = SCRATCH / "chained"
    command.write_text(f"#!/bin/sh\necho '{lines_of(chained).strip()}'\n")
    command.chmod(0o755)
    program.write_settings(
        f"sources:\n  - source: {'openpubkey' if certificate else 'key9'}\n  - source: chain\n"
        f"    command: {command}\n    cert_authority: true\n"
        f"    user: {'nobody' if command_user == 'root' else command_user}\n")
    login = Login(lab, command_user, ["authorize", "--user=alice", f"--type={key_type}",
                                      f"--key={key}"],
                  ours, lines_of(chained), source="authorize")
    if certificate:
        login.keep_cache()
    return login


def authorize_certificate(*where):
    return authorize(*where, certificate=True)


LOGINS = {
    "verify-warm": verify,
    "verify-cold": verify_cold,
    "verify-home": verify_home,
    "verify-refused": verify_refused,
    "k9": key9,
    "k9-stale": key9_stale,
    "authorize": authorize,
    "authorize-certificate": authorize_certificate,
}
