#!/usr/bin/env python3
"""Writes the seeds of the role_* targets: whole logins, with what is in tests/vectors and forged.

The form of an input stands in conversation.h, that of a key set in parseproc/key_set.h. A name
with a dot ends in the reason that the role gives (tests/fuzz/test_verdicts.c). Made anew, the
signatures and so the files are other ones.
"""

import base64
import json
import shutil
import struct
import sys
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

FUZZ = Path(__file__).resolve().parent
VECTORS = FUZZ.parent / "tests/vectors"
sys.path[:0] = [str(FUZZ.parent / "tests" / room) for room in ("openpubkey", "e2e")]
from forge import Forgery, Key, at, b64u, flip, provider_key, put, without     # noqa: E402
from make_gq256 import sign as gq256_sign     # noqa: E402

# enum ipc_text; 0 are the choices.
CHOICES, SALLYPORT, K9, ANSWER, CA, PROVIDERS, CONFIG, AUTH_ID, HOME, PLUGIN, KEY, WORDS, \
    KEY_SET, USERINFO, DISCOVERY, JWKS, CHAIN = range(17)
# enum jwk_type and jws_alg, jwk.h.
TYPES = {"RSA": 0, "P-256": 1, "P-384": 2, "Ed25519": 3}
ALGORITHMS = {"RS256": 0, "RS384": 1, "RS512": 2, "PS256": 3, "ES256": 4, "ES384": 5, "EdDSA": 6}
NONE, STALE, FRESH = range(3)
NOW = 1790000000
DAY, YEAR = 86400, 365 * 86400

IDP = "https://idp.test:9998 opkssh-test 24h\n"
REFRESHED = "https://idp.test:9998 opkssh-test oidc-refreshed\n"
GITHUB = "https://token.actions.githubusercontent.com none 24h\n"
RULES = ("root alice@example.com https://idp.test:9998\n"
         "root alice-id https://idp.test:9998\n"
         "deploy repo:octo-org/octo-repo:ref:refs/heads/* "
         "https://token.actions.githubusercontent.com\n")
MAPPED = ("root oidc-match-end:email:@EXAMPLE.com https://idp.test:9998\n"
          "root oidc:groups:a https://idp.test:9998\n")
FORGED_RULES = "root alice@example.com https://idp.test:9998\n"
POINT = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
POLICY = "name: p\ncommand: /usr/bin/true %u '%k' \"%t\"\n"
# Why an answer of corpus/key9_answer is not taken.
ANSWERS = {"empty": "no_keys", "error_first": "answer_error", "error_in_the_middle": "answer_error",
           "hidden_line": "all_keys_dropped", "not_an_object": "answer_line",
           "not_json": "answer_json", "twice": "answer_json"}
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


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def reduced(jwks):
    """What the keys role makes of a provider's set."""
    keys = b""
    for jwk in jwks["keys"]:
        kind = jwk.get("crv", "RSA")
        if kind == "RSA":
            numbers = string(decoded(jwk["n"])) + string(decoded(jwk["e"]))
        elif kind == "Ed25519":
            numbers = string(decoded(jwk["x"]))
        else:
            numbers = string(b"\x04" + decoded(jwk["x"]) + decoded(jwk["y"]))
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


def forge(**changes):
    """Signed by the keys of test_keys.h, so that a mutator can do so again."""
    return Forgery(**{"op": test_key(0x0DD1, "first"), "user": test_key(0xA11CE), "now": NOW,
                      "cic": put(rz="5a" * 32), "nonce": bytes(32)} | changes)


class Forged:
    def __init__(self, **changes):
        made = forge(**changes)
        self.type, self.blob, self.now = made.cert_type, made.blob, NOW
        self.set = reduced({"keys": [made.op.published()]})


def test_key(secret, kid=None):
    key = Key("ES256", kid)
    key.private = ec.derive_private_key(secret, ec.SECP256R1())
    return key


def write(target, name, records, choices):
    """records: (kind, text), in any order. Nothing is chosen to fail."""
    directory = FUZZ / "corpus" / target
    directory.mkdir(exist_ok=True)
    raw = b"\0" + string(bytes(4) + choices)
    for kind, text in records:
        raw += bytes([kind]) + string(text.encode() if isinstance(text, str) else text)
    (directory / name).write_bytes(raw)


def states(*issuers):
    return sum(state << 2 * i for i, state in enumerate(issuers))


def login(name, vector, *, user="root", providers=IDP + GITHUB, auth_id=RULES, yaml="", config="",
          cached=states(FRESH, FRESH, FRESH, FRESH), fetched=FRESH, tell=1, plugins=0, allowing=0,
          sets=None, now=None, key_type=None, settings_only=0, verified=0, more=()):
    choices = bytes([settings_only, tell, plugins, allowing, cached, fetched])
    choices += struct.pack(">Q", now or vector.now) + string(user.encode())
    choices += string(key_type or vector.type) + bytes([verified])
    records = [(SALLYPORT, yaml), (PROVIDERS, providers), (CONFIG, config), (KEY, vector.blob)]
    records += [(AUTH_ID, auth_id)] if auth_id is not None else []
    records += [(KEY_SET, one) for one in sets or [vector.set]]
    write("role_opk_judge", name, records + list(more), choices)


def opkssh_logins():
    ours = {name: Vector(f"opkssh/{name}") for name in
            ("RS256-ecdsa", "RS256-ed25519", "ES256-ecdsa", "EdDSA-ed25519")}
    for name, vector in ours.items():
        login(f"{name}.ok", vector, yaml="home_policy: false\n")
    gq, rs = Vector("opkssh/gha-gq256"), ours["RS256-ecdsa"]
    login("gq256.ok", gq, user="deploy")
    login("gq256_stale.ok", gq, user="deploy", cached=states(STALE, STALE))
    login("gq256_plugin.ok", gq, auth_id="", plugins=1, allowing=1, more=[(PLUGIN, POLICY)])
    login("stale.ok", rs, cached=states(STALE, STALE), fetched=STALE)
    login("no_keys.ok", rs, cached=states(NONE, NONE), fetched=FRESH)
    login("no_keys_at_all.provider_keys", rs, cached=0, fetched=NONE)
    login("other_issuer.ok", rs, providers="https://other.test opkssh-test 24h\n" + IDP,
          cached=states(FRESH, NONE))
    login("other_audience.audience", rs, providers="https://idp.test:9998 other 24h\n")
    login("denied.denied_user", rs, config="deny_users: [ROOT]\nredirect_uris: [x]\n")
    login("expired.token_expired", rs, now=rs.now + YEAR)
    login("wrong_type.cert_type", rs, key_type=b"ssh-ed25519-cert-v01@openssh.com")
    login("no_type.cert_type", rs, key_type=b"ssh-rsa")
    login("settings", rs, settings_only=1)
    login("bad_config.config_syntax", rs, config="deny_users: {\n")
    login("bad_yaml.config_value", rs, yaml="stale_max: forever\n")
    login("no_provider.no_provider", rs, providers="# none\n")
    login("bad_rows.no_rule", rs, providers="x\n" * 40 + IDP, auth_id="root\n" * 40,
          config="".join(f"a{i}: 1\n" for i in range(40)))
    login("issuer_twice.ok", rs, providers="https://idp.test:9998 other 24h\n" + IDP)


def made_logins():
    made, refreshed = Vector("made/access-token"), Vector("made/refreshed")
    first = reduced({"keys": json.loads(refreshed.jwks)["keys"][:1]})
    second = reduced({"keys": json.loads(refreshed.jwks)["keys"][1:]})
    login("refreshed.ok", refreshed, providers=REFRESHED)
    login("refreshed_by_newer.ok", refreshed, providers=REFRESHED, sets=[first, refreshed.set])
    login("refreshed_by_none.unknown_key", refreshed, providers=REFRESHED, sets=[first, second])
    login("refreshed_by_others.token_signature", refreshed, providers=REFRESHED, sets=[first])
    login("userinfo.ok", made, providers=REFRESHED, auth_id=MAPPED,
          more=[(HOME, ""), (USERINFO, '{"sub":"alice-id","email":"alice@example.com",'
                                       '"email_verified":true,"groups":["a"]}')])
    login("userinfo_home.ok", made, providers=REFRESHED, auth_id="",
          more=[(HOME, MAPPED), (USERINFO, '{"sub":"alice-id","groups":["a"]}')])
    login("userinfo_in_vain.no_rule", made, providers=REFRESHED, auth_id="",
          more=[(HOME, "x y z\n"), (USERINFO, '{"sub":"alice-id","groups":["b"]}')])
    login("userinfo_silent.no_rule", made, providers=REFRESHED, auth_id="", more=[(USERINFO, "")])
    login("userinfo_no_json.no_rule", made, providers=REFRESHED, auth_id="",
          more=[(USERINFO, "[")])
    login("userinfo_unverified.email_unverified", made, providers=REFRESHED,
          auth_id="root alice@example.com https://idp.test:9998\n",
          more=[(USERINFO, '{"sub":"alice-id","email":"alice@example.com"}')])
    login("userinfo_denied.denied_email", made, providers=REFRESHED, auth_id="",
          config="deny_emails: [bob@example.com]\n",
          more=[(USERINFO, '{"sub":"alice-id","email":"bob@example.com"}')])
    login("userinfo_denied_plugin.denied_email", made, providers=REFRESHED, auth_id="",
          config="deny_emails: [bob@example.com]\n", plugins=1, allowing=1,
          more=[(USERINFO, '{"sub":"alice-id","email":"bob@example.com"}'), (PLUGIN, POLICY)])
    login("plugins.ok", made, providers=REFRESHED, auth_id="", plugins=2, allowing=2,
          more=[(USERINFO, '{"sub":"mallory"}'), (PLUGIN, POLICY), (PLUGIN, POLICY),
                (WORDS, "1.2.3.4 5 6.7.8.9 22\0more\0last")])
    login("plugins_say_no.no_rule", made, providers=REFRESHED, auth_id="", plugins=3,
          more=[(PLUGIN, "name: [\n"), (PLUGIN, POLICY), (WORDS, "w\0" * 70)])


def forged_logins():
    def forged(name, providers=IDP, fetched=FRESH, **changes):
        rules = {key: changes.pop(key) for key in list(changes) if key in (
            "auth_id", "config", "user", "now", "sets", "plugins", "allowing", "more", "cached",
            "verified")}
        login(name, Forged(**changes), providers=providers, fetched=fetched,
              **{"auth_id": FORGED_RULES, **rules})

    bob, op = test_key(0xB0B), test_key(0x0DD1, "first")
    forged("forged.ok")
    forged("stale_refreshed.ok", cached=states(STALE))
    forged("email_must_be_verified.email_unverified", identity=without("email_verified"),
           verified=1)
    forged("email_is_verified.ok", verified=1)
    forged("sub.ok", auth_id="root alice https://idp.test:9998\n", identity={"sub": "alice"})
    forged("no_principals.ok", principals=[])
    forged("login_name.ok", principals=[b"bob", b"root"])
    forged("principals.cert_principals", principals=[b"bob"])
    forged("cert_over.cert_time", valid_before=NOW - 1)
    forged("blob.cert_blob", reserved=b"x")
    forged("host.cert_host", kind=2)
    forged("options.ok", critical=[(b"force-command", string(b"id"))])
    forged("option.cert_option", critical=[(b"verify-required", b"")])
    forged("no_token.cert_no_token", extensions=[])
    forged("self.cert_self", signer=bob)
    forged("signature.cert_signature", signature=flip)
    forged("form.token_form", texts=lambda found: found[:4])
    forged("base64.token_base64", texts=at(0, b"!"))
    forged("stranger.token_signature", op_signer=bob)
    forged("strangers_kid.unknown_key", op_signer=bob, op_members=put(kid="other"))
    forged("no_claims.token_signature", op_signer=bob, payload=b"{}")
    forged("unlisted.unknown_issuer", op_signer=bob, issuer="https://evil.test")
    forged("both_halves.token_signature", cic_signer=op)
    forged("header.token_header", op_members=put(crit=["a"]))
    forged("header_type.token_type", op_members=put(typ="at+jwt"))
    forged("header_kid.token_kid", op_members=put(kid="other"))
    forged("claims.token_claim", claims=without("sub"))
    forged("payload.token_json", payload=b"[")
    forged("iss_unlisted.issuer_mismatch", claims=put(iss="https://other.test"))
    forged("iss_other.issuer_mismatch", providers=IDP + "https://other.test opkssh-test 24h\n",
           claims=put(iss="https://other.test"), cached=states(FRESH, NONE), fetched=NONE)
    forged("iss_gq.issuer_mismatch", providers=IDP + GITHUB,
           claims=put(iss="https://token.actions.githubusercontent.com"))
    forged("audiences.ok", claims=put(aud=["a", "opkssh-test"]))
    forged("denied_email.denied_email", config="deny_emails: [alice@example.com]\n")
    forged("user_signature.token_signature", cic_signer=bob)
    forged("nonce.commitment", commitment="A" * 43)
    forged("upk.user_key", upk=bob.jwk() | {"alg": "ES256"})
    forged("upk_no_key.user_key", upk={"alg": "ES256", "kty": "EC"})
    forged("cic.token_type", cic=put(typ="JWT"))
    forged("key_bound.ok", scheme="key-bound")
    forged("key_bound_to_bob.commitment", scheme="key-bound", claims=put(cnf={"jwk": bob.jwk()}))
    forged("key_bound_to_none.commitment", scheme="key-bound", claims=without("cnf"))
    forged("key_bound_to_no_key.commitment", scheme="key-bound",
           claims=put(cnf={"jwk": {"kty": "EC"}}))
    old = {"claims": put(iat=NOW - 2 * DAY, exp=NOW - DAY), "renewed": True}
    forged("renewed.ok", REFRESHED, **old)
    forged("renewed_key_bound.ok", REFRESHED, scheme="key-bound", **old)
    forged("renewed_other_key.refreshed_other", REFRESHED, scheme="key-bound", **old,
           fresh_claims=put(cnf={"jwk": bob.jwk()}))
    forged("renewed_no_key.commitment", REFRESHED, scheme="key-bound", **old,
           fresh_claims=put(cnf={"jwk": {}}))
    forged("renewed_header.token_header", REFRESHED, fresh_members=put(crit=[]), **old)
    forged("renewed_claims.token_claim", REFRESHED, fresh_claims=without("sub"), **old)
    forged("not_renewed.token_expired", REFRESHED, claims=old["claims"])
    forged("nearest.no_rule", auth_id="root bob@example.com https://idp.test:9998\n")
    forged("nearest_issuer.no_rule", auth_id="root alice@example.com https://other.test\n")
    forged("unstated.ok", identity=without("email_verified"))
    forged("unverified.email_unverified", identity=put(email_verified=False))
    forged("unverified_twice.email_unverified", identity=put(email_verified=False),
           more=[(HOME, FORGED_RULES)])
    forged("overage.groups_overage", claims=put(_claim_names={"groups": "s"}), auth_id="")
    forged("long.ok", identity=put(sub="s" * 300))
    forged("large_environment.no_rule", claims=put(groups=["g" * 40] * 500), auth_id="",
           plugins=1, more=[(PLUGIN, POLICY)])
    forged("too_large_environment.no_rule", claims=put(groups=["\u20ac" * 40] * 300), auth_id="",
           plugins=1, more=[(PLUGIN, POLICY), (WORDS, ("w" * 200 + "\0") * 60)])
    forged("plugin_value.no_rule", claims=put(email="a\u0000b", email_verified=True), auth_id="",
           plugins=1, more=[(PLUGIN, POLICY)])
    forged("iss_shared.issuer_mismatch", providers=IDP + "https://other.test opkssh-test 24h\n",
           sets=[reduced({"keys": [bob.jwk() | {"alg": "ES256", "kid": "bob"}]}),
                 reduced({"keys": [op.published()]})], fetched=NONE)
    act = (b"openpubkey-act", string(b"token"))
    forged("userinfo_adds.ok", extensions=lambda found: [act, *found],
           auth_id="root oidc:groups:a https://idp.test:9998\n",
           more=[(USERINFO, '{"sub":"alice","groups":["a"]}')])
    forged("home_unverified.email_unverified", identity=put(email_verified=False),
           auth_id="bob x https://idp.test:9998\n", more=[(HOME, FORGED_RULES)])
    forged("no_kid.unknown_key", op_signer=bob, sets=[b"\1\0\0\0\1\1\4\0" + string(b"") +
           string(op.private.public_key().public_bytes(*POINT))])
    forged("damaged_set.provider_keys", sets=[b"\1\0\0\0\1"], fetched=NONE)
    gq = {"op": provider_key("RS256"), "scheme": "gq"}
    forged("gq.ok", GITHUB, issuer="https://token.actions.githubusercontent.com", **gq,
           auth_id=RULES, user="deploy")
    forged("gq_renewed.token_signature", GITHUB.replace("24h", "oidc-refreshed"), **gq, **old,
           issuer="https://token.actions.githubusercontent.com")
    forged("gq_key_bound.token_type", GITHUB, **gq, op_members=put(typ="dpop+id_token"),
           issuer="https://token.actions.githubusercontent.com")
    forged("gq_commitment.commitment", GITHUB, **gq, claims=put(aud="A" * 43),
           issuer="https://token.actions.githubusercontent.com")
    forged("gq_other_keys.token_signature", GITHUB, **gq, op_members=without("kid"),
           sets=[reduced({"keys": [op.published(), provider_key("RS256", "3", 3072).published()]})],
           issuer="https://token.actions.githubusercontent.com")
    forged("gq_kid.token_signature", GITHUB, **gq, gq_members=put(kid="abcde"),
           issuer="https://token.actions.githubusercontent.com")
    odd = {"gq_members": put(kid="abcde"), "issuer": "https://token.actions.githubusercontent.com"}
    payload = b64u(forge(**gq, **odd).payload)
    numbers = gq["op"].private.private_numbers()
    forged("gq_original.gq_header", GITHUB, **gq, **odd, op_signature=gq256_sign(
        numbers.public_numbers.n, numbers.d, b"abcde", payload, b"abcde." + payload))
    forged("gq_unknown.unknown_key", GITHUB, **gq, op_signer=provider_key("RS256", "2"),
           op_members=put(kid="x"), issuer="https://token.actions.githubusercontent.com")


def keys():
    discovery = (VECTORS / "opkssh/RS256-ecdsa/openid-configuration.json").read_bytes()
    for name in "RS256-ecdsa", "EdDSA-ed25519", "gha-gq256":
        jwks = Vector(f"opkssh/{name}").jwks
        issuer = string(b"https://idp.test:9998")
        write("role_keys", f"{name}.ok", [(DISCOVERY, discovery), (JWKS, jwks)], b"\0" + issuer)
        write("role_keys", f"{name}_at_hand.ok", [(JWKS, jwks)], b"\1" + issuer)
    write("role_keys", "proxy.jwks_empty", [
        (CONFIG, "env_vars:\n  HTTPS_PROXY: http://proxy.example:3128\n  NO_PROXY: a.test,.b\n"),
        (DISCOVERY, discovery), (JWKS, '{"keys":[{"kty":"oct","k":"AA"}]}')], b"\0" + issuer)
    write("role_keys", "bad_issuer.config_value", [], b"\0" + string(b"http://idp.test:9998"))
    write("role_keys", "bad_config.config_syntax", [(CONFIG, "env_vars: [\n"), (JWKS, jwks)],
          b"\1" + issuer)


def key9():
    who = string(b"alice") + string(b"192.0.2.1 22 192.0.2.2 40000")
    for answer in sorted((FUZZ / "corpus/key9_answer").iterdir()):
        write("role_judge", f"{answer.name}.{ANSWERS.get(answer.name, 'ok')}",
              [(K9, K9_YAML), (ANSWER, answer.read_bytes())], who)
    write("role_judge", "bad_config.config_syntax", [(K9, "system: [\n")], who)
    write("role_judge", "bad_yaml.config_value",
          [(K9, K9_YAML), (SALLYPORT, "deadline: 99999\n")], who)


def explain():
    for name, payload in (("list", b"[]"), ("no_json", b"{"),
                          ("long", b'{"sub":"%s"}' % (b"s" * 2000)),
                          ("empty_email", b'{"email":"","exp":1}')):
        write("role_explain", f"{name}.ok", [(KEY, Forged(payload=payload).blob)], b"")
    write("role_explain", "no_token.cert_blob", [(KEY, Forged(texts=[b"a"]).blob)], b"")
    for name in "opkssh/RS256-ecdsa", "opkssh/gha-gq256", "made/access-token", "made/refreshed":
        write("role_explain", f"{Path(name).name}.ok", [(KEY, Vector(name).blob)], b"")
    blob = Vector("made/access-token").blob
    write("role_explain", "empty.cert_blob", [], b"")


def authorize():
    def write_one(name, yaml, chain=b"", config="", user=b"alice"):
        write("role_authorize", name, [(SALLYPORT, yaml), (CONFIG, config), (CHAIN, chain)],
              string(user))

    line = b"ssh-ed25519 " + base64.b64encode(
        string(b"ssh-ed25519") + string(bytes(range(32)))) + b" who\n"
    chained = "sources:\n  - {source: chain, command: '/bin/x  %u ', user: u}\n"
    write_one("none.ok", "stale_max: 1h\n")
    write_one("others.ok", "sources: [{source: key9}, {source: openpubkey}]\n")
    write_one("denied.ok", "sources: [{source: openpubkey}]\n", config="deny_users: [alice]\n")
    write_one("lines.ok", chained, b"# old\n\n" + line + b"restrict,pty " + line)
    write_one("tabs.ok", chained, b"\trestrict\t" + line.replace(b" ", b"\t"))
    write_one("some_dropped.ok", chained, b"frobnicate " + line + b"ssh-dss AAAA\n" + line)
    write_one("no_line_feed.ok", chained, line[:-1])
    write_one("backslash.all_keys_dropped", chained, b'command="a\\')
    write_one("all_dropped.all_keys_dropped", chained, b"cert-authority " + line)
    write_one("empty.no_keys", chained)
    write_one("too_many.answer_keys", chained, line * 1001)
    write_one("bad_yaml.config_value", "sources: key9\n")
    write_one("bad_config.config_syntax", "sources: [{source: openpubkey}]\n", config="a: [\n")


if __name__ == "__main__":
    for directory in (FUZZ / "corpus").glob("role_*"):
        shutil.rmtree(directory)
    opkssh_logins()
    made_logins()
    forged_logins()
    keys()
    key9()
    explain()
    authorize()
