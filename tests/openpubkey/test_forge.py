"""What forge.py forges is what clients make: the real opkssh takes it."""

import pytest

import opkssh
from forge import GITHUB, ISSUER, Forgery, provider_key, put, user_key


@pytest.fixture
def taken(real_opkssh):
    """The real one's answer to a forgery, for a provider that publishes its key."""
    def ask(forgery):
        real_opkssh.idp.publish(forgery.issuer, forgery.op)
        printed = real_opkssh.opkssh(forgery)
        assert printed.endswith(f" {forgery.plain_key}\n"), opkssh.log()[-2000:]
        return printed
    return ask


@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA"])
@pytest.mark.parametrize("user_alg", ["ES256", "EdDSA"])
def test_ordinary_token(taken, alg, user_alg):
    forgery = Forgery(op=provider_key(alg), user=user_key(user_alg))
    assert taken(forgery) == f'cert-authority,principals="opkssh-wildcard" {forgery.plain_key}\n'


@pytest.mark.parametrize("bits", [3072, 4096])
def test_larger_rsa_keys(taken, bits):
    taken(Forgery(op=provider_key("RS256", bits=bits)))


def test_user_with_an_rsa_key(taken):
    taken(Forgery(user=user_key("RS256")))


def test_refreshed_token(taken, real_opkssh):
    real_opkssh.host.providers(f"{ISSUER} opkssh-test oidc_refreshed")
    now = Forgery().now
    expired = {"iat": now - 7200, "exp": now - 3600}
    taken(Forgery(renewed=True, claims=put(**expired)))
    assert real_opkssh.opkssh(Forgery(claims=put(**expired))) == "", "control: without it, refused"


def test_gq_token(taken):
    taken(Forgery(scheme="gq", issuer=GITHUB))


def test_bad_signatures_are_refused(real_opkssh):
    """The control: what is taken above is not taken because everything is."""
    other = provider_key("RS256", "another")
    forged = Forgery(op_signature=lambda _: other.sign(b"something else"))
    assert real_opkssh.opkssh(forged) == ""
