"""How often a login, or somebody who only knocks, makes this machine call a provider."""

import json

import pytest

from forge import GITHUB, ISSUER, Forgery, at, provider_key, put, user_key, without
from idp import (
    DISCOVERY, OTHER, UNLISTED, discovery_url, json_page, keys_url, page, userinfo_url)
from key9_api import response, send, status
from keys import wire_string
from program import ACCESS_TOKEN

HALF_A_DAY, MINUTE = 43200, 60


def from_a_stranger(**changes):
    """What anybody can make who knows the provider's key id, but not its key."""
    return Forgery(op_signer=provider_key("RS256", "stranger"), **changes)


def with_random_kid(number):
    return from_a_stranger(op_members=put(kid=f"random-{number}"))


# Who is not asked.

NOBODY_ASKED = {
    "an issuer that is not listed": Forgery(issuer=UNLISTED),
    "an issuer that is not listed, with an unknown kid": with_random_kid(0).but(issuer=UNLISTED),
    "a listed issuer with another path": Forgery(issuer=f"{ISSUER}/realms/x"),
    "a listed issuer with a user before the host": Forgery(issuer=ISSUER.replace("//", "//x@")),
    "the metadata address as issuer": Forgery(issuer="https://169.254.169.254:9998"),
    "no issuer": Forgery(claims=without("iss")),
    "an issuer that is no text": Forgery(claims=put(iss={"a": 1})),
    "a certificate that has ended": Forgery(valid_before=1),
    "a host's certificate": Forgery(kind=2),
    "a certificate for somebody else": Forgery(principals=[b"bob"]),
    "a certificate signed by somebody else": Forgery(signer=user_key("ES256", "stranger")),
    "a token in three parts": Forgery(texts=lambda texts: texts[:3]),
    "a token with a bad character": Forgery(texts=at(0, b"!!!!")),
    "no token": Forgery(extensions=[(b"permit-pty", b"")]),
    "a plain key": Forgery(type="ssh-ed25519"),
}


@pytest.mark.parametrize("what", NOBODY_ASKED)
def test_nobody_is_asked_for(host, idp, lab, command_user, what):
    """Though nothing is cached: what must fail anyway costs no connection and no name."""
    host.refused(NOBODY_ASKED[what])
    assert idp.connects() == 0
    assert lab.names.queries == []


def test_unlisted_issuer_has_a_word_of_its_own(host, idp, command_user):
    host.refused(Forgery(issuer=UNLISTED), "unknown_issuer")
    assert idp.count(discovery_url(UNLISTED)) == 0


def test_only_the_providers_in_question_are_asked(host, idp, command_user):
    """The control of the one before: a listed issuer is asked, and no other."""
    host.allowed(Forgery())
    assert idp.refreshes(ISSUER) == 1
    assert idp.refreshes(OTHER) == idp.refreshes(GITHUB) == 0


# How often.

def test_cold_login_makes_two_requests(host, idp, command_user):
    assert host.allowed(Forgery()).decision["cache"] == "fresh"
    assert [request.path for request in idp.requests] == [DISCOVERY, "/jwks"]
    assert idp.connects() == 1


def test_cold_login_where_the_provider_closes_after_each_answer(host, idp, command_user):
    """As some load balancers do: the second document by another connection."""
    members = {"issuer": ISSUER, "jwks_uri": keys_url(ISSUER)}
    idp.answer(discovery_url(ISSUER), send(response(json.dumps(members).encode())))
    assert host.allowed(Forgery()).decision["cache"] == "fresh"
    assert [request.path for request in idp.requests] == [DISCOVERY, "/jwks"]
    assert idp.connects() == 2


def test_cold_login_with_the_key_set_on_another_host(host, idp, command_user):
    """As Google has it: nothing of it is asked over the first one's connection."""
    elsewhere = "https://keys.test:9998/jwks"
    idp.publish(ISSUER, provider_key("RS256"), jwks_uri=elsewhere)
    idp.answer(elsewhere, idp.pages[page(keys_url(ISSUER))])
    assert host.allowed(Forgery()).decision["cache"] == "fresh"
    assert [request.headers["host"] for request in idp.requests] == ["idp.test:9998",
                                                                     "keys.test:9998"]
    assert idp.connects() == 2


@pytest.fixture
def warm(host, idp, command_user):
    """A key set is in the cache; counted from here."""
    host.allowed(Forgery())
    idp.forget()


def test_warm_login_makes_none(host, idp, warm):
    assert host.allowed(Forgery()).decision["cache"] == "fresh"
    assert idp.connects() == 0


def test_another_users_login_profits(host, idp, warm):
    host.auth_id(f"bob alice@example.com {ISSUER}")
    host.allowed(Forgery(user=user_key("EdDSA")), user="bob")
    assert idp.connects() == 0


def test_warm_forgery_with_a_known_kid_makes_none(host, idp, warm):
    host.refused(from_a_stranger(), "token_signature")
    host.age(2 * MINUTE)
    host.refused(from_a_stranger(), "token_signature")
    assert idp.connects() == 0


def test_forgery_with_an_unknown_kid_makes_one_refresh(host, idp, warm):
    host.age(2 * MINUTE)
    host.refused(with_random_kid(1), "unknown_key")
    assert idp.refreshes() == 1
    host.refused(with_random_kid(2), "unknown_key")
    assert idp.refreshes() == 1


def test_500_certificates_with_random_kids_make_one_refresh_a_minute(host, idp, warm):
    """From 20 clients at once, and 25 requests a client: a provider is not to be flooded
    by way of us."""
    host.age(2 * MINUTE)
    results = host.at_once([with_random_kid(number) for number in range(500)])
    assert all((result.status, result.stdout) == (0, "") for result in results)
    minutes = 1 + int(max(result.seconds for result in results) * 25 // MINUTE)
    assert 1 <= idp.refreshes() <= minutes
    assert idp.connects() <= 2 * minutes
    host.allowed(Forgery())


def test_providers_are_counted_apart(host, idp, warm):
    host.age(2 * MINUTE)
    host.refused(with_random_kid(1), "unknown_key")
    idp.publish(OTHER, provider_key("ES256"))
    host.allowed(Forgery(issuer=OTHER, op=provider_key("ES256")))
    assert (idp.refreshes(ISSUER), idp.refreshes(OTHER)) == (1, 1)


@pytest.mark.parametrize("order", [[ISSUER, OTHER], [OTHER, ISSUER]], ids=["first", "second"])
def test_providers_that_share_their_keys_are_asked_each(host, idp, command_user, order):
    """Microsoft's tenants do. The first one's set is at hand when the second's token comes."""
    idp.publish(OTHER, provider_key())
    for issuer in order:
        host.allowed(Forgery(issuer=issuer))
    assert (idp.refreshes(ISSUER), idp.refreshes(OTHER)) == (1, 1)


def test_providers_that_share_a_new_key(host, idp, command_user):
    """The second one's set is at hand too, but older than the key."""
    new = provider_key("RS256", "new")
    idp.publish(OTHER, provider_key())
    host.allowed(Forgery(issuer=OTHER))
    idp.publish(ISSUER, provider_key(), new)
    idp.publish(OTHER, provider_key(), new)
    host.allowed(Forgery(op=new))
    host.age(2 * MINUTE)
    host.allowed(Forgery(issuer=OTHER, op=new))

def test_50_logins_at_an_expired_cache_make_one_refresh(host, idp, warm):
    host.age(HALF_A_DAY)
    forgeries = [Forgery() for _ in range(50)]
    results = host.at_once(forgeries, parallel=50)
    assert [result.stdout for result in results] == [
        f'cert-authority,principals="opkssh-wildcard" {f.plain_key}\n' for f in forgeries]
    assert idp.refreshes() == 1


def test_50_logins_with_nothing_cached_wait_for_one_refresh(host, idp, command_user):
    forgeries = [Forgery() for _ in range(50)]
    results = host.at_once(forgeries, parallel=50)
    assert [result.stdout for result in results] == [
        f'cert-authority,principals="opkssh-wildcard" {f.plain_key}\n' for f in forgeries]
    assert idp.refreshes() == 1


def test_failure_is_not_repeated_within_the_minute(host, idp, command_user):
    """With nothing cached and a broken provider, each login fails, the first one only asks."""
    idp.publish(ISSUER, b"nonsense")
    for _ in range(5):
        host.refused(Forgery(), "provider_keys")
    assert idp.refreshes() == 1


def test_missing_kid_brings_no_refresh(host, idp, warm):
    """No kid names nothing that a refresh could bring."""
    host.age(2 * MINUTE)
    host.refused(from_a_stranger(op_members=without("kid")))
    assert idp.connects() == 0


# Userinfo.

def with_access_token(**changes):
    token = wire_string(ACCESS_TOKEN.encode())
    return Forgery(extensions=lambda found: [(b"openpubkey-act", token), *found], **changes)


def serve_userinfo(idp, **claims):
    idp.answer(userinfo_url(ISSUER), json_page(claims))


@pytest.fixture
def by_group(host):
    host.auth_id(f"alice oidc:groups:admins {ISSUER}")


def test_userinfo_is_asked_when_no_row_matched(host, idp, warm, by_group):
    serve_userinfo(idp, sub="alice", groups=["admins"])
    host.allowed(with_access_token())
    (request,) = idp.requests
    assert request.path == "/userinfo"
    assert request.headers["authorization"] == f"Bearer {ACCESS_TOKEN}"


def test_userinfo_that_cannot_be_had(host, idp, warm, by_group):
    """The log says so, without the token."""
    idp.answer(userinfo_url(ISSUER), status("500 Internal Server Error"))
    result = host.refused(with_access_token(), "no_rule")
    assert any("reason=userinfo" in line for line in result.log)


def test_userinfo_is_not_asked_when_a_row_matched(host, idp, warm):
    host.allowed(with_access_token())
    assert idp.connects() == 0


def test_userinfo_is_not_asked_without_an_access_token(host, idp, warm, by_group):
    serve_userinfo(idp, sub="alice", groups=["admins"])
    host.refused(Forgery(), "no_rule")
    assert idp.connects() == 0


def test_userinfo_is_not_asked_for_a_forgery(host, idp, warm, by_group):
    host.refused(with_access_token(op_signer=provider_key("RS256", "stranger")), "token_signature")
    assert idp.connects() == 0


@pytest.mark.parametrize("claims", [
    {"sub": "bob", "groups": ["admins"]}, {"groups": ["admins"]}, {"sub": "alice",
        "groups": ["others"]},
    {"sub": ["alice"], "groups": ["admins"]}], ids=str)
def test_userinfo_of_somebody_else_counts_for_nothing(host, idp, warm, by_group, claims):
    serve_userinfo(idp, **claims)
    host.refused(with_access_token(), "no_rule")


def test_userinfo_that_names_a_denied_email_denies(host, idp, warm, by_group):
    """Whatever a plugin says: it is not asked."""
    host.config("deny_emails:\n  - eve@example.com\n")
    host.plugin("exit 7", "a")
    host.plugin("echo allow", "b")
    serve_userinfo(idp, sub="alice", groups=["admins"], email="Eve@example.com")
    result = host.refused(with_access_token(), "denied_email")
    assert not any("plugin" in line for line in result.log), "the first one's trouble is told"
