"""The other reader of SSH keys and certificates: ssh-keygen; and the wire format, as bytes."""

import base64
import functools
import hashlib
import re
import struct
import subprocess
import tempfile
from pathlib import Path

KINDS = {"ed25519": [], "ecdsa256": ["-b", "256"], "ecdsa384": ["-b", "384"],
         "ecdsa521": ["-b", "521"], "rsa1024": ["-b", "1024"], "rsa2048": ["-b", "2048"],
         "rsa3072": ["-b", "3072"]}
DIED = 255


@functools.cache
def scratch():
    directory = tempfile.TemporaryDirectory()
    return Path(directory.name), directory


def path(name):
    return scratch()[0] / name


def run(*arguments):
    return subprocess.run(["ssh-keygen", *map(str, arguments)], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, errors="replace",
                          env={"PATH": "/usr/bin:/bin", "TZ": "UTC", "HOME": "/nonexistent"})


@functools.cache
def key(kind):
    """A new key's private file, and the line of its public one."""
    run("-q", "-t", kind.rstrip("0123456789") if kind != "ed25519" else kind, *KINDS[kind], "-N",
        "", "-C", "", "-f", path(kind))
    return path(kind), path(f"{kind}.pub").read_text().strip()


def blob_of(line):
    return base64.b64decode(line.split()[1])


def fingerprint(blob):
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return f"SHA256:{digest}"


def fingerprints(lines):
    """`-l`: the fingerprint of each line that it takes, by the line's number. A line ends in a
    comment of ours."""
    path("keys").write_bytes(b"".join(line + b" case-%d\n" % i for i, line in enumerate(lines)))
    found = re.findall(r"^\d+ (SHA256:\S+) case-(\d+) \(", run("-l", "-f", path("keys")).stdout,
                       re.M)
    return {int(number): mark for mark, number in found}


def certificates(lines):
    """`-L`: what it says of each line that it takes, by the line's number."""
    path("certs").write_bytes(b"".join(line + b"\n" for line in lines))
    done = run("-L", "-f", path("certs"))
    if done.returncode != DIED:
        parts = re.split(rf"^{path('certs')}:(?:(\d+):)?\n", done.stdout, flags=re.M)[1:]
        return {int(number or 1) - 1: said for number, said in zip(parts[::2], parts[1::2])}
    # Of an option that it knows and cannot print: one of the lines, and nobody knows which.
    if len(lines) == 1:
        return {}
    half = len(lines) // 2
    return certificates(lines[:half]) | {half + number: said for number, said in certificates(
        lines[half:]).items()}


def wire_string(data):
    return struct.pack(">I", len(data)) + data


def cut(data):
    """The first string of it, and the rest; None if there is none."""
    if len(data) < 4:
        return None
    length, = struct.unpack(">I", data[:4])
    return (data[4:4 + length], data[4 + length:]) if length <= len(data) - 4 else None


def strings(data):
    """All of it, if it is strings and nothing else; else None."""
    found = []
    while data:
        part = cut(data)
        if part is None:
            return None
        found.append(part[0])
        data = part[1]
    return found


# What of a public key's numbers we mind and OpenSSH does not.

def odd_number(raw):
    return len(raw) > 0 and raw[-1] & 1


def rsa_faults(e, n, exponent_bits):
    bits = int.from_bytes(n, "big").bit_length()
    exponent = int.from_bytes(e, "big")
    if any(raw[:1] == b"\0" and (len(raw) == 1 or raw[1] < 0x80) for raw in (e, n)) or not e:
        yield "a number has one form"
    if bits < 2048:
        yield "RSA has at least 2048 bits"
    if not odd_number(n) or not odd_number(e) or exponent < 3:
        yield "RSA is two odd numbers"
    if exponent.bit_length() > exponent_bits:
        yield "an exponent is no modulus"
