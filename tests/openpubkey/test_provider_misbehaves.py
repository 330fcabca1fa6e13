"""Whatever the provider does: nobody who was not let in, one line, in time.

With a key set in the cache that has gone stale, those of whom it speaks still log in.
"""

import time

import pytest

from forge import ISSUER, Forgery, key_set, provider_key, put
from host import write
from idp import MISBEHAVIOURS, OTHER, discovery_url, keys_url
from key9_api import response, send, silent, status
from program import write_settings
from room import OPK

HALF_A_DAY = 43200
LIMIT = 512 << 10   # of a key set
# That there is no set at all, or what in particular was wrong with it.
NO_KEYS = ("provider_keys",)


@pytest.fixture(params=MISBEHAVIOURS)
def misbehave(request, idp):
    """From its call on, the provider does so."""
    def start():
        MISBEHAVIOURS[request.param](idp)
        idp.forget()
    return start


def test_with_nothing_cached(host, idp, command_user, misbehave):
    misbehave()
    result = host.refused(Forgery(), *NO_KEYS)
    assert idp.listeners["metadata"].connects == 0
    assert idp.listeners["plain"].connects == 0
    assert result.decision["fetch"] not in ("", "ok"), "what was wrong is not in the log"
    assert any(ISSUER in line for line in result.log), "nor with whom"


def test_with_a_stale_set(host, idp, misbehave):
    host.allowed(Forgery())
    host.age(HALF_A_DAY)
    misbehave()
    result = host.allowed(Forgery())
    assert result.decision["cache"] == "stale"
    assert idp.connects() <= 2, "tried again and again"


def test_stale_set_is_no_reason_to_ask_at_every_login(host, idp, misbehave):
    """One attempt a minute, also while it fails."""
    host.allowed(Forgery())
    host.age(HALF_A_DAY)
    misbehave()
    host.allowed(Forgery())
    idp.forget()
    assert host.allowed(Forgery()).decision["cache"] == "stale"
    assert idp.connects() == 0


def test_stale_set_does_not_let_in_more(host, idp, misbehave):
    host.allowed(Forgery())
    host.age(HALF_A_DAY)
    misbehave()
    host.refused(Forgery(op_signer=provider_key("RS256", "stranger")), "token_signature")


def test_connection_that_is_held_and_then_closed(host, idp, command_user):
    """Another is tried, with what time that has left: stale keys are for both."""
    write_settings("deadline: 3\n")
    host.allowed(Forgery())
    host.age(HALF_A_DAY)
    seen = []

    def hold(connection):
        seen.append(connection)
        if len(seen) == 1:
            time.sleep(1.5)
            return False
        return silent(connection)
    idp.answer(keys_url(ISSUER), hold)
    assert host.allowed(Forgery()).decision["cache"] == "stale" and len(seen) == 2


@pytest.mark.parametrize("settings,age,served", [
    ("", HALF_A_DAY, True), ("", 2 * 86400, False), ("stale_max: 20h\n", 19 * 3600, True),
    ("stale_max: 20h\n", 21 * 3600, False), ("stale_max: 0\n", HALF_A_DAY, False)])
def test_stale_max(host, idp, command_user, settings, age, served):
    if settings:
        write_settings(settings)
    host.allowed(Forgery())
    host.age(age)
    idp.down()
    if served:
        assert host.allowed(Forgery()).decision["cache"] == "stale"
    else:
        host.refused(Forgery(), *NO_KEYS)


def test_one_provider_down_is_no_other_providers_trouble(host, idp, command_user):
    idp.answer(discovery_url(OTHER), status("404 Not Found"))
    host.allowed(Forgery())
    host.refused(Forgery(issuer=OTHER, op=provider_key("ES256")), *NO_KEYS)


# What is no misbehaviour: the controls.

@pytest.mark.parametrize("url,listener", [
    ("https://keys.test:9998/other/jwks?version=2", "main"), ("https://idp.test:9999/jwks",
        "elsewhere"),
    ("https://keys.test/jwks", "https"), ("https://-keys.test:9998/jwks", "main")])
def test_key_set_at_another_host_and_port(host, idp, command_user, url, listener):
    """Google's is."""
    idp.publish(ISSUER, jwks_uri=url)
    idp.answer(url, send(response(key_set(provider_key()))))
    idp.forget()
    host.allowed(Forgery())
    assert idp.listeners[listener].connects > 0


def test_discovery_with_members_that_nobody_knows(host, idp):
    idp.publish(ISSUER, provider_key(), unheard_of={"a": [1, None, {"b": "c"}]},
                claims_supported=["x"] * 200)
    host.allowed(Forgery())


def test_key_set_of_almost_the_largest_size(host, idp):
    filler = provider_key("ES256").published() | {"kid": "x", "x5c": ["A" * (LIMIT - 4000)]}
    idp.publish(ISSUER, provider_key(), filler)
    host.allowed(Forgery())


def test_hundred_keys(host, idp):
    others = [provider_key("ES256").published() | {"kid": f"other-{i}"} for i in range(99)]
    idp.publish(ISSUER, *others, provider_key())
    host.allowed(Forgery())


def test_broken_keys_beside_the_right_one(host, idp):
    broken = [{}, {"kty": 1}, {"kty": "RSA", "n": "AA", "e": "AQAB"}, {"kty": "EC", "crv": "P-256"},
              {"kty": "oct", "k": "AAAA"}, {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA"},
              provider_key("RS256", "weak").published() | {"n": "sdty"}]
    idp.publish(ISSUER, *broken, provider_key())
    host.allowed(Forgery())


def test_certificate_for_another_name(host, idp):
    """TLS is checked as for the Key9 API, which has the tests; this shows that it is at all."""
    host.providers("https://192.0.2.10:9998 opkssh-test 24h")
    host.refused(Forgery(issuer="https://192.0.2.10:9998"), *NO_KEYS)
    assert not idp.requests


def test_certificate_that_nobody_trusts(host, idp):
    write(OPK / "config.yml", "")
    host.refused(Forgery(), *NO_KEYS)
    assert idp.listeners["main"].connects == 1 and not idp.requests


def test_unverified_claim_in_discovery_changes_nothing(host, idp):
    """alg=none among those supported is not taken at its word."""
    idp.publish(ISSUER, provider_key(), id_token_signing_alg_values_supported=["none", "HS256"])
    host.refused(Forgery(op_members=put(alg="none"), op_signature=b"x"))
    host.allowed(Forgery())
