"""Datagrams, good and bad, made from the very tables that the program's codec is made from."""

import struct
import subprocess
from collections import defaultdict
from typing import NamedTuple

import keys
import room
from room_lab import compile_c

LIAR = compile_c("liar", room.CHECKOUT / "tests/liars/liar.c",
                 *(room.CHECKOUT / f"ipc/{name}.c" for name in ("message", "wire", "err", "reason")))
INTEGERS = {"U8": ">B", "U32": ">I", "U64": ">Q"}


class Field(NamedTuple):
    name: str
    kind: str
    min: int
    max: int


class Message(NamedTuple):
    name: str
    id: int
    senders: tuple      # of the workers: "parse", "net"
    fields: list


MESSAGES, ERR, REASON, STEP, LIMIT = {}, {}, {}, {}, {}
REASON_WORD, REASON_CLASS = {}, {}


def _read_tables():
    for line in subprocess.run([LIAR], check=True, text=True,
                               stdout=subprocess.PIPE).stdout.splitlines():
        what, name, rest = line.split(" ", 2)
        if what == "message":
            number, parse, net = map(int, rest.split())
            senders = tuple(["parse"] * parse + ["net"] * net)
            MESSAGES[name] = Message(name, number, senders, [])
        elif what == "field":
            field, kind, low, high = rest.split()
            MESSAGES[name].fields.append(Field(field, kind, int(low), int(high)))
        elif what == "err":
            ERR[name] = rest
        elif what == "reason":
            number, REASON_WORD[name], REASON_CLASS[name] = rest.split()
            REASON[name] = int(number)
        else:
            {"step": STEP, "limit": LIMIT}[what][name] = int(rest)


_read_tables()

# Workers are in a directory of the build's name.
BUILD_ID = int(next(room.PREFIX.glob("**/sallyport-parse")).parent.name, 16)

# What a field holds when a test does not say. Everything else: the least that its bounds allow.
KEY_LINE = keys.new_ed25519()
DEFAULTS = defaultdict(dict, {
    "READY": {"build": BUILD_ID, "layers": 0xffffffff},    # none is missing, nothing to warn of
    "KEY": dict(zip(["type", "base64"], KEY_LINE.encode().split())),
    "KEY_DROPPED": {"reason": REASON["KEY_TYPE"]},
    "VERDICT": {"reason": REASON["NO_KEYS"]},
    "CONFIG_ERROR": {"reason": REASON["CONFIG_VALUE"]},
})


def pack(field, value):
    if field.kind in INTEGERS:
        return struct.pack(INTEGERS[field.kind], value)
    return struct.pack(">I", len(value)) + value


def complete(name, values):
    """All fields of a message."""
    fields = MESSAGES[name].fields
    least = {f.name: f.min if f.kind in INTEGERS else b"A" * f.min for f in fields}
    assert values.keys() <= least.keys()
    return least | DEFAULTS[name] | values


def datagram(name, /, **values):
    """A message as it goes over the wire; nothing is checked."""
    values = complete(name, values)
    message = MESSAGES[name]
    return bytes([message.id]) + b"".join(pack(f, values[f.name]) for f in message.fields)


def out_of_bounds(name):
    """(what, datagram, error) for each way in which one field breaks its own rule."""
    for field in MESSAGES[name].fields:
        def wrong(value):
            return datagram(name, **{field.name: value})
        if field.kind in INTEGERS:
            most = 256 ** struct.calcsize(INTEGERS[field.kind]) - 1
            for value in (field.min - 1, field.max + 1):
                if 0 <= value <= most:
                    yield f"{field.name} {value}", wrong(value), "ERR_BOUND"
            continue
        for length in (field.min - 1, field.max + 1):
            if length >= 0:
                yield f"{field.name} of {length}", wrong(b"A" * length), "ERR_BOUND"
        bad = {"PRINT": [0, 0x0a, 0x1f, 0x7f, 0x80, 0xff], "STR": [0], "BYTES": []}[field.kind]
        for byte in bad:
            value = bytes([byte]).rjust(max(field.min, 1), b"A")
            yield f"{field.name} with {byte:#04x}", wrong(value), "ERR_ALPHABET"


def malformed(name):
    """(what, datagram, error) for each way in which a message is no message."""
    good = datagram(name)
    yield "cut by one byte", good[:-1], "ERR_SHORT"
    yield "type only", good[:1], "ERR_SHORT"
    yield "trailing byte", good + b"\0", "ERR_TRAILING"
    for over in (1, 2, 4096):
        yield f"{over} too long", good.ljust(LIMIT["IPC_MESSAGE_MAX"] + over, b"A"), "ERR_TOO_BIG"
    yield "as long as any may be", good.ljust(LIMIT["IPC_MESSAGE_MAX"], b"A"), "ERR_TRAILING"
    yield from out_of_bounds(name)


def lies(expected, sender):
    """(what, datagram, error) for all that is no message now, or none at all."""
    yield from not_now(expected, sender)
    for name in expected:
        for what, data, error in malformed(name):
            yield f"{name}-{what}", data, error


def not_now(expected, sender):
    """(what, datagram, error) for each message that may not come when only `expected` may."""
    yield "empty datagram", b"", "ERR_EOF"      # cannot be told from a closed end
    for number in (0, max(m.id for m in MESSAGES.values()) + 1, 255):
        yield f"unknown type {number}", bytes([number]), "ERR_TYPE"
    for name, message in MESSAGES.items():
        if name not in expected:
            error = "ERR_TURN" if sender in message.senders else "ERR_DIRECTION"
            yield name, datagram(name), error
