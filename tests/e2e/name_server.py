"""The room's DNS server: a handful of names, one that does not exist, one that gets no answer."""

import ipaddress
import socket
import struct
import threading

from room import API_ADDRESS, METADATA_ADDRESS

NAMES = {
    "api.key9.test": [API_ADDRESS],
    "idp.test": [API_ADDRESS],
    "login.microsoftonline.com": [API_ADDRESS],
    "token.actions.githubusercontent.com": [API_ADDRESS],
    "elsewhere.key9.test": [API_ADDRESS],
    "metadata.key9.test": [METADATA_ADDRESS],
    "mapped.key9.test": [f"::ffff:{METADATA_ADDRESS}"],
    "link-local.key9.test": ["fe80::1"],
    "loopback.key9.test": ["127.0.0.1"],
}
SILENT = "silent.key9.test"
A, AAAA = 1, 28
NXDOMAIN = 3


class NameServer:
    def __init__(self):
        self.queries = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            query, client = self._socket.recvfrom(4096)
            reply = self._answer(query)
            if reply:
                self._socket.sendto(reply, client)

    def _answer(self, query):
        """The reply to one query: its id and question, flags, the addresses of the type asked for."""
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
            at += 1 + query[at]
        question = query[12:at + 5]
        kind = struct.unpack(">H", query[at + 1:at + 3])[0]
        name = ".".join(labels)
        self.queries.append(name)
        if name == SILENT:
            return None

        records = [ipaddress.ip_address(address).packed for address in NAMES.get(name, [])]
        records = [r for r in records if len(r) == {A: 4, AAAA: 16}.get(kind)]
        code = 0 if name in NAMES else NXDOMAIN
        reply = query[:2] + struct.pack(">5H", 0x8580 | code, 1, len(records), 0, 0) + question
        for record in records:      # 0xc00c: "the name in the question"
            reply += struct.pack(">HHHIH", 0xc00c, kind, 1, 1, len(record)) + record
        return reply
