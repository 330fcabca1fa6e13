"""What went wrong elsewhere, each with the tests that would have shown it.

Left out, for they are about other things than a verifier's answer: guest-oslogin's group
memberships (a package's doing), the tri-state of EVP_DigestVerify (tests/parseproc, by its
callers), the principals of OpenSSH 10.3 (a real sshd, tests/interop) and warnings of a
sub-command merged into a policy (there is no sub-command).
"""

import hashlib
import hmac
import threading
import time

import pytest

from forge import (
    CLIENT, EMAIL, GITHUB, ISSUER, Forgery, at, b64u, compact_json, flip, provider_key, put, twice,
    user_key, without)
from host import write
from idp import UNLISTED
from mutations import FORM, RENEWED, expired, json_form
from program import running
from room import OPK

STRANGER = user_key("ES256", "stranger")
HOUR = 3600


def test_control_the_unchanged_login_is_let_in(host, command_user):
    host.allowed(Forgery())
    host.allowed(Forgery(scheme="gq", issuer=GITHUB))
    host.allowed(Forgery(scheme="key-bound"))


# CVE-2025-3757, CVE-2025-4658: a crafted JWS skipped the signature check.

@pytest.mark.parametrize("form", [name for name in FORM
                                  if name not in ("CIC first", "three words behind")])
def test_cve_2025_3757_odd_token(host, form):
    host.refused(Forgery(**FORM[form]))


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [0, 3, 4, 1, 2]], ids=["as usual", "CIC first"])
def test_cve_2025_3757_order_means_nothing(host, order):
    host.allowed(Forgery(texts=lambda texts: [texts[i] for i in order]))


def nested_cic(found):
    """The provider's part replaced by a second CIC that claims to be the ID token."""
    header = b64u(compact_json({"alg": "ES256", "kid": "RS256-1", "typ": "JWT"}))
    return [found[0], header, b64u(user_key().sign(header + b"." + found[0])), *found[3:]]


def test_cve_2025_3757_user_signs_both(host):
    host.refused(Forgery(texts=nested_cic), "token_signature", "token_alg")


def test_cve_2025_3757_header_of_another_token(host):
    other = Forgery(claims=put(sub="bob"))
    host.refused(Forgery(texts=lambda texts: [texts[0], *other.texts[1:3], *texts[3:]]),
                 "token_signature")
    host.refused(Forgery(texts=lambda texts: [other.texts[0], *texts[1:]]), "token_signature")


@pytest.mark.parametrize("index", [2, 4])
@pytest.mark.parametrize("signature", [b"", b"AA", b64u(bytes(64)), b64u(bytes(256))], ids=repr)
def test_cve_2025_3757_empty_signatures(host, index, signature):
    host.refused(Forgery(texts=at(index, signature)))


# GQ bindings, openpubkey 0.25.

GQ = {"scheme": "gq", "issuer": GITHUB}


def test_gq_somebody_elses_token_with_an_own_cic(host):
    """A plain ID token that leaked, wrapped with a CIC of the thief's."""
    victim = Forgery(**GQ)
    host.refused(Forgery(**GQ, user=STRANGER, claims=victim.claims), "commitment")
    plain = Forgery(issuer=GITHUB, claims=victim.claims)
    host.refused(plain)


def test_gq_is_for_gq_rows_only(host):
    host.refused(Forgery(scheme="gq", claims=lambda c: c | {"nonce": c["aud"], "aud": CLIENT,
                                                            "sub": "alice", "email": EMAIL}))


@pytest.mark.parametrize("changes", [
    {"op_members": put(alg="RS384")}, {"op_members": put(alg="none")},
    {"gq_members": put(cic="x")}, {"claims": without("aud")},
    {"claims": put(aud="x")}, {"claims": lambda c: c | {"aud": [c["aud"]]}},
    {"op_signature": lambda s: s[:32] + bytes(len(s) - 32)},
    {"op_signature": flip}, {"op_signer": provider_key("RS256", "stranger")}],
    ids=lambda changes: "".join(changes))
def test_gq_faults(host, changes):
    host.refused(Forgery(**GQ | changes))


# openpubkey 138: the key set was looked up where the token said.

def test_openpubkey_138_unlisted_issuer_is_not_asked(host, idp, lab, command_user):
    host.refused(Forgery(issuer=UNLISTED), "unknown_issuer")
    assert idp.connects() == 0 and lab.names.queries == []


# opkssh 588: principals copied into the output line.

@pytest.mark.parametrize("principal", [
    b'x",command="id', b"alice\nssh-ed25519 AAAA", b"a\rb", b"a\0b", b"alice,root", b"alice root",
    b"a\\", b"\x80\xff"], ids=repr)
def test_opkssh_588_principal_with_syntax(host, principal):
    host.refused(Forgery(principals=[principal]), "cert_principals")
    beside = Forgery(principals=[principal, b"alice"])
    assert host.allowed(beside).stdout == f'cert-authority,principals="alice" {beside.plain_key}\n'


# opkssh 589: the empty suffix matched everybody.

@pytest.mark.parametrize("suffix", ["", "example.com", "com", "''", "@", "alice@example.com@"])
def test_opkssh_589_suffix_that_matches_too_much(host, suffix):
    host.auth_id(f"alice oidc-match-end:email:{suffix} {ISSUER}")
    host.refused(Forgery(), "no_rule")


@pytest.mark.parametrize("email,matches", [
    (EMAIL, True), ("x@EXAMPLE.com", True), ("x@evilexample.com", False), ("x@example.com.evil",
        False), ("@example.com ", False)])
def test_opkssh_589_suffix(host, email, matches):
    host.auth_id(f"alice oidc-match-end:email:@example.com {ISSUER}")
    forgery = Forgery(claims=put(email=email))
    host.allowed(forgery) if matches else host.refused(forgery, "no_rule")


# opkssh 591, openpubkey 245 (nOAuth): e-mails that nobody verified.

@pytest.mark.parametrize("rule", [EMAIL, "oidc-match-end:email:@example.com",
                                  f"oidc:email:{EMAIL}"])
@pytest.mark.parametrize("verified", [False, "false", None, 0, "", [], "yes"], ids=repr)
def test_opkssh_591_unverified_email(host, rule, verified):
    host.auth_id(f"alice {rule} {ISSUER}")
    host.refused(Forgery(claims=put(email_verified=verified)), "email_unverified")


@pytest.mark.parametrize("change,noted", [(put(email_verified=True), False),
                                          (put(email_verified="true"), False),
                                          (without("email_verified"), True)])
def test_opkssh_591_verified_or_unstated_email(host, change, noted):
    result = host.allowed(Forgery(claims=change))
    assert any("email_unstated" in line for line in result.log) == noted


def test_opkssh_591_sub_needs_no_verified_email(host):
    host.auth_id(f"alice alice {ISSUER}")
    host.allowed(Forgery(claims=put(email_verified=False)))


# CVE-2025-49825 (Teleport): the signature key is itself a certificate.

def test_cve_2025_49825_signature_key_is_a_certificate(host):
    host.refused(Forgery(signature_key=Forgery().blob), "cert_self")
    host.refused(Forgery(signer=STRANGER, signature_key=Forgery(user=STRANGER).blob), "cert_self")


def test_cve_2025_49825_signed_by_another_key(host):
    host.refused(Forgery(signer=STRANGER), "cert_self")
    host.refused(Forgery(signer=STRANGER, certified_fields=STRANGER.ssh_fields()))
    host.refused(Forgery(signer=STRANGER, signature_key=user_key().ssh_blob()))


# GHSA-jc38-x7x8-2xc8 (PHP JWT): alg from the unprotected header.

@pytest.mark.parametrize("header", [{}, {"alg": "none"}, {"kid": "x"}, {"jwk": STRANGER.jwk()},
                                    {"x5u": "https://x.test"}], ids=str)
def test_ghsa_jc38_unprotected_header(host, header):
    host.refused(Forgery(**json_form(**header)), "token_form")


# Algorithm confusion.

def test_algorithm_hs256_with_the_public_key_as_secret(host):
    def signed(texts):
        secret = provider_key().published()["n"].encode()
        return at(2, b64u(hmac.digest(secret, texts[1] + b"." + texts[0], hashlib.sha256)))(texts)
    host.refused(Forgery(op_members=put(alg="HS256"), texts=signed))


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "", "HS256", "ES256", "RS512", "PS256",
                                 "RS1", "EdDSA", "rs256", "GQ256"])
def test_algorithm_is_the_keys(host, alg):
    host.refused(Forgery(op_members=put(alg=alg)))
    host.refused(Forgery(cic=put(alg=alg) if alg != "ES256" else put(alg="RS256")))


@pytest.mark.parametrize("member", [
    {"crit": ["exp"]}, {"crit": []}, {"b64": False, "crit": ["b64"]}, {"b64": True},
    {"jwk": STRANGER.jwk()},
    {"jku": "https://x.test/jwks"}, {"x5c": ["AAAA"]}, {"x5u": "https://x.test"}],
    ids=lambda member: "+".join(member))
def test_header_members_that_are_never_used(host, idp, member):
    host.refused(Forgery(op_members=put(**member)), "token_header")
    host.refused(Forgery(cic=put(**member)), "token_header")
    assert idp.connects() <= 2


def test_embedded_key_is_not_used(host):
    host.refused(Forgery(op_signer=STRANGER, op_members=put(alg="ES256", jwk=STRANGER.jwk())))


# Key ids.

@pytest.mark.parametrize("first", [True, False])
def test_kid_of_two_keys(host, idp, first):
    other = provider_key("ES256", "stranger").published() | {"kid": provider_key().kid}
    idp.publish(ISSUER, *([provider_key(), other] if first else [other, provider_key()]))
    host.refused(Forgery())
    idp.publish(ISSUER, provider_key())
    host.age(7200)
    host.allowed(Forgery())


def test_kid_of_a_key_for_encryption(host, idp):
    idp.publish(ISSUER, provider_key().published() | {"use": "enc"}, provider_key("RS256", "other"))
    host.refused(Forgery())


@pytest.mark.parametrize("others", [0, 1])
def test_kid_that_is_missing(host, idp, others):
    """The signature says which key it was, of however many."""
    idp.publish(ISSUER, provider_key(), *[provider_key("RS256", "other")] * others)
    host.allowed(Forgery(op_members=without("kid")))
    host.refused(Forgery(op_members=without("kid"), op_signer=provider_key("RS256", "stranger")))


@pytest.mark.parametrize("kid", ["../../etc/passwd", "a\ndecision=allow reason=ok", "\x1b[2J",
                                 "k" * 20000, "%s%n", "x\0y", ""], ids=ascii)
def test_kid_with_hostile_text(host, kid):
    """Refused; and the log is still one line of plain text, which program.run() asserts."""
    host.refused(Forgery(op_members=put(kid=kid)))


# Names twice.

@pytest.mark.parametrize("name", ["sub", "email", "iss", "aud", "nonce", "exp", "iat",
                                  "email_verified"])
def test_claim_twice(host, name):
    forgery = Forgery()
    host.refused(Forgery(payload=twice(name, "unheard-of")))
    host.refused(Forgery(payload=lambda p: twice(name, forgery.claims[name])(p)))
    host.refused(Forgery(payload=lambda p: p[:-1] + b',"\\u%04x%s":1}' % (ord(name[0]),
        name[1:].encode())), "token_json")
    nested = b',"x":{"a":[{"y":1,"y":2}]}}'
    host.refused(Forgery(payload=lambda p: p[:-1] + nested), "token_json")


@pytest.mark.parametrize("name", ["alg", "kid", "typ"])
def test_header_member_twice(host, name):
    host.refused(Forgery(op_header=twice(name, "x")), "token_json")
    host.refused(Forgery(cic_header=lambda h: twice(name, "x")(twice(name, "y")(h))), "token_json")


@pytest.mark.parametrize("name", ["sub", "email", "iss", "aud"])
def test_claim_in_capitals_is_another(host, name):
    host.refused(Forgery(claims=lambda c: without(name)(c) | {name.upper(): c[name],
        name.title(): c[name]} | (
        {"sub": "x"} if name != "sub" else {})))
    host.allowed(Forgery(claims=put(**{name.upper(): "unheard-of"})))


# libjwt 283: numbers that do not fit.

TIMES = [b"1e30", b"9223372036854775808", b"18446744073709551616", b"-1", b"1.5", b'"123"',
         b"null", b"[]", b"{}", b"true",
         b"99999999999999999999999999", b"1e9", b"0x7fffffff"]


@pytest.mark.parametrize("rule", ["24h", "oidc", "never"])
@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("text", TIMES, ids=repr)
def test_libjwt_283_time_that_is_no_whole_number(host, rule, name, text):
    host.providers(f"{ISSUER} {CLIENT} {rule}")
    host.refused(Forgery(claims=put(**{name: "here"}), payload=lambda p: p.replace(b'"here"',
        text)))


# open-bastion 228: a policy that is skipped when its input is missing.

@pytest.mark.parametrize("name", ["sub", "email", "groups", "nothing"])
@pytest.mark.parametrize("value", [None, "", [], {}, 0, False, [""], [None]], ids=repr)
def test_open_bastion_228_missing_input_denies(host, name, value):
    host.auth_id(f"alice oidc:{name}:admins {ISSUER}", f"alice '' {ISSUER}",
                 f"alice oidc:{name}: {ISSUER}",
                 f"alice oidc-match-end:email: {ISSUER}")
    host.refused(Forgery(claims=put(**{name: value})))
    host.refused(Forgery(claims=without(name)))


# Names of users, and log injection.

@pytest.mark.parametrize("user", ["../x", "%2f/", "a\nb", "x" * 257, "a b",
                                  "\x1b[31m", "\x01"])
def test_user_name_with_syntax(host, idp, user):
    host.refused(Forgery(), "user_name", user=user)
    assert idp.connects() == 0


@pytest.mark.parametrize("text", ["x\ny decision=allow reason=ok", "\x1b[2J", "\u202eevil", "\x00",
                                  "x\" decision=allow", "ä€😀", "\x7f\x9b"], ids=ascii)
def test_log_stays_one_line_of_plain_text(host, text):
    """Asserted by program.run(); the decision is ours, whatever the claims say."""
    for name in ("sub", "email", "iss", "aud"):
        host.refused(Forgery(claims=put(**{name: text, "email_verified": False})))
    host.refused(Forgery(key_id=text.encode(), claims=put(aud="x")))


# 3b 1: a deny list that was dropped when its file could not be read.

def test_3b_1_unreadable_deny_list_denies(host, command_user):
    host.config("deny_users:\n  - bob\n")
    host.allowed(Forgery())
    write(OPK / "config.yml", "deny_users:\n  - bob\n", 0o640, owner="alice")
    host.refused(Forgery())
    write(OPK / "config.yml", "deny_users: [bob\n")
    host.refused(Forgery())


# 3b 2: a refreshed token that was believed unseen.

@pytest.mark.parametrize("what", [name for name in RENEWED if name not in ("renewed",
    "renewed with another nonce")])
def test_3b_2_refreshed_token_is_verified(host, what):
    host.providers(f"{ISSUER} {CLIENT} oidc-refreshed")
    host.refused(Forgery(**expired(renewed=True, **RENEWED[what])))
    host.allowed(Forgery(**expired(renewed=True)))


# 3b 3: two rows with one issuer.

def test_3b_3_two_clients_of_one_issuer(host):
    host.providers(f"{ISSUER} first 24h", f"{ISSUER} {CLIENT} 24h")
    host.allowed(Forgery())
    host.allowed(Forgery(audience="first"))


# 3b 4: audiences joined by commas.

@pytest.mark.parametrize("aud", [f"x,{CLIENT}", [f"x,{CLIENT}"], f"{CLIENT},x", [f"{CLIENT} "],
                                 CLIENT[:-1], [[CLIENT]], {CLIENT: 1}], ids=str)
def test_3b_4_audience_is_compared_whole(host, aud):
    host.refused(Forgery(claims=put(aud=aud)))


@pytest.mark.parametrize("aud", [[CLIENT], ["x", CLIENT], [CLIENT, "y,z"]], ids=str)
def test_3b_4_audience_in_a_list(host, aud):
    host.allowed(Forgery(claims=put(aud=aud)))


def test_3b_4_client_with_a_comma(host):
    host.providers(f"{ISSUER} a,b 24h")
    host.refused(Forgery(claims=put(aud=["a", "b"])), "audience")
    host.allowed(Forgery(audience="a,b"))


# 3b 5: only iat + age was checked.

@pytest.mark.parametrize("rule", ["12h", "24h", "48h", "1week", "oidc", "never"])
def test_3b_5_issued_in_the_future(host, rule):
    host.providers(f"{ISSUER} {CLIENT} {rule}")
    future = int(time.time()) + 365 * 86400
    host.refused(Forgery(claims=put(iat=future, exp=future + HOUR)), "token_future")
    host.refused(Forgery(claims=put(nbf=future)), "token_future")
    host.allowed(Forgery(claims=put(iat=int(time.time()) + 30)))


# 3b 6: access tokens.

@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "logout+jwt",
                                 "secevent+jwt", "CIC", "COS", "x"])
def test_3b_6_token_of_another_type(host, typ):
    host.refused(Forgery(op_members=put(typ=typ)), "token_type")


# 3b 7: parts that replaced each other.

@pytest.mark.parametrize("name", ["ID token twice", "CIC twice", "third part of type CIC",
                                  "third part of type JWT"])
def test_3b_7_part_twice(host, name):
    host.refused(Forgery(**FORM[name]), "token_form")


# 3b 8: the value of a rule cut at its last colon.

@pytest.mark.parametrize("groups,rule,matches", [
    (["a:b"], "oidc:groups:a:b", True), (["b"], "oidc:groups:a:b", False),
    (["a"], "oidc:groups:a:b", False),
    (["x y"], "'oidc:groups:x y'", True), (["y"], "'oidc:groups:x y'", False),
    ([":"], "oidc:groups::", True)])
def test_3b_8_value_with_colons(host, groups, rule, matches):
    host.auth_id(f"alice {rule} {ISSUER}")
    forgery = Forgery(claims=put(groups=groups))
    host.allowed(forgery) if matches else host.refused(forgery, "no_rule")


# 3b 10: the key in the log, and in the process list.

def test_3b_10_key_is_not_in_the_process_list(host, idp, command_user):
    """While it waits for the provider. (That it is not in the log, host.verify() asserts.)"""
    waiting, seen = threading.Event(), []

    def look(connection):
        waiting.set()
        connection.recv(1)
    idp.answer(f"{ISSUER}/jwks", look)
    forgery = Forgery()
    login = threading.Thread(target=lambda: host.at_once([forgery], deadline=2))
    login.start()
    assert waiting.wait(10)
    seen = [(process / "cmdline").read_bytes() for process in running()]
    login.join()
    assert seen and not any(forgery.base64[100:140].encode() in line for line in seen)


# 3b 11: plugins without a time limit.

def test_3b_11_plugin_that_does_not_end(host, command_user):
    host.auth_id()
    host.plugin("sleep 63.25")
    host.refused(Forgery(), "no_rule")
