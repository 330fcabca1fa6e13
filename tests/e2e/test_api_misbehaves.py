"""Whatever the API, its name or its network do: nothing printed, one clear line, in time."""

import pytest

import keys
import program
from busy import patient
from key9_api import (
    CLOSED_PORT, PATH, UNTIL_CLOSE, answer, body_of, cut, endless, gzip_bomb, redirect,
    response, send, silent, status, truncated_chunk)
from program import SLACK, fields
from reasons import DECISION, KEY_DROPPED, one_of
from room import METADATA_ADDRESS

DEADLINE = 2
FINE = {"public_key": keys.new_ed25519()}
FINE_LINE = body_of([FINE])
BODY_LIMIT, LINE_LIMIT, KEY_LIMIT = 1 << 20, 16 << 10, 1000
DROPS_LOGGED = 8    # one by one; the rest are counted


def long_line(length):
    """A good key whose line, its newline included, is this long by an unknown member."""
    return {**FINE, "x": "x" * (length - len(body_of([{**FINE, "x": ""}])))}


@pytest.fixture
def attempt(lab, command_user):
    """A login attempt that must fail, and how. Returns the result, for further questions."""
    def run(situation, url=None, system=None):
        sections = lab.sections(command_user)
        sections["urls"]["query_ssh_keys"] = url or lab.api.url()
        sections["system"] |= system or {}
        program.write_config(sections, group=command_user)
        result = lab.program.keys_for("alice", as_user=command_user, deadline=DEADLINE)
        assert (result.status, result.stdout) == (0, ""), result
        assert one_of(DECISION[situation], result.decision["reason"]), result.log
        assert result.decision["decision"] in ("deny", "error")
        return result
    return run


# The way to the API.

def test_connection_refused(lab, attempt):
    result = attempt("refused connection", f"https://api.key9.test:{CLOSED_PORT}{PATH}")
    assert result.seconds < SLACK


def test_name_does_not_resolve(lab, attempt):
    attempt("unresolvable name", lab.api.url(host="nowhere.key9.test"))
    assert "nowhere.key9.test" in lab.names.queries


def test_name_server_is_silent(lab, attempt):
    attempt("silent name server", lab.api.url(host="silent.key9.test"))


@pytest.mark.parametrize("host", [
    "metadata.key9.test", METADATA_ADDRESS, "mapped.key9.test", f"[::ffff:{METADATA_ADDRESS}]",
    "link-local.key9.test", "[fe80::1]"])
def test_link_local_address(lab, attempt, host):
    """Something listens there and would answer well: the address is what refuses."""
    lab.api.behaviours["alice"] = answer(FINE)
    attempt("link-local address", lab.api.url("metadata", host))
    assert lab.api.connects() == 0


@pytest.mark.parametrize("listener,situation", [
    ("wrong name", "wrong name"), ("no host in SAN", "wrong name"), ("expired", "expired"),
    ("self-signed", "untrusted"), ("unknown authority", "untrusted"), ("TLS 1.1", "TLS 1.1")])
def test_tls(lab, attempt, listener, situation):
    lab.api.behaviours["alice"] = answer(FINE)
    attempt(situation, lab.api.url(listener))
    assert lab.api.listeners[listener].connects == 1
    assert not lab.api.requests


def test_tls_is_spoken_to_a_plain_server(lab, attempt):
    attempt("no TLS at all", lab.api.url("plain").replace("http:", "https:"))
    assert not lab.api.requests


def test_silence_after_the_request(lab, attempt):
    lab.api.behaviours["alice"] = silent
    attempt("too slow")


@patient
def test_connection_timeout_is_obeyed(lab, attempt):
    lab.api.behaviours["alice"] = silent
    assert attempt("too slow", system={"connection_timeout": 1}).seconds < 1 + SLACK


def test_closed_without_an_answer(lab, attempt):
    lab.api.behaviours["alice"] = cut(b"")
    attempt("connection lost")


# What it answers: HTTP.

@pytest.mark.parametrize("code", [
    "401 Unauthorized", "403 Forbidden", "404 Not Found", "429 Too Many Requests",
    "500 Internal Server Error", "503 Service Unavailable", "201 Created", "204 No Content",
    "206 Partial Content", "304 Not Modified"])
def test_status(lab, attempt, code):
    lab.api.behaviours["alice"] = send(response(FINE_LINE if code[:3] not in ("204", "304") else b"", code))
    result = attempt("status")
    assert any(code[:3] in line for line in result.log), "which status it was is not in the log"
    assert len(lab.api.requests) == 1, "tried again"


@pytest.mark.parametrize("code", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_redirect_to_another_host(lab, attempt, code):
    target = lab.api.url("elsewhere", "elsewhere.key9.test") + "alice/web"
    lab.api.behaviours["alice"] = status(code, f"Location: {target}")
    attempt("status")
    assert lab.api.listeners["elsewhere"].connects == 0
    assert "elsewhere.key9.test" not in lab.names.queries
    assert lab.api.connects() == 1


@pytest.mark.parametrize("target", ["file:///etc/passwd", "gopher://127.0.0.1:8080/", PATH + "alice/web"])
def test_redirect_elsewhere(lab, attempt, target):
    lab.api.behaviours["alice"] = redirect(target)
    attempt("status")
    assert lab.api.connects() == 1


@pytest.mark.parametrize("again", [b"x" * 65536, FINE_LINE * 100], ids=["one line", "good lines"])
def test_endless_body(lab, attempt, again):
    chunk = b"%x\r\n%s\r\n" % (len(again), again)
    lab.api.behaviours["alice"] = endless(response(headers=["Transfer-Encoding: chunked"]), chunk)
    assert attempt("too large").seconds < DEADLINE, "ended by the clock, not by the bound"


def test_endless_body_without_length(lab, attempt):
    lab.api.behaviours["alice"] = endless(UNTIL_CLOSE, FINE_LINE * 100)
    assert attempt("no length").seconds < DEADLINE


def test_announced_body_too_large(lab, attempt):
    head = response(headers=[f"Content-Length: {BODY_LIMIT + 1}"])
    lab.api.behaviours["alice"] = endless(head, FINE_LINE * 100)
    assert attempt("too large").seconds < DEADLINE


def test_one_byte_a_second(lab, attempt):
    lab.api.behaviours["alice"] = endless(response(headers=["Content-Length: 1000"]), b"{", pause=1)
    attempt("too slow")


def test_header_one_byte_a_second(lab, attempt):
    lab.api.behaviours["alice"] = endless(b"HTTP/1.1 200 OK\r\nX: ", b"x", pause=1)
    attempt("too slow")


@pytest.mark.parametrize("again", [
    b"x" * 65536, b"x: y\r\n" * 1000, b"\r\nHTTP/1.1 100 Continue\r\n" * 1000],
    ids=["one line", "many lines", "100 Continue"])
def test_endless_header(lab, attempt, again):
    lab.api.behaviours["alice"] = endless(b"HTTP/1.1 200 OK\r\nX: ", again)
    assert attempt("endless header").seconds < DEADLINE


def test_gzip_bomb(lab, attempt):
    lab.api.behaviours["alice"] = gzip_bomb()
    attempt("not JSON")
    assert "accept-encoding" not in lab.api.requests[0].headers


def test_chunk_is_truncated(lab, attempt):
    lab.api.behaviours["alice"] = truncated_chunk(FINE)
    attempt("broken HTTP")


def test_body_is_shorter_than_announced(lab, attempt):
    lab.api.behaviours["alice"] = send(response(FINE_LINE, headers=["Content-Length: 5000"]))
    attempt("broken HTTP")


@pytest.mark.parametrize("end", [send, cut], ids=["closed", "cut off"])
def test_body_without_length(lab, attempt, end):
    """No length, no chunks: whoever ends it may have cut off an `error` line."""
    lab.api.behaviours["alice"] = end(UNTIL_CLOSE + FINE_LINE)
    attempt("no length")


@pytest.mark.parametrize("start", [b"", b"HTTP/0.9 200 OK\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n",
                                   b"ICY 200 OK\r\n\r\n", b"\0" * 100])
def test_not_http(lab, attempt, start):
    lab.api.behaviours["alice"] = send(start + FINE_LINE)
    attempt("broken HTTP")


# What it answers: the body.

@pytest.mark.parametrize("lines", [
    [{"error": "no such group"}],
    [FINE, {"error": "backend lost"}, FINE],
    [FINE, FINE, {"error": "gone"}],
    [{**FINE, "error": "both"}],
], ids=["first", "in the middle", "last", "beside a key"])
def test_error_object(lab, attempt, lines):
    lab.api.behaviours["alice"] = answer(*lines)
    attempt("error object")


def test_error_text_is_logged_defused(lab, attempt):
    """It cannot look like fields of ours. (That lines are printable, program.run() asserts.)"""
    text = 'no" \n<81>decision=allow reason=ok \\" user=root \x1b[2J\u202e'
    lab.api.behaviours["alice"] = answer({"error": text})
    assert attempt("error object").decision["user"] == "alice"


@pytest.mark.parametrize("line", [
    b"{", b"nonsense", b"<html>", b'{"public_key": "ssh-ed25519 AAAA"', FINE_LINE.strip() * 2,
    FINE_LINE.strip() + b"x", FINE_LINE.replace(b"ssh", b"\xff"), b"\xef\xbb\xbf" + FINE_LINE.strip(),
    b'{"public_key": "a", "public_key": "b"}', b'{"x": "\0"}',
    b'{"x": ' + b"[" * 5000 + b"]" * 5000 + b"}"])
def test_third_line_of_five_is_not_json(lab, attempt, line):
    lab.api.behaviours["alice"] = answer(FINE, FINE, line, FINE, FINE)
    assert attempt("not JSON").decision["line"] == "3"


@pytest.mark.parametrize("line", [
    b"[]", b"{}", b"null", b"1", b'"text"', b'{"public_key": 1}', b'{"public_key": ["a"]}',
    b'{"Public_Key": "a"}'])
def test_third_line_of_five_is_no_key(lab, attempt, line):
    lab.api.behaviours["alice"] = answer(FINE, FINE, line, FINE, FINE)
    assert attempt("no key object").decision["line"] == "3"


def test_line_of_two_mebibytes(lab, attempt):
    lab.api.behaviours["alice"] = answer(FINE, long_line(2 << 20), FINE)
    attempt("too large")


def test_line_just_too_long(lab, attempt):
    lab.api.behaviours["alice"] = answer(FINE, long_line(LINE_LIMIT + 2), FINE)
    attempt("line too long")


def test_one_key_too_many(lab, attempt):
    lab.api.behaviours["alice"] = answer(*[FINE] * (KEY_LIMIT + 1))
    attempt("too many keys")


def test_limits_themselves_are_allowed(lab, command_user):
    """The longest lines and the largest body that the specification lets through."""
    lines = [long_line(LINE_LIMIT)] * (BODY_LIMIT // LINE_LIMIT)
    assert len(body_of(lines)) == BODY_LIMIT
    lab.api.behaviours["alice"] = answer(*lines)
    result = lab.program.keys_for("alice", as_user=command_user)
    assert result.keys == [FINE["public_key"]] * len(lines), result.log



# What it answers: keys. The bad one is dropped, the others stand.

@pytest.mark.parametrize("fault", KEY_DROPPED)
def test_bad_key_is_dropped_and_the_others_stand(lab, command_user, fault):
    good = keys.good()
    lab.api.behaviours["alice"] = answer(good["ed25519"], keys.bad()[fault], good["rsa2048"])
    result = lab.program.keys_for("alice", as_user=command_user)
    assert result.status == 0
    assert result.keys == [good["ed25519"], good["rsa2048"]]
    assert result.decision["decision"] == "allow"
    assert result.decision["keys"] == "2"
    ((reason, line),) = result.dropped
    assert one_of(KEY_DROPPED[fault], reason), reason
    assert line == 2


def test_only_bad_keys(lab, attempt):
    lab.api.behaviours["alice"] = answer(*keys.bad().values())
    result = attempt("only bad keys")
    assert [line for _, line in result.dropped] == list(range(1, DROPS_LOGGED + 1))
    (rest,) = [fields(line) for line in result.log if "more keys dropped" in line]
    assert int(rest["keys"]) == len(keys.bad()) - DROPS_LOGGED
