"""The same certificate, files and key set to `sallyport explain` and to the real `opkssh verify`.

They agree, or the case stands in DIFFERENCES with the reason; and every difference that
stands there occurs. Then policies that nobody thought of: many of them with SALLYPORT_DEEP set.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from differences import DIFFERENCES
from forge import CLIENT, EMAIL, GITHUB, ISSUER, Forgery, key_set
from mutations import CASES
from policies import policies

VECTORS = Path(__file__).resolve().parents[1] / "vectors/opkssh"
DAY = 86400


@pytest.fixture
def ask(real_opkssh):
    """(ours, theirs): whether each lets it in; and what ours says of it."""
    def both(offered, keys, user="alice"):
        real_opkssh.idp.publish(offered.issuer, keys)
        with ThreadPoolExecutor() as pool:
            theirs = pool.submit(real_opkssh.opkssh, offered, user)
            said = real_opkssh.host.explain(offered, keys, user=user)
        ours = said["verdict"] == "allowed"
        assert ours == (said["reason"] == "ok"), said
        return ours, bool(theirs.result()), said
    return both


@pytest.mark.parametrize("name", CASES)
def test_case(ask, host, name):
    case = CASES[name]
    if case.providers is not None:
        host.providers(*case.providers)
    if case.auth_id is not None:
        host.auth_id(*case.auth_id)
    host.config(case.config)
    forgery = Forgery(**case.changes)
    keys = case.keys or (lambda f: key_set(f.op))
    ours, theirs, said = ask(forgery, keys(forgery) if callable(keys) else keys, case.user)
    if name not in DIFFERENCES:
        assert ours == theirs, said
    else:
        stricter = DIFFERENCES[name].startswith("stricter: ")
        assert (ours, theirs) == (not stricter,
                                  stricter), f"a listed difference does not occur: {said}"


def test_differences_name_cases():
    assert set(DIFFERENCES) <= set(CASES)


# Generated.

BATCH, BATCHES = 120, 25 if "SALLYPORT_DEEP" in os.environ else 1
VERIFIED_EVERY = 4


def verify_agrees(host, forgery, user, said):
    """sshd's own run, with whatever is cached, ends as the dry run did."""
    if said["verdict"] == "allowed":
        host.allowed(forgery, user=user)
    else:
        # Another provider's key fits in the dry run only, where all of them share the one set.
        fits = ["unknown_issuer"] if said["reason"] == "issuer_mismatch" else []
        host.refused(forgery, said["reason"], *fits, user=user)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_generated_policies(ask, host, batch):
    """A batch, because one that only allows, or only denies, shows nothing."""
    answers = []

    def decide(policy, seed):
        host.providers(*policy.providers)
        host.auth_id(*policy.auth_id)
        host.config(policy.config)
        forgery = Forgery(**policy.identity)
        ours, theirs, said = ask(forgery, key_set(forgery.op), policy.user)
        if seed % VERIFIED_EVERY == 0:
            verify_agrees(host, forgery, policy.user, said)
        answers.append(theirs)
        return ours, theirs, said
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        plain, odd, reason = policies(seed)
        ours, theirs, said = decide(plain, seed)
        assert ours == theirs, (seed, plain, said)
        if odd:
            ours, theirs, said = decide(odd, seed)
            assert ours == theirs or ours == reason.startswith("more: "), (seed, reason, odd, said)
    assert 0.2 <= sum(answers) / len(answers) <= 0.8, answers


# What the real one's own client made.

class Vector(NamedTuple):
    """Something offered that is not forged."""
    base64: str
    type: str
    issuer: str
    keys: bytes
    then: int       # when it was made

    @classmethod
    def read(cls, name):
        directory = VECTORS / name
        kind, blob = (directory / "id-cert.pub").read_text().split()[:2]
        return cls(blob, kind, GITHUB if name.startswith("gha") else ISSUER,
                   (directory / "jwks.json").read_bytes(), int((directory / "now").read_text()))


@pytest.fixture
def who(host):
    """Write the vectors' files, with this expiration; returns each issuer's user."""
    def write(expiration):
        host.providers(f"{ISSUER} {CLIENT} {expiration}", f"{GITHUB} none {expiration}")
        host.auth_id(f"root {EMAIL} {ISSUER}",
                     f"deploy repo:octo-org/octo-repo:ref:refs/heads/* {GITHUB}")
        return {ISSUER: "root", GITHUB: "deploy"}
    return write


@pytest.mark.parametrize("name", sorted(path.name for path in VECTORS.iterdir()))
def test_vector(ask, host, who, name):
    vector = Vector.read(name)
    user = who("24h")[vector.issuer]
    assert (VECTORS / name / "opkssh-verify.out").read_text().startswith("cert-authority")
    assert host.explain(vector, vector.keys, now=vector.then, user=user)["verdict"] == "allowed"
    late = host.explain(vector, vector.keys, now=vector.then + DAY, user=user)
    assert (late["verdict"], late["reason"]) == ("denied", "token_expired")

    user = who("never")[vector.issuer]
    assert ask(vector, vector.keys, user)[:2] == (True, True)
    assert ask(vector, vector.keys, "alice")[:2] == (False, False), "control: another user"
