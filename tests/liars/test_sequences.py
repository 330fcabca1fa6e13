"""The parent's side of every conversation, driven by owned workers that say anything they may.

Each sequence is a login. What is printed is what the model of sequences.py allows, and is printed
then: keys that a judge of Key9's named; of a certificate, a plain key that stands in it; what an
honest judge makes of what owned fetchers invented. With SALLYPORT_DEEP set, many more of them. A
number names a sequence: SALLYPORT_SEQUENCE=NUMBER pytest tests/liars/test_sequences.py -k NAME says
it again, with new keys.
"""

import json
import os
import random

import pytest

import program
from authorize_sequences import Authorize
from key9_api import answer, body_of
from messages import KEY_LINE, LIAR, LIMIT
from opk_login import (
    ACCESS_TOKEN, IDP_KEY, ISSUER, key_set, line_of, login_of, provider_key, words, write_plugin)
from opk_sequences import Explain, Keys, OpkJudge, Pages
from program import PREFIX
from provider_api import DISCOVERY, JWKS, cache_file
from room import SCRATCH
from room_lab import clear_scripts, stand_in, write_script
from sequences import Exchange, Key9Judge
from test_liars import query

DEEP = "SALLYPORT_DEEP" in os.environ
ONE = os.environ.get("SALLYPORT_SEQUENCE")

OFFERED = login_of(access_token=ACCESS_TOKEN)
# The same, signed by a key that is not the provider's: let in by nobody but who invents that one.
FOREIGN_KEY = provider_key("ES256", "foreign")
FOREIGN = OFFERED.but(op=FOREIGN_KEY)
TOKEN_AT = OFFERED.blob.index(ACCESS_TOKEN)

OTHER_LINE = {"public_key": "ssh-dss AAAAB3NzaC1kc3M"}      # sound, and dropped


class Tally:
    """How many sequences came to something, and how many to nothing: neither may be rare."""

    def __init__(self, numbers):
        self.numbers, self.printed, self.silent = numbers, 0, 0

    def check(self, number, lines, result, expected):
        what = "\n".join([f"sequence {number}: {result}", *(line[:200] for line in lines)])
        assert result.stdout == expected, what
        assert result.status == 0 or not result.stdout, what
        if result.stdout:
            self.printed += 1
        else:
            self.silent += 1

    def close(self):
        if self.printed + self.silent == len(self.numbers) > 1:
            assert min(self.printed, self.silent) > len(self.numbers) // 20, vars(self)


@pytest.fixture
def numbers(command_user):
    """Of the sequences to be said to this command user."""
    if ONE:
        return [int(ONE)]
    return range(2000) if DEEP else range(command_user == "root", 80, 2)


@pytest.fixture
def tally(numbers):
    tally = Tally(numbers)
    yield tally
    tally.close()


@pytest.fixture
def login(lab, command_user):
    """A login in which the roles are liars that have a script; with nothing in the cache."""
    lab.api.behaviours["alice"] = answer(KEY_LINE)

    def run(scripts, *arguments):
        clear_scripts()
        for role, lines in scripts.items():
            write_script(role, lines)
        program.reset_cache()
        return lab.program.run(*arguments, as_user=command_user)
    paths = [next(PREFIX.glob(f"**/{name}")) for name in ("sallyport-parse", "sallyport-net")]
    with stand_in(paths[0], LIAR), stand_in(paths[1], LIAR):
        yield run


# Not the time is on trial here.
TIME = "--deadline=30"


def random_for(name, number):
    return random.Random(f"{name} {number}")


# Key9.

def test_judge(lab, login, command_user, tally, numbers):
    for number in numbers:
        judge = Key9Judge(random_for("judge", number), query(lab, command_user))
        result = login({"judge": judge.lines}, "k9-ssh", TIME, "--user=alice")
        tally.check(number, judge.lines, result, judge.expected)


def keys_of(body, good):
    """What an honest judge prints of it: all lines must be sound; a bad key is left out."""
    lines = body.split(b"\n") if body else []
    if any(line and line not in good for line in lines):
        return ""
    return "".join(good[line] for line in lines if line)


def test_netproc(login, tally, numbers):
    good = {body_of([KEY_LINE]).strip(): KEY_LINE + "\n", body_of([OTHER_LINE]).strip(): ""}
    body, other = body_of([KEY_LINE]), body_of([OTHER_LINE])
    for number in numbers:
        netproc = Exchange(random_for("netproc", number), body, [other, body + other, b"[]\n"],
                           LIMIT["KEY9_ANSWER_MAX"])
        result = login({"own-ca": netproc.lines}, "k9-ssh", TIME, "--user=alice")
        tally.check(number, netproc.lines, result,
                    keys_of(netproc.body, good) if netproc.sound else "")


# OpenPubkey.

@pytest.fixture
def verify(login, whole_opk_idp, opk_idp):
    write_plugin("echo deny")
    return lambda scripts, offered=OFFERED: login(scripts, "verify", TIME, "alice", *words(offered))


def test_opk_judge(verify, tally, numbers):
    for number in numbers:
        judge = OpkJudge(random_for("opk-judge", number), OFFERED.blob, TOKEN_AT, len(ACCESS_TOKEN))
        tally.check(number, judge.lines, verify({"opk-judge": judge.lines}), judge.expected)


@pytest.fixture
def sets(lab, opk_idp, command_user):
    """The keys of the provider, and of the foreigner, as an honest keys role reduces them."""
    def reduced(key):
        program.reset_cache()
        opk_idp.jwks = key_set(key)
        assert lab.program.run("refresh", as_user=command_user).status == 0
        body = program.read_entry(cache_file(command_user, "keys", ISSUER)).body
        at = 1
        for _ in range(2):      # userinfo_endpoint and its proxy
            at += 4 + int.from_bytes(body[at:at + 4], "big")
        return body[at:]
    return {FOREIGN: reduced(FOREIGN_KEY), OFFERED: reduced(IDP_KEY)}


def test_keys(sets, verify, tally, numbers):
    for number in numbers:
        rng = random_for("keys", number)
        offered = rng.choice([OFFERED, FOREIGN])
        role = Keys(rng, *rng.sample([*sets.values()], 2))
        # A login goes by the keys that there are: whose set it is, may log in.
        tally.check(number, role.lines, verify({"keys": role.lines}, offered),
                    line_of(offered) if role.keys == sets[offered] else "")


PUBLISHED = {OFFERED: key_set(IDP_KEY), FOREIGN: key_set(FOREIGN_KEY)}


def members(pairs):
    """No object that we read has two of one name."""
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError(pairs)
    return dict(pairs)


# What of a page decides whether a token is let in that a rule fits.
DECIDE = {DISCOVERY: ["issuer", "jwks_uri"], JWKS: ["keys"]}


def says(page, body, text):
    """A blank more or less, another name beside these: it is still the same."""
    try:
        said = json.loads(body or b"", object_pairs_hook=members)
    except ValueError:
        return False
    return isinstance(said, dict) and all(
        said.get(name) == value for name, value in json.loads(text).items() if name in DECIDE[page])


def pages(rng, idp):
    one, other = rng.sample([*PUBLISHED.values()], 2)
    return Pages(rng, {DISCOVERY: (idp.discovery_text(), [b"{}"], LIMIT["DISCOVERY_MAX"]),
                       JWKS: (one, [other], LIMIT["JWKS_MAX"])})


def test_fetching_netproc(opk_idp, verify, tally, numbers):
    for number in numbers:
        rng = random_for("fetching netproc", number)
        offered = rng.choice([OFFERED, FOREIGN])
        netproc = pages(rng, opk_idp)
        good = all(says(page, netproc.body(page), text) for page, text in (
            (DISCOVERY, opk_idp.discovery_text()), (JWKS, PUBLISHED[offered])))
        tally.check(number, netproc.lines, verify({"system-ca": netproc.lines}, offered),
                    line_of(offered) if good else "")


def test_all_at_once(opk_idp, sets, verify, tally, numbers):
    """Whatever those say who fetch: only the judge lets anybody in, and only with that key."""
    for number in numbers:
        rng = random_for("all", number)
        judge = OpkJudge(rng, OFFERED.blob, TOKEN_AT, len(ACCESS_TOKEN))
        scripts = {"opk-judge": judge.lines, "keys": Keys(rng, *sets.values()).lines,
                   "system-ca": pages(rng, opk_idp).lines}
        tally.check(number, judge.lines, verify(scripts), judge.expected)


# Several sources.

def test_authorize(lab, login, command_user, tally, numbers):
    command, key_type = SCRATCH / "chained", KEY_LINE.split()[0]
    command.write_text("#!/bin/sh\necho something\n")
    command.chmod(0o755)
    user = "nobody" if command_user == "root" else command_user
    program.write_config(lab.sections(command_user), group=command_user)
    program.write_settings(f"sources:\n  - source: key9\n  - source: chain\n"
                           f"    command: {command}\n    user: {user}\n")
    for number in numbers:
        role = Authorize(random_for("authorize", number), KEY_LINE.encode(),
                         f"{command}\0".encode(), user.encode())
        result = login({"authorize": role.lines}, "authorize", TIME, "--user=alice",
                       f"--type={key_type}", f"--key={KEY_LINE.split()[1]}")
        tally.check(number, role.lines, result, role.expected)


# The dry run prints for people: escaped, whatever is said.

def test_explain(login, opk_idp, numbers):
    for number in numbers:
        role = Explain(random_for("explain", number))
        kind, key = words(OFFERED)[::-1]
        result = login({"explain": role.lines}, "explain", "--user=alice", f"--type={kind}",
                       f"--key={key}")
        assert result.stdout.isascii() and result.stdout.replace("\n", "").isprintable(), number
        assert not any(line.startswith(("ssh-", "ecdsa-", "sk-", "cert-authority"))
                       for line in result.stdout.splitlines()), number
        assert (result.status, "allowed" in result.stdout) == (0, True), (number, result)
