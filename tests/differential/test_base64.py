"""Base64url and base64 beside Python's, which is lax: canonical is what it writes itself."""

import base64
import itertools
import random

import pytest

from driver import BLOCKS, ask, mutated

ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
ODD = [b"=", b"==", b"===", b"+", b"/", b"-", b"_", b"\n", b" ", b"\0", b"\xc3\xa4", b"."]


def as_python_writes(kind, data):
    if kind == "base64url":
        return base64.urlsafe_b64encode(data).rstrip(b"=")
    return base64.b64encode(data)


def peer(kind, text):
    """The bytes that have this text, or None."""
    padding = b"=" * (-len(text) % 4) if kind == "base64url" else b""
    try:
        data = base64.b64decode(text + padding, b"-_" if kind == "base64url" else None)
    except ValueError:
        return None
    return data if as_python_writes(kind, data) == text else None


def compare(kind, texts):
    for text, answer in zip(texts, ask(kind, texts)):
        data = peer(kind, text)
        assert answer == (["no"] if data is None else ["ok", data.hex() or "-"]), (text, data)


@pytest.mark.parametrize("kind", ["base64url", "base64"])
@pytest.mark.parametrize("block", BLOCKS)
def test_generated(kind, block):
    rng = random.Random(f"{kind} {block}")
    texts = []
    for _ in range(1500):
        text = as_python_writes(kind, rng.randbytes(rng.choice([0, 1, 2, 3, 4, 5, 30, 100])))
        texts.append(rng.choice([text, mutated(rng, text, ODD), text[:-1] + rng.choice(ODD),
                                 text[:-1] + bytes([rng.choice(ALPHABET)])]))
    compare(kind, texts)


@pytest.mark.parametrize("kind", ["base64url", "base64"])
def test_every_short_text(kind):
    """Of two bytes all; of three and four, where the last decides about spare bits and padding."""
    every = [bytes([i]) for i in range(256)]
    last = every if len(BLOCKS) > 2 else every[::3]
    compare(kind, [b"", *every, *map(b"".join, itertools.product(every, last))])
    compare(kind, [b"Q" + bytes(pair) for pair in itertools.product(ALPHABET[::7] + b"=-_+/",
                                                                   range(256))])
    compare(kind, [b"QU" + bytes(pair) for pair in itertools.product(ALPHABET[::7] + b"=-_+/",
                                                                    range(256))])
