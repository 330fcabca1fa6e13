"""An OpenID provider that does as it is told, honest or not: discovery, key set, userinfo.

What a host and path are answered with is a *behaviour*, as in key9_api.py. Everything that
arrives is kept, so that a test can count it.
"""

import json
import threading
from urllib.parse import urlsplit

from forge import GITHUB, ISSUER, key_set, provider_key
from key9_api import (
    Listener, endless, read_request, redirect, response, send, send_and_stay, silent, status)
from room import API_ADDRESS, METADATA_ADDRESS

# A second one, with the trailing slash that Authentik and Auth0 have, at the same address.
OTHER = "https://other.test:9998/tenant/"
UNLISTED = "https://unlisted.test:9998"
NAMES = {
    "idp.test": [API_ADDRESS],
    "other.test": [API_ADDRESS],
    "unlisted.test": [API_ADDRESS],
    "keys.test": [API_ADDRESS],
    "-keys.test": [API_ADDRESS],
    "metadata.test": [METADATA_ADDRESS],
    urlsplit(GITHUB).hostname: [API_ADDRESS],
}
LISTENERS = {   # name: (with TLS, address, port)
    "main": (True, API_ADDRESS, 9998),
    "elsewhere": (True, API_ADDRESS, 9999),
    "https": (True, API_ADDRESS, 443),
    "metadata": (True, METADATA_ADDRESS, 9998),
    "plain": (False, API_ADDRESS, 9980),
}
DISCOVERY = "/.well-known/openid-configuration"
MANY = 10000


def discovery_url(issuer):
    return issuer.removesuffix("/") + DISCOVERY


def keys_url(issuer):
    return issuer.removesuffix("/") + "/jwks"


def userinfo_url(issuer):
    return issuer.removesuffix("/") + "/userinfo"


def page(url):
    """What a request for it has as Host and path."""
    parts = urlsplit(url)
    return parts.netloc, parts.path + (f"?{parts.query}" if parts.query else "")


class Idp:
    def __init__(self, certificates):
        certificates.issue("idp", list(NAMES))
        context = certificates.context("idp")
        self.requests = []
        self.pages = {}         # page(): behaviour
        self._lock = threading.Lock()
        self.listeners = {name: Listener(address, port, self._serve, context if tls else None)
                          for name, (tls, address, port) in LISTENERS.items()}

    def reset(self):
        self.up()
        self.pages.clear()
        for issuer in (ISSUER, UNLISTED, GITHUB):
            self.publish(issuer, provider_key())
        self.publish(OTHER, provider_key("RS256", "other"))
        self.forget()

    def forget(self):
        """Count from here."""
        with self._lock:
            self.requests.clear()
        for listener in self.listeners.values():
            listener.connects = 0

    def down(self):
        for listener in self.listeners.values():
            listener.down()

    def up(self):
        for listener in self.listeners.values():
            listener.up()

    def connects(self):
        return sum(listener.connects for listener in self.listeners.values())

    def count(self, url):
        """Requests for it."""
        with self._lock:
            return sum((r.headers.get("host"), r.path) == page(url) for r in self.requests)

    def refreshes(self, issuer=ISSUER):
        return self.count(keys_url(issuer))

    def answer(self, url, behaviour):
        self.pages[page(url)] = behaviour

    def publish(self, issuer, /, *keys, max_age=None, **discovery):
        """Discovery with these members changed, and a key set (or its bytes)."""
        members = {"issuer": issuer, "jwks_uri": keys_url(issuer),
                   "userinfo_endpoint": userinfo_url(issuer),
                   "authorization_endpoint": issuer.removesuffix("/") + "/authorize",
                   "id_token_signing_alg_values_supported": ["RS256"], **discovery}
        self.answer(discovery_url(issuer), json_page(members))
        body = keys[0] if keys and isinstance(keys[0], bytes) else key_set(*keys)
        headers = [] if max_age is None else [f"Cache-Control: max-age={max_age}"]
        self.answer(keys_url(issuer), send_and_stay(response(body, headers=headers)))

    def _serve(self, connection):
        stays = True
        while stays and (request := read_request(connection)) is not None:
            with self._lock:
                self.requests.append(request)
            where = request.headers.get("host"), request.path
            stays = self.pages.get(where, status("404 Not Found"))(connection)


def json_page(members):
    return send_and_stay(response(json.dumps(members).encode()))


# Misbehaviours: what each does to an honest provider.

def discovery_says(**members):
    return lambda idp: idp.publish(ISSUER, provider_key("RS256"), **members)


def key_set_is(body):
    """`body`: the bytes, or what makes them (for those that are large)."""
    return lambda idp: idp.publish(ISSUER, body() if callable(body) else body)


def pages_are(behaviour):
    """The same fault in either page, by the page's name."""
    return {"discovery": lambda idp: idp.answer(discovery_url(ISSUER), behaviour),
            "key set": lambda idp: idp.answer(keys_url(ISSUER), behaviour)}


def large_key_set():
    """5 MiB, and sound."""
    return key_set(provider_key("RS256").published() | {"x5c": ["A" * (5 << 20)]})


def many_keys():
    """The right one and so many others."""
    others = [provider_key("ES256").published() | {"kid": f"other-{i}"} for i in range(MANY - 1)]
    return key_set(*others, provider_key("RS256"))


SLOW = endless(response(headers=["Content-Length: 1000"]), b"{", pause=1)
HTML = send(response(b"<!DOCTYPE html><html><body>Sign in</body></html>"))
FAULTS = {
    "one byte a second": SLOW,
    "silence": silent,
    "HTML": HTML,
    "redirect": redirect(keys_url(OTHER)),
    "404": status("404 Not Found"),
    "500": status("500 Internal Server Error"),
    "empty": send(response(b"")),
    "null": send(response(b"null")),
    "array": send(response(b"[]")),
}
MISBEHAVIOURS = {
    "down": Idp.down,
    **{f"{fault} as {name}": do for fault, behaviour in FAULTS.items()
       for name, do in pages_are(behaviour).items()},
    "discovery with another issuer": discovery_says(issuer=OTHER),
    "discovery with the issuer and a slash": discovery_says(issuer=f"{ISSUER}/"),
    "discovery without jwks_uri": discovery_says(jwks_uri=None),
    "plain http jwks_uri": discovery_says(jwks_uri="http://idp.test:9980/jwks"),
    "file jwks_uri": discovery_says(jwks_uri="file:///etc/passwd"),
    "metadata address as jwks_uri": discovery_says(
        jwks_uri=f"https://{METADATA_ADDRESS}:9998/jwks"),
    "name of the metadata address": discovery_says(jwks_uri="https://metadata.test:9998/jwks"),
    "5 MiB key set": key_set_is(large_key_set),
    "10,000 keys": key_set_is(many_keys),
    "no keys": key_set_is(b'{"keys":[]}'),
    "only keys for encryption": key_set_is(
        key_set(provider_key("RS256").published() | {"use": "enc"})),
    "two keys of one kid": key_set_is(
        key_set(provider_key("RS256"), provider_key("ES256").published() | {"kid": "RS256-1"})),
    "key set that is cut": key_set_is(key_set(provider_key("RS256"))[:-1]),
    "a member twice": key_set_is(key_set(provider_key("RS256"))[:-1] + b',"keys":[]}'),
}
