"""The OpenID providers in the room: npm's oidc-provider, and a stand-in for GitHub's token service."""

import base64
import json
import subprocess
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

import room

MODULES = "provider/node_modules"       # of what fetch-peers unpacks
SERVER = Path(__file__).resolve().parent / "provider/server.mjs"


class Provider:
    """A provider with keys for every algorithm, each used for the client of that name. The client
    "short-lived" gets a first ID token of SHORT_LIFE seconds, and then better ones."""

    ISSUER = "https://idp.test:9998"
    MICROSOFT = "https://login.microsoftonline.com:9997"    # opkssh refreshes by the issuer's name
    ALGORITHMS = ["RS256", "ES256", "EdDSA"]
    SHORT_LIFE = 62

    def __init__(self, certificates, issuer=ISSUER):
        self.issuer = issuer
        host = urlsplit(issuer).hostname
        pem = certificates.issue(host, [host])
        log = room.SCRATCH / f"{host}.log"
        with open(log, "w") as stderr:
            self._process = subprocess.Popen(
                ["node", SERVER, room.peer(MODULES), issuer, room.API_ADDRESS, pem],
                text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr)
        ready = self._process.stdout.readline()
        assert ready == "ready\n", f"the provider does not start: {log.read_text()}"

    def _command(self, word):
        print(word, file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())

    def requests(self, what):
        """How many requests there have been so far: "discovery", "jwks" or "userinfo"."""
        paths = {"discovery": "/.well-known/openid-configuration", "jwks": "/jwks",
                 "userinfo": "/me"}
        return self._command("requests").get(paths[what], 0)

    def rotate(self):
        """Sign with new keys from here on. The old ones stay in the JWKS."""
        self._command("rotate")

    def stop(self):
        self._process.stdin.close()
        self._process.wait()


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class GitHub:
    """token.actions.githubusercontent.com, and the runner's service that asks it for tokens.

    Each token says that the workflow in REPOSITORY's main branch runs.
    """

    HOST = "token.actions.githubusercontent.com"
    ISSUER = f"https://{HOST}"
    SUBJECT = "repo:octo-org/octo-repo:ref:refs/heads/main"
    BEARER = "what-the-runner-was-given"
    TOKEN_URL = f"{ISSUER}/runner/token?api-version=2.0"

    def __init__(self, certificates):
        self._key = rsa.generate_private_key(65537, 2048)
        numbers = self._key.public_key().public_numbers()
        self._jwks = {"keys": [{
            "kty": "RSA", "alg": "RS256", "use": "sig", "kid": "github-1",
            "n": base64url(numbers.n.to_bytes(256, "big")), "e": base64url(b"\1\0\1")}]}
        server = ThreadingHTTPServer((room.API_ADDRESS, 443), self._handler())
        context = certificates.context(certificates.issue("github", [self.HOST]).stem)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, daemon=True).start()

    def _handler(self):
        answer = self._answer

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                body = answer(urlsplit(self.path), self.headers)
                data = json.dumps(body).encode()
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass
        return Handler

    def _answer(self, url, headers):
        if url.path == "/.well-known/openid-configuration":
            return {"issuer": self.ISSUER, "jwks_uri": f"{self.ISSUER}/.well-known/jwks",
                    "subject_types_supported": ["public"], "response_types_supported": ["id_token"],
                    "id_token_signing_alg_values_supported": ["RS256"]}
        if url.path == "/.well-known/jwks":
            return self._jwks
        if url.path == "/runner/token" and headers["Authorization"].lower() == f"bearer {self.BEARER}":
            return {"value": self._token(parse_qs(url.query)["audience"][0])}
        return None

    def _token(self, audience):
        now = int(time.time())
        header = {"typ": "JWT", "alg": "RS256", "kid": "github-1"}
        payload = {"iss": self.ISSUER, "sub": self.SUBJECT, "aud": audience, "jti": str(now),
                   "iat": now, "nbf": now - 600, "exp": now + 300,
                   "repository": "octo-org/octo-repo", "ref": "refs/heads/main"}
        signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, payload))
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), SHA256())
        return f"{signed}.{base64url(signature)}"
