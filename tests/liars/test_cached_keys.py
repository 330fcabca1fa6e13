"""What lies in the cache where a provider's keys should: damaged, planted, no file, locked; and
workers that bring what should go there. A login either goes by the provider's keys or is denied,
in time; what was good stays, and what was damaged mends itself.
"""

import contextlib
import fcntl
import os
import random
import shutil
import struct
import time

import pytest

import program
import room
from messages import LIAR, LIMIT, REASON, REASON_WORD, datagram
from opk_login import (
    ACCESS_TOKEN, ISSUER, USERINFO, line_of, login_of, wire_string, words, write_rules)
from program import PREFIX
from provider_api import DISCOVERY, JWKS, cache_file
from room import API_ADDRESS, METADATA_ADDRESS
from room_lab import in_turn, stand_in, write_script
from test_liars import hear, say

OFFERED = login_of()
DEADLINE = 2
OTHER = "https://idp.example"


@pytest.fixture
def login(lab, command_user):
    def run(offered=OFFERED, deadline=5):
        result = lab.program.run("verify", f"--deadline={deadline}", "alice", *words(offered),
                                 as_user=command_user)
        assert result.seconds < deadline + program.SLACK and result.status == 0, result
        assert result.stdout in ("", line_of(offered)), result
        return result
    return run


@pytest.fixture
def keys_file(login, opk_idp, command_user):
    """What an honest login has left, a minute ago or more."""
    assert_allowed(login(), "fresh")
    assert opk_idp.requests == [DISCOVERY, JWKS]
    opk_idp.requests.clear()
    path = cache_file(command_user, "keys", ISSUER)
    forget_attempt(command_user)
    return path


def forget_attempt(command_user):
    cache_file(command_user, "try", ISSUER).unlink(missing_ok=True)


def assert_allowed(result, cache):
    assert result.stdout, result
    assert (result.decision["decision"], result.decision["cache"]) == ("allow", cache), result.log


def assert_denied(result, reason="PROVIDER_KEYS"):
    assert result.stdout == "", result
    assert result.decision["reason"] == REASON_WORD[reason], result.log


# Damaged and planted.

def changed(**fields):
    return lambda entry: entry._replace(**fields).packed()


def body(change):
    return lambda entry: entry._replace(body=change(entry.body)).packed()


def key_set(change):
    """Behind preloaded, the userinfo endpoint and its proxy."""
    def changed_set(data):
        length = struct.unpack(">I", data[1:5])[0]
        at = 1 + 4 + length + 4
        return data[:at] + change(data[at:])
    return body(changed_set)


def noise(length):
    return lambda entry: random.Random(length).randbytes(length)


FUTURE, AGES_AGO = int(time.time()) + 86400, 1
HUGE = b"\xff\xff\xff\xff"
DAMAGE = {
    "empty": lambda entry: b"",
    "one byte": lambda entry: b"S",
    "noise": noise(1000),
    "much noise": noise(1 << 20),
    "larger than any": lambda entry: entry.packed() + bytes(2 << 20),
    "cut": lambda entry: entry.packed()[:-1],
    "a byte more": lambda entry: entry.packed() + b"\0",
    "another form": lambda entry: b"SPCACHE1" + entry.packed()[8:],
    "of another issuer": changed(url=OTHER.encode()),
    "of an issuer beside": changed(url=ISSUER.encode() + b"/"),
    "lengths without end": lambda entry: entry.packed()[:20] + HUGE * 2 + entry.packed()[28:],
    "from the future": changed(fetched=FUTURE),
    "from 1970": changed(fetched=AGES_AGO),
    "from the end of time": changed(fetched=2**64 - 1),
    "no body": changed(body=b""),
    "a body of noise": changed(body=random.Random(1).randbytes(500)),
    "userinfo without end": body(lambda data: data[:1] + HUGE + data[5:]),
    "userinfo not printable": body(lambda data: data[:1] + wire_string(b"http://\n") + data[5:]),
    "preloaded or what": body(lambda data: b"\2" + data[1:]),
    "a set of nothing": key_set(lambda data: b""),
    "a set of noise": key_set(lambda data: random.Random(2).randbytes(len(data))),
    "a set of noise, the largest": key_set(
        lambda data: random.Random(3).randbytes(LIMIT["KEY_SET_MAX"])),
    "a set too large": key_set(lambda data: data.ljust(LIMIT["KEY_SET_MAX"] + 1, b"\0")),
    "another version": key_set(lambda data: b"\2" + data[1:]),
    "four billion keys": key_set(lambda data: data[:1] + HUGE + data[5:]),
    "a hundred and one": key_set(lambda data: data[:1] + struct.pack(">I", 101) + data[5:] * 101),
    "no keys": key_set(lambda data: data[:1] + bytes(4)),
    "one key twice": key_set(lambda data: data[:1] + struct.pack(">I", 2) + data[5:] * 2),
    "a key cut": key_set(lambda data: data[:-1]),
    "kid without end": key_set(lambda data: data[:8] + HUGE + data[12:]),
    "a type that is none": key_set(lambda data: data[:5] + b"\xff" + data[6:]),
}


@in_turn("what", DAMAGE)
def test_damaged_keys(login, opk_idp, command_user, keys_file, what):
    """No worse than none: they are fetched anew; where nobody answers, the login is denied."""
    good = program.read_entry(keys_file)
    damaged = DAMAGE[what](good)
    keys_file.write_bytes(damaged)
    opk_idp.listener.down()
    result = login()
    assert result.stdout == "" and result.decision["fetch"] == "connect", result
    assert keys_file.read_bytes() == damaged
    opk_idp.listener.up()
    forget_attempt(command_user)
    assert_allowed(login(), "fresh")
    assert program.read_entry(keys_file).body == good.body
    opk_idp.listener.down()
    assert_allowed(login(), "fresh")


def test_flipped_bit_in_a_key(login, lab, opk_idp, command_user, keys_file):
    """Such a set is sound to look at: nobody gets in by it until it is renewed."""
    entry = program.read_entry(keys_file)
    flipped = entry.body[:-1] + bytes([entry.body[-1] ^ 1])
    keys_file.write_bytes(entry._replace(body=flipped).packed())
    assert_denied(login(), "TOKEN_SIGNATURE")
    assert lab.program.run("refresh", as_user=command_user).status == 0
    assert_allowed(login(), "fresh")


def test_another_providers_keys_under_our_name(login, opk_idp, command_user, keys_file):
    """Whole and sound, but renamed: whose they are stands in them."""
    entry = program.read_entry(keys_file)
    (keys_file.with_name("x")).write_bytes(entry._replace(url=OTHER.encode()).packed())
    keys_file.with_name("x").rename(keys_file)
    opk_idp.listener.down()
    assert_denied(login())


# Something else in its place.

def put_fifo(path):
    os.mkfifo(path)


def put_link(path):
    path.symlink_to("/etc/passwd")


def put_link_to_a_good_one(path):
    path.symlink_to("elsewhere")


def put_loop(path):
    path.symlink_to(path.name)


def put_directory(path):
    path.mkdir()
    (path / "file").touch()


def put_unreadable(path):
    path.touch(mode=0)


THINGS = [put_fifo, put_link, put_link_to_a_good_one, put_loop, put_directory, put_unreadable]


@pytest.mark.parametrize("kind", ["keys", "try", "lock"])
@pytest.mark.parametrize("put", THINGS, ids=lambda put: put.__name__)
def test_no_file_in_its_place(login, opk_idp, command_user, keys_file, kind, put):
    shutil.copy(keys_file, keys_file.with_name("elsewhere"))
    keys_file.unlink()
    path = cache_file(command_user, kind, ISSUER)
    path.unlink(missing_ok=True)
    put(path)
    os.chown(path, *[program.cache_owner(command_user)] * 2, follow_symlinks=False)
    assert_allowed(login(), "fresh")
    assert opk_idp.requests == [DISCOVERY, JWKS]
    assert os.path.lexists(path)
    if put is put_directory:
        shutil.rmtree(path)
    else:
        path.unlink()
    forget_attempt(command_user)
    assert_allowed(login(), "fresh")


# A directory that takes nothing.

@contextlib.contextmanager
def mode_of(directory, mode):
    directory.chmod(mode)
    yield
    directory.chmod(0o700)


@contextlib.contextmanager
def no_directory(directory, _):
    directory.rename(directory.with_name("away"))
    directory.touch()
    yield
    directory.unlink()
    directory.with_name("away").rename(directory)


@contextlib.contextmanager
def full(directory, _):
    """No byte can be written, but names can be made."""
    room.mount("tmpfs", directory, "tmpfs", options="size=4k,nr_inodes=100,mode=700")
    os.chown(directory, *[int(os.environ["OWNER"])] * 2)
    (directory / "filler").write_bytes(bytes(4096))
    yield
    room.unmount(directory)


@pytest.mark.parametrize("trouble,mode", [(mode_of, 0o500), (mode_of, 0o755), (no_directory, 0),
                                          (full, 0)],
                         ids=["unwritable", "others may enter", "none", "full"])
def test_cache_that_takes_nothing(login, opk_idp, command_user, keys_file, monkeypatch, trouble,
                                  mode):
    """Every login fetches, and says why."""
    directory = keys_file.parent
    keys_file.unlink()
    monkeypatch.setenv("OWNER", str(program.cache_owner(command_user)))
    with trouble(directory, mode):
        for _ in range(2):
            result = login()
            assert_allowed(result, "fresh")
            assert any("cache" in line and "decision" not in line for line in result.log), result
    assert opk_idp.requests == 2 * [DISCOVERY, JWKS]
    assert not keys_file.exists()
    assert_allowed(login(), "fresh")
    assert keys_file.exists()


# The lock.

@contextlib.contextmanager
def locked(command_user):
    path = cache_file(command_user, "lock", ISSUER)
    path.touch()
    os.chown(path, *[program.cache_owner(command_user)] * 2)
    with open(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def test_lock_is_held_for_long(login, opk_idp, command_user, keys_file):
    """Who has keys goes on with them at once; who has none waits, but not for ever."""
    with locked(command_user):
        assert_allowed(login(), "fresh")
        program.age_entry(keys_file, 7200)
        result = login()
        assert_allowed(result, "stale")
        assert result.seconds < 1 and "another process" in result.decision["fetch_detail"]
        keys_file.unlink()
        result = login(deadline=DEADLINE)
        assert_denied(result)
        assert "another process" in result.decision["fetch_detail"]
    assert opk_idp.requests == []
    assert_allowed(login(), "fresh")


# The workers that fetch, replaced by liars under an honest judge: keys past their time are used,
# and where there are none the login is denied.

def hexed(text):
    return text.encode().hex()


READY = say("READY")
SET = b"a key set that nobody has sent"
ASKED = [READY, hear("KEYS_ASK")]


def fetch(url, proxy=b""):
    return say("KEYS_FETCH", url=url.encode(), proxy=proxy)


def done(**values):
    return say("KEYS_DONE", **{"reason": REASON["OK"], "total": len(SET), "keys": 1, **values})


DATA = say("KEYS_DATA", data=SET)
LONGEST_DATA = datagram("KEYS_DATA", data=bytes(LIMIT["IPC_CHUNK_MAX"]))
TWICE = [fetch(ISSUER + DISCOVERY), hear("TEXT_END"), fetch(ISSUER + JWKS), hear("TEXT_END")]
LYING_KEYS = {
    "plain http elsewhere": [*ASKED, fetch(f"http://{API_ADDRESS}:8080/")],
    "the metadata address": [*ASKED, fetch(f"https://{METADATA_ADDRESS}:8443/")],
    "the metadata address by http": [*ASKED, fetch(f"http://{METADATA_ADDRESS}/latest/meta-data")],
    "a file": [*ASKED, fetch("file:///etc/passwd")],
    "a path": [*ASKED, fetch("/etc/shadow")],
    "gopher": [*ASKED, fetch("gopher://127.0.0.1:25/_x")],
    "a line break": [*ASKED, "send " + datagram("KEYS_FETCH", url=b"http://127.0.0.1/\r\nx").hex()],
    "a user": [*ASKED, fetch("https://root@127.0.0.1/")],
    "thrice": [*ASKED, *TWICE, fetch(ISSUER + JWKS)],
    "twice the same": [*ASKED, fetch(ISSUER + JWKS), hear("TEXT_END"), fetch(ISSUER + JWKS),
                       hear("TEXT_END"), DATA, done(total=1)],
    "after the first data": [*ASKED, DATA, fetch(ISSUER + JWKS)],
    "too much": [*ASKED, f"endless {LONGEST_DATA.hex()}"],
    "another total": [*ASKED, DATA, done(total=len(SET) - 1)],
    "no keys": [*ASKED, DATA, done(keys=0)],
    "keys without a set": [*ASKED, done(total=0)],
    "a reason and a set": [*ASKED, DATA, done(reason=REASON["JWKS_FORM"])],
    "another's reason": [*ASKED, done(reason=REASON["NO_RULE"], total=0, keys=0)],
    "silence": [*ASKED],
    "death": [*ASKED, "exit 0"],
}


@pytest.fixture
def lying_keys(login, opk_idp):
    (path,) = PREFIX.glob("**/sallyport-parse")

    def run(*lines, deadline=DEADLINE):
        write_script("keys", [*lines, "sleep"])
        with stand_in(path, LIAR):
            return login(deadline=deadline)
    return run


def assert_stale_or_denied(lie, login, lab, opk_idp, command_user, keys_file):
    program.age_entry(keys_file, 7200)
    before = keys_file.read_bytes()
    result = lie()
    assert_allowed(result, "stale")
    assert result.decision["fetch"] != "ok"
    assert keys_file.read_bytes() == before
    keys_file.unlink()
    forget_attempt(command_user)
    assert_denied(lie())
    assert not keys_file.exists()
    assert lab.names.queries == [] and lab.api.connects() == 0
    forget_attempt(command_user)
    assert_allowed(login(), "fresh")


@in_turn("what", LYING_KEYS)
def test_lying_keys_role(lying_keys, login, lab, opk_idp, command_user, keys_file, what):
    assert_stale_or_denied(lambda: lying_keys(*LYING_KEYS[what]), login, lab, opk_idp,
                           command_user, keys_file)


def test_keys_that_nobody_sent(lying_keys, login, command_user, keys_file):
    """The keys role can make keys up: it is stored, and if it is none, no key. Then nothing fits
    for a minute."""
    keys_file.unlink()
    assert_denied(lying_keys(*ASKED, DATA, done(), "exit 0"))
    forget_attempt(command_user)
    assert_allowed(login(), "fresh")


def test_keys_role_after_its_end(lying_keys, command_user, keys_file):
    """What it says then is heard by nobody."""
    keys_file.unlink()
    assert_denied(lying_keys(*ASKED, DATA, done(), DATA,
                             f"endless {datagram('KEYS_DATA').hex()}"))


@pytest.fixture
def lying_net(login, opk_idp):
    (path,) = PREFIX.glob("**/sallyport-net")

    def run(lines, offered=OFFERED, deadline=DEADLINE):
        write_script("system-ca", [*lines, "sleep"])
        with stand_in(path, LIAR):
            return login(offered, deadline=deadline)
    return run


def answered(text, **values):
    return [say("FETCH_DATA", data=text), say("FETCH_DONE", **{
        "reason": REASON["OK"], "status": 200, "total": len(text), **values})]


GARBAGE = b"no document"
NET_LIES = {
    "too much": [f"endless {datagram('FETCH_DATA', data=bytes(LIMIT['IPC_CHUNK_MAX'])).hex()}"],
    "more than it says": answered(GARBAGE, total=len(GARBAGE) - 1),
    "less than it says": answered(GARBAGE, total=len(GARBAGE) + 1),
    "status 0": answered(GARBAGE, status=0),
    "status 999": answered(GARBAGE, status=999),
    "no document": answered(GARBAGE),
    "nothing": [say("FETCH_DONE", reason=REASON["OK"], status=200)],
    "another's reason": [say("FETCH_DONE", reason=REASON["NO_RULE"])],
    "no end": [say("FETCH_DATA", data=GARBAGE)],
    "death": ["exit 0"],
    "silence": [],
}


def honest_until(where, opk_idp, lie):
    """As the provider answers, up to the document at this path."""
    pages = {DISCOVERY: opk_idp.discovery_text(), JWKS: opk_idp.jwks, USERINFO: b'{"sub": "alice"}'}
    lines = [READY, hear("FETCH")]
    for path, text in pages.items():
        lines += [f"when {hexed(path)}", *(lie if path == where else answered(text))]
        # The key set is asked for over the same connection.
        lines += [hear("FETCH")] if path == DISCOVERY != where else []
    return [*lines, "when "]


@in_turn("where,what", [(where, what) for where in (DISCOVERY, JWKS) for what in NET_LIES],
         id="-".join)
def test_lying_netproc(lying_net, login, lab, opk_idp, command_user, keys_file, what, where):
    lines = honest_until(where, opk_idp, NET_LIES[what])
    assert_stale_or_denied(lambda: lying_net(lines), login, lab, opk_idp, command_user, keys_file)


@in_turn("what", NET_LIES)
def test_lying_netproc_in_userinfo(lying_net, login, opk_idp, command_user, keys_file, what):
    """A note, and the other rules count."""
    before = keys_file.read_bytes()
    offered = login_of(access_token=ACCESS_TOKEN)
    write_rules(opk_idp, rule="oidc:team:operators")
    result = lying_net(honest_until(USERINFO, opk_idp, NET_LIES[what]), offered)
    assert_denied(result, "NO_RULE")
    assert what == "nothing" or any("reason=userinfo" in line for line in result.log), result
    assert keys_file.read_bytes() == before
    assert login(offered).stdout


@pytest.mark.parametrize("where", [DISCOVERY, JWKS])
def test_netproc_before_it_is_asked(lying_net, login, lab, opk_idp, command_user, keys_file, where):
    lines = [READY, *answered(GARBAGE)]
    assert_stale_or_denied(lambda: lying_net(lines), login, lab, opk_idp, command_user, keys_file)


def test_honest_control(lying_net, opk_idp, keys_file):
    """A liar that says what the provider would is taken for it: TLS is checked there."""
    keys_file.unlink()
    assert_allowed(lying_net(honest_until(None, opk_idp, [])), "fresh")
    assert opk_idp.requests == []
