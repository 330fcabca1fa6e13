"""A Key9 API that does as it is told, well or badly.

One `Api` owns several listeners (same answers, different certificates, addresses and ports)
and keeps what they were asked. What a user's request is answered with is a *behaviour*: a
function of the connection, made by one of the functions at the end of this file.
"""

import datetime
import functools
import gzip
import ipaddress
import json
import socket
import ssl
import threading
import time
import warnings
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from room import API_ADDRESS, METADATA_ADDRESS, SCRATCH

COMPANY = "6e0c3a52-5a0b-4f0e-9a3e-1f9d6c2b7a10"
API_KEY = "k9-0123456789abcdef-secret"
PATH = "/api/v1/ssh/query/"
LISTENERS = {   # name: (certificate, address, port)
    "good": ("good", API_ADDRESS, 8443),
    "loopback": ("good", "127.0.0.1", 8443),
    "metadata": ("good", METADATA_ADDRESS, 8443),
    "elsewhere": ("good", API_ADDRESS, 8444),
    "wrong name": ("wrong name", API_ADDRESS, 8445),
    "expired": ("expired", API_ADDRESS, 8447),
    "self-signed": ("self-signed", API_ADDRESS, 8448),
    "unknown authority": ("unknown authority", API_ADDRESS, 8449),
    "TLS 1.1": ("good", API_ADDRESS, 8450),
    "TLS 1.2": ("good", API_ADDRESS, 8451),
    "no host in SAN": ("no host in SAN", API_ADDRESS, 8452),
    "plain": (None, API_ADDRESS, 8080),
    "plain loopback": (None, "127.0.0.1", 8080),
}
PROXY_PORT = 3128
CLOSED_PORT = 8499
GOOD_NAMES = ["api", "elsewhere", "metadata", "mapped", "link-local", "loopback", "hosts", "silent"]


class Certificates:
    """A certificate authority of the room's own, and what it (or another) has signed."""

    def __init__(self):
        self.directory = SCRATCH / "certificates"
        self.directory.mkdir(exist_ok=True)
        self._authority = self._make_authority("sallyport test CA")
        stranger = self._make_authority("some other CA")
        self.ca_file = self.directory / "ca.pem"
        self.ca_file.write_bytes(self._authority[0].public_bytes(Encoding.PEM))

        names = [f"{name}.key9.test" for name in GOOD_NAMES]
        self.issue("good", names)
        self.issue("wrong name", ["other.key9.test"])
        self.issue("no host in SAN", sans=[x509.RFC822Name("root@api.key9.test")])
        self.issue("expired", names, expired=True)
        self.issue("self-signed", names, authority=None)
        self.issue("unknown authority", names, authority=stranger)

    @staticmethod
    def _builder(name, public_key, issuer, expired=False):
        now = datetime.datetime.utcnow()
        end = now - datetime.timedelta(days=1) if expired else now + datetime.timedelta(days=2)
        return (x509.CertificateBuilder().subject_name(name).issuer_name(issuer)
                .public_key(public_key).serial_number(x509.random_serial_number())
                .not_valid_before(now - datetime.timedelta(days=2)).not_valid_after(end))

    def _make_authority(self, common_name):
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name.from_rfc4514_string(f"CN={common_name}")
        builder = self._builder(name, key.public_key(), name)
        builder = builder.add_extension(x509.BasicConstraints(True, None), critical=True)
        return builder.sign(key, hashes.SHA256()), key

    def issue(self, file, names=(), expired=False, authority=(), sans=None):
        """Write file.pem with key and certificate; `authority` None means signed by itself,
        `sans` stand in place of names and address. Returns the path."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name.from_rfc4514_string("CN=api.key9.test")
        issuer, signer = name, key
        if authority is not None:
            certificate, signer = authority or self._authority
            issuer = certificate.subject
        builder = self._builder(name, key.public_key(), issuer, expired)
        sans = sans or [*map(x509.DNSName, names),
                        x509.IPAddress(ipaddress.ip_address(METADATA_ADDRESS))]
        builder = builder.add_extension(x509.SubjectAlternativeName(sans), critical=False)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        pem += builder.sign(signer, hashes.SHA256()).public_bytes(Encoding.PEM)
        path = self.directory / f"{file}.pem"
        path.write_bytes(pem)
        return path

    def context(self, file):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.directory / f"{file}.pem")
        return context


class Request(NamedTuple):
    method: str
    path: str
    headers: dict       # names in lower case
    body: bytes

    @property
    def user(self):
        return self.path.removeprefix(PATH).split("/")[0]


class Listener:
    """One address and port. `connects` counts what arrives, whatever becomes of it.

    `serve` is called with each connection, in a thread of its own.
    """

    def __init__(self, address, port, serve, context=None):
        self.address, self.port = address, port
        self._serve, self._context = serve, context
        self.connects = 0
        self._socket = None
        self.up()

    def up(self):
        if self._socket is None:
            self._socket = socket.create_server(
                (self.address, self.port), backlog=64,
                family=socket.AF_INET6 if ":" in self.address else socket.AF_INET)
            threading.Thread(target=self._accept, args=[self._socket], daemon=True).start()

    def down(self):
        """From here on connections are refused."""
        if self._socket is not None:
            self._socket.shutdown(socket.SHUT_RDWR)     # wakes the accept()
            self._socket.close()
            self._socket = None

    def _accept(self, listening):
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            self.connects += 1
            threading.Thread(target=self._handle, args=[connection], daemon=True).start()

    def _handle(self, connection):
        connection.settimeout(30)
        # As servers do: TLS's tickets would else hold the answer up for a client's delayed ACK.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if self._context:
                connection = self._context.wrap_socket(connection, server_side=True)
            self._serve(connection)
            if self._context:
                connection.unwrap()
        except (OSError, ValueError):   # hung up, by the client or by a behaviour
            pass
        finally:
            connection.close()


class Api:
    def __init__(self):
        self.certificates = Certificates()
        self.requests = []
        self.behaviours = {}    # user name: behaviour
        self.watch = None       # called with each request, before it is answered
        self.listeners = {name: self._listen(name, *where) for name, where in LISTENERS.items()}
        self.proxy = Listener("127.0.0.1", PROXY_PORT, tunnel)

    def _listen(self, name, certificate, address, port):
        context = self.certificates.context(certificate) if certificate else None
        if name in ("TLS 1.1", "TLS 1.2"):
            version = ssl.TLSVersion.TLSv1_1 if name == "TLS 1.1" else ssl.TLSVersion.TLSv1_2
            context.set_ciphers("ALL:@SECLEVEL=0")      # else OpenSSL 3 has no cipher for TLS 1.1
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")         # that TLS 1.1 is old is the point
                context.minimum_version = context.maximum_version = version
        return Listener(address, port, self._serve, context)

    def reset(self):
        for listener in [*self.listeners.values(), self.proxy]:
            listener.connects = 0
            listener.up()
        self.requests.clear()
        self.behaviours.clear()
        self.watch = None

    def url(self, listener="good", host="api.key9.test"):
        certificate, _, port = LISTENERS[listener]
        return f"{'https' if certificate else 'http'}://{host}:{port}{PATH}"

    def connects(self):
        """Connections to any listener since the test began."""
        return sum(listener.connects for listener in [*self.listeners.values(), self.proxy])

    def down(self):
        for listener in self.listeners.values():
            listener.down()

    def up(self):
        for listener in self.listeners.values():
            listener.up()

    def _serve(self, connection):
        request = read_request(connection)
        if request is None:
            return
        self.requests.append(request)
        if self.watch:
            self.watch(request)
        credentials = f"{COMPANY}:{API_KEY}"
        if request.method != "POST" or not request.path.startswith(PATH):
            behaviour = status("404 Not Found")
        elif (request.headers.get("api_key"), request.headers.get("authorization")) != (
                credentials, f"API_KEY: {credentials}"):
            behaviour = status("401 Unauthorized")
        else:
            behaviour = self.behaviours.get(request.user, status("404 Not Found"))
        behaviour(connection)


def read_head(connection):
    """Bytes up to and including the empty line; what follows of the body comes with it."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None, b""
        data += more
        if data.startswith(b"\x16"):        # TLS, to a listener without
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return None, b""
    head, body = data.split(b"\r\n\r\n", 1)
    return head.decode("latin-1").split("\r\n"), body


def read_request(connection):
    lines, body = read_head(connection)
    if lines is None:
        return None
    method, path, _ = lines[0].split(" ", 2)
    headers = {}
    for line in lines[1:]:
        name, value = line.split(":", 1)
        headers[name.strip().lower()] = value.strip()
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return Request(method, path, headers, body)


def tunnel(client):
    """An HTTP proxy's CONNECT: the two ends are joined until either closes."""
    lines, _ = read_head(client)
    host, port = lines[0].split(" ")[1].rsplit(":", 1)
    address = API_ADDRESS if host.endswith(".key9.test") else host
    server = socket.create_connection((address, int(port)))
    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")

    def copy(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass
    back = threading.Thread(target=copy, args=[server, client])
    back.start()
    copy(client, server)
    back.join()
    server.close()


# Behaviours.

def body_of(lines):
    """Newline-delimited JSON. A line that is a str is a public key; a dict or bytes stand for themselves."""
    def encode(line):
        if isinstance(line, bytes):
            return line
        return json.dumps({"public_key": line} if isinstance(line, str) else line).encode()
    return b"".join(encode(line) + b"\n" for line in lines)


def response(body=b"", code="200 OK", headers=()):
    head = [f"HTTP/1.1 {code}", "Content-Type: application/json", "Connection: close", *headers]
    if not any(h.startswith(("Content-Length", "Transfer-Encoding")) for h in headers):
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def send(data):
    """Send these bytes, then close in good order."""
    return lambda connection: connection.sendall(data)


def send_and_stay(data):
    """Send these bytes, and take the next request from the same client."""
    def behaviour(connection):
        connection.sendall(data.replace(b"Connection: close\r\n", b"", 1))
        return True
    return behaviour


def answer(*lines):
    return send(response(body_of(lines)))


def answer_in_chunks(*lines):
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in map(body_of, ([l] for l in lines)))
    return send(response(chunks + b"0\r\n\r\n", headers=["Transfer-Encoding: chunked"]))


def status(code, *headers):
    return send(response(b'{"error": "no"}\n', code, headers))


def redirect(location):
    return status("302 Found", f"Location: {location}")


UNTIL_CLOSE = response(headers=["Transfer-Encoding: identity"]).replace(
    b"Transfer-Encoding: identity\r\n", b"")       # neither length nor chunks


def endless(first, again, pause=0.0):
    """Send `first`, then `again` until the client has enough of it."""
    def behaviour(connection):
        connection.sendall(first)
        while True:
            time.sleep(pause)
            connection.sendall(again)
    return behaviour


def silent(connection):
    """Take the request and say nothing; ends when the client does."""
    connection.recv(1)


def cut(data):
    """Send these bytes, then drop the connection without TLS's goodbye."""
    def behaviour(connection):
        connection.sendall(data)
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()
    return behaviour


@functools.cache
def gzip_bomb():
    return send(response(gzip.compress(bytes(50 << 20)), headers=["Content-Encoding: gzip"]))


def truncated_chunk(*lines):
    body = body_of(lines)
    chunk = b"%x\r\n%s" % (len(body) + 100, body)
    return send(response(chunk, headers=["Transfer-Encoding: chunked"]))
