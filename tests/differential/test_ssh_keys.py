"""Public keys beside `ssh-keygen -l`: what we take, it takes, and the fingerprint is the same."""

import base64
import random

import pytest

from driver import BLOCKS, CHECKOUT, ask, mutated
from ssh_keygen import (
    KINDS, blob_of, cut, fingerprint, fingerprints, key, rsa_faults, strings, wire_string)

TYPES = [b"ssh-ed25519", b"ecdsa-sha2-nistp256", b"ecdsa-sha2-nistp384", b"ecdsa-sha2-nistp521",
         b"ssh-rsa", b"sk-ssh-ed25519@openssh.com", b"sk-ecdsa-sha2-nistp256@openssh.com"]
OTHERS = [b"ssh-dss", b"rsa-sha2-256", b"rsa-sha2-512", b"ssh-ed25519-cert-v01@openssh.com",
          b"ecdsa-sha2-nistp224", b"SSH-ED25519", b""]
CURVES = [b"nistp256", b"nistp384", b"nistp521", b"nistp224", b"secp256r1", b""]
APPLICATIONS = [b"ssh:", b"ssh:host", b"", b"ssh:\n", b"\xff", b"a\0b", b"x" * 256, b"x" * 257]
FIELD = 2 ** 256 - 2 ** 224 + 2 ** 192 + 2 ** 96 - 1
NUMBERS = [b"", b"\0", b"\1", b"\2", b"\3", b"\1\0\1", b"\0\1\0\1", b"\1\0\0", b"\x80", b"\0\x80",
           b"\0\x81", b"\xff" * 8, b"\0" + b"\xff" * 8, b"\1" + b"\0" * 7 + b"\1",
           b"\x7f" + b"\xff" * 8, b"\0\0\3"]


def pool():
    """Good blobs, those that only a security key could have made put together from others."""
    found = [blob_of(key(kind)[1]) for kind in KINDS]
    ed25519, p256 = (strings(blob_of(key(kind)[1])) for kind in ("ed25519", "ecdsa256"))
    return found + [b"".join(map(wire_string, parts)) for parts in (
        [TYPES[5], *ed25519[1:], b"ssh:"], [TYPES[6], *p256[1:], b"ssh:"])]


def modulus(rng):
    bits = rng.choice([1000, 1023, 1024, 1536, 2047, 2048, 2049, 4096, 8192, 16384, 16385])
    number = 1 << (bits - 1) | rng.getrandbits(bits - 1) | rng.choice([0, 1, 1, 1])
    return number.to_bytes(bits // 8 + 1, "big").lstrip(b"\0").rjust(
        bits // 8 + rng.choice([1, 1, 1, 2]) if bits % 8 == 0 else 1, b"\0")


def other_field(rng, field):
    """In place of one of its fields."""
    x, y = field[1:33], field[33:65]
    return rng.choice([
        mutated(rng, field), b"", field[:-1], field + b"\0", b"\0" + field, field[1:],
        bytes(len(field)), b"\xff" * len(field), rng.choice(CURVES), rng.choice(APPLICATIONS),
        rng.choice(NUMBERS), modulus(rng), b"\2" + x, b"\4" + y + x, b"\6" + x + y,
        b"\4" + x + FIELD.to_bytes(32, "big"), b"\4" + bytes(64),
        b"\4" + x + ((FIELD - int.from_bytes(y, "big")) % 2 ** 256).to_bytes(32, "big")])


def changed(rng, blob):
    parts = strings(blob)
    at = rng.randrange(len(parts))
    if rng.random() < 0.3:
        return mutated(rng, blob)
    if rng.random() < 0.2:
        at, new = 0, rng.choice(TYPES + OTHERS)
    else:
        new = other_field(rng, parts[at])
    parts[at] = new
    if rng.random() < 0.1:
        parts.insert(rng.randrange(len(parts) + 1), rng.choice([b"", b"x", parts[-1]]))
    if rng.random() < 0.05:
        del parts[rng.randrange(len(parts))]
    return b"".join(map(wire_string, parts))


def lines(block):
    rng = random.Random(f"key {block}")
    blobs = pool()
    for _ in range(1000):
        blob = rng.choice(blobs)
        if rng.random() < 0.9:
            blob = changed(rng, blob)
        kind = (cut(blob) or [b"x"])[0] if rng.random() < 0.9 else rng.choice(TYPES + OTHERS)
        if not kind.isascii() or not kind.decode().isprintable() or b" " in kind or b"#" in kind:
            kind = rng.choice(TYPES)
        text = base64.b64encode(blob)
        if rng.random() < 0.1:
            text = rng.choice([text.rstrip(b"="), text + b"=", text[:-1], text[:-2] + b"//",
                               text.replace(b"A", b"-", 1), text[:8] + b"=" + text[8:]])
        yield (kind or b"x") + b" " + (text or b"=")


# What we mind and OpenSSH does not.

def faults(line):
    kind, text = line.split(b" ")
    if kind not in TYPES:
        yield "seven types are printed"
        return
    parts = strings(base64.b64decode(text)) or []
    if parts and parts[0].startswith(b"rsa-sha2-"):
        yield "a signature's algorithm is no key's type"
    if kind == b"ssh-rsa" and len(parts) == 3:
        yield from rsa_faults(*parts[1:], exponent_bits=64)
    if any(part.endswith(b"\0") for part in parts[:2 if b"ecdsa" in kind else 1]):
        yield "a name has no NUL"
    application = parts[-1] if kind.startswith(b"sk-") and parts else b"ssh:"
    if not 1 <= len(application) <= 256 or not all(0x20 <= c <= 0x7e for c in application):
        yield "an application is text"


def rsa(e, n, kind=b"ssh-rsa"):
    return b"ssh-rsa " + base64.b64encode(b"".join(map(wire_string, [kind, e, n])))


P256_BASE = bytes.fromhex("046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                          "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")
N = (b"\0" + b"\xc1" * 256, b"\0" + b"\xc1" * 128)
DIFFERENCES = {
    "seven types are printed": b" ".join((CHECKOUT / "tests/vectors/ssh-keygen/ed25519.pub")
                                         .read_bytes().split()[:2]),
    "a signature's algorithm is no key's type": rsa(b"\1\0\1", N[0], b"rsa-sha2-256"),
    "a number has one form": rsa(b"\0\1\0\1", N[0]),
    "RSA has at least 2048 bits": rsa(b"\1\0\1", N[1]),
    "RSA is two odd numbers": rsa(b"\2", N[0]),
    "an exponent is no modulus": rsa(b"\1" * 9, N[0]),
    "a name has no NUL": b"ecdsa-sha2-nistp256 " + base64.b64encode(b"".join(map(
        wire_string, [TYPES[1], b"nistp256\0", P256_BASE]))),
    "an application is text": b"sk-ssh-ed25519@openssh.com " + base64.b64encode(b"".join(map(
        wire_string, [TYPES[5], bytes(range(32)), b"\xff"]))),
}


def verdicts(cases):
    """(ours, theirs) for each: a fingerprint, or None."""
    theirs = fingerprints(cases)
    ours = [fingerprint(base64.b64decode(answer[2])) if answer[0] == "ok" else None
            for answer in ask("key", cases)]
    return [(mine, theirs.get(i)) for i, mine in enumerate(ours)]


@pytest.mark.parametrize("block", BLOCKS)
def test_generated(block):
    cases = list(lines(block))
    found = verdicts(cases)
    for line, (ours, theirs) in zip(cases, found):
        fault = next(faults(line), None) if theirs else None
        assert fault is None or fault in DIFFERENCES
        assert ours == (None if fault else theirs), (line, fault)
    # Of each kind enough to tell.
    assert sum(ours is not None for ours, _ in found) > 100
    assert sum(ours is None for ours, _ in found) > 100


@pytest.mark.parametrize("what", DIFFERENCES)
def test_listed_difference(what):
    (ours, theirs), = verdicts([DIFFERENCES[what]])
    assert ours is None and theirs is not None
    assert list(faults(DIFFERENCES[what])) == [what]
