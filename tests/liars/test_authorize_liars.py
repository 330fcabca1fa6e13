"""The authorize role replaced by a liar. Before it has said which sources there are, nothing is
printed; afterwards, owned by what the chained command printed, it can spoil the chain's lines and
no other's."""

import sys

import program
import pytest
from busy import patient
from key9_api import answer
from messages import DEFAULTS, ERR, KEY_LINE, LIAR, LIMIT, REASON, REASON_WORD, lies
from program import PREFIX, SLACK
from room import CHECKOUT, SCRATCH
from room_lab import clear_scripts, stand_in, write_script
from test_liars import AT_ONCE, ENDINGS, Turn, hear, name_of, reason_for, say, send

sys.path.append(str(CHECKOUT / "tests/authorize"))
from runs import Run  # noqa: E402

DEADLINE = 3       # seconds: for who is silent; all others are done long before LONG
LONG = 10
OPENPUBKEY, KEY9, CHAIN = range(3)
TYPE, BASE64 = KEY_LINE.encode().split()
COMMAND = SCRATCH / "chained"

DEFAULTS["SOURCES"] = {"deadline_s": LONG}
DEFAULTS["SOURCE"] = {"source": KEY9, "deadline_s": LONG}
DEFAULTS["LINE"] = {"type": TYPE, "base64": BASE64}


def chain(**values):
    return say("SOURCE", **{"source": CHAIN, "words": b"%s\0" % str(COMMAND).encode(),
                            "run_as": b"nobody", **values})


ASKED = [say("READY"), hear("AUTHORIZE_ASK")]
NAMED = [*ASKED, say("SOURCES", sources=2), say("SOURCE"), chain()]
TURNS = [
    Turn("authorize", "cage", [], ["READY"]),
    Turn("authorize", "sources", ASKED, ["SOURCES", "CONFIG_ERROR"]),
    Turn("authorize", "source", [*ASKED, say("SOURCES", sources=2), say("SOURCE")], ["SOURCE"]),
    Turn("authorize", "line", [*NAMED, hear("TEXT_END"), say("LINE")],
         ["LINE", "KEY_DROPPED", "VERDICT"]),
]
SOURCES, SOURCE, LINE = TURNS[1:]


@pytest.fixture
def login(lab):
    """A login of alice, for whom Key9 has a key, with a liar that goes on as `lines` say."""
    def run(turn, *lines, deadline=LONG):
        program.write_config(lab.sections("root"), group="root")
        lab.api.behaviours["alice"] = answer(KEY_LINE)
        COMMAND.write_text("#!/bin/sh\necho something\n")
        COMMAND.chmod(0o755)
        program.write_settings("sources:\n  - source: key9\n  - source: chain\n"
                               f"    command: {COMMAND}\n    user: nobody\n")
        clear_scripts()
        write_script("authorize", [*turn.honest, *lines])
        (path,) = PREFIX.glob("**/sallyport-parse")
        with stand_in(path, LIAR):
            return Run(lab.program.run(
                "authorize", "--user=alice", f"--type={TYPE.decode()}", f"--key={BASE64.decode()}",
                f"--deadline={deadline}", as_user="root"))
    return run


def assert_blamed(turn, run, reason, detail, within=AT_ONCE):
    assert run.result.status == 0
    assert run.result.seconds < within
    if turn is LINE:
        assert run.lines == [KEY_LINE], run.log     # another source's
        found, detail = run.decisions["chain"], f"authorize: {detail}"
    else:
        assert run.lines == []
        assert set(run.decisions) == {"authorize"}
        found = run.final
        assert found["worker"] == "authorize"
    assert found["reason"] == REASON_WORD[reason], run.log
    assert found["detail"].startswith(detail), found


@pytest.mark.parametrize("turn,what,data,error", [
    pytest.param(turn, *lie, id=f"{name_of(turn)}-{lie[0]}")
    for turn in TURNS for lie in lies(turn.expected, "parse")])
def test_no_message_of_this_turn(login, turn, what, data, error):
    assert_blamed(turn, login(turn, send(data), "sleep"), reason_for(error), ERR[error])


@pytest.mark.parametrize("turn", TURNS, ids=name_of)
@pytest.mark.parametrize("ending", ENDINGS)
def test_worker_ends_early(login, turn, ending):
    line, detail = ENDINGS[ending]
    assert_blamed(turn, login(turn, line), "WORKER_DIED", f"{ERR['ERR_EOF']}: {detail}")


@pytest.mark.parametrize("turn", TURNS, ids=name_of)
@patient
def test_worker_is_silent(login, turn):
    run = login(turn, "sleep", deadline=DEADLINE)
    if turn is LINE:    # the time for the chain's lines is the whole login's
        assert (run.lines, run.reason("chain")) == ([KEY_LINE], "deadline")
        assert run.result.seconds < DEADLINE + SLACK
        return
    assert_blamed(turn, run, "DEADLINE", ERR["ERR_DEADLINE"], DEADLINE + SLACK)


# Messages that are well-formed, and wrong.

@pytest.mark.parametrize("lines", [
    [say("LINE", options=b"pty ssh-rsa AAAA")], [say("LINE", options=b'command="x')],
    [say("LINE", options=b'command="x\\"')], [say("LINE", options=b"pty ")],
    [say("LINE", type=b"ssh-dss")], [say("LINE", type=b"pty ssh-rsa")],
    [say("LINE", base64=b"AA A")], [say("LINE", base64=b"AAA#")],
    [say("KEY_DROPPED", reason=REASON["OK"], line=1)],
    [say("KEY_DROPPED", reason=REASON["JWK_KID"], line=1)],
    [say("VERDICT", reason=REASON["OK"], keys=0)], [say("VERDICT", reason=REASON["OK"], keys=2)],
    [say("VERDICT", reason=REASON["NO_KEYS"], keys=1)],
    [say("VERDICT", reason=REASON["ALL_KEYS_DROPPED"], keys=1)],
    [say("VERDICT", reason=REASON["DENIED_USER"], keys=1)],
    [say("VERDICT", reason=REASON["KEY_TYPE"], keys=1)], [say("VERDICT", reason=255, keys=1)]])
def test_line_or_verdict_that_cannot_be(login, lines):
    run = login(LINE, *lines, "sleep")
    assert run.lines == [KEY_LINE]
    assert run.reason("chain") == "worker_protocol", run.log
    assert run.result.seconds < AT_ONCE


def test_more_lines_than_may_be(login):
    run = login(LINE, *[say("LINE")] * LIMIT["KEYS_MAX"], "sleep")
    assert (run.lines, run.reason("chain")) == ([KEY_LINE], "worker_protocol")


def test_lines_without_end(login):
    for name in ("LINE", "KEY_DROPPED"):
        run = login(LINE, say(name).replace("send", "endless"))
        assert (run.lines, run.reason("chain")) == ([KEY_LINE], "worker_protocol")
        assert len(run.log) < 20        # not one line for each


@pytest.mark.parametrize("sources", [
    [say("SOURCE"), say("SOURCE")], [say("SOURCE", options=b"pty ssh-rsa"), chain()],
    [say("SOURCE", options=b'"'), chain()]])
def test_source_that_cannot_be(login, sources):
    """Twice the same; or options that would not end where ours do."""
    run = login(SOURCES, say("SOURCES", sources=2), *sources, "sleep")
    assert (run.lines, run.final["reason"]) == ([], "worker_protocol")
    assert run.final["worker"] == "authorize"
    assert run.result.seconds < AT_ONCE


@pytest.mark.parametrize("values", [
    {"words": b"/bin/sh\0"}, {"words": b"%s\0-c\0" % str(COMMAND).encode()},
    {"words": b"%s\0" % str(COMMAND)[:-1].encode()}, {"words": str(COMMAND).encode()},
    {"words": b""}, {"run_as": b"root"}, {"run_as": b"alice"}, {"run_as": b"nobod"},
    {"run_as": b""}])
def test_chain_that_the_file_does_not_name(login, values):
    run = login(SOURCES, say("SOURCES", sources=2), say("SOURCE"), chain(**values), "sleep")
    assert (run.lines, run.reason("chain")) == ([KEY_LINE], "chain_run")
    assert "something" not in " ".join(run.log)


def test_honest_to_the_end(login):
    """The control."""
    run = login(LINE, say("VERDICT", reason=REASON["OK"], keys=1))
    assert run.lines == [KEY_LINE, KEY_LINE], run.log
    assert run.final["keys"] == "2"
    run = login(SOURCES, say("SOURCES", sources=1, denied=1), say("SOURCE"))
    assert (run.lines, run.final["reason"]) == ([], "denied_user")
