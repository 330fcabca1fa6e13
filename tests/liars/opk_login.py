"""A login by certificate: who vouches for it, what the client offers, what our files say."""

import base64
import json
import os
import sys

import program
from key9_api import response, send
from keys import wire_string
from provider_api import ETC, Provider, write_policy
from room import CHECKOUT, HOMES, USERS

sys.path.append(str(CHECKOUT / "tests/openpubkey"))

from forge import WILDCARD, Forgery, key_set, provider_key, user_key  # noqa: E402

CLIENT = "client-id"        # as write_policy() has it
USERINFO = "/me"
SSH_TYPE = user_key("ES256").ssh_type
HOME_RULES = HOMES / "alice/.opk/auth_id"
ACCESS_TOKEN = program.ACCESS_TOKEN.encode()
IDP_KEY = provider_key("ES256")
PORT = 9992
ISSUER = f"http://127.0.0.1:{PORT}"


def login_of(issuer=ISSUER, access_token=None, **changes):
    """What a client offers."""
    def with_access_token(found):
        return [(b"openpubkey-act", wire_string(access_token)), *found]
    if access_token:
        changes["extensions"] = with_access_token
    return Forgery(issuer=issuer, audience=CLIENT, op=IDP_KEY, **changes)


def words(offered):
    """%k and %t."""
    return [offered.base64, offered.type]


def cert_authority(blob, principals=WILDCARD):
    """What the program prints for a key."""
    names = f',principals="{principals.decode()}"' if principals else ""
    text = base64.b64encode(blob).decode()
    return f"cert-authority{names} {SSH_TYPE.decode()} {text}\n"


def line_of(offered):
    return cert_authority(offered.user.ssh_blob())


class Idp(Provider):
    """A provider that publishes a key of ours, and says at USERINFO who alice is."""

    def __init__(self, port=PORT, key=IDP_KEY):
        super().__init__(port)
        self.jwks, self.nkeys = key_set(key), 1

    def discovery(self, **changes):
        return super().discovery(**{"userinfo_endpoint": self.issuer + USERINFO} | changes)

    def discovery_text(self):
        return json.dumps(self.discovery()).encode()

    def reset(self):
        super().reset()
        self.listener.connects = 0
        self.pages[USERINFO] = send(response(
            json.dumps({"sub": "alice", "team": "operators"}).encode()))


def write_rules(*idps, rule="alice@example.com", config=None):
    """Let alice in who has this identity, by the first provider."""
    write_policy(*(idp.issuer for idp in idps), config=config)
    program.write_config(f"alice {rule} {idps[0].issuer}\n", "root", ETC / "auth_id", mode=0o644)
    for path in [*(ETC / "policy.d").glob("*"), HOME_RULES]:
        path.unlink(missing_ok=True)


def write_plugin(script, name="10-test", arguments=""):
    """A plugin that is asked when no rule fits; returns its path."""
    path = ETC / "plugins" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    (ETC / "policy.d").mkdir(exist_ok=True)
    program.write_config(f"name: {name}\ncommand: {path}{arguments}\n", "root",
                         ETC / "policy.d" / f"{name}.yml", mode=0o644)
    return path


def write_home_rule(text):
    HOME_RULES.parent.mkdir(exist_ok=True)
    HOME_RULES.write_text(text)
    for each, mode in [(HOME_RULES.parent, 0o700), (HOME_RULES, 0o600)]:
        each.chmod(mode)
        os.chown(each, USERS["alice"], USERS["alice"])
