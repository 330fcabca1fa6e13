"""Public keys as a Key9 server may send them: good ones of every type, and bad ones.

A good key is made of real key material; the bad ones are put together by hand, each wrong
in one respect only.
"""

import base64
import functools
import struct

from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def wire_string(data):
    return struct.pack(">I", len(data)) + data


def wire_mpint(number):
    return wire_string(number.to_bytes(number.bit_length() // 8 + 1, "big"))


def key_line(kind, blob, comment=""):
    return " ".join(filter(None, [kind, base64.b64encode(blob).decode(), comment]))


def _openssh(private_key):
    return private_key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def new_ed25519():
    return _openssh(ed25519.Ed25519PrivateKey.generate())


def _ed25519_point():
    return ed25519.Ed25519PrivateKey.generate().public_key().public_bytes(
        Encoding.Raw, PublicFormat.Raw)


def _p256_point():
    return ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(
        Encoding.X962, PublicFormat.UncompressedPoint)


def _sk_ed25519():
    kind = "sk-ssh-ed25519@openssh.com"
    return key_line(kind, wire_string(kind.encode()) + wire_string(_ed25519_point())
                    + wire_string(b"ssh:"))


def _sk_ecdsa():
    kind = "sk-ecdsa-sha2-nistp256@openssh.com"
    return key_line(kind, wire_string(kind.encode()) + wire_string(b"nistp256")
                    + wire_string(_p256_point()) + wire_string(b"ssh:"))


@functools.cache
def good():
    """One key of each type that the specification names, by a short name."""
    return {
        "ed25519": new_ed25519(),
        "ecdsa256": _openssh(ec.generate_private_key(ec.SECP256R1())),
        "ecdsa384": _openssh(ec.generate_private_key(ec.SECP384R1())),
        "ecdsa521": _openssh(ec.generate_private_key(ec.SECP521R1())),
        "rsa2048": _openssh(rsa.generate_private_key(65537, 2048)),
        "sk-ed25519": _sk_ed25519(),
        "sk-ecdsa": _sk_ecdsa(),
    }


def _blob(line):
    return base64.b64decode(line.split()[1])


@functools.cache
def bad():
    """Keys that must be dropped, by what is wrong with them (the names in reasons.KEY_DROPPED)."""
    fine = good()["ed25519"]
    kind, encoded = fine.split()
    curve = "ecdsa-sha2-nistp256"
    point = bytearray(_p256_point())
    point[-1] ^= 1
    certificate = "ssh-ed25519-cert-v01@openssh.com"
    # 104 bytes: the last character before the one "=" has two unused bits. Set, they decode to
    # the same key, so the line is a second spelling of it.
    padded = good()["ecdsa256"]
    loose = padded[:-2] + chr(ord(padded[-2]) + 1) + "="
    return {
        "options": f'command="/bin/true" {fine}',
        "restrict": f"restrict {fine}",
        "second line": f"{fine}\n{new_ed25519()}",
        "carriage return": f"{fine}\r{new_ed25519()}",
        "NUL": f"{fine}\0",
        "inner type": f"ssh-rsa {encoded}",
        "off the curve": key_line(curve, wire_string(curve.encode()) + wire_string(b"nistp256")
                                  + wire_string(bytes(point))),
        "inner curve": key_line(curve, wire_string(curve.encode()) + wire_string(b"nistp384")
                                + wire_string(_p256_point())),
        "RSA 1024": _openssh(rsa.generate_private_key(65537, 1024)),
        "trailing bytes": key_line(kind, _blob(fine) + b"\0"),
        "cut short": key_line(kind, _blob(fine)[:-1]),
        "DSA": _openssh(dsa.generate_private_key(1024)),
        "certificate": key_line(certificate, wire_string(certificate.encode()) + bytes(200)),
        "not base64": f"{kind} AAAA%%%%",
        "loose base64": loose,
        "no blob": kind,
        "empty": "",
    }
