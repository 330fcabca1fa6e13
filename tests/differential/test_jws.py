"""Keys as providers publish them, and signatures, beside Python's cryptography (OpenSSL)."""

import json
import random

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from driver import BLOCKS, ask, mutated
from forge import CURVES, HASHES, b64u, compact_json, provider_key
from test_base64 import peer as base64_peer

FITS = {"RSA": ["RS256", "RS384", "RS512", "PS256"], "P-256": ["ES256"], "P-384": ["ES384"],
        "Ed25519": ["EdDSA"]}
CURVE_OF = {name: (curve, length) for curve, name, length in CURVES.values()}
ORDER = {"ES256": 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551,
         "ES384": 2 ** 384 - 0x389cb27e0bc8d220a7e5f24db74f58851313e695333ad68d,
         "ES512": 2 ** 521 - 0x5ae79787c40d069948033feb708f65a2fc44a36477663b851449048e16ec79bf7}
ED25519_ORDER = 2 ** 252 + 27742317777372353535851937790883648493
# What decodes to small groups, to numbers beyond the field, to no point.
ED25519_POINTS = [bytes(32), b"\1" + bytes(31), b"\xec" + b"\xff" * 30 + b"\x7f",
                  b"\xee" + b"\xff" * 30 + b"\x7f", b"\xff" * 32, b"\2" + bytes(31),
                  bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
                  b"\xec" + b"\xff" * 31, b"\1" + bytes(30) + b"\x80"]


def keys():
    algs = ["RS256", "PS256", "RS384", "RS512", "ES256", "ES384", "EdDSA", "ES512", "PS384"]
    return [provider_key(alg) for alg in algs] + [
        provider_key("RS256", bits=1024), provider_key("PS256", bits=3072),
        provider_key("ES256", "2"), provider_key("EdDSA", "2")]


# What is wrong with a key.

def at_odds(rng, jwk):
    """The members with one of them otherwise."""
    name = rng.choice([*jwk, "use", "alg", "key_ops", "kid", "crv", "x", "n", "e", "d"])
    old = jwk.get(name)
    values = {
        "kty": ["RSA", "EC", "OKP", "oct", "rsa", ""], "crv": ["P-256", "P-384", "P-521", "Ed25519",
        "Ed448", "secp256k1", "p-256", ""], "use": ["sig", "enc", "", "SIG"],
        "alg": ["RS256", "RS384", "RS512", "PS256", "PS384", "ES256", "ES384", "ES512", "EdDSA",
                "Ed25519", "none", "HS256", "rs256", ""],
        "key_ops": [["verify"], ["sign"], [], ["sign", "verify"], "verify", [1, "verify"], {}],
        "kid": ["x" * 256, "x" * 257, "", "a\0", "ä"],
        "e": ["AQAB", "AAEAAQ", "Aw", "AQ", "Ag", "AA", "_____w", "AQAAAAE", "Af____8", "BAAAAAE"],
    }.get(name, []) + [None, 1, [], True, "!"]
    data = base64_peer("base64url", old.encode()) if isinstance(old, str) else None
    if data and name in ("n", "e", "x", "y"):
        values += [b64u(change).decode() for change in (
            b"\0" + data, b"\0\0" + data, data[1:], data[:-1], data + b"\0", data[::-1],
            mutated(rng, data), data[:-1] + bytes([data[-1] ^ 1]), bytes(len(data)),
            b"\xff" * len(data), *ED25519_POINTS[:6], b"\x80" * 256, b"\x81" * 256, b"\x81" * 1024,
            b"\x81" * 1025, b"\x7f" * 256)] + [old + "=", old[:-1], old + "A", old.replace(
                "A", "+", 1)]
    return {k: v for k, v in jwk.items() if k != name} if rng.random() < 0.15 else (
        jwk | {name: rng.choice(values)})


# What is wrong with a signature.

def spelt_otherwise(rng, key, signature):
    """Perhaps the same numbers, in a form that they have not."""
    half = len(signature) // 2
    if key.alg in ORDER:
        r, s = (int.from_bytes(n, "big") for n in (signature[:half], signature[half:]))
        order, size = ORDER[key.alg], len(signature) // 2
        return rng.choice([
            encode_dss_signature(r, s), signature[:half] + (order - s).to_bytes(size, "big"),
            bytes(half) + signature[half:], signature[:half] + bytes(half), signature[half:]
            + signature[:half], b"\0" + signature[:half] + b"\0" + signature[half:],
            order.to_bytes(size, "big") + signature[half:], b"\xff" * len(signature)])
    if key.alg == "EdDSA":
        s = int.from_bytes(signature[half:], "little")
        return rng.choice([
            signature[:half] + (s + ED25519_ORDER).to_bytes(32, "little"),
            rng.choice(ED25519_POINTS) + signature[half:], rng.choice(ED25519_POINTS) + bytes(32),
            signature[:half] + bytes(32), signature[half:] + signature[:half]])
    n = key.private.public_key().public_numbers().n
    number, size = int.from_bytes(signature, "big"), len(signature)
    return rng.choice([
        b"\0" + signature, signature.lstrip(b"\0")[1:], (n - number).to_bytes(size, "big"),
        min(number + n, 2 ** (8 * size) - 1).to_bytes(size, "big"), n.to_bytes(size, "big"),
        bytes(size), (1).to_bytes(size, "big")])


def salted_otherwise(rng, key, text):
    """RFC 7518 section 3.5 knows one length of salt."""
    digest = HASHES[key.alg[2:]]
    salt = rng.choice([0, 20, digest.digest_size - 1, padding.PSS.MAX_LENGTH])
    return key.private.sign(text, padding.PSS(padding.MGF1(digest), salt), digest)


def case(rng, pool):
    """(JWK, input, signature)"""
    key = rng.choice(pool)
    jwk = key.published()
    if rng.random() < 0.15 and key.alg == "EdDSA":
        jwk["x"] = b64u(rng.choice(ED25519_POINTS)).decode()
    for _ in range(rng.choice([0, 0, 1, 1, 2])):
        jwk = at_odds(rng, jwk)
    text = rng.randbytes(rng.choice([0, 1, 50, 200]))
    signer = key if rng.random() < 0.9 else rng.choice(pool)
    signature = signer.sign(text)
    change = rng.random()
    if change < 0.3 and signer.alg.startswith("PS"):
        signature = salted_otherwise(rng, signer, text)
    elif change < 0.25:
        signature = mutated(rng, signature)
    elif change < 0.5:
        signature = spelt_otherwise(rng, signer, signature)
    elif change < 0.55:
        text = mutated(rng, text)
    return [compact_json(jwk), text, signature]


# The other reader: RFC 7517, 7518 and 8037, our bounds, and OpenSSL's numbers.

class Refused(Exception):
    pass


def demand(condition):
    if not condition:
        raise Refused


def text_of(jwk, name):
    demand(isinstance(jwk.get(name), str))
    return jwk[name]


def bytes_of(jwk, name):
    data = base64_peer("base64url", text_of(jwk, name).encode())
    demand(data is not None)
    return data


def number_of(jwk, name, java=False):
    """Without zeros in front; but one that Java puts there for the sign."""
    data = bytes_of(jwk, name)
    if java and data[:1] == b"\0" and data[1:2] >= b"\x80":
        data = data[1:]
    demand(data and data[0] != 0)
    return int.from_bytes(data, "big")


def rsa_key(jwk):
    n, e = number_of(jwk, "n", java=True), number_of(jwk, "e")
    demand(2048 <= n.bit_length() <= 8192 and n & 1 and e.bit_length() <= 33)
    return rsa.RSAPublicNumbers(e, n).public_key()


def curve_key(jwk):
    curve, length = CURVE_OF[jwk["crv"]]
    x, y = bytes_of(jwk, "x"), bytes_of(jwk, "y")
    demand(len(x) == len(y) == length)
    return ec.EllipticCurvePublicNumbers(int.from_bytes(x, "big"), int.from_bytes(y, "big"),
                                         curve).public_key()


def edwards_key(jwk):
    return ed25519.Ed25519PublicKey.from_public_bytes(bytes_of(jwk, "x"))


READERS = {"RSA": rsa_key, "P-256": curve_key, "P-384": curve_key, "Ed25519": edwards_key}
TYPES = {"EC": ["P-256", "P-384"], "OKP": ["Ed25519"]}


def read_key(jwk):
    """(algorithm, public key)"""
    kind = text_of(jwk, "kty")
    demand("crv" not in jwk or isinstance(jwk["crv"], str))
    if kind != "RSA":
        demand(jwk.get("crv") in TYPES.get(kind, []))
        kind = jwk["crv"]
    demand(jwk.get("use", "sig") == "sig")
    demand(isinstance(jwk.get("key_ops", []), list))
    demand("key_ops" not in jwk or "verify" in jwk["key_ops"])
    alg = jwk.get("alg", FITS[kind][0])
    alg = "EdDSA" if (kind, alg) == ("Ed25519", "Ed25519") else alg
    demand(alg in FITS[kind])
    demand("kid" not in jwk or len(text_of(jwk, "kid").encode()) <= 256)
    return alg, READERS[kind](jwk)


def verify(alg, key, text, signature):
    if alg == "EdDSA":
        return key.verify(signature, text)
    digest = HASHES[alg[2:]]
    if alg.startswith("ES"):
        half = CURVES[alg][2]
        if len(signature) != 2 * half:
            raise InvalidSignature
        r, s = (int.from_bytes(n, "big") for n in (signature[:half], signature[half:]))
        return key.verify(encode_dss_signature(r, s), text, ec.ECDSA(digest))
    scheme = (padding.PSS(padding.MGF1(digest), digest.digest_size) if alg.startswith("PS")
              else padding.PKCS1v15())
    return key.verify(signature, text, scheme, digest)


def expected(jwk, text, signature):
    """verdicts.c's words, but for why a key is refused."""
    try:
        alg, key = read_key(json.loads(jwk))
    except (Refused, ValueError, TypeError):
        return None
    try:
        verify(alg, key, text, signature)
    except InvalidSignature:
        return ["ok", alg, "token_signature"]
    return ["ok", alg, "ok"]


@pytest.mark.parametrize("block", BLOCKS)
def test_generated(block):
    rng = random.Random(f"jws {block}")
    pool = keys()
    cases = [case(rng, pool) for _ in range(1000)]
    answers = ask("jws", cases)
    for one, answer in zip(cases, answers):
        theirs = expected(*one)
        assert (answer if answer[0] == "ok" else None) == theirs, (one, answer)
    # Of each kind enough to tell.
    for alg in (alg for fits in FITS.values() for alg in fits):
        assert answers.count(["ok", alg, "ok"]) > 5 and answers.count(
            ["ok", alg, "token_signature"]) > 5, alg
    assert sum(answer[0] != "ok" for answer in answers) > 100
