"""Certificates to ask about: made by ssh-keygen, made and changed, forged in every part."""

import base64
import math
import random

from cryptography.hazmat.primitives.asymmetric import rsa

from driver import mutated
from forge import FOREVER, Forgery, Key, user_key
from ssh_keygen import cut, key, path, run, strings, wire_string

SUFFIX = b"-cert-v01@openssh.com"
TYPES = {b"ssh-ed25519": 1, b"ecdsa-sha2-nistp256": 2, b"ssh-rsa": 2}     # fields of the key
TOKEN = b"e30:e30:QQ:e30:QQ"
OPTIONS = [b"force-command", b"source-address"]


# Made by ssh-keygen.

def made(rng, kind):
    """A certificate with options of all sorts, signed by its own key, as clients do it, or not."""
    private, line = key(kind)
    signer = private if rng.random() < 0.8 else key("ed25519")[0]
    public = path("subject.pub")
    public.write_text(line + "\n")
    options = ["-I", rng.choice(["alice", "", "a b", "ä", "x" * 500])]
    options += ["-n", rng.choice(["alice", "opkssh-wildcard", "root,alice", "alice,bob,carol"])]
    options += rng.choice([[], ["-z", str(rng.randrange(2 ** 64))]])
    options += rng.choice([[], ["-V", "20240101:20300101"], ["-V", "always:20300101"]])
    options += rng.choice([[], ["-h"], ["-O", "clear"], ["-O", "no-pty"]])
    options += rng.choice([[], [], ["-O", "force-command=/bin/true"],
                           ["-O", "source-address=192.0.2.0/24"], ["-O", "critical:x=y"]])
    options += rng.choice([[], ["-t", "rsa-sha2-256"], ["-t", "rsa-sha2-512"],
                           ["-t", "ssh-rsa"]]) if "rsa" in signer.name else []
    options += ["-O", f"extension:openpubkey-pkt={TOKEN.decode()}"] if rng.random() < 0.9 else []
    run("-q", "-s", signer, *options, public)
    return base64.b64decode(path("subject-cert.pub").read_text().split()[1])


# Forged.

def items(change):
    """Another list in place of the one there was."""
    return lambda found: change(list(found))


def shuffled(rng):
    return lambda found: rng.sample(found, len(found))


def changes(rng):
    """Parts of a forgery, each made otherwise."""
    def some(n):
        return rng.randbytes(rng.choice([0, 1, n]))
    word = bytes(rng.choice(b"abcXYZ019-_.@ ") for _ in range(rng.randrange(8)))
    return {
        "nonce": some(40), "serial": rng.getrandbits(64), "kind": rng.choice([0, 1, 2, 3, 2**31]),
        "key_id": rng.choice([b"", word, b"a\0b", b"a\0", b"\xff\xfe", b"x" * 3000]),
        "principals": rng.choice([[], [word], [b"alice", word], [b""], [b"alice\0"], [b"a\0b"],
                                  [b"x"] * 256, [b"x"] * 257, [b"alice", b"alice"]]),
        "principal_list": rng.choice([b"\0", wire_string(word) + b"\0", wire_string(word)[:-1],
                                      b"\xff\xff\xff\xff"]),
        "valid_after": rng.choice([0, 1, 10**9, FOREVER, 2**63]),
        "valid_before": rng.choice([0, 1, 2 * 10**9, FOREVER, 2**63]),
        "critical": rng.choice([
            [(OPTIONS[0], wire_string(word))], [(o, wire_string(b"x")) for o in OPTIONS],
            [(OPTIONS[1], wire_string(b"x")), (OPTIONS[0], wire_string(b"y"))],
            [(OPTIONS[0], wire_string(b"x"))] * 2, [(b"verify-required", b"")], [(word, b"")],
            [(word, wire_string(word))], [(OPTIONS[0], wire_string(b"x") + b"y")]]),
        "critical_list": rng.choice([b"\0", wire_string(b"x"), b"\0\0\0\x09x"]),
        "extensions": rng.choice([
            shuffled(rng), items(lambda e: e[1:]), items(lambda e: [e[0], *e]),
            items(lambda e: [*e, (word, b"")]), items(lambda e: [(b"a" + word, word), *e]),
            items(lambda e: [(b"openpubkey-act", wire_string(word)), *e]),
            items(lambda e: [(b"openpubkey-act", wire_string(b"a b\n")), *e]),
            items(lambda e: [(e[0][0], e[0][1] + b"\0"), *e[1:]]),
            items(lambda e: [(e[0][0], e[0][1][4:]), *e[1:]]),
            items(lambda e: [(e[0][0], b""), *e[1:]]),
            items(lambda e: [(e[0][0], wire_string(b"")), *e[1:]]),
            items(lambda e: [*e, *((b"x%03d" % i, b"") for i in range(rng.choice([57, 58, 59])))]),
            []]),
        "extension_list": rng.choice([b"\0", wire_string(b"x"), b"\0\0\0\x09x"]),
        "reserved": rng.choice([b"", b"x", wire_string(b"")]),
        "signature_key": rng.choice([lambda k: k + b"\0", lambda k: k[:-1], user_key(
            "EdDSA", "other").ssh_blob(), lambda k: mutated(rng, k), b""]),
        "signature": rng.choice([lambda s: s + b"\0", lambda s: s[:-1], lambda s: mutated(rng, s),
                                 b"", number_otherwise(rng)]),
        "signer": rng.choice([user_key("EdDSA", "other"), user_key("ES256", "other"),
                              user_key("RS256", "other")]),
        "rsa_type": rng.choice([b"ssh-rsa", b"rsa-sha2-256", b"rsa-sha2-512"]),
        "certified_fields": rng.choice([lambda f: mutated(rng, f), lambda f: f + wire_string(b""),
                                        user_key("EdDSA", "other").ssh_fields()]),
        "cert_type": rng.choice([*(t + SUFFIX for t in TYPES), b"ssh-dss" + SUFFIX,
                                 b"rsa-sha2-256" + SUFFIX, b"ssh-ed25519", b""]),
        "token": rng.choice([b"", b"x", TOKEN + b"." + TOKEN, some(2000)]),
        "blob": lambda blob: mutated(rng, blob),
    }


def number_otherwise(rng):
    """One of an ECDSA signature's numbers with a zero in front, negative, or its sign forgotten."""
    def change(signature):
        name, rest = cut(signature)
        numbers = strings((cut(rest) or [b""])[0])
        if not numbers or not name.startswith(b"ecdsa"):
            return signature
        at = rng.randrange(len(numbers))
        numbers[at] = rng.choice([b"\0" + numbers[at], numbers[at].lstrip(b"\0"), b"", b"\0"])
        return wire_string(name) + wire_string(b"".join(map(wire_string, numbers)))
    return change


def forged(rng):
    possible = changes(rng)
    chosen = rng.sample(sorted(possible), rng.choice([0, 1, 1, 1, 1, 2, 3]))
    alg = rng.choice(["ES256", "EdDSA", "RS256", "RS256"])
    bits = rng.choice([1024, 2048, 3072]) if alg == "RS256" and rng.random() < 0.3 else 2048
    parts = {"token": TOKEN, "identity": {}, "nonce": bytes(32)}
    return Forgery(user=user_key(alg, bits=bits), **parts | {name: possible[name]
                                                            for name in chosen}).blob


def blobs(block):
    rng = random.Random(f"cert {block}")
    originals = [made(rng, rng.choice(["ed25519", "ecdsa256", "ecdsa384", "rsa1024", "rsa2048",
                                       "rsa3072"])) for _ in range(10)]
    yield from originals
    for _ in range(150):
        yield mutated(rng, rng.choice(originals))
    for _ in range(600):
        yield forged(rng)


# One by one.

def rare_signature():
    """An RSA signature that begins with a zero, which is then left out."""
    for serial in range(4096):
        forgery = Forgery(user=user_key("RS256"), token=TOKEN, identity={}, nonce=b"",
                          serial=serial)
        name, data = strings(forgery.signature)
        if data[0] == 0:
            return forgery.but(signature=wire_string(name) + wire_string(data[1:])).blob
    raise AssertionError("none of so many begins with a zero")


def example(user="EdDSA", bits=2048, **parts):
    """Makes one, when it is called."""
    def make():
        key = user_key(user, bits=bits) if isinstance(user, str) else user
        return Forgery(**{"user": key, "token": TOKEN, "identity": {}, **parts}).blob
    return make


def in_other_words(user, old, new):
    """One whose certified key, signature key too, is spelt otherwise."""
    def change(data):
        return data.replace(old, new, 1)
    return example(user, certified_fields=change, signature_key=change)


def with_exponent(e):
    """An RSA key with an unusual one."""
    key = Key("RS256")
    found = key.private.private_numbers()
    while math.gcd(e, (found.p - 1) * (found.q - 1)) != 1:
        e += 2
    d = pow(e, -1, (found.p - 1) * (found.q - 1))
    key.private = rsa.RSAPrivateNumbers(
        found.p, found.q, d, d % (found.p - 1), d % (found.q - 1), found.iqmp,
        rsa.RSAPublicNumbers(e, found.public_numbers.n)).private_key()
    return key
