"""Each worker replaced by a liar: nothing printed, in time, one line that names it, nobody left.

A liar keeps to the protocol up to some turn and then does one thing wrong, and stays alive if
it can: it is the parent that has to end it. Scripts are liar.c's.
"""

from typing import NamedTuple

import pytest

import program
from busy import patient
from key9_api import API_KEY, COMPANY, answer
from messages import (
    DEFAULTS, ERR, KEY_LINE, LIAR, LIMIT, MESSAGES, REASON, REASON_WORD, STEP, datagram, lies)
from program import PREFIX
from room import SCRATCH
from room_lab import stand_in

EXECUTABLE = {"judge": "sallyport-parse", "system-ca": "sallyport-net", "own-ca": "sallyport-net"}
SENDER = {"judge": "parse", "system-ca": "net", "own-ca": "net"}
NAME = {"judge": "judge", "system-ca": "netproc", "own-ca": "netproc"}     # in the log
KILLED = "ended by us, or killed (SIGKILL)"
AT_ONCE = 3.0       # seconds: well before the usual deadline of 5, even on a busy machine


def send(data):
    return f"send {data.hex()}"


def say(name, **values):
    return send(datagram(name, **values))


def hear(name):
    return f"await {MESSAGES[name].id}"


def query(lab, command_user):
    """What an honest judge asks for, with the room's API to answer it."""
    credentials = f"{COMPANY}:{API_KEY}"
    headers = f"api_key: {credentials}\nAuthorization: API_KEY: {credentials}"
    return {"url": (lab.api.url() + "alice").encode(), "headers": headers.encode(),
            "run_as": command_user.encode(), "timeout_s": 5,
            "ca_file": str(lab.api.certificates.ca_file).encode()}


ANSWER = b'{"public_key": "%s"}\n' % KEY_LINE.encode()
KEY = say("KEY")
QUERY = "the query"         # stands for query(), which needs the lab


class Turn(NamedTuple):
    role: str
    name: str
    honest: list        # the script up to here
    expected: list      # what may come now


JUDGE_TURNS = [
    Turn("judge", "cage", [], ["READY"]),
    Turn("judge", "query", [say("READY"), hear("KEY9_ASK")], ["KEY9_QUERY", "CONFIG_ERROR"]),
    Turn("judge", "answer", [say("READY"), hear("KEY9_ASK"), QUERY, hear("TEXT_END")],
         ["KEY", "KEY_DROPPED", "VERDICT"]),
    Turn("judge", "key", [say("READY"), hear("KEY9_ASK"), QUERY, hear("TEXT_END"), KEY],
         ["KEY", "KEY_DROPPED", "VERDICT"]),
]
NET_TURNS = [
    turn for role in ("system-ca", "own-ca") for turn in (
        Turn(role, "cage", [], ["READY"]),
        Turn(role, "fetch", [say("READY"), hear("FETCH")], ["FETCH_DATA", "FETCH_DONE"]),
        Turn(role, "data", [say("READY"), hear("FETCH"), say("FETCH_DATA", data=ANSWER)],
             ["FETCH_DATA", "FETCH_DONE"]))
]
TURNS = JUDGE_TURNS + NET_TURNS
TURN = {(turn.role, turn.name): turn for turn in TURNS}


def name_of(value):
    return f"{value.role}-{value.name}" if isinstance(value, Turn) else None


@pytest.fixture
def login(lab, command_user):
    """A login of alice in which the worker of the turn is a liar that goes on as `lines` say."""
    def run(turn, *lines, deadline=None, ca_padding=0):
        sections = lab.sections(command_user)
        ca_file = SCRATCH / "padded-ca.pem"
        ca_file.write_bytes(lab.api.certificates.ca_file.read_bytes() + b"# padding\n" * ca_padding)
        sections["system"]["ca_file"] = str(ca_file)
        if turn.role == "system-ca":
            del sections["system"]["ca_file"]
        program.write_config(sections, group=command_user)
        lab.api.behaviours.setdefault("alice", answer(KEY_LINE))
        asked = say("KEY9_QUERY", **query(lab, command_user))
        honest = [asked if line is QUERY else line for line in turn.honest]
        (SCRATCH / f"liar.{turn.role}").write_text("\n".join([*honest, *lines]) + "\n")
        (path,) = PREFIX.glob(f"**/{EXECUTABLE[turn.role]}")
        with stand_in(path, LIAR):
            return lab.program.keys_for("alice", as_user=command_user, deadline=deadline)
    return run


def assert_blamed(turn, result, reason, detail, within=AT_ONCE):
    assert (result.status, result.stdout) == (0, ""), result
    decision = result.decision
    assert (decision["decision"], decision["reason"]) == ("error", REASON_WORD[reason]), result.log
    assert decision["worker"] == NAME[turn.role]
    assert decision["detail"].startswith(detail), decision
    assert "keys" not in decision
    assert result.seconds < within


def assert_printed(result, *lines):
    assert (result.status, result.stdout.splitlines()) == (0, list(lines)), result
    assert (result.decision["decision"], result.decision["keys"]) == ("allow", str(len(lines)))


def reason_for(error):
    return "WORKER_DIED" if error == "ERR_EOF" else "WORKER_PROTOCOL"


# What is no message, and what is none of this turn.

@pytest.mark.parametrize("turn,what,data,error", [
    pytest.param(turn, *lie, id=f"{name_of(turn)}-{lie[0]}")
    for turn in TURNS for lie in lies(turn.expected, SENDER[turn.role])])
def test_no_message_of_this_turn(login, turn, what, data, error):
    result = login(turn, send(data), "sleep")
    assert_blamed(turn, result, reason_for(error), ERR[error])


@pytest.mark.parametrize("turn", TURNS, ids=name_of)
def test_descriptor_is_passed(login, turn):
    """No call that could carry one is left to what the starter starts. That the parent would
    refuse it all the same is shown in tests/ipc/test_channel.c."""
    for name in turn.expected:
        result = login(turn, f"pass {datagram(name).hex()}", "sleep")
        assert_blamed(turn, result, "WORKER_DIED",
                      f"{ERR['ERR_EOF']}: killed by its system call filter (SIGSYS)")


# Endings.

ENDINGS = {
    "exits 0": ("exit 0", "exit status 0"),
    "exits 1": ("exit 1", "exit status 1"),
    "cannot shut its cage": (f"exit {STEP['LANDLOCK']}", "could not shut its cage: LANDLOCK"),
    "aborts": ("signal 6", "killed by signal 6"),
    "crashes": ("signal 11", "killed by signal 11"),
    "is killed": ("signal 9", KILLED),
    "makes a forbidden call": ("signal 31", "killed by its system call filter (SIGSYS)"),
    "closes its socket and lives on": ("close", KILLED),
}


@pytest.mark.parametrize("turn", TURNS, ids=name_of)
@pytest.mark.parametrize("ending", ENDINGS)
def test_worker_ends_early(login, turn, ending):
    line, detail = ENDINGS[ending]
    assert_blamed(turn, login(turn, line), "WORKER_DIED", f"{ERR['ERR_EOF']}: {detail}")


# Waiting for a worker that lives and does not come to an end.

# Each takes the whole deadline; the two roles of netproc differ only before they are ready.
SILENT = [turn for turn in TURNS if turn.role != "own-ca" or turn.name == "cage"]
DEADLINE = 1


@pytest.mark.parametrize("turn", SILENT, ids=name_of)
@patient
def test_worker_is_silent(login, turn):
    result = login(turn, "sleep", deadline=DEADLINE)
    assert_blamed(turn, result, "DEADLINE", ERR["ERR_DEADLINE"], DEADLINE + program.SLACK)


@patient
def test_worker_is_stopped(login):
    """The kernel tells nobody of a SIGTERM for it."""
    turn = TURN["judge", "answer"]
    result = login(turn, "signal 19", deadline=DEADLINE)
    assert_blamed(turn, result, "DEADLINE", ERR["ERR_DEADLINE"], DEADLINE + program.SLACK)


@pytest.mark.parametrize("turn,name", [(TURN["judge", "answer"], "KEY"),
                                       (TURN["system-ca", "fetch"], "FETCH_DATA")], ids=name_of)
@patient
def test_worker_trickles(login, turn, name):
    """Each message comes soon enough; together they never end."""
    result = login(turn, f"trickle {datagram(name).hex()}", deadline=DEADLINE)
    assert_blamed(turn, result, "DEADLINE", ERR["ERR_DEADLINE"], DEADLINE + program.SLACK)


@patient
def test_judge_does_not_read_a_large_answer(lab, login):
    """More than a socket holds: the parent may not block in sending either."""
    turn = TURN["judge", "answer"]
    turn = turn._replace(honest=turn.honest[:-1])       # does not hear the answer
    lab.api.behaviours["alice"] = answer(*[{"public_key": KEY_LINE, "x": "x" * 15000}] * 60)
    result = login(turn, "sleep", deadline=DEADLINE)
    assert_blamed(turn, result, "DEADLINE", ERR["ERR_DEADLINE"], DEADLINE + program.SLACK)


@patient
def test_netproc_does_not_read_a_large_ca_file(login):
    turn = TURN["own-ca", "cage"]
    result = login(turn, say("READY"), "sleep", deadline=DEADLINE, ca_padding=50000)
    assert_blamed(turn, result, "DEADLINE", ERR["ERR_DEADLINE"], DEADLINE + program.SLACK)


# Streams of good messages that have no end of their own.

LONGEST_KEY = datagram("KEY", **{field.name: b"A" * field.max for field in MESSAGES["KEY"].fields}
                       | {"type": DEFAULTS["KEY"]["type"]})


LONGEST_DATA = datagram("FETCH_DATA", data=bytes(LIMIT["IPC_CHUNK_MAX"]))


@pytest.mark.parametrize("role,turn,message,error", [
    ("judge", "query", datagram("READY"), "ERR_TURN"),
    ("judge", "answer", datagram("KEY"), "ERR_TOO_BIG"),
    ("judge", "answer", LONGEST_KEY, "ERR_TOO_BIG"),
    ("judge", "answer", datagram("KEY_DROPPED"), "ERR_BOUND"),
    ("system-ca", "fetch", LONGEST_DATA, "ERR_TOO_BIG"),
    ("own-ca", "fetch", LONGEST_DATA, "ERR_TOO_BIG"),
], ids=["READY", "KEY", "long KEY", "KEY_DROPPED", "FETCH_DATA", "own-ca FETCH_DATA"])
def test_endless_messages(login, role, turn, message, error):
    result = login(TURN[role, turn], f"endless {message.hex()}")
    assert_blamed(TURN[role, turn], result, "WORKER_PROTOCOL", ERR[error])
    assert len(result.log) < 20     # not one line for each


# Well-formed, and not true.

LINES = [say("KEY", comment=b"one"), say("KEY", comment=b"two")]


@pytest.mark.parametrize("lines,error", [
    ([*LINES, say("VERDICT", reason=REASON["OK"], keys=1)], "ERR_BOUND"),
    ([*LINES, say("VERDICT", reason=REASON["OK"], keys=3)], "ERR_BOUND"),
    ([*LINES, say("VERDICT", reason=REASON["OK"], keys=0)], "ERR_BOUND"),
    ([say("VERDICT", reason=REASON["OK"], keys=0)], "ERR_BOUND"),
    ([say("VERDICT", reason=REASON["OK"], keys=1)], "ERR_BOUND"),
    ([say("VERDICT", reason=REASON["NO_KEYS"], keys=1)], "ERR_BOUND"),
    ([*LINES, say("VERDICT", reason=REASON["NO_KEYS"], keys=2)], "ERR_BOUND"),
    ([*LINES, say("VERDICT", reason=REASON["NO_KEYS"], keys=0)], "ERR_BOUND"),
    ([say("KEY", type=b"ssh-dss")], "ERR_ALPHABET"),
    ([say("KEY", type=b'command="id" ssh-ed25519')], "ERR_ALPHABET"),
    ([say("KEY", type=b"cert-authority")], "ERR_ALPHABET"),
    ([say("KEY", base64=b"AAAA\nssh-ed25519 AAAA")], "ERR_ALPHABET"),
    ([say("KEY", base64=b"AAAA ssh-ed25519 AAAA")], "ERR_ALPHABET"),
    ([say("KEY", base64=b"AAAA-_==")], "ERR_ALPHABET"),
    ([say("KEY", base64=b"AA==AAAA")], "ERR_ALPHABET"),
    ([say("KEY", comment=b"a\nssh-ed25519 AAAA")], "ERR_ALPHABET"),
    ([say("KEY", comment=b"a\rssh-ed25519 AAAA")], "ERR_ALPHABET"),
], ids=lambda value: None if isinstance(value, str) else "")
def test_judge_contradicts_itself(login, lines, error):
    turn = TURN["judge", "answer"]
    assert_blamed(turn, login(turn, *lines, "sleep"), "WORKER_PROTOCOL", ERR[error])


# What a verdict may say besides OK; all else is not the judge's to know.
VERDICTS = ["NO_KEYS", "ALL_KEYS_DROPPED", "ANSWER_JSON", "ANSWER_LINE", "ANSWER_ERROR",
            "ANSWER_KEYS", "MEMORY"]
CONFIG_ERRORS = ["CONFIG_SIZE", "CONFIG_SYNTAX", "CONFIG_VALUE", "MEMORY"]
FETCH_REASONS = ["RESOLVE", "ADDRESS", "CONNECT", "TIMEOUT", "TLS_NAME", "TLS_EXPIRED",
                 "TLS_UNTRUSTED", "TLS_VERSION", "TLS", "HTTP_STATUS", "HTTP_PROTOCOL",
                 "TOO_LARGE", "MEMORY", "SYSTEM"]


def other_reasons(allowed):
    allowed = set(allowed)
    numbers = [n for name, n in REASON.items() if name not in allowed]
    return [*numbers, max(REASON.values()) + 1, 255]


@pytest.mark.parametrize("reason", other_reasons(["OK", *VERDICTS]))
def test_verdict_for_a_reason_not_the_judges_own(login, reason):
    """Some reasons make the exit status 1, upon which sshd logs the command line."""
    turn = TURN["judge", "answer"]
    result = login(turn, say("VERDICT", reason=reason), "sleep")
    assert_blamed(turn, result, "WORKER_PROTOCOL", ERR["ERR_BOUND"])


@pytest.mark.parametrize("reason", other_reasons(CONFIG_ERRORS))
def test_config_error_that_is_none(login, reason):
    turn = TURN["judge", "query"]
    result = login(turn, say("CONFIG_ERROR", reason=reason), "sleep")
    assert_blamed(turn, result, "WORKER_PROTOCOL", ERR["ERR_BOUND"])


@pytest.mark.parametrize("role", ["system-ca", "own-ca"])
@pytest.mark.parametrize("reason", other_reasons(["OK", *FETCH_REASONS]))
def test_fetch_ends_for_a_reason_not_netprocs_own(login, role, reason):
    turn = TURN[role, "fetch"]
    result = login(turn, say("FETCH_DONE", reason=reason), "sleep")
    assert_blamed(turn, result, "WORKER_PROTOCOL", ERR["ERR_BOUND"])


@pytest.mark.parametrize("role", ["system-ca", "own-ca"])
@pytest.mark.parametrize("off", [-1, 1, LIMIT["KEY9_ANSWER_MAX"] - len(ANSWER)])
def test_fetch_total_is_wrong(login, role, off):
    turn = TURN[role, "data"]
    result = login(turn, say("FETCH_DONE", status=200, total=len(ANSWER) + off), "sleep")
    assert_blamed(turn, result, "WORKER_PROTOCOL", ERR["ERR_BOUND"])


@pytest.mark.parametrize("reason", other_reasons(n for n in REASON if n.startswith("KEY_")))
def test_dropped_key_for_a_reason_that_drops_no_key(login, reason):
    turn = TURN["judge", "answer"]
    result = login(turn, say("KEY_DROPPED", reason=reason), "sleep")
    assert_blamed(turn, result, "WORKER_PROTOCOL", ERR["ERR_BOUND"])


# What the liars would do if they were honest, or after their last word.

@pytest.mark.parametrize("after", ["sleep", "close", "exit 1", "signal 11", "signal 19",
                                   f"endless {datagram('KEY').hex()}", send(b"")])
def test_after_the_verdict_a_judge_is_not_heard(login, after):
    turn = TURN["judge", "key"]
    result = login(turn, say("VERDICT", reason=REASON["OK"], keys=1), after)
    assert_printed(result, KEY_LINE)
    assert result.seconds < AT_ONCE


@pytest.mark.parametrize("role", ["system-ca", "own-ca"])
@pytest.mark.parametrize("after", ["sleep", "close", "exit 1", "signal 11", "signal 19",
                                   f"endless {datagram('FETCH_DATA').hex()}", send(b"")])
def test_after_the_exchange_netproc_is_not_heard(login, role, after):
    turn = TURN[role, "data"]
    result = login(turn, say("FETCH_DONE", status=200, total=len(ANSWER)), after)
    assert_printed(result, KEY_LINE)
    assert result.seconds < AT_ONCE
