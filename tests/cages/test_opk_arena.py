"""The memory of the judge of certificates: used up, the login is refused and nothing crashes; and
what a login may ask of it at most."""

import struct

import pytest

import program
from messages import LIMIT
from opk_login import (
    ACCESS_TOKEN, ISSUER, line_of, login_of, wire_string, words, write_rules)
from program import PREFIX
from provider_api import ETC, cache_file
from room_lab import stand_in
from test_arena import SIZES, with_arena

OFFERED = login_of(access_token=ACCESS_TOKEN)
PROVIDERS, KEYS = 64, 100
AUTH_ID_MAX = 12 << 20
CHAFF = b"bob bob@example.com https://idp.example.com/tenant/0123456789\n"


@pytest.fixture
def verify(lab, whole_opk_idp, command_user):
    whole_opk_idp.reset()
    write_rules(whole_opk_idp)

    def run(offered=OFFERED):
        result = lab.program.run("verify", "--deadline=20", "alice", *words(offered),
                                 as_user=command_user)
        assert result.status == 0 and result.stdout in ("", line_of(offered)), result
        if not result.stdout:
            detail = result.decision.get("detail", "")
            assert "killed" not in detail and "ended by us" not in detail, result
        return result
    return run


# From an arena that holds the first buffers on.
@pytest.mark.parametrize("size", [*(s for s in SIZES if s >= 48 << 10), 8 << 20, 16 << 20])
def test_arena_is_used_up(verify, size):
    assert verify().stdout
    (path,) = PREFIX.glob("**/sallyport-parse")
    with stand_in(path, with_arena(size)):
        result = verify()
    if size == 16 << 20:      # auth_id's reader takes room for the largest
        assert result.stdout
    if not result.stdout:
        assert result.decision["decision"] == "error"
        assert result.decision["reason"] in ("memory", "worker_died")


def large_set(seed):
    """As many keys as a set may have, each as large as it may be; their bytes are nobody's."""
    def key(number):
        kid = f"{seed}-{number}".encode().ljust(256, b"k")
        n = b"\xc1" + bytes([seed, number]).ljust(1022, b"\x55") + b"\x55"
        return bytes([0, 0, 1]) + wire_string(kid) + wire_string(n) + wire_string(b"\1\0\1")
    return b"\1" + struct.pack(">I", KEYS) + b"".join(map(key, range(KEYS)))


def write_large_sets(command_user, good):
    """For each provider of ours but the first, whose entry this is."""
    issuers = [f"https://idp{number}.example" for number in range(1, PROVIDERS)]
    rows = [f"{issuer} client-id 24h\n" for issuer in [ISSUER, *issuers]]
    program.write_config("".join(rows), "root", ETC / "providers", mode=0o644)
    for seed, issuer in enumerate(issuers):
        path = cache_file(command_user, "keys", issuer)
        body = b"\0" + bytes(8) + large_set(seed)
        path.write_bytes(good._replace(url=issuer.encode(), body=body).packed())


def write_auth_id(rule):
    """The largest there may be, with the one rule that counts at its end."""
    text = CHAFF * ((AUTH_ID_MAX - len(rule)) // len(CHAFF)) + rule
    assert AUTH_ID_MAX - 100 < len(text) <= AUTH_ID_MAX
    program.write_config(text, "root", ETC / "auth_id", mode=0o644)


def large_login():
    """A certificate as large as sshd takes them."""
    login = login_of(identity={"sub": "alice", "email": "alice@example.com",
                               "email_verified": True, "padding": "x" * 30000})
    assert 40000 < len(login.blob) < LIMIT["OFFERED_KEY_MAX"]
    return login


def test_all_that_there_may_be_at_once(verify, command_user):
    """64 providers with full key sets, the largest auth_id, a large certificate: the right answer, and
    in time."""
    rule = f"alice alice@example.com {ISSUER}\n".encode()
    assert verify().stdout
    good = program.read_entry(cache_file(command_user, "keys", ISSUER))
    large = large_login()
    assert verify(large).stdout
    write_auth_id(rule)
    assert verify(large).stdout
    write_large_sets(command_user, good)
    result = verify(large)
    assert result.stdout, result
    assert result.seconds < 5, result
