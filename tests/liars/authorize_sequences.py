"""The sequences of an owned authorize role: which sources there are, and what a command printed."""

import re

from messages import REASON
from sequences import (
    BASE64, CONFIG_ERRORS, DROPS, KEY_TYPES, OK, PRINTABLE, Sequence, of_class)

OPENPUBKEY, KEY9, CHAIN = range(3)
DROPS = DROPS | {REASON["LINE_OPTION"]}
# With keys before it, and without any.
SPOILT = {REASON["MEMORY"], REASON["ANSWER_KEYS"]}
NOTHING = {REASON["NO_KEYS"], REASON["ALL_KEYS_DROPPED"]}
ERRORS = of_class("ERROR")
# No blank outside of quotes, and none of these open at the end; \" is no quote.
SOUND = re.compile(rb'([^" \\]|\\"|\\(?!")|"([^"\\]|\\"|\\(?!"))*")*')
OPTIONS = [b"", b"restrict", b'from="10.0.0.0/8"', b'command="a b"', b'command="a\\"b",pty', b"\\"]
UNSOUND = [b"pty ssh-rsa", b'"', b'command="x', b" ", b'command="x\\"', b'"a" "b"']
LONG = 30


class Authorize(Sequence):
    """May name what sallyport.yaml could, deny, add options to lines, and spoil the chain's lines;
    Key9's it cannot touch. The file has Key9 and a chain, the key offered is a plain one."""

    def __init__(self, rng, key9_line, words, run_as):
        self.key9_line, self.chain = key9_line, {"words": words, "run_as": run_as}
        self.expect = self.denied = None        # how many sources; whether
        self.sources, self.lines_of_chain, self.chain_failed = {}, [], False
        super().__init__(rng)

    # What it says.

    def next(self):
        if self.expect is None:
            self.hear("AUTHORIZE_ASK")
            return self.mostly([("SOURCES", self.some_sources())], [
                ("CONFIG_ERROR", {"reason": self.reason(CONFIG_ERRORS)})])
        if len(self.sources) < self.expect:
            return "SOURCE", self.some_source()
        return self.rng.choice([self.some_line, self.some_line, self.some_drop, self.verdict])()

    def some_sources(self):
        return {"sources": self.mostly([1, 2, 2], [0, 3]), "deadline_s": LONG,
                "denied": self.mostly([0], [1])}

    def some_source(self):
        left = [kind for kind in (KEY9, CHAIN, OPENPUBKEY) if kind not in self.sources]
        kind = self.mostly(left[:2], [OPENPUBKEY, KEY9, CHAIN])
        values = {"source": kind, "stop": self.rng.randrange(2),
                  "require_email_verified": self.rng.randrange(2),
                  "options": self.mostly(OPTIONS, UNSOUND), "words": b"", "run_as": b""}
        if kind == CHAIN:
            values |= self.mostly([self.chain], [
                self.chain | {"words": b"/bin/sh\0"}, self.chain | {"run_as": b"root"}])
        return values

    def some_line(self):
        text = bytes(self.rng.choices(b"ABCabc0189+/", k=self.rng.choice([4, 68, 372])))
        return "LINE", {
            "options": self.mostly(OPTIONS, UNSOUND),
            "type": self.mostly(KEY_TYPES, [b"ssh-dss", b"pty ssh-rsa"]),
            "base64": text + self.mostly([b"", b"=="], [b"===", b" x", b"-"]),
            "comment": bytes(self.rng.choices(PRINTABLE, k=self.rng.choice([0, 9])))}

    def some_drop(self):
        return "KEY_DROPPED", {"reason": self.reason(DROPS), "line": self.rng.randrange(1, 99)}

    def verdict(self):
        n = max(len(self.lines_of_chain) + self.mostly([0], [-1, 1]), 0)
        return "VERDICT", {"keys": n, "reason": self.mostly(
            [OK] if n else NOTHING, [*SPOILT, *REASON.values()])}

    def say(self, name, /, **values):
        if name == "SOURCE" and values.get("deadline_s", 0) < LONG:
            values["deadline_s"] = LONG     # Not the time is on trial here.
        super().say(name, **values)

    def say_last(self):
        name, values = self.next()
        self.say(name, **values)

    # What the parent may take.

    def take(self, name, said):
        if self.expect is None:
            return self.take_sources(name, said)
        if len(self.sources) < self.expect:
            return self.take_source(name, said)
        if name == "LINE":
            return self.take_line(said)
        if name == "KEY_DROPPED":
            return said["reason"] in DROPS
        return name == "VERDICT" and self.take_verdict(said)

    def take_sources(self, name, said):
        if name == "CONFIG_ERROR":
            self.over = True
            return said["reason"] in CONFIG_ERRORS
        if name != "SOURCES":
            return False
        self.expect, self.denied = said["sources"], said["denied"]
        self.over = self.expect == 0
        return True

    def take_source(self, name, said):
        if name != "SOURCE" or said["source"] in self.sources or not SOUND.fullmatch(
                said["options"]):
            return False
        self.sources[said["source"]] = said
        if len(self.sources) == self.expect:
            # Nobody asks it about the lines of a command that has not been run.
            self.over = bool(self.denied) or not self.chain_runs
        return True

    @property
    def chain_runs(self):
        named = self.sources.get(CHAIN)
        return named and all(named[field] == value for field, value in self.chain.items())

    def take_line(self, said):
        if said["type"] not in KEY_TYPES or not BASE64.fullmatch(said["base64"]) or \
                not SOUND.fullmatch(said["options"]):
            return False
        self.lines_of_chain.append(self.with_options(CHAIN, said["options"], b" ".join(
            part for part in (said["type"], said["base64"], said["comment"]) if part)))
        return True

    def take_verdict(self, said):
        if said["keys"] != len(self.lines_of_chain):
            return False
        good = said["reason"] == OK and said["keys"] > 0
        none = said["reason"] in NOTHING and said["keys"] == 0
        self.over = True
        self.chain_failed = said["reason"] in ERRORS
        if not good:
            self.lines_of_chain = []
        return good or none or said["reason"] in SPOILT

    def with_options(self, source, own, line):
        options = b",".join(part for part in (own, self.sources[source]["options"]) if part)
        return b" ".join(part for part in (options, line) if part)

    @property
    def expected(self):
        """All that is wrong before the sources have been asked ends the login; later, the chain."""
        if self.denied or not self.sources or len(self.sources) < self.expect:
            return ""
        heard = self.sound and self.chain_runs
        failed = CHAIN in self.sources and (not heard or self.chain_failed)
        if failed and self.sources[CHAIN]["stop"]:
            return ""
        lines = {KEY9: [self.with_options(KEY9, b"", self.key9_line)] if KEY9 in self.sources else [],
                 CHAIN: self.lines_of_chain if heard else [], OPENPUBKEY: []}
        return "".join(f"{line.decode()}\n" for source in self.sources for line in lines[source])
