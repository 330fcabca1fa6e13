"""What a name server may make netproc do in its cage, beyond what tests/e2e has it do."""

import contextlib
import socket
import struct
import threading

import pytest

import keys
from key9_api import answer

KEY = keys.good()["ed25519"]
TRUNCATED = 0x0200


@pytest.fixture
def truncating(lab, monkeypatch):
    """A name server whose answers by UDP are cut short: ask again by TCP. Counts who does."""
    whole, asked = lab.names._answer, []

    def cut(query):
        flags, *_ = struct.unpack(">H", whole(query)[2:4])
        end = query.index(b"\0", 12) + 5
        return query[:2] + struct.pack(">5H", flags | TRUNCATED, 1, 0, 0, 0) + query[12:end]

    def serve_one(connection):
        while head := connection.recv(2):
            query = connection.recv(struct.unpack(">H", head)[0])
            asked.append(query)
            reply = whole(query)
            connection.sendall(struct.pack(">H", len(reply)) + reply)

    def serve():
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:     # the test is over
                return
            with connection, contextlib.suppress(OSError):      # it has hung up
                serve_one(connection)

    monkeypatch.setattr(lab.names, "_answer", cut)
    listening = socket.create_server(("127.0.0.1", 53))
    threading.Thread(target=serve, daemon=True).start()
    yield asked
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()


def test_truncated_answer_is_asked_for_by_tcp(lab, command_user, truncating):
    lab.api.behaviours["alice"] = answer(KEY)
    result = lab.program.keys_for("alice", as_user=command_user)
    assert result.keys == [KEY], result
    assert truncating
