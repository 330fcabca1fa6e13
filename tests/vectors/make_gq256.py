#!/usr/bin/env python3
"""Makes the files in gq256/ and a known answer.

    make_gq256.py extract    gq256/opkssh-2048 from opkssh/gha-gq256
    make_gq256.py sign       gq256/made-*: new keys, new signatures
    make_gq256.py forge     gq256/forged-zeros
    make_gq256.py known      prints a known answer, for parseproc/gq256_known.c

A directory of gq256/ is a token taken apart: header64, payload64 and
original64 as they stand in it, signature and the provider's n as bytes.
The signer is written from ISO/IEC 14888-2 and openpubkey's description and
shares nothing with the verifier; tests/openpubkey/forge.py imports it.
Making 8200 bits takes minutes.
"""
import base64
import hashlib
import json
import secrets
import struct
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
E = 65537
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


def b64u(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def unb64u(text):
    return base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))


def encode(identity, length):
    """EMSA-PKCS1-v1_5 with SHA-256."""
    tail = DIGEST_INFO + hashlib.sha256(identity).digest()
    return int.from_bytes(b"\0\1" + b"\xff" * (length - 3 - len(tail)) + b"\0" + tail, "big")


def sign(n, d, original64, payload64, message):
    length = (n.bit_length() + 7) // 8
    root = pow(encode(original64 + b"." + payload64, length), d, n)
    secret = [secrets.randbelow(n - 1) + 1 for _ in range(16)]
    hashed = hashlib.shake_256(b"".join(pow(r, E, n).to_bytes(length, "big") for r in secret)
                               + message).digest(32)
    signature = hashed
    for i, r in enumerate(secret):
        challenge = int.from_bytes(hashed[2 * i:2 * i + 2], "big")
        signature += (r * pow(root, -challenge, n) % n).to_bytes(length, "big")
    return signature


def write(name, header64, payload64, original64, signature, n):
    directory = HERE / "gq256" / name
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "header64").write_bytes(header64)
    (directory / "payload64").write_bytes(payload64)
    (directory / "original64").write_bytes(original64)
    (directory / "signature").write_bytes(signature)
    (directory / "n").write_bytes(n)


def ssh_string(blob, offset):
    length, = struct.unpack_from(">I", blob, offset)
    return blob[offset + 4:offset + 4 + length], offset + 4 + length


def extract():
    source = HERE / "opkssh" / "gha-gq256"
    blob = base64.b64decode((source / "id-cert.pub").read_text().split()[1])
    value, _ = ssh_string(blob, blob.index(b"openpubkey-pkt") + len("openpubkey-pkt"))
    token, _ = ssh_string(value, 0)
    payload64, header64, signature64 = token.split(b":")[:3]
    key = json.loads((source / "jwks.json").read_text())["keys"][0]
    assert unb64u(key["e"].encode()) == b"\1\0\1"
    write("opkssh-2048", header64, payload64, json.loads(unb64u(header64))["kid"].encode(),
          unb64u(signature64), unb64u(key["n"].encode()))


def forge():
    """Any payload, any key: all S zero, so all W zero, and R the hash of that."""
    n = (HERE / "gq256" / "opkssh-2048" / "n").read_bytes()
    original64, payload64 = b64u(b'{"alg":"RS256"}'), b64u(b'{"sub":"root"}')
    header64 = b64u(b'{"alg":"GQ256","kid":"' + original64 + b'"}')
    zeros = bytes(16 * len(n))
    hashed = hashlib.shake_256(zeros + original64 + b"." + payload64).digest(32)
    write("forged-zeros", header64, payload64, original64, hashed + zeros, n)


def prime(bits):
    """Its two highest bits set, so that a product has all its bits."""
    while True:
        p = secrets.randbits(bits) | 3 << (bits - 2) | 1
        if p % E != 1 and all(pow(a, p - 1, p) == 1 for a in (2, 3, 5, 7, 11, 13)):
            return p


def new_key(bits):
    """n and d. Not by a library: none makes 512 bits, and OpenSSL's 2049 are 2048."""
    p, q = prime(bits - bits // 2), prime(bits // 2)
    assert (p * q).bit_length() == bits
    return p * q, pow(E, -1, (p - 1) * (q - 1))


def make(name, bits, newer):
    n, d = new_key(bits)
    original64 = b64u(b'{"alg":"RS256","typ":"JWT","kid":"made"}')
    payload64 = b64u(json.dumps({"iss": "https://token.actions.githubusercontent.com",
                                 "sub": "repo:a/b:ref:refs/heads/main"}).encode())
    header64 = b64u(b'{"alg":"GQ256","kid":"' + original64 + b'","typ":"JWT"}')
    message = (header64 if newer else original64) + b"." + payload64
    write(name, header64, payload64, original64,
          sign(n, d, original64, payload64, message), n.to_bytes((bits + 7) // 8, "big"))


def make_all():
    make("made-newer-2048", 2048, True)
    make("made-older-2049", 2049, False)
    make("made-older-4096", 4096, False)
    make("made-newer-8192", 8192, True)
    # Sound but for their size.
    make("made-newer-2047", 2047, True)
    make("made-newer-8200", 8200, True)


def known():
    n, d = new_key(512)
    signature = sign(n, d, b"original", b"payload", b"header.payload")
    for name, value in (("known_n", n.to_bytes(64, "big")), ("known_signature", signature)):
        print(f"static const uint8_t {name}[] = {{")
        for i in range(0, len(value), 12):
            print("\t" + " ".join(f"0x{b:02x}," for b in value[i:i + 12]))
        print("};\n")


if __name__ == "__main__":
    {"extract": extract, "sign": make_all, "forge": forge, "known": known}[sys.argv[1]]()
