"""An OpenID provider, as far as its keys go: discovery and a JWKS, on the loopback interface."""

import json
from pathlib import Path

import program
from key9_api import Listener, read_request, response, send, status
from room import CACHE, CHECKOUT

ETC = Path("/etc/opk")
DISCOVERY = "/.well-known/openid-configuration"
JWKS = "/keys"
# What a real provider served, and how many keys that is.
VECTOR = CHECKOUT / "tests/vectors/opkssh/ES256-ecdsa/jwks.json"


def fnv(issuer):
    """FNV-1a, 64 bits: what the cache's files of an issuer are called."""
    value = 0xcbf29ce484222325
    for byte in issuer.encode():
        value = (value ^ byte) * 0x100000001b3 % 2**64
    return value


def cache_file(command_user, kind, issuer):
    return CACHE / command_user / f"{kind}-{fnv(issuer):016x}"


def write_policy(*issuers, config=None, mode=0o644):
    """/etc/opk/providers with a row for each issuer, and config.yml."""
    rows = "".join(f"{issuer} client-id 24h\n" for issuer in issuers)
    program.write_config(rows, "root", ETC / "providers", mode=mode)
    (ETC / "config.yml").unlink(missing_ok=True)
    if config is not None:
        program.write_config(config, "root", ETC / "config.yml", mode=0o644)


class Provider:
    def __init__(self, port, host="127.0.0.1", address="127.0.0.1", context=None):
        self.issuer = f"{'https' if context else 'http'}://{host}:{port}"
        self.jwks = VECTOR.read_bytes()
        self.nkeys = len(json.loads(self.jwks)["keys"])
        self.pages = {}
        self.requests = []
        self.headers = []       # of the JWKS
        self.watch = None       # called with each request, before it is answered
        self.listener = Listener(address, port, self._serve, context)
        self.reset()

    def reset(self):
        self.listener.up()
        self.requests.clear()
        self.headers = []
        self.pages = {}
        self.watch = None

    def discovery(self, **changes):
        return {"issuer": self.issuer, "jwks_uri": self.issuer + JWKS} | changes

    def _serve(self, connection):
        request = read_request(connection)
        if request is None:
            return
        self.requests.append(request.path)
        if self.watch:
            self.watch(request)
        pages = {DISCOVERY: send(response(json.dumps(self.discovery()).encode())),
                 JWKS: send(response(self.jwks, headers=self.headers))} | self.pages
        pages.get(request.path, status("404 Not Found"))(connection)
