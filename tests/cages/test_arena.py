"""parseproc's memory is an arena: when it is used up the login is refused, and nothing is killed."""

import pytest

import keys
from key9_api import answer, response, send
from program import PREFIX
from room import CHECKOUT, SCRATCH
from room_lab import relink, stand_in

KEY = keys.good()["ed25519"]
# From an arena that does not hold the first buffer to one that holds everything.
# (Less than a kilobyte does not hold what the C library itself starts with.)
SIZES = [1 << 10, 16 << 10, 48 << 10, 80 << 10, 112 << 10, 144 << 10, 176 << 10, 256 << 10,
         512 << 10, 1 << 20, (1 << 20) + (16 << 10), (1 << 20) + (64 << 10), 2 << 20, 4 << 20]


def with_arena(size):
    """sallyport-parse as it was built, but for the size of its arena."""
    header = SCRATCH / "include/parseproc/arena.h"
    header.parent.mkdir(parents=True, exist_ok=True)
    text = (CHECKOUT / "parseproc/arena.h").read_text()
    shipped = "((size_t)32 * 1024 * 1024)"
    assert shipped in text
    header.write_text(text.replace(shipped, f"((size_t){size})"))
    sources = [CHECKOUT / f"parseproc/{name}.c" for name in ("arena", "malloc")]
    return relink("parseproc/sallyport-parse", f"parse-{size}", *sources,
                  flags=[f"-I{SCRATCH}/include"])


@pytest.mark.parametrize("size", SIZES)
def test_arena_is_used_up(lab, command_user, size):
    """Refused, with a reason or by the judge's own exit, or not at all; nothing is killed."""
    lab.api.behaviours["alice"] = answer(KEY)
    (path,) = PREFIX.glob("**/sallyport-parse")
    with stand_in(path, with_arena(size)):
        result = lab.program.keys_for("alice", as_user=command_user)
    assert result.status == 0, result
    decision = result.decision
    if size == SIZES[-1]:
        assert (result.keys, decision["decision"]) == ([KEY], "allow")
    if result.stdout == "":
        assert decision["decision"] == "error"
        assert decision["reason"] in ("memory", "worker_died")
        assert "killed" not in decision["detail"] and "ended by us" not in decision["detail"]
    else:
        assert (result.keys, decision["decision"]) == ([KEY], "allow")


LINE, ANSWER = 16 << 10, 1 << 20     # the longest that are read


def padded(value):
    """A line with a good key that is as long as a line may be, mostly of this value."""
    line = b'{"public_key": "%s", "x": [' % KEY.encode() + value
    return line + (b"," + value) * ((LINE - len(line) - 4) // (len(value) + 1)) + b"]}\n"


HEAVY = {
    "tokens": [padded(b"0")] * 64,
    "depth": [padded(b"[[[[]]]]")] * 64,
    "objects": [padded(b'{"a":{}}')] * 64,
    "escapes": [padded(b'"' + b"\\u0041" * 40 + b'"')] * 64,
    "keys": [b'{"public_key": "%s %s"}\n' % (KEY.encode(), b"c" * 256)] * 1000,
    "dropped and kept": [b'{"public_key": "%s"}\n' % KEY.encode(),
                         b'{"public_key": "ssh-rsa %s"}\n' % KEY.encode()] * 500,
    "long keys": [b'{"public_key": "ssh-rsa %s"}\n' % (b"A" * 8192)] * 120,
}


@pytest.mark.parametrize("what", HEAVY)
def test_the_arena_is_large_enough(lab, command_user, what):
    """For the most that an answer can ask of it."""
    body = b"".join(HEAVY[what])
    assert len(body) <= ANSWER
    lab.api.behaviours["alice"] = send(response(body))
    result = lab.program.keys_for("alice", as_user=command_user)
    expected = "all_keys_dropped" if what == "long keys" else "ok"
    assert result.decision["reason"] == expected, result
