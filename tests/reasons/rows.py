"""Each reason of ipc/reason.h: how it is provoked."""

import keys
import program
from forge import (
    GITHUB, ISSUER, Forgery, b64u, gq256_sign, key_set, provider_key, put, without)
from host import AUTH_ID, PROVIDERS
from idp import OTHER, json_page, large_key_set, userinfo_url
from key9_api import CLOSED_PORT, response, send, silent, status
from keys import wire_string
from messages import datagram
from provoke import (
    KEY9, Told, authorize, case, certificate, decision, discovery, explain, full_disk, given,
    judge, key9, left_out, listener, no_filter, no_memory, note, provider_at, published, writable_worker)
from room import CONFIG, METADATA_ADDRESS, OPK

BAD_KEYS = keys.bad()


def drop(fault):
    return key9(BAD_KEYS[fault])


def config(text):
    return given(lambda m: m.host.config(text))


def nothing(m):
    pass


def plugin(m, script="echo allow"):
    """Asked last, when no rule fits."""
    m.host.auth_id()
    m.host.plugin(script)


def plugin_file(m):
    m.host.auth_id()
    m.host.plugin_file("name: [\n")


def home_file(m):
    """Asked when no rule of root's fits."""
    m.host.auth_id()
    m.host.home_file(AUTH_ID, mode=0o666)


def userinfo(m):
    m.host.auth_id(f"alice oidc:groups:x {ISSUER}")
    m.idp.answer(userinfo_url(ISSUER), json_page({"sub": "somebody else"}))


def wrong_issuer(m):
    """The key that fits is another provider's of ours, which the cache has."""
    m.idp.publish(ISSUER, provider_key("RS256", "another"))
    m.idp.publish(OTHER, provider_key())
    m.program.run("refresh", as_user=m.command_user)
    log = decision(m, *m.host.arguments(m.certificate))
    return Told(log, explain(m, m.certificate)[0]["reason"])


def odd_gq_header(m):
    """What the provider has signed, by its GQ256 signature, is no base64url."""
    good = Forgery(scheme="gq", issuer=GITHUB)
    numbers, payload = good.op.private.private_numbers(), b64u(good.payload)
    return certificate(m, Forgery(
        scheme="gq", issuer=GITHUB, cic=good.cic, payload=good.payload,
        gq_members=put(kid="abcde"), op_signature=gq256_sign(
            numbers.public_numbers.n, numbers.d, b"abcde", payload, b"abcde." + payload)))


def no_file(m):
    program.write_config("", "root")
    CONFIG.unlink()
    return Told(decision(m, "k9-ssh", "--user=alice"), KEY9)


ROWS = {
    "ok": case("a good login"),
    "no_keys": key9(),
    # the request
    "usage": authorize(nothing, type="x" * 200),
    "user_name": given(nothing, user="a/b"),
    "wrong_user": key9(run_as="bob"),
    # our own files
    "config_missing": no_file,
    "config_mode": given(lambda m: (OPK / "providers").chmod(0o666)),
    "config_size": config("#" * 300000),
    "config_syntax": config("deny_users: [\n"),
    "config_value": config("deny_users: {a: b}\n"),
    # the exchange
    "resolve": provider_at("https://nowhere.test:9998"),
    "address": provider_at(f"https://{METADATA_ADDRESS}:9998"),
    "connect": provider_at(f"https://idp.test:{CLOSED_PORT}"),
    "timeout": discovery(silent),
    "tls_name": listener("wrong name"),
    "tls_expired": listener("expired"),
    "tls_untrusted": listener("unknown authority"),
    "tls_version": listener("TLS 1.1"),
    "tls": listener("plain"),
    "http_status": discovery(status("404 Not Found")),
    "http_protocol": discovery(send(b"nonsense\r\n\r\n")),
    "too_large": published(large_key_set()),
    # the answer
    "answer_json": key9(b"nonsense"),
    "answer_line": key9(b"[]"),
    "answer_error": key9({"error": "gone"}),
    "answer_keys": key9(*[{"public_key": keys.new_ed25519()}] * 1001),
    "all_keys_dropped": drop("options"),
    # one key of the answer
    "key_line": drop("second line"),
    "key_options": drop("options"),
    "key_type": drop("DSA"),
    "key_base64": drop("not base64"),
    "key_blob": drop("cut short"),
    "key_inner_type": drop("inner type"),
    "key_curve": drop("off the curve"),
    "key_rsa": drop("RSA 1024"),
    # several sources
    "line_option": authorize(lambda m: m.chain(f"echo 'unheard-of {m.chained}'")),
    "no_source": authorize(lambda m: m.settings(**{
        name: ["enable: false"] for name in ("openpubkey", "key9", "chain")})),
    "source_stop": authorize(lambda m: (m.settings(key9=["on_error: stop"]), m.api.down())),
    "chain_run": authorize(lambda m: m.chain("exit 1")),
    # an OpenPubkey certificate
    "cert_type": case("plain type"),
    "cert_blob": case("blob is empty"),
    "cert_host": case("a host's"),
    "cert_time": case("valid until an hour ago"),
    "cert_principals": case("e-mail only"),
    "cert_option": case("critical option that nobody knows"),
    "cert_extension": case("extensions out of order"),
    "cert_key": case("user's key is RSA with 1024 bits"),
    "cert_self": case("signature key is a stranger's"),
    "cert_signature": case("signature flipped"),
    "cert_no_token": case("no token"),
    # a PK token
    "token_form": case("CIC twice"),
    "token_base64": case("payload padded"),
    "token_signature": case("CIC signature is zeros"),
    "unknown_issuer": case("provider is not listed"),
    "unknown_key": case("a good login", keys=key_set(provider_key("RS256", "another"))),
    # a provider's key set
    "provider_keys": given(lambda m: m.idp.down()),
    "jwks_json": published(b"nonsense"),
    "jwks_form": published(b"[]"),
    "jwks_many": published(key_set(*[{"kid": str(i)} for i in range(200)])),
    "jwks_empty": published(key_set()),
    # one key of a provider
    "jwk_form": left_out(x="!"),
    "jwk_type": left_out(kty="AKP"),
    "jwk_alg": left_out(alg="ES256K"),
    "jwk_use": left_out(use="enc"),
    "jwk_curve": left_out(x=b64u(bytes(32)).decode()),
    "jwk_rsa": left_out(kty="RSA", crv="", alg="RS256", n=b64u(b"\1" * 128).decode(), e="AQAB"),
    "jwk_kid": left_out(kid="RS256-1"),
    # a token
    "token_json": case("provider's header not JSON"),
    "token_header": case("provider's crit"),
    "token_type": case("provider's typ is at+jwt"),
    "token_alg": case("provider's alg is RS384"),
    "token_kid": case("provider's kid is a stranger's"),
    "token_claim": case("sub is missing"),
    "token_time": case("iat is text"),
    "issuer_mismatch": wrong_issuer,
    "audience": case("aud is another"),
    "commitment": case("nonce is another"),
    "user_key": case("upk is a stranger's"),
    "token_future": case("iat is in an hour"),
    "token_expired": case("iat is 25 hours ago"),
    "refreshed_other": case("renewed for another user"),
    "refreshed_older": case("renewed before the first"),
    "groups_overage": given(lambda m: m.host.auth_id(f"alice oidc:groups:x {ISSUER}"),
                            claims=put(_claim_names={"groups": "src1"})),
    "gq_header": odd_gq_header,
    # a provider's own documents
    "discovery_json": discovery(send(response(b"nonsense"))),
    "discovery_issuer": published(issuer="https://other.test"),
    "discovery_jwks_uri": published(jwks_uri="http://idp.test/jwks"),
    # OpenPubkey's policy
    "no_provider": case("providers is empty"),
    "no_rule": case("no rules"),
    "email_unverified": case("e-mail is not verified"),
    "denied_user": case("deny_users names the user"),
    "denied_email": case("deny_emails names the e-mail"),
    "providers_row": note(lambda m: m.host.providers("nonsense", *PROVIDERS)),
    "auth_id_row": note(lambda m: m.host.auth_id("nonsense", *AUTH_ID)),
    "email_unstated": note(nothing, claims=without("email_verified")),
    "config_ignored": note(lambda m: m.host.config("unheard_of: 1\n")),
    "plugin_file": note(plugin_file),
    "plugin_value": note(plugin, claims=put(groups=[1])),
    "policy_file": note(lambda m: (OPK / "auth_id").chmod(0o666)),
    "home_policy": note(home_file),
    "userinfo": note(userinfo, extensions=lambda e: [(b"openpubkey-act", wire_string(b"t")), *e]),
    "plugin_run": note(lambda m: plugin(m, "echo perhaps")),
    # ourselves
    "memory": no_memory,
    "worker_start": writable_worker,
    "worker_died": judge("exit 0"),
    "worker_protocol": judge("send ff"),
    "worker_version": judge(f"send {datagram('READY', build=0).hex()}", "sleep"),
    "cage": no_filter,
    "system": full_disk,
    "deadline": judge("sleep", deadline=1),
}
