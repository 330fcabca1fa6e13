"""Policies out of pieces: rows of providers and auth_id, deny lists, and who logs in with what.

Of each seed one that holds nothing of which we think otherwise than opkssh, and the same with
one such piece in it, or none. Used by test_differential.py.
"""

import random
from typing import NamedTuple

from differences import DIFFERENCES
from forge import CLIENT, EMAIL, ISSUER, put, without
from idp import OTHER
from mutations import DAY, HOUR, MEMBERSHIP, now

USERS = ["alice"] * 4 + ["bob", "root"]


def aged(seconds):
    return {"claims": put(iat=now() - seconds, exp=now() + HOUR)}


# Changes to forge.py's login: whom the provider says it is, and when.
IDENTITIES = {
    "alice": {},
    "a member": MEMBERSHIP,
    "alice in capitals": {"claims": put(email=EMAIL.upper())},
    "bob": {"claims": put(sub="bob", email="bob@example.com")},
    "somebody beside": {"claims": put(sub="alice2", email="alice@example.com.test")},
    "no e-mail": {"claims": without("email", "email_verified")},
    "two audiences": {"claims": put(aud=["unheard-of", CLIENT])},
    "another's audience": {"claims": put(aud="another")},
    "13 hours old": aged(13 * HOUR), "25 hours old": aged(25 * HOUR), "49 hours old": aged(
        49 * HOUR), "8 days old": aged(8 * DAY),
    "expired": {"claims": put(iat=now() - 2 * HOUR, exp=now() - HOUR)},
}
# What may be wrong with a row, or only look so.
SPELLINGS = [" {}", "{} ", "{}\t", "{}\r", "{} # ours", "# {}", "{} more", "\t{}", "'{}", "{}#"]
LIFETIMES = ["12h", "24h", "24h", "24h", "48h", "1week", "oidc", "never", "24H", "1d", ""]
NONSENSE = ["", "#", "nonsense", "a b", "' x y", "\\"]
PRINCIPALS = ["alice", "bob", "root", "ALICE", "*", "alice,bob", "'alice'"]
ATTRIBUTES = [
    EMAIL.upper(), "alice", "ALICE", "bob", "bob@example.com", "*", "*@example.com",
    "oidc:groups:ssh-users", "oidc:groups:SSH-USERS", "oidc:groups:ssh", "oidc:groups:b",
    "'oidc:groups:with space'", "oidc:sub:alice", "oidc:sub:bob", f"oidc:email:{EMAIL}",
    "oidc:level:5", "oidc:level:6", "oidc:flag:true", "oidc:nothing:x", "oidc:groups:", "oidc::x",
    "'oidc:\"https://acme.test/groups\":ssh-users'",
    "oidc-match-end:email:@example.com", "oidc-match-end:email:@EXAMPLE.COM",
    "oidc-match-end:email:@other.com", f"oidc-match-end:email:{EMAIL}", "oidc-match-end:sub:ice",
    f'"{EMAIL}"', "repo:*"]
ISSUERS = [ISSUER] * 8 + [OTHER, f"{ISSUER}/", f"'{ISSUER}'"]
CONFIGS = [""] * 12 + ["deny_users: [bob]\n", "deny_users:\n  - ALICE\n", "deny_users: []\n",
           f"deny_emails: [{EMAIL}]\n", "deny_emails: [Bob@example.com]\n",
           "deny_users: [root]\ndeny_emails:\n  - nobody@example.com\n", "unheard_of: 1\n"]


class Policy(NamedTuple):
    providers: list
    auth_id: list
    config: str
    identity: dict      # changes to a forgery
    user: str


# Pieces of which opkssh thinks otherwise: the reason, and how one gets into a policy.

def rule(attribute):
    return lambda rng, policy: policy._replace(auth_id=inserted(
        rng, policy.auth_id, f"{policy.user} {attribute} {ISSUER}"))


def provider(row):
    return lambda rng, policy: policy._replace(providers=inserted(rng, policy.providers, row))


def member(**claims):
    def change(rng, policy):
        before = policy.identity.get("claims", dict)
        return policy._replace(identity={"claims": lambda found: put(**claims)(before(found))})
    return change


def configured(text):
    return lambda rng, policy: policy._replace(config=text)


ODD = [
    ("stricter: a suffix begins with @", rule("oidc-match-end:email:example.com")),
    ("stricter: a suffix begins with @", rule("oidc-match-end:email:")),
    ("stricter: a number is compared as it is written", rule("oidc:big:1e+06")),
    ("more: a number is compared as it is written", rule("oidc:big:1000000")),
    ("more: a value with colons", rule("oidc:groups:a:b")),
    ("more: a claim with colons in plain quotes",
     rule('oidc:"https://acme.test/groups":ssh-users')),
    ("more: two clients of one provider", provider(f"{ISSUER} another 24h")),
    ("more: both spellings of oidc-refreshed", provider(f"{ISSUER} {CLIENT} oidc-refreshed")),
    ("stricter: an e-mail that is not verified is no e-mail", member(email_verified=False)),
    ("stricter: a deny list that cannot be read denies everybody",
     configured(f"deny_emails: {EMAIL}\n")),
]
assert {reason for reason, _ in ODD} <= set(DIFFERENCES.values())


def inserted(rng, rows, row):
    at = rng.randrange(len(rows) + 1)
    return [*rows[:at], row, *rows[at:]]


def spelt(rng, row):
    chance = rng.random()
    return rng.choice(NONSENSE) if chance < 0.05 else (
        rng.choice(SPELLINGS).format(row) if chance < 0.2 else row)


def one(rng, likely, others, chance=0.5):
    return likely if rng.random() < chance else rng.choice(others)


def providers(rng):
    rows = [f"{ISSUER} {CLIENT} {one(rng, '24h', LIFETIMES)}"] if rng.random() < 0.95 else []
    if rng.random() < 0.4:
        rows = inserted(rng, rows, f"{OTHER} {CLIENT} 24h")
    return [spelt(rng, row) for row in rows]


def auth_id(rng, user):
    def row():
        return " ".join([one(rng, user, PRINCIPALS, 0.7), one(rng, EMAIL, ATTRIBUTES, 0.4),
                         rng.choice(ISSUERS)])
    return [spelt(rng, row()) for _ in range(rng.choice([0, 2, 3, 4, 6]))]


def policies(seed):
    """(the plain one, the odd one or None, the reason)"""
    rng = random.Random(f"policy {seed}")
    user = rng.choice(USERS)
    identity = one(rng, "a member", sorted(IDENTITIES), 0.6)
    plain = Policy(providers(rng), auth_id(rng, user), rng.choice(CONFIGS), IDENTITIES[identity],
                   user)
    if rng.random() < 0.6:
        return plain, None, None
    reason, change = rng.choice(ODD)
    return plain, change(rng, plain), reason
