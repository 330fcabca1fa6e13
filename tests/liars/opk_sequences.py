"""The sequences of a login by certificate: the judge's, and theirs who fetch a provider's keys."""

from datetime import datetime, timedelta

from messages import LIMIT, MESSAGES, REASON
from opk_login import ISSUER, SSH_TYPE, cert_authority, wire_string
from provider_api import DISCOVERY, JWKS
from sequences import (
    CONFIG_ERRORS, KEYS_DONE_REASONS, NOTES, ODD, OK, OPK_VERDICTS, Exchange, Sequence, any_values)

KEY_SETS, REFRESH, AUTH_ID, HOME_AUTH_ID, PLUGINS = range(1, 6)     # NEED's what
NONE, WILDCARD, LOGIN_NAME = range(3)       # LOGIN_VERDICT's principal
NAMES = {NONE: None, WILDCARD: b"opkssh-wildcard", LOGIN_NAME: b"alice"}
BEARER = set(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/=")
PROXY = b"http://127.0.0.1:3128"
UNLISTED = [b"https://other.example", ISSUER.encode() + b"/", ISSUER.encode()[:-1]]


def utc(seconds):
    return (datetime(1970, 1, 1) + timedelta(seconds=seconds)).strftime("%Y%m%d%H%M%SZ")


class OpkJudge(Sequence):
    """May say yes to a key that stands in the certificate, and no; ask once for each thing there
    is to ask for; and note what it likes. There is one provider of ours, and one plugin."""
    LENGTH = 20

    def __init__(self, rng, blob, token_at, token_len):
        self.blob, self.token = blob, (token_at, token_len)
        self.providers = self.heard = self.notes = self.environment = 0
        self.home = self.expiry = False
        super().__init__(rng)

    # What it says.

    def next(self):
        if "settings" not in self.said:
            self.hear("VERIFY_ASK")
            return self.mostly([("SETTINGS", self.settings())], [
                ("CONFIG_ERROR", {"reason": self.reason(CONFIG_ERRORS)})])
        kinds = {"PROVIDER": self.heard < self.providers, "NEED": self.needs() != [],
                 "USERINFO_QUERY": self.heard > 0 and "userinfo" not in self.said,
                 "PLUGIN_ENV": True, "PLUGIN_RUN": "plugin" not in self.said, "NOTE": True,
                 "LOGIN_VERDICT": self.rng.random() < 0.5}
        kind = self.mostly([kind for kind, now in kinds.items() if now], kinds)
        return kind, getattr(self, f"some_{kind.lower()}")()

    def settings(self):
        return {"providers": self.mostly([1], [0, 2, 64]), "home_policy": self.rng.randrange(2),
                "expiry_time": self.rng.randrange(2), "deadline_s": self.rng.choice([10, 30]),
                "deny_status": 0, "stale_max_s": 86400,
                "ca_file": self.mostly([b""], [b"/etc/passwd"])}

    def some_provider(self):
        return {"issuer": self.mostly([ISSUER.encode()], UNLISTED)}

    def needs(self):
        """What may be asked for now."""
        now = {KEY_SETS: self.heard == self.providers > 0, REFRESH: self.heard > 0, AUTH_ID: True,
               HOME_AUTH_ID: self.home, PLUGINS: True}
        return [what for what in now if now[what] and what not in self.said]

    def some_need(self):
        return {"what": self.mostly(self.needs() or [AUTH_ID], range(1, 6)),
                "provider": self.mostly([0], [1, 63])}

    def some_note(self):
        return {"reason": self.reason(NOTES)}

    def some_userinfo_query(self):
        at, length = self.token
        return self.mostly([{"token_at": at, "token_len": n} for n in (length, length, 1)], [
            {"token_at": 0, "token_len": 9}, {"token_at": len(self.blob), "token_len": 1},
            {"token_at": at, "token_len": len(self.blob)}])

    def some_plugin_env(self):
        return {"data": self.rng.choice([b"OPKSSH_PLUGIN_U=alice\0", b"LD_PRELOAD=x\0", b"\0",
                                         b"A" * LIMIT["IPC_CHUNK_MAX"]])}

    def some_plugin_run(self):
        return {"plugin": self.mostly([0], [1, 63]), "words": b"/bin/sh\0-c\0id\0",
                "env_total": self.mostly([self.environment], [0, 1])}

    def some_login_verdict(self):
        rng, size = self.rng, len(self.blob)
        if rng.random() < 0.2:
            return {"reason": self.reason(OPK_VERDICTS)}
        start = wire_string(SSH_TYPE)
        at = self.mostly([at for at in range(size) if self.blob.startswith(start, at)],
                         [0, rng.randrange(size), size, 65536])
        length = self.mostly([len(start), 104, 105, max(size - at, 0)], [65536, 0, size])
        return {"reason": OK, "key_at": at, "key_len": length,
                "principal": rng.choice([NONE, WILDCARD, LOGIN_NAME]),
                "ends": rng.choice([0, 1, 2 * 10 ** 9, 253402300799])}

    def say_last(self):
        if "settings" not in self.said:
            self.say("SETTINGS", providers=1, deadline_s=10)
        self.say("LOGIN_VERDICT", **self.some_login_verdict())

    # What the parent makes of it.

    def take(self, name, said):
        if "settings" not in self.said:
            return self.take_settings(name, said)
        if name not in ("NOTE", "PROVIDER", "NEED", "USERINFO_QUERY", "PLUGIN_ENV", "PLUGIN_RUN",
                        "LOGIN_VERDICT"):
            return False        # CHECK is for the dry run
        return getattr(self, f"take_{name.lower()}")(said)

    def take_settings(self, name, said):
        if name == "CONFIG_ERROR":
            self.over = True
            return said["reason"] in CONFIG_ERRORS
        if name != "SETTINGS" or said["ca_file"] or said["ca_dirs"]:
            return False
        self.said.add("settings")
        self.providers, self.home = said["providers"], said["home_policy"] == 1
        self.expiry = said["expiry_time"] == 1
        return True

    def take_note(self, said):
        self.notes += 1
        return said["reason"] in NOTES and self.notes <= 512

    def take_provider(self, said):
        self.heard += 1
        return self.heard <= self.providers and said["issuer"] == ISSUER.encode()

    def take_need(self, said):
        what = said["what"]
        if not self.once(what):
            return False
        if what == KEY_SETS:
            if self.heard == 0 or self.heard != self.providers:
                return False
            self.hear("KEY_SET", self.heard)
        elif what == REFRESH:
            if said["provider"] >= self.heard:
                return False
            self.hear("KEY_SET")
        elif what == HOME_AUTH_ID and not self.home:
            return False
        else:
            self.hear("TEXT_END")
        return True

    def take_userinfo_query(self, said):
        at, length = said["token_at"], said["token_len"]
        if not self.once("userinfo") or said["provider"] >= self.heard:
            return False
        token = self.blob[at:at + length]
        if len(token) != length or not set(token) <= BEARER:
            return False
        self.hear("TEXT_END")
        return True

    def take_plugin_env(self, said):
        self.environment += len(said["data"])
        return self.environment <= LIMIT["PLUGIN_ENV_MAX"]

    def take_plugin_run(self, said):
        if said["plugin"] != 0 or said["env_total"] != self.environment or not self.once("plugin"):
            return False
        self.environment = 0
        self.hear("PLUGIN_RESULT")
        return True

    def take_login_verdict(self, said):
        self.over = True
        if said["reason"] != OK:
            return said["reason"] in OPK_VERDICTS
        key = self.blob[said["key_at"]:said["key_at"] + said["key_len"]]
        if len(key) != said["key_len"] or not key.startswith(wire_string(SSH_TYPE)):
            return False
        self.printed = cert_authority(key, NAMES[said["principal"]])
        if self.expiry and said["ends"]:
            self.printed = self.printed.replace(" ", f',expiry-time="{utc(said["ends"])}" ', 1)
        return True


class Keys(Sequence):
    """May have two documents fetched, and then say what the provider's keys are."""

    def __init__(self, rng, good, other):
        self.good, self.other, self.documents, self.data = good, other, 0, b""
        super().__init__(rng)

    def next(self):
        if self.documents < 2 and not self.data and self.rng.random() < 0.5:
            return "KEYS_FETCH", {
                "url": (ISSUER + self.mostly([DISCOVERY, JWKS], ["/nowhere"])).encode(),
                "proxy": self.mostly([b""], [PROXY])}
        if self.data.startswith(self.good) or self.rng.randrange(100) < ODD:
            return self.done()
        rest = self.good[len(self.data):] or b"x"
        cut = self.rng.randrange(len(rest)) + 1
        return "KEYS_DATA", {"data": self.mostly(
            [rest, rest[:cut]], [self.good, self.other, self.other, self.rng.randbytes(cut)])}

    def done(self):
        n = len(self.data)
        return "KEYS_DONE", {
            "reason": self.mostly([OK] if n else KEYS_DONE_REASONS - {OK}, REASON.values()),
            "total": max(n + self.mostly([0], [-1, 1]), 0),
            "keys": self.mostly([1], [0]) if n else self.mostly([0], [1]),
            "userinfo": self.rng.choice([b"", (ISSUER + "/me").encode()]),
            "userinfo_proxy": self.mostly([b""], [PROXY])}

    def say_last(self):
        if not self.data:
            self.say("KEYS_DATA", data=self.good)
        name, values = self.done()
        self.say(name, **values)

    def take(self, name, said):
        if name == "KEYS_FETCH":
            return self.take_fetch(said)
        if name == "KEYS_DATA":
            self.data += said["data"]
            return len(self.data) <= LIMIT["KEY_SET_MAX"]
        if name != "KEYS_DONE" or said["reason"] not in KEYS_DONE_REASONS:
            return False
        self.over = True
        good = said["reason"] == OK
        if said["total"] != len(self.data) or not good == (said["keys"] > 0) == bool(self.data):
            return False
        return may_ask(said["userinfo"], said["userinfo_proxy"]) or not said["userinfo"]

    def take_fetch(self, said):
        self.documents += 1
        if self.documents > 2 or self.data or not may_ask(said["url"], said["proxy"]):
            return False
        self.over = said["url"].decode() not in (ISSUER + DISCOVERY, ISSUER + JWKS)
        self.hear("TEXT_END")
        return True

    @property
    def keys(self):
        """Those that a login goes on with."""
        return self.data if self.sound and self.over else b""


def may_ask(url, proxy):
    """Our issuer is on the loopback interface and has no TLS: there, no proxy either."""
    return url.lower().startswith(b"https://") or not proxy


class Pages:
    """What netproc says for each page: in one process, as long as its connection is good, or in
    one for each. It tells by the request which it is asked for."""

    def __init__(self, rng, pages):
        self.exchanges = {path: Exchange(rng, *page) for path, page in pages.items()}
        fetch = f"await {MESSAGES['FETCH'].id}"
        ready = next(iter(self.exchanges.values())).lines[0]
        self.lines = [ready, fetch]
        for path, exchange in self.exchanges.items():
            self.lines += [f"when {path.encode().hex()}", *exchange.lines[1:-1], fetch]

    def body(self, path):
        return self.exchanges[path].body


class Explain(Sequence):
    """May say what the token claims, to whoever asked."""

    def next(self):
        claim = "CLAIM", any_values(self.rng, "CLAIM")
        return self.rng.choice([claim] * 5 + [("CLAIMS_END", {})])

    def say_last(self):
        self.say("CLAIMS_END")

    def take(self, name, said):
        self.over = name == "CLAIMS_END"
        return name in ("CLAIM", "CLAIMS_END")
