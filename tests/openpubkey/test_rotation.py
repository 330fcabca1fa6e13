"""The provider changes its keys."""

import pytest

from forge import ISSUER, Forgery, key_set, provider_key
from host import PROVIDERS
from idp import OTHER, keys_url
from key9_api import status
from program import write_settings
from room import SCRATCH

NEW = "new"
MINUTE, HALF_A_DAY = 60, 43200


@pytest.fixture
def old():
    return Forgery()


@pytest.fixture
def new():
    return Forgery(op=provider_key("RS256", NEW))


@pytest.fixture
def rotated(host, idp, command_user, old):
    """The old key is cached, the provider publishes both."""
    host.allowed(old)
    idp.publish(ISSUER, old.op, provider_key("RS256", NEW))


def test_new_key_works_at_once(host, idp, rotated, old, new):
    host.age(2 * MINUTE)
    idp.forget()
    host.allowed(new)
    assert idp.refreshes() == 1
    host.allowed(old)
    assert idp.refreshes() == 1


def test_new_key_waits_for_the_minute_to_pass(host, idp, rotated, new):
    """A refresh has just run: unknown kids bring no second one."""
    idp.forget()
    host.refused(new, "unknown_key")
    assert idp.connects() == 0
    host.age(MINUTE + 1)
    host.allowed(new)


def test_withdrawn_key_stops_at_the_next_refresh(host, idp, command_user, old, new):
    host.allowed(old)
    idp.publish(ISSUER, new.op)
    assert host.run("refresh").status == 0
    host.refused(old, "unknown_key")
    host.allowed(new)


def test_withdrawn_key_stops_when_an_unknown_one_brings_the_refresh(host, idp, command_user, old,
    new):
    host.allowed(old)
    idp.publish(ISSUER, new.op)
    host.age(2 * MINUTE)
    host.allowed(new)
    host.refused(old, "unknown_key")


def test_withdrawn_key_works_until_then(host, idp, command_user, old, new):
    """The control: it is the refresh that withdraws it."""
    host.allowed(old)
    idp.publish(ISSUER, new.op)
    host.allowed(old)


def test_withdrawn_key_stops_when_the_set_expires(host, idp, command_user, old, new):
    host.allowed(old)
    idp.publish(ISSUER, new.op)
    host.age(HALF_A_DAY)
    host.refused(old, "unknown_key")


def test_replaced_key_under_the_same_kid(host, idp, command_user, old):
    """A provider that reuses a kid: the new key counts from the next refresh on."""
    host.allowed(old)
    replaced = provider_key("RS256", NEW)
    idp.publish(ISSUER, key_set(replaced.published() | {"kid": old.op.kid}))
    assert host.run("refresh").status == 0
    host.refused(old, "token_signature")
    host.allowed(Forgery(op_signer=replaced))


@pytest.mark.parametrize("max_age,age,refreshes", [
    (3600, 1800, 0), (3600, 5400, 1), (60, 240, 0), (60, 400, 1), (0, 400, 1), (10 ** 9, 23 * 3600,
        0),
    (10 ** 9, 25 * 3600, 1), (None, 1800, 0), (None, 5400, 1)])
def test_max_age_of_the_answer(host, idp, command_user, old, max_age, age, refreshes):
    """As long as the provider says, from five minutes to a day; else an hour."""
    idp.publish(ISSUER, old.op, max_age=max_age)
    host.allowed(old)
    host.age(age)
    idp.forget()
    host.allowed(old)
    assert idp.refreshes() == refreshes


# By hand.

def test_refresh_fetches_every_provider(host, idp, command_user, old):
    result = host.run("refresh")
    assert (result.status, len(result.stdout.splitlines())) == (0, len(PROVIDERS)), result
    idp.forget()
    assert host.allowed(old).decision["cache"] == "fresh"
    assert idp.connects() == 0


def test_refresh_with_one_provider_down_fetches_the_others_and_says_so(host, idp, command_user):
    idp.answer(keys_url(OTHER), status("404 Not Found"))
    assert host.run("refresh").status != 0
    idp.forget()
    host.allowed(Forgery())
    assert idp.connects() == 0


@pytest.fixture
def preload(host, command_user):
    """`preload` a file of these bytes; returns its exit status."""
    def run(content):
        file = SCRATCH / "preload.json"
        file.write_bytes(content)
        return host.run("preload", ISSUER, str(file)).status
    return run


def test_preloaded_set_needs_no_network(host, idp, preload, old):
    idp.down()
    assert preload(key_set(old.op)) == 0
    assert host.allowed(old).decision["cache"] == "preloaded"


@pytest.mark.parametrize("content", [b"", b"<html>", b"{}", key_set(),
                                     b'{"keys":[{"kty":"oct","k":"AAAA"}]}'])
def test_preload_refuses_what_is_no_key_set(host, idp, preload, content):
    assert preload(content) != 0
    idp.down()
    host.refused(Forgery(), "provider_keys")


def test_preloaded_set_has_an_end(host, idp, preload, old):
    idp.down()
    write_settings("preload_max: 2d\n")
    assert preload(key_set(old.op)) == 0
    host.age(86400)
    host.allowed(old)
    host.age(3 * 86400)
    host.refused(old, "provider_keys")


def test_preloaded_set_gives_way_to_the_providers(host, idp, preload, old, new):
    assert preload(key_set(old.op)) == 0
    idp.publish(ISSUER, new.op)
    assert host.run("refresh").status == 0
    host.refused(old, "unknown_key")
    host.allowed(new)
