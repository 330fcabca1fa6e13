"""Certificates beside `ssh-keygen -L`, which verifies their signature too: made by ssh-keygen,
made and changed, and forged in every part and signed as forged."""

import base64
import random
import re
import struct
from datetime import datetime, timezone
from typing import NamedTuple

import pytest

import ssh_keygen
from certificates import (
    OPTIONS, SUFFIX, TYPES, blobs, example, in_other_words, made, rare_signature, with_exponent)
from driver import BLOCKS, ask
from forge import FOREVER, user_key
from ssh_keygen import cut, fingerprint, rsa_faults, strings, wire_string

# What we mind and OpenSSH does not: read a third time, here.

class Cert(NamedTuple):
    kind: bytes
    fields: list
    key_id: bytes
    role: int
    principals: list
    options: list       # (name, data)
    extensions: list
    reserved: bytes
    signature_key: bytes
    signature: list     # name, bytes


def pairs(data):
    found = strings(data)
    return list(zip(found[::2], found[1::2]))


def parse(blob):
    """A certificate that OpenSSH has taken."""
    kind, rest = cut(blob)
    kind = kind.rstrip(b"\0").removesuffix(SUFFIX)
    parts = []
    for _ in range(1 + TYPES.get(kind, 2)):
        part, rest = cut(rest)
        parts.append(part)
    role, = struct.unpack(">I", rest[8:12])
    key_id, rest = cut(rest[12:])
    principals, rest = cut(rest)
    options, extensions, reserved, signature_key, signature = strings(rest[16:])
    return Cert(kind, parts[1:], key_id, role, strings(principals), pairs(options),
                pairs(extensions), reserved, signature_key, strings(signature))


def one_string(data):
    return len(strings(data) or []) == 1


def ascending(found):
    return all(a < b for (a, _), (b, _) in zip(found, found[1:])) and all(name for name, _ in found)


def key_faults(cert):
    if cert.kind == b"ssh-rsa":
        yield from rsa_faults(*cert.fields, exponent_bits=33)
    if cert.kind.startswith(b"ecdsa") and cert.fields[0] != b"nistp256":
        yield "a name has no NUL"


def signature_faults(cert):
    name, data = cert.signature
    if name == b"ssh-rsa":
        yield "SHA-1 is broken"
    if name.startswith(b"ecdsa") and any(n[:1] == b"\0" and n[1:2] < b"\x80"
                                         for n in strings(data)):
        yield "a number has one form"
    if name.startswith(b"rsa-sha2") and len(data) < len(cert.fields[-1].lstrip(b"\0")):
        yield "an RSA signature is as long as the modulus"


def extension_faults(cert):
    if not ascending(cert.extensions) or len(cert.extensions) > 64 or not all(
            data == b"" or one_string(data) for _, data in cert.extensions):
        yield "extensions ascend, and hold one string or nothing"
        return
    found = {name: strings(data)[0] for name, data in cert.extensions if data}
    token = found.get(b"openpubkey-act", None if b"openpubkey-act" not in dict(
        cert.extensions) else b"")
    if token is not None and not re.fullmatch(rb"[A-Za-z0-9._~+/=-]+", token):
        yield "an access token can stand in a header"
    if not found.get(b"openpubkey-pkt"):
        yield "it carries a token"


def faults(blob):
    kind, _ = cut(blob)
    if kind.removesuffix(SUFFIX) not in TYPES or not kind.endswith(SUFFIX):
        yield "three types carry a token"
        return
    cert = parse(blob)
    if cert.role != 1:
        yield "it is a user's"
    if any(name == b"" for name in cert.principals):
        yield "a principal has a name"
    if not ascending(cert.options) or not all(
            name in OPTIONS and one_string(data) for name, data in cert.options):
        yield "critical options are the two that sshd enforces"
    if cert.reserved:
        yield "reserved is empty"
    if cert.signature_key != b"".join(map(wire_string, [cert.kind, *cert.fields])):
        yield "it is signed by the key that it certifies"
        return
    yield from key_faults(cert)
    yield from extension_faults(cert)
    yield from signature_faults(cert)


def freedoms(blob):
    """What OpenSSH minds and we do not: sshd has refused it before it asks us."""
    cert = parse(blob)
    if any(b"\0" in text[:-1] for text in [cert.key_id, *cert.principals]):
        yield "any bytes may be a key id or a principal"
    if any(b"\0" in name[:-1] for name, _ in cert.extensions):
        yield "any bytes may be an extension's name"


DIFFERENCES = {
    "three types carry a token": lambda: made(random.Random(1), "ecdsa384"),
    "it is a user's": example(kind=2),
    "a principal has a name": example(principals=[b""]),
    "critical options are the two that sshd enforces": example(critical=[(b"x", b"")]),
    "reserved is empty": example(reserved=b"x"),
    "it is signed by the key that it certifies": example(signer=user_key("ES256")),
    "RSA has at least 2048 bits": example("RS256", bits=1024),
    "an exponent is no modulus": lambda: example(with_exponent(2 ** 33 + 1))(),
    "a number has one form": in_other_words("RS256", b"\0\0\0\3\1\0\1", b"\0\0\0\4\0\1\0\1"),
    "a name has no NUL": in_other_words("ES256", b"\0\0\0\x08nistp256", b"\0\0\0\x09nistp256\0"),
    "extensions ascend, and hold one string or nothing": example(
        extensions=lambda found: [*found[1:], found[0]]),
    "an access token can stand in a header": example(extensions=lambda found: [
        (b"openpubkey-act", wire_string(b"a\nb")), *found]),
    "it carries a token": example(extensions=lambda found: found[1:]),
    "SHA-1 is broken": example("RS256", rsa_type=b"ssh-rsa"),
    "an RSA signature is as long as the modulus": rare_signature,
}
FREEDOMS = {
    "any bytes may be a key id or a principal": example(key_id=b"a\0b"),
    "any bytes may be an extension's name": example(
        extensions=lambda found: [(b"a\0b", b""), *found]),
}


# Both beside each other.

def validity(after, before):
    """As ssh-keygen writes it, up to where its calendar goes."""
    def at(seconds):
        return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    if max(after, before % FOREVER) > 2 ** 31 - 1:
        return r".*"
    if (after, before) == (0, FOREVER):
        return "forever"
    return (f"before {at(before)}" if after == 0 else f"after {at(after)}" if before == FOREVER
            else f"from {at(after)} to {at(before)}")


def compare_parts(answer, said):
    """What we found in it, and what ssh-keygen says that it found."""
    kind, serial, after, before = answer[1], *map(int, answer[2:5])
    key_id, principals, signer, token = (bytes.fromhex(word.replace("-", ""))
                                         for word in answer[5:])
    mark = re.escape(fingerprint(signer))
    assert f"Type: {kind} user certificate\n" in said
    assert re.search(rf"Public key: \S+ {mark}\n +Signing CA: \S+ {mark} ", said)
    assert f"Serial: {serial}\n" in said
    assert re.search(rf"Valid: {validity(after, before)}\n", said), said
    assert f"openpubkey-pkt UNKNOWN OPTION: {wire_string(token).hex()} (" in said
    if re.fullmatch(rb"[\w .@-]*", key_id):
        assert f'Key ID: "{key_id.decode()}"\n' in said
    for name in strings(principals):
        if re.fullmatch(rb"[\w.@-]+", name):
            assert f"                {name.decode()}\n" in said


def line_of(blob):
    kind = (cut(blob) or [b""])[0]
    return (kind if re.fullmatch(rb"[\w@.-]+", kind) else b"x") + b" " + base64.b64encode(blob)


def verdicts(cases):
    """(our answer, what theirs said or None) for each."""
    theirs = ssh_keygen.certificates([line_of(blob) for blob in cases])
    return [(answer, theirs.get(i)) for i, answer in enumerate(ask("cert", cases))]


@pytest.mark.parametrize("block", BLOCKS)
def test_generated(block):
    cases = list(blobs(block))
    found = verdicts(cases)
    for blob, (answer, said) in zip(cases, found):
        ours = answer[0] == "ok"
        if said is None:
            assert not ours or next(freedoms(blob), None), (blob.hex(), answer)
        else:
            fault = next(faults(blob), None)
            assert fault is None or fault in DIFFERENCES
            assert ours == (fault is None), (blob.hex(), answer, fault)
            if ours:
                compare_parts(answer, said)
    # Of each kind enough to tell.
    assert sum(answer[0] == "ok" for answer, _ in found) > 100
    assert sum(said is not None and answer[0] != "ok" for answer, said in found) > 50
    assert sum(said is None for _, said in found) > 100


@pytest.mark.parametrize("what", DIFFERENCES)
def test_listed_difference(what):
    """ssh-keygen takes it, we do not."""
    blob = DIFFERENCES[what]()
    (answer, said), = verdicts([blob])
    assert said is not None and answer[0] != "ok"
    assert what in list(faults(blob))


@pytest.mark.parametrize("what", FREEDOMS)
def test_listed_freedom(what):
    """We take it, ssh-keygen does not."""
    blob = FREEDOMS[what]()
    (answer, said), = verdicts([blob])
    assert said is None and answer[0] == "ok"
    assert list(freedoms(blob)) == [what]
