"""Random conversations of owned workers with the parent: what each says, and what may come of it.

Every message is well-formed. Mostly it is one that may come at that turn; now and then one that may
not, or not with these values, or any message at all. A model of the turns says of each whether the
parent may take it: after one that it may not, nothing is printed. It is a second reading of what
parent/ does, in its own words, so that each is held to the other.
"""

import re

import keys
from messages import MESSAGES, REASON, REASON_CLASS, complete, datagram

PRINTABLE = bytes(range(0x20, 0x7f))
ALPHABETS = {"PRINT": PRINTABLE, "STR": bytes(range(1, 256)), "BYTES": bytes(range(256))}
BASE64 = re.compile(rb"[A-Za-z0-9+/]*={0,2}")
KEY_TYPES = [line.split()[0].encode() for line in keys.good().values()]
# Of 100 messages so many are any at all; and of 100 values, so many are odd ones.
WILD, ODD = 4, 6


def of_class(name):
    return {number for reason, number in REASON.items() if REASON_CLASS[reason] == name}


NOTES = of_class("NOTE")
DROPS = of_class("DROP") & {REASON[name] for name in REASON if name.startswith("KEY_")}
CONFIG_ERRORS = {REASON[name] for name in (
    "CONFIG_SIZE", "CONFIG_SYNTAX", "CONFIG_VALUE", "MEMORY")}
FETCH_REASONS = {REASON[name] for name in (
    "OK", "RESOLVE", "ADDRESS", "CONNECT", "TIMEOUT", "TLS_NAME", "TLS_EXPIRED", "TLS_UNTRUSTED",
    "TLS_VERSION", "TLS", "HTTP_STATUS", "HTTP_PROTOCOL", "TOO_LARGE", "MEMORY", "SYSTEM")}
KEY9_VERDICTS = {REASON[name] for name in (
    "NO_KEYS", "ALL_KEYS_DROPPED", "ANSWER_JSON", "ANSWER_LINE", "ANSWER_ERROR", "ANSWER_KEYS",
    "MEMORY")}
OPK_VERDICTS = of_class("DENY") - {REASON[name] for name in (
    "NO_KEYS", "USER_NAME", "ALL_KEYS_DROPPED")} | {REASON[name] for name in (
        "PROVIDER_KEYS", "NO_PROVIDER", "MEMORY", "SYSTEM")}
OK = REASON["OK"]
KEYS_DONE_REASONS = {REASON[name] for name in (
    "OK", "MEMORY", "TOO_LARGE", "CONFIG_SIZE", "CONFIG_SYNTAX", "CONFIG_VALUE", "JWKS_JSON",
    "JWKS_FORM", "JWKS_MANY", "JWKS_EMPTY", "DISCOVERY_JSON", "DISCOVERY_ISSUER",
    "DISCOVERY_JWKS_URI")}


def any_value(rng, field):
    """One that the field's bounds allow: at them, or somewhere between."""
    if field.kind in ("U8", "U32", "U64"):
        return rng.choice([field.min, field.max, rng.randint(field.min, field.max),
                           min(field.max, field.min + rng.randrange(9))])
    length = rng.choice([field.min, min(field.max, field.min + rng.randrange(40)),
                         rng.choice([field.max, field.min])])
    return bytes(rng.choices(ALPHABETS[field.kind], k=length))


def any_values(rng, name):
    return {field.name: any_value(rng, field) for field in MESSAGES[name].fields}


class Sequence:
    """What one owned worker says. `printed`: what stands on stdout when it has said all of it;
    `sound`: whether all may be taken; `over`: whether the parent hears no more of it."""
    LENGTH = 14

    def __init__(self, rng):
        self.rng, self.lines, self.sound, self.over, self.printed = rng, [], True, False, ""
        self.said = set()       # what may be said only once
        self.say("READY", layers=rng.choice([0xffffffff, 0, rng.getrandbits(32)]))
        for _ in range(rng.randrange(1, self.LENGTH)):
            if not self.over:
                self.say_something()
        while self.sound and not self.over:
            self.say_last()
        self.lines.append("sleep")

    def say_something(self):
        if self.rng.randrange(100) < WILD:
            name = self.rng.choice([*MESSAGES])
            self.say(name, **any_values(self.rng, name))
        else:
            name, values = self.next()
            self.say(name, **values)

    def say(self, name, /, **values):
        self.lines.append(f"send {datagram(name, **values).hex()}")
        if self.sound and not self.over:
            first = "READY" not in self.said
            self.sound = name == "READY" if first else self.take(name, complete(name, values))
            self.said.add("READY")

    def hear(self, name, times=1):
        """Half the time; who does not listen is told all the same."""
        if self.sound and self.rng.random() < 0.5:
            self.lines += [f"await {MESSAGES[name].id}"] * times

    def once(self, what):
        """Whether this is the first time."""
        first = what not in self.said
        self.said.add(what)
        return first

    def mostly(self, good, odd):
        return self.rng.choice([*odd] if self.rng.randrange(100) < ODD else [*good])

    def reason(self, good):
        return self.mostly(good, REASON.values())

    @property
    def expected(self):
        """What stands on stdout."""
        return self.printed if self.sound else ""


class Key9Judge(Sequence):
    """May name any keys, of known types, in one piece; and say how many they were."""

    def __init__(self, rng, query):
        self.query, self.keys = query, []
        super().__init__(rng)

    def next(self):
        if "query" not in self.said:
            self.hear("KEY9_ASK")
            return self.mostly([("KEY9_QUERY", self.query)], [
                ("KEY9_QUERY", self.query | {"run_as": b"somebody"}),
                ("CONFIG_ERROR", {"reason": self.reason(CONFIG_ERRORS)})])
        return self.rng.choice([self.some_key, self.some_key, self.some_drop, self.verdict])()

    def some_key(self):
        text = bytes(self.rng.choices(b"ABCabc0189+/", k=self.rng.choice([4, 68, 372, 8190])))
        return "KEY", {
            "type": self.mostly(KEY_TYPES, [b"ssh-dss", b"ssh-rsa ", b"cert-authority"]),
            "base64": text + self.mostly([b"", b"=", b"=="], [b"===", b"=A", b" x", b"-"]),
            "comment": bytes(self.rng.choices(PRINTABLE, k=self.rng.choice([0, 9, 256])))}

    def some_drop(self):
        return "KEY_DROPPED", {"reason": self.reason(DROPS), "line": self.rng.randrange(1, 99)}

    def verdict(self):
        n = max(len(self.keys) + self.mostly([0], [-1, 1]), 0)
        return "VERDICT", {"keys": n, "reason": self.mostly(
            [OK] if n else KEY9_VERDICTS, REASON.values())}

    def say_last(self):
        if "query" in self.said:
            name, values = self.verdict()
            self.say(name, **values)
        else:
            self.say("KEY9_QUERY", **self.query)

    def take(self, name, said):
        if "query" not in self.said:
            return self.take_query(name, said)
        if name == "KEY":
            if said["type"] not in KEY_TYPES or not BASE64.fullmatch(said["base64"]):
                return False
            parts = said["type"], said["base64"], said["comment"]
            self.keys.append(b" ".join(part for part in parts if part))
            return True
        if name == "KEY_DROPPED":
            return said["reason"] in DROPS
        if name != "VERDICT" or said["keys"] != len(self.keys):
            return False
        self.over = True
        if self.keys and said["reason"] == OK:
            self.printed = b"".join(key + b"\n" for key in self.keys).decode()
            return True
        return not self.keys and said["reason"] in KEY9_VERDICTS

    def take_query(self, name, said):
        if name == "CONFIG_ERROR":
            self.over = True
            return said["reason"] in CONFIG_ERRORS
        if name != "KEY9_QUERY":
            return False
        self.said.add("query")
        # Whoever else it would run as, or ask: there is no answer, and so no keys.
        self.over = any(said[field] != value for field, value in self.query.items())
        return True


class Exchange(Sequence):
    """May say what a server answered; `good` is what it does answer."""

    def __init__(self, rng, good, others, most):
        self.good, self.others, self.most, self.data, self.body = good, others, most, b"", None
        super().__init__(rng)

    def next(self):
        if self.data.startswith(self.good) or self.rng.randrange(100) < ODD:
            return self.done()
        rest = self.good[len(self.data):] or b"\n"
        cut = self.rng.randrange(len(rest)) + 1
        return "FETCH_DATA", {"data": self.mostly(
            [rest, rest[:cut]], [self.good, *self.others, self.rng.randbytes(cut)])}

    def done(self):
        return "FETCH_DONE", {
            "reason": self.mostly([OK], [*FETCH_REASONS, self.reason(FETCH_REASONS)]),
            "status": self.mostly([200], [0, 201, 404, 500]),
            "total": max(len(self.data) + self.mostly([0], [-1, 1]), 0)}

    def say_last(self):
        if not self.data:
            self.say("FETCH_DATA", data=self.good)
        name, values = self.done()
        self.say(name, **values)

    def take(self, name, said):
        if name == "FETCH_DATA":
            self.data += said["data"]
            return len(self.data) <= self.most
        if name != "FETCH_DONE" or said["total"] != len(self.data):
            return False
        self.over = True
        if (said["reason"], said["status"]) == (OK, 200):
            self.body = self.data
        return said["reason"] in FETCH_REASONS
