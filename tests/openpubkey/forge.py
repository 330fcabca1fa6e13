"""Forges what an OpenPubkey client offers, or any part of it otherwise than it should be.

A `Forgery` is made of parts, each made from those before it: keys, the client instance's
claims (CIC), the provider's claims and header, signatures, the PK token, the certificate.
A part is changed by its name, to a value or by a function of the value it would have had:

    Forgery(claims=put(aud="other"))            signed as changed
    Forgery(texts=at(0, b64u(b"{}")))           changed after signing

Written from the specification; it shares nothing with the program under test.
"""

import base64
import functools
import hashlib
import json
import secrets
import struct
import sys
import threading
import time
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keys import wire_mpint, wire_string

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "vectors"))
from make_gq256 import b64u, sign as gq256_sign     # noqa: E402

ISSUER = "https://idp.test:9998"
CLIENT = "opkssh-test"
GITHUB = "https://token.actions.githubusercontent.com"
EMAIL = "alice@example.com"
WILDCARD = b"opkssh-wildcard"
FOREVER = 2 ** 64 - 1

HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
CURVES = {"ES256": (ec.SECP256R1(), "P-256", 32), "ES384": (ec.SECP384R1(), "P-384", 48),
          "ES512": (ec.SECP521R1(), "P-521", 66)}


def compact_json(value):
    """As Go writes it: members sorted, no white space. Bytes stand for themselves."""
    if isinstance(value, bytes):
        return value
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def number64(number, length=None):
    return b64u(number.to_bytes(length or (number.bit_length() + 7) // 8, "big")).decode()


class Key:
    """A private key for one JWS algorithm, a provider's or a user's."""

    def __init__(self, alg, kid=None, bits=2048):
        self.alg, self.kid = alg, kid
        if alg == "EdDSA":
            self.private = ed25519.Ed25519PrivateKey.generate()
        elif alg in CURVES:
            self.private = ec.generate_private_key(CURVES[alg][0])
        else:
            self.private = rsa.generate_private_key(65537, bits)

    def sign(self, data):
        """A JWS signature (RFC 7518 section 3, RFC 8037)."""
        if self.alg == "EdDSA":
            return self.private.sign(data)
        digest = HASHES[self.alg[2:]]
        if self.alg in CURVES:
            length = CURVES[self.alg][2]
            r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(digest)))
            return r.to_bytes(length, "big") + s.to_bytes(length, "big")
        if self.alg.startswith("PS"):
            salted = padding.PSS(padding.MGF1(digest), digest.digest_size)
            return self.private.sign(data, salted, digest)
        return self.private.sign(data, padding.PKCS1v15(), digest)

    def _raw_public(self):
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def jwk(self):
        """Its public members only."""
        if self.alg == "EdDSA":
            return {"kty": "OKP", "crv": "Ed25519", "x": b64u(self._raw_public()).decode()}
        numbers = self.private.public_key().public_numbers()
        if self.alg in CURVES:
            _, name, length = CURVES[self.alg]
            return {"kty": "EC", "crv": name, "x": number64(numbers.x, length),
                    "y": number64(numbers.y, length)}
        return {"kty": "RSA", "n": number64(numbers.n), "e": number64(numbers.e)}

    def published(self):
        """As it stands in a provider's key set."""
        return self.jwk() | {"use": "sig", "alg": self.alg, "kid": self.kid}

    @property
    def ssh_type(self):
        return {"ES256": b"ecdsa-sha2-nistp256", "EdDSA": b"ssh-ed25519"}.get(self.alg, b"ssh-rsa")

    def ssh_fields(self):
        """The public key's fields behind the type, as a certificate has them too."""
        if self.alg == "EdDSA":
            return wire_string(self._raw_public())
        numbers = self.private.public_key().public_numbers()
        if self.alg == "ES256":
            point = self.private.public_key().public_bytes(
                Encoding.X962, PublicFormat.UncompressedPoint)
            return wire_string(b"nistp256") + wire_string(point)
        return wire_mpint(numbers.e) + wire_mpint(numbers.n)

    def ssh_blob(self):
        return wire_string(self.ssh_type) + self.ssh_fields()

    def ssh_sign(self, data, rsa_type):
        """A signature blob."""
        if self.alg == "EdDSA":
            return wire_string(self.ssh_type) + wire_string(self.private.sign(data))
        if self.alg == "ES256":
            r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(hashes.SHA256())))
            return wire_string(self.ssh_type) + wire_string(wire_mpint(r) + wire_mpint(s))
        digest = {b"ssh-rsa": hashes.SHA1(), b"rsa-sha2-256": hashes.SHA256(),
                  b"rsa-sha2-512": hashes.SHA512()}[rsa_type]
        return wire_string(rsa_type) + wire_string(
            self.private.sign(data, padding.PKCS1v15(), digest))


@functools.cache
def _key(alg, name, bits, kid):
    return Key(alg, kid, bits)


def provider_key(alg="RS256", name="1", bits=2048):
    """The same one each time."""
    return _key(alg, name, bits, f"{alg}-{name}")


def user_key(alg="ES256", name="1", bits=2048):
    return _key(alg, name, bits, None)


def key_set(*published):
    """A JWKS. A Key stands for what its provider publishes of it."""
    return compact_json({"keys": [k.published() if isinstance(k, Key) else k for k in published]})


# Changes.

def put(**members):
    return lambda value: value | members


def without(*names):
    return lambda value: {name: v for name, v in value.items() if name not in names}


def at(index, item):
    """Replace one element; a function is given the old one."""
    def change(value):
        new = item(value[index]) if callable(item) else item
        return [*value[:index], new, *value[index + 1:]]
    return change


def twice(name, other):
    """The bytes of a JSON object whose member `name` comes a second time, as `other`."""
    return lambda value: value[:-1] + b"," + compact_json(name) + b":" + compact_json(other) + b"}"


def flip(data):
    """One bit of it, in the middle."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1:]


def flip_text(text):
    """One character of base64url: another that is canonical too, in the middle."""
    middle = len(text) // 2
    return text[:middle] + (b"B" if text[middle:middle + 1] == b"A" else b"A") + text[middle + 1:]


# Forgeries.

def part(make):
    """What `make` makes, unless a change replaces it or is a function of it; made once."""
    name = make.__name__

    def get(self):
        with self._lock:
            if name not in self._made:
                change = self._changes.get(name)
                if callable(change):
                    self._made[name] = change(make(self))
                else:
                    self._made[name] = self._changes[name] if name in self._changes else make(self)
            return self._made[name]
    return property(get)


class Forgery:
    def __init__(self, **changes):
        unknown = [name for name in changes if not isinstance(getattr(type(self), name, None),
            property)]
        assert not unknown, f"no such part: {unknown}"
        self._changes = changes
        self._made = {}
        self._lock = threading.RLock()

    def but(self, **changes):
        """Another, changed further and otherwise made anew."""
        return Forgery(**self._changes | changes)

    # Who, where, when.

    @part
    def now(self):
        return int(time.time())

    @part
    def issuer(self):
        return ISSUER

    @part
    def audience(self):
        return CLIENT

    @part
    def op(self):
        """The provider's key."""
        return provider_key("RS256")

    @part
    def user(self):
        """The user's key, which signs the CIC and the certificate."""
        return user_key("ES256")

    @part
    def op_signer(self):
        """Who really signs the provider's part."""
        return self.op

    @part
    def cic_signer(self):
        return self.user

    @part
    def signer(self):
        """Who signs the certificate."""
        return self.user

    @part
    def rsa_type(self):
        """How, with an RSA key."""
        return b"rsa-sha2-256"

    @part
    def scheme(self):
        """What binds the token to the key: "nonce", "gq" or "gq newer" (the message's two
        forms), or "key-bound"."""
        return "nonce"

    # The client instance's claims.

    @part
    def upk(self):
        return self.user.jwk() | {"alg": self.user.alg}

    @part
    def cic(self):
        return {"alg": self.user.alg, "rz": secrets.token_hex(32), "typ": "CIC", "upk": self.upk}

    @part
    def cic_header(self):
        return compact_json(self.cic)

    @part
    def commitment(self):
        return b64u(hashlib.sha3_256(self.cic_header).digest()).decode()

    # What the provider says and signs.

    @part
    def identity(self):
        if self.scheme.startswith("gq"):
            return {"sub": "repo:octo-org/octo-repo:ref:refs/heads/main"}
        return {"sub": "alice", "email": EMAIL, "email_verified": True}

    @part
    def claims(self):
        binding = {"nonce": {"nonce": self.commitment},
                   "key-bound": {"cnf": {"jwk": self.user.jwk()}}}
        audience = self.commitment if self.scheme.startswith("gq") else self.audience
        return {"iss": self.issuer, "aud": audience, "iat": self.now - 1, "exp": self.now + 3600,
                **self.identity, **binding.get(self.scheme, {})}

    @part
    def payload(self):
        return compact_json(self.claims)

    @part
    def op_members(self):
        typ = "dpop+id_token" if self.scheme == "key-bound" else "JWT"
        return {"alg": self.op.alg, "kid": self.op.kid, "typ": typ}

    @part
    def op_header(self):
        return compact_json(self.op_members)

    @part
    def gq_members(self):
        return {"alg": "GQ256", "kid": b64u(self.op_header).decode(), "typ": "JWT"}

    @part
    def gq_header(self):
        return compact_json(self.gq_members)

    @part
    def op_signature(self):
        original, payload = b64u(self.op_header), b64u(self.payload)
        if not self.scheme.startswith("gq"):
            return self.op_signer.sign(original + b"." + payload)
        numbers = self.op_signer.private.private_numbers()
        first = b64u(self.gq_header) if self.scheme == "gq newer" else original
        return gq256_sign(numbers.public_numbers.n, numbers.d, original, payload,
                          first + b"." + payload)

    @part
    def cic_signature(self):
        return self.cic_signer.sign(b64u(self.cic_header) + b"." + b64u(self.payload))

    # A refreshed ID token.

    @part
    def fresh_claims(self):
        claims = {name: self.claims[name] for name in ("iss", "sub", "aud",
                                                       "cnf") if name in self.claims}
        return claims | {"iat": self.now - 1, "exp": self.now + 3600}

    @part
    def fresh_members(self):
        return self.op_members

    @part
    def fresh_input(self):
        return b64u(compact_json(self.fresh_members)) + b"." + b64u(compact_json(self.fresh_claims))

    @part
    def fresh_signer(self):
        return self.op

    @part
    def fresh_signature(self):
        return self.fresh_signer.sign(self.fresh_input)

    @part
    def renewed(self):
        """Whether a refreshed ID token is attached."""
        return False

    @part
    def fresh(self):
        return self.fresh_input + b"." + b64u(self.fresh_signature) if self.renewed else b""

    # The PK token.

    @part
    def texts(self):
        header = self.gq_header if self.scheme.startswith("gq") else self.op_header
        return [b64u(p) for p in (self.payload, header, self.op_signature, self.cic_header,
                                  self.cic_signature)]

    @part
    def token(self):
        return b":".join(self.texts) + (b"." + self.fresh if self.fresh else b"")

    # The certificate.

    @part
    def cert_type(self):
        return self.user.ssh_type + b"-cert-v01@openssh.com"

    @part
    def nonce(self):
        return secrets.token_bytes(32)

    @part
    def certified_fields(self):
        return self.user.ssh_fields()

    @part
    def serial(self):
        return 0

    @part
    def kind(self):
        """1 is a user's, 2 a host's."""
        return 1

    @part
    def key_id(self):
        return self.identity.get("email", "").encode()

    @part
    def principals(self):
        return [WILDCARD]

    @part
    def principal_list(self):
        return b"".join(map(wire_string, self.principals))

    @part
    def valid_after(self):
        return 0

    @part
    def valid_before(self):
        return FOREVER

    @part
    def critical(self):
        return []

    @part
    def critical_list(self):
        return option_list(self.critical)

    @part
    def extensions(self):
        flags = ["X11-forwarding", "agent-forwarding", "port-forwarding", "pty", "user-rc"]
        return [(b"openpubkey-pkt", wire_string(self.token)),
                *[(f"permit-{flag}".encode(), b"") for flag in flags]]

    @part
    def extension_list(self):
        return option_list(self.extensions)

    @part
    def reserved(self):
        return b""

    @part
    def signature_key(self):
        return self.signer.ssh_blob()

    @part
    def signed(self):
        """The fields up to the signature."""
        return b"".join([
            wire_string(self.cert_type), wire_string(self.nonce), self.certified_fields,
            struct.pack(">QI", self.serial, self.kind), wire_string(self.key_id),
            wire_string(self.principal_list), struct.pack(">QQ", self.valid_after,
                                                          self.valid_before),
            wire_string(self.critical_list), wire_string(self.extension_list),
            wire_string(self.reserved), wire_string(self.signature_key)])

    @part
    def signature(self):
        return self.signer.ssh_sign(self.signed, self.rsa_type)

    @part
    def blob(self):
        return self.signed + wire_string(self.signature)

    # What sshd hands over.

    @part
    def base64(self):
        return base64.b64encode(self.blob).decode()

    @part
    def type(self):
        return self.cert_type.decode("latin-1")

    @property
    def plain_key(self):
        """What a good answer ends with."""
        return (f"{self.user.ssh_type.decode()} {base64.b64encode(self.user.ssh_blob()).decode()}")


def option_list(options):
    return b"".join(wire_string(name) + wire_string(data) for name, data in options)
