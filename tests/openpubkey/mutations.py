"""What can be wrong with a login, or right in another way: each case one change to a good one.

Signed as changed, unless the name says otherwise. Used by test_differential.py.
"""

import base64
import json
from typing import NamedTuple

from forge import (
    CLIENT, EMAIL, FOREVER, GITHUB, ISSUER, WILDCARD, Forgery, at, b64u, compact_json, flip,
    flip_text, key_set, provider_key, put, twice, user_key, without)
from idp import OTHER
from keys import wire_string

HOUR, DAY, YEAR = 3600, 86400, 365 * 86400


class Case(NamedTuple):
    changes: dict = {}
    keys: object = None         # the key set's bytes, or a function of the forgery
    providers: list = None      # rows
    auth_id: list = None
    config: str = ""
    user: str = "alice"


def now():
    return Forgery().now


# Certificate.

def stranger():
    return user_key("ES256", "stranger")


def extension(change):
    return {"extensions": change}


def add_extension(name, data):
    return extension(lambda found: [*found, (name, data)])


def token_data(change):
    """Another content of the extension with the token."""
    return extension(at(0, lambda found: (found[0], change(found[1]))))


CERTIFICATE = {
    "nonce is empty": {"nonce": b""},
    "nonce is long": {"nonce": bytes(1000)},
    "serial is large": {"serial": FOREVER},
    "kind 0": {"kind": 0},
    "a host's": {"kind": 2},
    "kind 3": {"kind": 3},
    "key id is empty": {"key_id": b""},
    "key id with control bytes": {"key_id": b"a\n\0\x1b\xff"},
    "key id is long": {"key_id": b"k" * 8000},
    "no principals": {"principals": []},
    "wildcard and e-mail": {"principals": [WILDCARD, EMAIL.encode()]},
    "login name": {"principals": [b"alice"]},
    "login name behind others": {"principals": [b"root", b"bob", b"alice"]},
    "e-mail only": {"principals": [EMAIL.encode()]},
    "another login name": {"principals": [b"root"]},
    "empty principal": {"principals": [b""]},
    "login name in capitals": {"principals": [b"ALICE"]},
    "login name with NUL": {"principals": [b"alice\0"]},
    "login name and a newline": {"principals": [b"alice\nssh-ed25519 AAAA"]},
    "principal with a quote": {"principals": [b'alice",command="id']},
    "wildcard with a comma": {"principals": [b"opkssh-wildcard,alice"]},
    "principal that is not ASCII": {"principals": [b"\xc3\xa4"]},
    "wildcard beside a principal with a quote": {"principals": [WILDCARD, b'"']},
    "256 principals": {"principals": [b"alice"] * 256},
    "257 principals": {"principals": [b"alice"] * 257},
    "principals are one byte": {"principal_list": b"\0"},
    "principals are cut": {"principal_list": wire_string(WILDCARD)[:-1]},
    "principals with a byte behind": {"principal_list": wire_string(WILDCARD) + b"\0"},
    "valid from tomorrow": {"valid_after": now() + DAY},
    "valid from an hour ago": {"valid_after": now() - HOUR},
    "valid until an hour ago": {"valid_before": now() - HOUR},
    "valid until tomorrow": {"valid_before": now() + DAY},
    "valid never": {"valid_after": now() - HOUR, "valid_before": now() - 2 * HOUR},
    "valid until the epoch": {"valid_before": 0},
    "valid until 2^63": {"valid_before": 2 ** 63},
    "valid from 2^63": {"valid_after": 2 ** 63},
    "critical option force-command": {"critical": [(b"force-command", wire_string(b"id"))]},
    "critical option source-address": {"critical": [(b"source-address",
                                                     wire_string(b"192.0.2.1"))]},
    "critical option verify-required": {"critical": [(b"verify-required", b"")]},
    "critical option that nobody knows": {"critical": [(b"unheard-of@example.com", b"")]},
    "critical options are malformed": {"critical_list": b"\0\0\0\x09x"},
    "extensions are malformed": {"extension_list": b"\0\0\0\x09x"},
    "no extensions": {"extensions": []},
    "no token": extension(lambda found: found[1:]),
    "token twice": extension(lambda found: [found[0], *found]),
    "token last": extension(lambda found: [*found[1:], found[0]]),
    "extension that nobody knows": add_extension(b"unheard-of@example.com", b""),
    "extension that nobody knows, with data": add_extension(b"zzz", wire_string(b"data")),
    "extension twice": add_extension(b"permit-user-rc", b""),
    "extensions out of order": extension(lambda found: [found[0], *reversed(found[1:])]),
    "access token": extension(lambda found: [(b"openpubkey-act", wire_string(b"secret")), *found]),
    "permit-pty with data": extension(at(4, (b"permit-pty", wire_string(b"x")))),
    "only the token": extension(lambda found: found[:1]),
    "token is empty": token_data(lambda _: wire_string(b"")),
    "token without its length": token_data(lambda data: data[4:]),
    "token with a byte behind": token_data(lambda data: data + b"\0"),
    "token is two strings": token_data(lambda data: data + wire_string(b"x")),
    "reserved is not empty": {"reserved": b"x"},
    "reserved is a string": {"reserved": wire_string(b"x")},
    "certifies a stranger's key": {"certified_fields": stranger().ssh_fields()},
    "signature key is a stranger's": {"signature_key": stranger().ssh_blob()},
    "signed by a stranger": {"signer": stranger()},
    "signed by a stranger, says the user": {"signer": stranger(),
                                            "signature_key": user_key("ES256").ssh_blob()},
    "a stranger's around it": {"signer": stranger(), "certified_fields": stranger().ssh_fields()},
    "signature key is empty": {"signature_key": b""},
    "signature key is cut": {"signature_key": lambda key: key[:-1]},
    "signature key with a byte behind": {"signature_key": lambda key: key + b"\0"},
    "signature is empty": {"signature": b""},
    "signature flipped": {"signature": flip},
    "signature with a byte behind": {"signature": lambda found: found + b"\0"},
    "signature of another type": {"signature": lambda found: found.replace(b"nistp256",
        b"nistp384")},
    "blob with a byte behind": {"blob": lambda blob: blob + b"\0"},
    "blob is empty": {"blob": b""},
    "type rsa-sha2-256": {"type": "rsa-sha2-256-cert-v01@openssh.com"},
    "type of another key": {"type": "ssh-ed25519-cert-v01@openssh.com"},
    "plain type": {"type": "ecdsa-sha2-nistp256"},
    "type is empty": {"type": ""},
    "inner type of another key": {"cert_type": b"ssh-ed25519-cert-v01@openssh.com"},
    "inner type is nothing's": {"cert_type": b"unheard-of-cert-v01@openssh.com"},
    "base64 is cut": {"base64": lambda text: text[:-4]},
    "base64 without its padding": {"key_id": b"k" * 18, "base64": lambda text: text.rstrip("=")},
    "base64 with a space": {"base64": lambda text: text[:80] + " " + text[80:]},
    "base64 with a newline": {"base64": lambda text: text + "\n"},
}
CERTIFICATE |= {f"blob cut to {n}/16": {"blob": lambda blob, n=n: blob[:len(blob) * n // 16]}
                for n in range(1, 16)}
# At 32/40 it is a name's first or last byte, as the signatures' lengths will have it.
CERTIFICATE |= {
    f"bit flipped at {n}/40": {"blob": lambda blob, n=n: (
        lambda i: blob[:i] + bytes([blob[i] ^ 1]) + blob[i + 1:])(len(blob) * n // 40)}
    for n in range(40) if n != 32}


# The token's form, changed after signing.

def texts(change):
    return {"texts": change}


TEXTS = ["payload", "provider's header", "provider's signature", "CIC header", "CIC signature"]
FORM = {}
for index, name in enumerate(TEXTS):
    FORM |= {
        f"{name} missing": texts(lambda found, i=index: found[:i] + found[i + 1:]),
        f"{name} empty": texts(at(index, b"")),
        f"{name} twice": texts(lambda found, i=index: found[:i + 1] + found[i:]),
        f"{name} flipped": texts(at(index, flip_text)),
        f"{name} cut": texts(at(index, lambda text: text[:-4])),
        f"{name} padded": texts(at(index, lambda text: text + b"=" * (-len(text) % 4 or 4))),
        f"{name} with a newline": texts(at(index, lambda text: text[:8] + b"\n" + text[8:])),
        f"{name} with a space behind": texts(at(index, lambda text: text + b" ")),
        f"{name} with +": texts(at(index, lambda text: text[:8] + b"+" + text[9:])),
        f"{name} with one character more": texts(at(index, lambda text: text + b"A")),
    }


def loose(text):
    """The same bytes once more: unused bits of the last character set (none unused: as it is)."""
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:-1] + alphabet[alphabet.index(text[-1]) | 1:][:1] if len(text) % 4 else text


FORM |= {
    "CIC signature in loose base64": texts(at(4, loose)),
    "provider's signature in loose base64": texts(at(2, loose)),
    "CIC first": texts(lambda t: [t[0], t[3], t[4], t[1], t[2]]),
    "headers swapped": texts(lambda t: [t[0], t[3], t[2], t[1], t[4]]),
    "signatures swapped": texts(lambda t: [t[0], t[1], t[4], t[3], t[2]]),
    "ID token twice and no CIC": texts(lambda t: [t[0], *t[1:3], *t[1:3]]),
    "CIC twice and no ID token": texts(lambda t: [t[0], *t[3:5], *t[3:5]]),
    "ID token twice": texts(lambda t: [t[0], *t[1:3], *t[1:3], *t[3:5]]),
    "CIC twice": texts(lambda t: [*t, *t[3:5]]),
    "ID token only": texts(lambda t: t[:3]),
    "CIC only": texts(lambda t: [t[0], *t[3:5]]),
    "payload only": texts(lambda t: t[:1]),
    "separators are dots": {"token": lambda token: token.replace(b":", b".")},
    "separator in front": {"token": lambda token: b":" + token},
    "separator behind": {"token": lambda token: token + b":"},
    "dot behind": {"token": lambda token: token + b"."},
    "dots behind": {"token": lambda token: token + b"..."},
    "three words behind": {"token": lambda token: token + b".YQ.YQ.YQ"},
    "two words behind": {"token": lambda token: token + b".YQ.YQ"},
    "four words behind": {"token": lambda token: token + b".YQ.YQ.YQ.YQ"},
    "NUL behind": {"token": lambda token: token + b"\0"},
    "newline behind": {"token": lambda token: token + b"\n"},
    "token is JSON": {"token": b'{"payload":"","signatures":[]}'},
}


def cosigned(typ):
    """A third part, signed by the user."""
    def change(found):
        header = b64u(compact_json({"alg": "ES256", "typ": typ}))
        return [*found, header, b64u(user_key("ES256").sign(header + b"." + found[0]))]
    return texts(change)


FORM |= {f"third part of type {typ}": cosigned(typ) for typ in ("COS", "CIC", "JWT", "X")}


def json_form(**unprotected):
    """The same as general JSON serialisation, with an unprotected header beside each part."""
    def change(token):
        payload, *rest = token.split(b":")
        signatures = [{"protected": rest[i].decode(), "signature": rest[i + 1].decode(),
                       "header": unprotected} for i in (0, 2)]
        return compact_json({"payload": payload.decode(), "signatures": signatures})
    return {"token": change}


FORM |= {
    "general JSON": json_form(),
    "general JSON with unprotected alg": json_form(alg="none"),
    "general JSON with unprotected jwk": json_form(jwk=user_key("ES256").jwk(), kid="x"),
}


# Headers.

BAD_HEADERS = {
    "not JSON": lambda _: b"nonsense",
    "empty": lambda _: b"",
    "an array": lambda _: b"[]",
    "null": lambda _: b"null",
    "a string": lambda _: b'"header"',
    "cut": lambda header: header[:-1],
    "with bytes behind": lambda header: header + b"x",
    "with a newline behind": lambda header: header + b"\n",
    "with white space": lambda header: json.dumps(json.loads(header), indent=1).encode(),
    "with a BOM": lambda header: b"\xef\xbb\xbf" + header,
    "with NUL behind": lambda header: header + b"\0",
    "twice": lambda header: header + header,
    "with its members reversed": lambda header: json.dumps(
        dict(reversed(json.loads(header).items())), separators=(",", ":")).encode(),
    "with a comma behind the last member": lambda header: header[:-1] + b",}",
    "with a comment": lambda header: header[:-1] + b"/**/}",
    "that is not UTF-8": lambda header: header[:-1] + b',"x":"\xff"}',
    "with an escaped name": lambda header: header.replace(b'"alg"', b'"\\u0061lg"', 1),
    "with nested members": lambda header: header[:-1] + b',"x":' + b"[" * 500 + b"]" * 500 + b"}",
    "with ALG besides": lambda header: header[:-1] + b',"ALG":"none"}',
    "with a half surrogate": lambda header: header[:-1] + b',"x":"\\ud800"}',
    "with characters that Go escapes": lambda header: header[:-1] + b',"x":"<&>"}',
}
HEADERS = {}
for what, change in BAD_HEADERS.items():
    HEADERS[f"provider's header {what}"] = {"op_header": change}
    HEADERS[f"CIC header {what}"] = {"cic_header": change}

MEMBERS = {
    "alg is none": put(alg="none"),
    "alg is HS256": put(alg="HS256"),
    "alg is RS384": put(alg="RS384"),
    "alg is ES256": put(alg="ES256"),
    "alg is RS256": put(alg="RS256"),
    "alg is rs256": put(alg="rs256"),
    "alg is empty": put(alg=""),
    "alg is a number": put(alg=256),
    "alg is null": put(alg=None),
    "alg is missing": without("alg"),
    "typ is missing": without("typ"),
    "typ is JWT": put(typ="JWT"),
    "typ is jwt": put(typ="jwt"),
    "typ is empty": put(typ=""),
    "typ is null": put(typ=None),
    "typ is at+jwt": put(typ="at+jwt"),
    "typ is CIC": put(typ="CIC"),
    "typ is cic": put(typ="cic"),
    "typ is COS": put(typ="COS"),
    "typ is dpop+id_token": put(typ="dpop+id_token"),
    "typ is a number": put(typ=1),
    "crit": put(crit=["exp"], exp=1),
    "crit is empty": put(crit=[]),
    "b64": put(b64=False),
    "b64 with crit": put(b64=False, crit=["b64"]),
    "jwk": put(jwk=user_key("ES256").jwk()),
    "jku": put(jku="https://elsewhere.test/jwks"),
    "x5u": put(x5u="https://elsewhere.test/cert"),
    "x5c": put(x5c=["AAAA"]),
    "x5t": put(x5t="AAAA"),
    "member that nobody knows": put(unheard_of={"a": [1, None]}),
    "kid is a stranger's": put(kid="unheard-of"),
    "kid is empty": put(kid=""),
    "kid is a number": put(kid=1),
    "kid is null": put(kid=None),
    "kid is missing": without("kid"),
    "kid is long": put(kid="k" * 9000),
    "kid is a path": put(kid="../../etc/passwd"),
    "kid has a newline": put(kid="a\ndecision=allow"),
}
for what, change in MEMBERS.items():
    HEADERS[f"provider's {what}"] = {"op_members": change}
    HEADERS[f"CIC's {what}"] = {"cic": change}
for member, value in (("alg", "none"), ("alg", "RS256"), ("kid", "RS256-1"), ("typ", "JWT")):
    HEADERS[f"provider's second {member} {value}"] = {"op_header": twice(member, value)}
HEADERS["provider's header with an unknown member twice"] = {
    "op_header": lambda header: header[:-1] + b',"x":1,"x":2}'}


def upk(change):
    return {"upk": change}


HEADERS |= {
    "upk is missing": {"cic": without("upk")},
    "upk is null": {"cic": put(upk=None)},
    "upk is a string": {"cic": put(upk="AAAA")},
    "upk is empty": {"cic": put(upk={})},
    "upk is a stranger's": upk(lambda _: stranger().jwk() | {"alg": "ES256"}),
    "upk without alg": upk(without("alg")),
    "upk with another alg": upk(put(alg="ES384")),
    "upk with alg none": upk(put(alg="none")),
    "upk with kid": upk(put(kid="mine")),
    "upk with use": upk(put(use="sig")),
    "upk with use enc": upk(put(use="enc")),
    "upk without y": upk(without("y")),
    "upk off the curve": upk(lambda key: key | {"y": key["x"]}),
    "upk of another curve": upk(put(crv="P-384")),
    "upk is symmetric": upk(lambda _: {"kty": "oct", "k": "AAAA", "alg": "HS256"}),
    "upk with a private member": upk(put(d="AAAA")),
    "upk with a leading zero": upk(lambda key: key | {"x": b64u(b"\0" + base64.urlsafe_b64decode(
        key["x"] + "=")).decode()}),
    "rz is missing": {"cic": without("rz")},
    "rz is short": {"cic": put(rz="ab")},
    "rz is empty": {"cic": put(rz="")},
    "rz is a number": {"cic": put(rz=1)},
    "rz is in capitals": {"cic": lambda cic: cic | {"rz": cic["rz"].upper()}},
    "rz is no hexadecimal": {"cic": put(rz="z" * 64)},
    "rz is long": {"cic": put(rz="ab" * 500)},
    "second rz": {"cic_header": twice("rz", "0" * 64)},
    "second upk": {"cic_header": twice("upk", stranger().jwk())},
    "second typ": {"cic_header": twice("typ", "CIC")},
    "second alg": {"cic_header": twice("alg", "ES256")},
}


# Claims.

def claims(**members):
    return {"claims": put(**members)}


NUMBERS = {
    "1e30": b"1e30", "2^63": b"9223372036854775808", "2^64": b"18446744073709551616", "-1": b"-1",
    "0": b"0", "-0": b"-0", "null": b"null", "true": b"true", "[]": b"[]", "empty text": b'""',
}


def raw(name, text):
    """A claim whose value stands in the payload as these bytes."""
    def change(payload):
        return payload.replace(b'"raw"', text)
    return {"claims": put(**{name: "raw"}), "payload": change}


CLAIMS = {}
for name in ("iat", "exp", "nbf"):
    CLAIMS |= {f"{name} is {what}": raw(name, text) for what, text in NUMBERS.items()}
    CLAIMS |= {
        f"{name} is text": claims(**{name: str(now())}),
        f"{name} is a fraction": claims(**{name: now() - 0.5}),
        f"{name} ends in .0": raw(name, b"%d.0" % now()),
        f"{name} has an exponent": raw(name, b"%de0" % now()),
        f"{name} is missing": {"claims": without(name)},
        f"{name} is an hour ago": claims(**{name: now() - HOUR}),
        f"{name} is in 30 seconds": claims(**{name: now() + 30}),
        f"{name} is in an hour": claims(**{name: now() + HOUR}),
        f"{name} is in a year": claims(**{name: now() + YEAR}),
        f"{name} is 23 hours ago": claims(**{name: now() - 23 * HOUR}),
        f"{name} is 25 hours ago": claims(**{name: now() - 25 * HOUR}),
        f"second {name}": claims(**{name: now()}) | {"payload": twice(name, now())},
    }
for name, own in (("iss", ISSUER), ("aud", CLIENT), ("sub", "alice"), ("email", EMAIL),
                  ("nonce", "x")):
    CLAIMS |= {
        f"{name} is missing": {"claims": without(name)},
        f"{name} is empty": claims(**{name: ""}),
        f"{name} is another": claims(**{name: "unheard-of"}),
        f"{name} is null": claims(**{name: None}),
        f"{name} is a number": claims(**{name: 1}),
        f"{name} is an object": claims(**{name: {name: own}}),
        f"{name} is a list": {"claims": lambda found, n=name: found | {n: [found[n]]}},
        f"{name} is a list of two": {"claims": lambda found, n=name: found | {n: ["x", found[n]]}},
        f"{name} is a list of others": claims(**{name: ["x", "y"]}),
        f"{name} is an empty list": claims(**{name: []}),
        f"{name} is a list with a number": {"claims": lambda found, n=name: found | {n: [1,
            found[n]]}},
        f"{name} in capitals": {"claims": lambda found, n=name: found | {n: found[n].upper()}},
        f"{name} with a space": {"claims": lambda found, n=name: found | {n: found[n] + " "}},
        f"{name} with NUL": {"claims": lambda found, n=name: found | {n: found[n] + "\0"}},
        f"{name} with a comma": {"claims": lambda found, n=name: found | {n: f"x,{found[n]}"}},
        f"{name} cut": {"claims": lambda found, n=name: found | {n: found[n][:-1]}},
        f"second {name}, another": {"payload": twice(name, "unheard-of")},
        f"second {name}, the same": {"payload": lambda payload, n=name: twice(
            n, json.loads(payload)[n])(payload)},
        f"second {name} under an escaped name": {"payload": lambda payload, n=name: (
            payload[:-1] + b',"\\u%04x%s":"x"}' % (ord(n[0]), n[1:].encode()))},
        f"second {name} in capitals": claims(**{name.upper(): "unheard-of"}),
        f"{name} only in capitals": {"claims": lambda found, n=name: (
            without(n)(found) | {n.upper(): found[n]})},
        f"{name} under an escaped name": {"payload": lambda payload, n=name: payload.replace(
            b'"%s":' % n.encode(), b'"\\u%04x%s":' % (ord(n[0]), n[1:].encode()))},
    }
CLAIMS |= {
    "issuer with a slash": claims(iss=f"{ISSUER}/"),
    "GitHub's issuer": claims(iss=GITHUB),
    "aud has two clients with a comma": claims(aud=[f"x,{CLIENT}"]),
    "azp is another": claims(azp="unheard-of"),
    "e-mail is verified as text": claims(email_verified="true"),
    "e-mail is not verified": claims(email_verified=False),
    "e-mail is not verified as text": claims(email_verified="false"),
    "e-mail is verified as a number": claims(email_verified=1),
    "e-mail verified is null": claims(email_verified=None),
    "e-mail verified is missing": {"claims": without("email_verified")},
    "payload is an array": {"payload": b"[]"},
    "payload is empty": {"payload": b""},
    "payload is not JSON": {"payload": b"nonsense"},
    "payload with bytes behind": {"payload": lambda payload: payload + b"x"},
    "payload with white space": {"payload": lambda payload: json.dumps(json.loads(payload),
        indent=1).encode()},
    "payload with a BOM": {"payload": lambda payload: b"\xef\xbb\xbf" + payload},
    "payload that is not UTF-8": {"payload": lambda payload: payload[:-1] + b',"x":"\xff"}'},
    "payload with a half surrogate": {"payload": lambda payload: payload[:-1] + b',"x":"\\ud800"}'},
    "payload with deep members": {"payload": lambda payload: payload[:-1] + b',"x":' + b"[" * 500
                                  + b"]" * 500 + b"}"},
    "payload with a large claim": claims(x="x" * 20000),
    "payload with many claims": claims(**{f"claim{i}": i for i in range(500)}),
    "unknown claim twice": {"payload": lambda payload: payload[:-1] + b',"x":1,"x":2}'},
    "nested claim twice": {"payload": lambda payload: payload[:-1] + b',"x":{"y":1,"y":2}}'},
    "claim with control characters": claims(name="a\n\x1b[2J\u202e"),
}


# Signatures.

def by(alg, **how):
    """For a user with such a key, made when it is needed."""
    return {"user": lambda _: user_key(alg, **how)}


def of(alg, **how):
    """The same for a provider."""
    return {"op": lambda _: provider_key(alg, **how)}


SIGNATURES = {
    "provider's signature by a stranger": {"op_signer": provider_key("RS256", "stranger")},
    "provider's signature by the user": {"op_signer": user_key("ES256")},
    "provider's signature of something else": {"op_signature": provider_key("RS256").sign(b"")},
    "provider's signature with a zero in front": {"op_signature": lambda s: b"\0" + s},
    "provider's signature is zeros": {"op_signature": bytes(256)},
    "provider's signature is ones": {"op_signature": b"\xff" * 256},
    "provider's signature is short": {"op_signature": lambda s: s[:-1]},
    "CIC signature by a stranger": {"cic_signer": stranger()},
    "CIC signature is zeros": {"cic_signature": bytes(64)},
    "CIC signature is short": {"cic_signature": lambda s: s[:-1]},
    "CIC signature is long": {"cic_signature": lambda s: s + b"\0"},
    "CIC signature with r and s swapped": {"cic_signature": lambda s: s[32:] + s[:32]},
    "commitment to another header": {"commitment": "A" * 43},
    "commitment is padded": {"commitment": lambda text: text + "="},
    "commitment is cut": {"commitment": lambda text: text[:-1]},
    "user's key is Ed25519": by("EdDSA"),
    "user's key is RSA": by("RS256"),
    "user's key is RSA with 1024 bits": by("RS256", bits=1024),
    "user's key is RSA with 4096 bits": by("RS256", bits=4096),
    "user's alg is RS512": by("RS512"),
    "user's alg is PS256": by("PS256"),
    "user's alg is Ed25519": by("EdDSA") | {"upk": put(alg="Ed25519"), "cic": put(alg="Ed25519")},
    "certificate signed with SHA-1": by("RS256") | {"rsa_type": b"ssh-rsa"},
    "certificate signed with SHA-512": by("RS256") | {"rsa_type": b"rsa-sha2-512"},
}


# Providers' algorithms and key sets.

def published(change):
    """The key set with the provider's key as the change leaves it."""
    return lambda forgery: key_set(change(forgery.op.published()))


def beside(*others):
    return lambda forgery: key_set(forgery.op, *others)


ALGORITHMS = {
    f"provider's {alg}": Case(of(alg))
    for alg in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
                "EdDSA")}
ALGORITHMS |= {
    f"provider's RSA with {bits} bits": Case(of("RS256", bits=bits))
    for bits in (1024, 3072, 4096)}
for alg in ("RS256", "PS256", "ES256", "ES384", "EdDSA"):
    changed = of(alg)
    ALGORITHMS |= {
        f"{alg} key without alg": Case(changed, published(without("alg"))),
        f"{alg} key without use": Case(changed, published(without("use"))),
        f"{alg} key for encryption": Case(changed, published(put(use="enc"))),
        f"{alg} key without kid": Case(changed, published(without("kid"))),
        f"{alg} key of another kid": Case(changed, published(put(kid="another"))),
        f"{alg} key with alg none": Case(changed, published(put(alg="none"))),
        f"{alg} key with alg RS512": Case(changed, published(put(alg="RS512"))),
        f"{alg} key for signing only": Case(changed, published(put(key_ops=["sign"]))),
        f"{alg} key for verifying": Case(changed, published(lambda key: without("use")(key) | {
            "key_ops": ["verify"]})),
        f"{alg} key beside another": Case(changed, beside(provider_key(alg, "another"))),
        f"{alg} key beside a broken one": Case(changed, beside({"kty": "RSA", "kid": "x",
            "n": "!"})),
        f"{alg} key beside one of an unknown kind": Case(changed,
                                                         beside({"kty": "AKP", "kid": "x"})),
        f"{alg} key beside one of the same kid": Case(changed, lambda forgery: key_set(
            forgery.op, provider_key("ES256", "another").published() | {"kid": forgery.op.kid})),
        f"{alg} key behind one of the same kid": Case(changed, lambda forgery: key_set(
            provider_key("ES256", "another").published() | {"kid": forgery.op.kid}, forgery.op)),
        f"{alg} signature flipped": Case(changed | {"op_signature": flip}),
        f"{alg} without kid, one key": Case(changed | {"op_members": without("kid")}),
        f"{alg} without kid, two keys": Case(changed | {"op_members": without("kid")}, beside(
            provider_key("RS256", "another"))),
    }
ALGORITHMS |= {
    "no keys": Case({}, key_set()),
    "key set is not JSON": Case({}, b"nonsense"),
    "key set with a member besides": Case({}, lambda f: key_set(f.op)[:-1] + b',"x":1}'),
    "symmetric key of the same kid": Case(
        {"op_members": put(alg="HS256")},
        published(lambda key: {"kty": "oct", "k": key["n"], "kid": key["kid"], "alg": "HS256"})),
    "HS256 with the RSA number as secret": Case({"op_members": put(alg="HS256")}),
    "alg none without a signature": Case({"op_members": put(alg="none"), "texts": at(2, b"")}),
    "PS256 with a key for RS256": Case(of("PS256"), published(put(alg="RS256"))),
    "RS256 with a key for PS256": Case({}, published(put(alg="PS256"))),
}


# GQ256 and key binding.

GQ = {"scheme": "gq", "issuer": GITHUB}


def repository(where):
    return {"identity": {"sub": f"repo:{where}"}}


BINDING = {
    "GQ256": GQ,
    "GQ256, newer message": GQ | {"scheme": "gq newer"},
    "GQ256 signature flipped": GQ | {"op_signature": flip},
    "GQ256 signature with S zero": GQ | {"op_signature": lambda s: s[:32] + bytes(len(s) - 32)},
    "GQ256 signature is short": GQ | {"op_signature": lambda s: s[:-1]},
    "GQ256 signature is long": GQ | {"op_signature": lambda s: s + b"\0"},
    "GQ256 of RS384": GQ | {"op_members": put(alg="RS384")},
    "GQ256 with another kid inside": GQ | {"op_members": put(kid="unheard-of")},
    "GQ256 without kid inside": GQ | {"op_members": without("kid")},
    "GQ256 without kid": GQ | {"gq_members": without("kid")},
    "GQ256 with kid that is no base64": GQ | {"gq_members": put(kid="!")},
    "GQ256 with jkt": GQ | {"gq_members": put(jkt="x")},
    "GQ256 with cic": GQ | {"gq_members": put(cic="x")},
    "GQ256 with kid twice": GQ | {"gq_header": twice("kid", "x")},
    "GQ256 without typ": GQ | {"gq_members": without("typ")},
    "GQ256 of another audience": GQ | {"claims": put(aud="x")},
    "GQ256 of an audience in a list": GQ | {"claims": lambda c: c | {"aud": [c["aud"]]}},
    "GQ256 of a prefixed audience": GQ | {
        "claims": lambda c: c | {"aud": f"OPENPUBKEY-PKTOKEN:{c['aud']}"}},
    "GQ256 with the commitment in nonce": GQ | {"claims": lambda c: c | {"nonce": c["aud"],
        "aud": "x"}},
    "GQ256 of another repository": GQ | repository("octo-org/other:ref:refs/heads/main"),
    "GQ256 of a branch with a slash": GQ | repository("octo-org/octo-repo:ref:refs/heads/a/b"),
    "GQ256 from an ordinary provider": GQ | {"issuer": ISSUER, "claims": lambda c: c | {
        "nonce": c["aud"], "aud": CLIENT, "email": EMAIL}},
    "RS256 from GitHub": {"issuer": GITHUB, "claims": lambda c: without("nonce")(c) | {
        "aud": c["nonce"], "sub": "repo:octo-org/octo-repo:ref:refs/heads/main"}},
    "key-bound": {"scheme": "key-bound"},
    "key-bound to a stranger": {"scheme": "key-bound",
                                "claims": put(cnf={"jwk": stranger().jwk()})},
    "key-bound without cnf": {"scheme": "key-bound", "claims": without("cnf")},
    "key-bound with a nonce too": {"scheme": "key-bound", "claims": put(nonce="x")},
    "key-bound as an ordinary token": {"scheme": "key-bound", "op_members": put(typ="JWT")},
}


# Files.

def expired(**more):
    return {"claims": put(iat=now() - 2 * HOUR, exp=now() - HOUR)} | more


def row(rule):
    return [f"{ISSUER} {CLIENT} {rule}"]


FILES = {f"iat {age} ago under {rule}": Case(claims(iat=now() - age, exp=now() + HOUR),
                                             providers=row(rule))
         for rule, ages in {"12h": (11 * HOUR, 13 * HOUR), "24h": (23 * HOUR, 25 * HOUR),
                            "48h": (47 * HOUR, 49 * HOUR), "1week": (6 * DAY, 8 * DAY),
                            "oidc": (8 * DAY,), "never": (YEAR,)}.items() for age in ages}
FILES |= {f"expired under {rule}": Case(expired(), providers=row(rule))
          for rule in ("12h", "oidc", "oidc-refreshed", "oidc_refreshed", "never", "unheard-of")}
FILES |= {f"not expired under {rule}": Case(providers=row(rule))
          for rule in ("oidc", "oidc-refreshed", "oidc_refreshed", "never", "unheard-of", "")}
RENEWED = {
    "renewed": {},
    "renewed by a stranger": {"fresh_signer": provider_key("RS256", "stranger")},
    "renewed without a signature": {"fresh_signature": b""},
    "renewed with the signature flipped": {"fresh_signature": flip},
    "renewed with alg none": {"fresh_members": put(alg="none")},
    "renewed and expired too": {"fresh_claims": put(exp=now() - 60)},
    "renewed for another user": {"fresh_claims": put(sub="bob")},
    "renewed for another client": {"fresh_claims": put(aud="unheard-of")},
    "renewed by another issuer": {"fresh_claims": put(iss=OTHER)},
    "renewed before the first": {"fresh_claims": put(iat=now() - 3 * HOUR)},
    "renewed without exp": {"fresh_claims": without("exp")},
    "renewed without sub": {"fresh_claims": without("sub")},
    "renewed as an access token": {"fresh_members": put(typ="at+jwt")},
    "renewed with another nonce": {"fresh_claims": put(nonce="unheard-of")},
}
FILES |= {what: Case(expired(renewed=True, **changes), providers=row("oidc_refreshed"))
          for what, changes in RENEWED.items()}
FILES |= {
    "renewed under oidc": Case(expired(renewed=True), providers=row("oidc")),
    "renewed needlessly": Case({"renewed": True}),
    "renewed needlessly and wrongly": Case({"renewed": True, "fresh_signature": b"x"}),
    "provider is not listed": Case(providers=[f"{OTHER} {CLIENT} 24h"]),
    "another client is listed": Case(providers=[f"{ISSUER} another 24h"]),
    "two clients of one provider": Case(providers=[*row("24h"), f"{ISSUER} another 24h"]),
    "providers is empty": Case(providers=[]),
    "a bad row among providers": Case(providers=["nonsense", *row("24h")]),
    "a comment behind the row": Case(providers=[row("24h")[0] + " # ours"]),
    "row with CRLF": Case(providers=[row("24h")[0] + "\r"]),
    "row with tabs": Case(providers=[row("24h")[0].replace(" ", "\t")]),
    "row with a BOM": Case(providers=["\ufeff" + row("24h")[0]]),
    "row in quotes": Case(providers=[f"'{ISSUER}' \"{CLIENT}\" 24h"]),
    "row with a word too many": Case(providers=[row("24h")[0] + " more"]),
    "issuer of the row with a slash": Case(providers=[f"{ISSUER}/ {CLIENT} 24h"]),
    "issuer of the row without https": Case(providers=[f"idp.test:9998 {CLIENT} 24h"]),
    "issuer with a slash in both": Case({"issuer": OTHER}, auth_id=[f"alice {EMAIL} {OTHER}"]),
}
MEMBERSHIP = {"claims": put(groups=["ssh-users", "a:b", "with space"], level=5, big=1000000,
                            flag=True,
                        **{"https://acme.test/groups": ["ssh-users"]})}
RULES = [   # the second column, for a good alice with MEMBERSHIP
    EMAIL, EMAIL.upper(), "alice", "ALICE", "bob", "",
    "alice@example.comm", "lice@example.com", "*", "*@example.com",
    "oidc:groups:ssh-users", "oidc:groups:SSH-USERS", "oidc:groups:ssh",
    "oidc:groups:a:b", "oidc:groups:b", "oidc:groups:", "oidc:groups",
    "'oidc:groups:with space'", "oidc:sub:alice", "oidc:sub:bob",
    "oidc:email:alice@example.com", "oidc:nothing:x", "oidc:level:5",
    "oidc:big:1000000", "oidc:big:1e+06", "oidc:flag:true", "oidc::x",
    "'oidc:\"https://acme.test/groups\":ssh-users'",
    'oidc:\\"https://acme.test/groups\\":ssh-users',
    'oidc:"https://acme.test/groups":ssh-users',
    "oidc-match-end:email:@example.com", "oidc-match-end:email:@EXAMPLE.COM",
    "oidc-match-end:email:example.com", "oidc-match-end:email:.com",
    "oidc-match-end:email:", "oidc-match-end:email", "oidc-match-end:sub:ice",
    "oidc-match-end:email:@other.com", "oidc-match-end:email:alice@example.com",
    "repo:*",
]
FILES |= {f"rule {rule or 'missing'}": Case(MEMBERSHIP,
                                            auth_id=[f"alice {rule} {ISSUER}"]) for rule in RULES}
FILES |= {
    "rule for another user": Case(auth_id=[f"bob {EMAIL} {ISSUER}"]),
    "rule for another issuer": Case(auth_id=[f"alice {EMAIL} {OTHER}"]),
    "rule for the issuer with a slash": Case(auth_id=[f"alice {EMAIL} {ISSUER}/"]),
    "rule for the user in capitals": Case(auth_id=[f"ALICE {EMAIL} {ISSUER}"]),
    "rule for everybody": Case(auth_id=[f"* {EMAIL} {ISSUER}"]),
    "no rules": Case(auth_id=[]),
    "a bad rule before": Case(auth_id=["nonsense", f"alice {EMAIL} {ISSUER}"]),
    "a bad rule behind": Case(auth_id=[f"alice {EMAIL} {ISSUER}", "nonsense"]),
    "a rule with an open quote before": Case(auth_id=["alice 'x y", f"alice {EMAIL} {ISSUER}"]),
    "a rule with a word too many": Case(auth_id=[f"alice {EMAIL} {ISSUER} more"]),
    "rules with CRLF": Case(auth_id=[f"alice {EMAIL} {ISSUER}\r"]),
    "rules with a BOM": Case(auth_id=[f"\ufeffalice {EMAIL} {ISSUER}"]),
    "rule behind a comment sign": Case(auth_id=[f"# alice {EMAIL} {ISSUER}"]),
    "rule with a comment": Case(auth_id=[f"alice {EMAIL} {ISSUER} # ours"]),
    "rule with a comment sign in quotes": Case(auth_id=[f"alice 'a#b' {ISSUER}",
                                                        f"alice {EMAIL} {ISSUER}"]),
    "deny_users names the user": Case(config="deny_users:\n  - alice\n"),
    "deny_users names the user in capitals": Case(config="deny_users:\n  - ALICE\n"),
    "deny_users names another": Case(config="deny_users:\n  - bob\n"),
    "deny_emails names the e-mail": Case(config=f"deny_emails:\n  - {EMAIL}\n"),
    "deny_emails names the e-mail in capitals": Case(config=f"deny_emails: ['{EMAIL.upper()}']\n"),
    "deny_emails names another": Case(config="deny_emails:\n  - bob@example.com\n"),
    "deny_emails is empty": Case(config="deny_emails: []\n"),
    "deny_emails is a string": Case(config=f"deny_emails: {EMAIL}\n"),
    "config.yml is no YAML": Case(config="deny_users: [\n"),
    "config.yml with a setting that nobody knows": Case(config="unheard_of: 1\n"),
    "unverified e-mail, rule by sub": Case(claims(email_verified=False),
                                           auth_id=[f"alice alice {ISSUER}"]),
}

CASES = {"a good login": Case(), "root by rule": Case(user="root",
                                                      auth_id=[f"root {EMAIL} {ISSUER}"]),
         "root without a rule": Case(user="root")}
for table in (CERTIFICATE, FORM, HEADERS, CLAIMS, SIGNATURES, BINDING):
    CASES |= {name: Case(changes) for name, changes in table.items()}
CASES |= ALGORITHMS | FILES
