#!/usr/bin/env python3
"""Certificates that opkssh does not make at our wish: an access token, a refreshed ID token.

Writes made/; the keys are constants, the signatures differ each time.
"""

import base64
import hashlib
import json
import struct
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

ISSUER = "https://idp.test:9998"
NOW = 1790000000
MADE = Path(__file__).parent / "made"


def b64u(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def compact(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


class Key:
    def __init__(self, secret, kid=None):
        self.kid = kid
        self.private = ec.derive_private_key(secret, ec.SECP256R1())
        numbers = self.private.public_key().public_numbers()
        self.x, self.y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        self.jwk = {"alg": "ES256", "crv": "P-256", "kty": "EC",
                    "x": b64u(self.x), "y": b64u(self.y)}

    def sign(self, text):
        return utils.decode_dss_signature(self.private.sign(text, ec.ECDSA(hashes.SHA256())))

    def jws(self, header, payload):
        r, s = self.sign(f"{b64u(header)}.{b64u(payload)}".encode())
        return b64u(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def id_token(self, payload):
        header = compact({"alg": "ES256", "kid": self.kid, "typ": "JWT"})
        return b64u(header), b64u(payload), self.jws(header, payload)


def string(raw):
    return struct.pack(">I", len(raw)) + raw


def mpint(n):
    return string(n.to_bytes(n.bit_length() // 8 + 1, "big"))


def certificate(user, extensions):
    point = b"\x04" + user.x + user.y
    key = string(b"nistp256") + string(point)
    blob = (string(b"ecdsa-sha2-nistp256-cert-v01@openssh.com") + string(bytes(32)) + key +
            struct.pack(">QI", 0, 1) + string(b"made") + string(string(b"opkssh-wildcard")) +
            struct.pack(">QQ", 0, 2**64 - 1) + string(b"") +
            string(b"".join(string(name) + string(string(value))
                            for name, value in sorted(extensions.items()))) +
            string(b"") + string(string(b"ecdsa-sha2-nistp256") + key))
    r, s = user.sign(blob)
    return blob + string(string(b"ecdsa-sha2-nistp256") + string(mpint(r) + mpint(s)))


def write(name, user, jwks, extensions):
    directory = MADE / name
    directory.mkdir(parents=True, exist_ok=True)
    blob = base64.b64encode(certificate(user, extensions)).decode()
    (directory / "id-cert.pub").write_text(f"ecdsa-sha2-nistp256-cert-v01@openssh.com {blob}\n")
    keys = [key.jwk | {"kid": key.kid, "use": "sig"} for key in jwks]
    (directory / "jwks.json").write_text(json.dumps({"keys": keys}, indent=1) + "\n")
    (directory / "now").write_text(f"{NOW}\n")


def main():
    user, first, second = Key(0xA11CE), Key(0x0DD1, "first"), Key(0x0DD2, "second")
    header = compact({"alg": "ES256", "rz": "5a" * 32, "typ": "CIC", "upk": user.jwk})
    claims = {"iss": ISSUER, "aud": "opkssh-test", "sub": "alice-id",
              "email": "alice@example.com", "email_verified": False,
              "nonce": b64u(hashlib.sha3_256(header).digest())}

    def token(payload):
        signed = first.id_token(payload)
        return ":".join([signed[1], signed[0], signed[2], b64u(header), user.jws(header, payload)])

    live = token(compact(claims | {"iat": NOW - 60, "exp": NOW + 3600}))
    write("access-token", user, [first],
          {b"openpubkey-pkt": live.encode(), b"openpubkey-act": b"somebodys-access-token"})
    old = token(compact(claims | {"iat": NOW - 7200, "exp": NOW - 3600}))
    del claims["nonce"]
    fresh = second.id_token(compact(claims | {"iat": NOW - 60, "exp": NOW + 3600}))
    write("refreshed", user, [first, second],
          {b"openpubkey-pkt": (old + "." + ".".join(fresh)).encode()})


if __name__ == "__main__":
    main()
