#!/usr/bin/env python3
"""Writes the seeds of the role_* targets, whole logins with what is in tests/vectors.

The form of an input stands in conversation.h, that of a key set in parseproc/key_set.h.
"""

import base64
import json
import struct
from pathlib import Path

FUZZ = Path(__file__).resolve().parent
VECTORS = FUZZ.parent / "tests/vectors"

# enum ipc_text; 0 are the choices.
CHOICES, SALLYPORT, K9, ANSWER, CA, PROVIDERS, CONFIG, AUTH_ID, HOME, PLUGIN, KEY, WORDS, \
    KEY_SET, USERINFO, DISCOVERY, JWKS = range(16)
# enum jwk_type and jws_alg, jwk.h.
TYPES = {"RSA": 0, "P-256": 1, "P-384": 2, "Ed25519": 3}
ALGORITHMS = {"RS256": 0, "RS384": 1, "RS512": 2, "PS256": 3, "ES256": 4, "ES384": 5, "EdDSA": 6}
NONE, STALE, FRESH = range(3)

IDP = "https://idp.test:9998 opkssh-test 24h\n"
REFRESHED = "https://idp.test:9998 opkssh-test oidc-refreshed\n"
GITHUB = "https://token.actions.githubusercontent.com none 24h\n"
RULES = ("root alice@example.com https://idp.test:9998\n"
         "root alice-id https://idp.test:9998\n"
         "deploy repo:octo-org/octo-repo:ref:refs/heads/* "
         "https://token.actions.githubusercontent.com\n")
MAPPED = 'root oidc-match-end:email:@EXAMPLE.com https://idp.test:9998\nroot oidc:groups:a https://idp.test:9998\n'
POLICY = "name: p\ncommand: /usr/bin/true %u '%k' \"%t\"\n"
K9_YAML = """system:
  machine_group: web
  run_as: key9
  connection_timeout: 7
  proxy: http://proxy.example:3128
authentication:
  api_key: k9-very-secret-api-key
  company_uuid: company-1
urls:
  query_ssh_keys: https://key9.example/q/
"""


def string(raw):
    return struct.pack(">I", len(raw)) + raw


def b64u(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def reduced(jwks):
    """What the keys role makes of a provider's set."""
    keys = b""
    for jwk in jwks["keys"]:
        kind = jwk.get("crv", "RSA")
        if kind == "RSA":
            numbers = string(b64u(jwk["n"])) + string(b64u(jwk["e"]))
        elif kind == "Ed25519":
            numbers = string(b64u(jwk["x"]))
        else:
            numbers = string(b"\x04" + b64u(jwk["x"]) + b64u(jwk["y"]))
        keys += bytes([TYPES[kind], ALGORITHMS[jwk["alg"]], 1]) + string(jwk["kid"].encode())
        keys += numbers
    return struct.pack(">BI", 1, len(jwks["keys"])) + keys


class Vector:
    def __init__(self, name):
        directory = VECTORS / name
        kind, blob = (directory / "id-cert.pub").read_text().split()[:2]
        self.type, self.blob = kind.encode(), base64.b64decode(blob)
        self.jwks = (directory / "jwks.json").read_bytes()
        self.set = reduced(json.loads(self.jwks))
        self.now = int((directory / "now").read_text())


def write(target, name, records, choices, cut=0, deaf=0):
    """records: (kind, text), in any order."""
    directory = FUZZ / "corpus" / target
    directory.mkdir(exist_ok=True)
    raw = b"\0" + string(bytes([cut, deaf]) + choices)
    for kind, text in records:
        raw += bytes([kind]) + string(text.encode() if isinstance(text, str) else text)
    (directory / name).write_bytes(raw)


def states(*issuers):
    return sum(state << 2 * i for i, state in enumerate(issuers))


def login(name, vector, *, user="root", providers=IDP + GITHUB, auth_id=RULES, yaml="", config="",
          cached=states(FRESH, FRESH, FRESH, FRESH), fetched=FRESH, tell=1, plugins=0, allowing=0,
          sets=None, now=None, key_type=None, settings_only=0, more=(), cut=0, deaf=0):
    choices = bytes([settings_only, tell, plugins, allowing, cached, fetched])
    choices += struct.pack(">Q", now or vector.now) + string(user.encode())
    choices += string(key_type or vector.type)
    records = [(SALLYPORT, yaml), (PROVIDERS, providers), (CONFIG, config), (KEY, vector.blob)]
    records += [(AUTH_ID, auth_id)] if auth_id is not None else []
    records += [(KEY_SET, one) for one in sets or [vector.set]]
    write("role_opk_judge", name, records + list(more), choices, cut, deaf)


def opk_logins():
    made = Vector("made/access-token")
    refreshed = Vector("made/refreshed")
    ours = {name: Vector(f"opkssh/{name}") for name in
            ("RS256-ecdsa", "RS256-ed25519", "ES256-ecdsa", "EdDSA-ed25519")}
    for name, vector in ours.items():
        login(name, vector, yaml="home_policy: false\n")
    gq = Vector("opkssh/gha-gq256")
    rs = ours["RS256-ecdsa"]
    login("gq256", gq, user="deploy")
    login("gq256_stale", gq, user="deploy", cached=states(STALE, STALE), fetched=FRESH)
    login("refreshed", refreshed, providers=REFRESHED + GITHUB)
    login("stale", rs, cached=states(STALE, STALE), fetched=NONE)
    login("no_keys", rs, cached=states(NONE, NONE), fetched=FRESH)
    login("no_keys_at_all", rs, cached=0, fetched=NONE)
    login("other_keys", rs, sets=[made.set])
    login("other_issuer", rs, providers="https://other.test opkssh-test 24h\n" + IDP,
          cached=states(FRESH, NONE))
    login("other_audience", rs, providers="https://idp.test:9998 other 24h\n")
    login("home", rs, auth_id="", more=[(HOME, RULES)])
    login("userinfo", made, providers=REFRESHED, auth_id=MAPPED,
          more=[(HOME, ""), (USERINFO, '{"sub":"alice-id","email":"alice@example.com",'
                                       '"email_verified":true,"groups":["a"]}')])
    login("userinfo_home", made, providers=REFRESHED, auth_id="",
          more=[(HOME, MAPPED), (USERINFO, '{"sub":"alice-id","groups":["a"]}')])
    login("userinfo_denied", made, providers=REFRESHED, config="deny_emails: [bob@example.com]\n",
          more=[(USERINFO, '{"sub":"alice-id","email":"bob@example.com"}')], auth_id="")
    login("plugins", made, providers=REFRESHED, auth_id="", plugins=2, allowing=2,
          more=[(USERINFO, '{"sub":"mallory"}'), (PLUGIN, POLICY), (PLUGIN, POLICY),
                (WORDS, "1.2.3.4 5 6.7.8.9 22\0more\0")])
    login("denied", rs, config="deny_users: [ROOT]\nredirect_uris: [x]\n")
    login("expired", rs, now=rs.now + 365 * 86400)
    login("wrong_type", rs, key_type=b"ssh-ed25519-cert-v01@openssh.com")
    login("settings", rs, settings_only=1)
    login("bad_config", rs, config="deny_users: {\n")
    login("bad_yaml", rs, yaml="stale_max: forever\n")
    login("no_provider", rs, providers="# none\n")
    login("bad_rows", rs, providers="x\n" * 40 + IDP, auth_id="root\n" * 40)
    login("cut", rs, cut=7)
    login("deaf", rs, deaf=4)


def keys():
    discovery = (VECTORS / "opkssh/RS256-ecdsa/openid-configuration.json").read_bytes()
    for name in "RS256-ecdsa", "EdDSA-ed25519", "gha-gq256":
        jwks = Vector(f"opkssh/{name}").jwks
        issuer = string(b"https://idp.test:9998")
        write("role_keys", name, [(DISCOVERY, discovery), (JWKS, jwks)], b"\0" + issuer)
        write("role_keys", f"{name}_at_hand", [(JWKS, jwks)], b"\1" + issuer)
    write("role_keys", "proxy", [
        (CONFIG, "env_vars:\n  HTTPS_PROXY: http://proxy.example:3128\n  NO_PROXY: a.test,.b\n"),
        (DISCOVERY, discovery), (JWKS, '{"keys":[{"kty":"oct","k":"AA"}]}')], b"\0" + issuer)
    write("role_keys", "bad_issuer", [], b"\0" + string(b"http://idp.test:9998"))
    write("role_keys", "bad_config", [(CONFIG, "env_vars: [\n"), (JWKS, jwks)], b"\1" + issuer)
    write("role_keys", "cut", [(DISCOVERY, discovery), (JWKS, jwks)], b"\0" + issuer, cut=4)
    write("role_keys", "deaf", [(DISCOVERY, discovery), (JWKS, jwks)], b"\0" + issuer, deaf=2)


def key9():
    who = string(b"alice") + string(b"192.0.2.1 22 192.0.2.2 40000")
    for answer in sorted((FUZZ / "corpus/key9_answer").iterdir()):
        write("role_judge", answer.name, [(K9, K9_YAML), (ANSWER, answer.read_bytes())], who)
    write("role_judge", "bad_config", [(K9, "system: [\n")], who)
    write("role_judge", "bad_yaml", [(K9, K9_YAML), (SALLYPORT, "deadline: 99999\n")], who)
    write("role_judge", "cut", [(K9, K9_YAML)], who, cut=4)
    write("role_judge", "deaf", [(K9, K9_YAML)], who, deaf=1)


def explain():
    for name in "opkssh/RS256-ecdsa", "opkssh/gha-gq256", "made/access-token", "made/refreshed":
        write("role_explain", Path(name).name, [(KEY, Vector(name).blob)], b"")
    blob = Vector("made/access-token").blob
    write("role_explain", "cut", [(KEY, blob)], b"", cut=1)
    write("role_explain", "deaf", [(KEY, blob)], b"", deaf=6)
    write("role_explain", "empty", [], b"")


if __name__ == "__main__":
    opk_logins()
    keys()
    key9()
    explain()
