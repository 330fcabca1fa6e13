"""The judge of certificates replaced by a liar: whoever owns it can make the program print the
key that was offered, or nothing; nothing leaves the machine but what an honest one may ask for.

Scripts are liar.c's. The other roles of its executable stay honest.
"""

import pytest

import opk_login
import program
from busy import patient
from key9_api import response
from key9_api import send as page
from messages import (
    DEFAULTS, ERR, LIAR, LIMIT, REASON, REASON_WORD, datagram, malformed, not_now)
from opk_login import (
    ACCESS_TOKEN, CLIENT, ISSUER, SSH_TYPE, USERINFO, cert_authority, line_of, login_of,
    user_key, wire_string)
from program import PREFIX
from provider_api import DISCOVERY, ETC, JWKS
from room import SCRATCH
from room_lab import clear_scripts, in_turn, stand_in, write_script
from test_liars import AT_ONCE, ENDINGS, Turn, hear, other_reasons, reason_for, say, send

KEY_SETS, REFRESH, AUTH_ID, HOME_AUTH_ID, PLUGINS = range(1, 6)     # NEED's what
NONE, WILDCARD, LOGIN_NAME = range(3)       # LOGIN_VERDICT's principal
DEADLINE = 1

# Another key hides in the certificate, where the client may write what it likes.
HIDDEN = user_key("ES256", "hidden").ssh_blob()
OFFERED = login_of(access_token=ACCESS_TOKEN, key_id=HIDDEN)
BLOB, KEY = OFFERED.blob, OFFERED.user.ssh_blob()
AT, SIZE, LEN = BLOB.index(KEY), len(KEY), len(BLOB)
TOKEN_AT = BLOB.index(ACCESS_TOKEN)

DEFAULTS["SETTINGS"] = {"deadline_s": 5, "stale_max_s": 86400, "home_policy": 1, "providers": 1}
DEFAULTS["PROVIDER"] = {"issuer": ISSUER.encode()}
DEFAULTS["NOTE"] = {"reason": REASON["PROVIDERS_ROW"]}
DEFAULTS["LOGIN_VERDICT"] = {"reason": REASON["NO_RULE"]}
DEFAULTS["USERINFO_QUERY"] = {"token_at": TOKEN_AT, "token_len": len(ACCESS_TOKEN)}


def need(what, provider=0):
    return say("NEED", what=what, provider=provider)


def allow(at=AT, length=SIZE, principal=WILDCARD, **values):
    return say("LOGIN_VERDICT", reason=REASON["OK"], key_at=at, key_len=length,
               principal=principal, **values)


# What an honest judge says, up to each turn.
BRIEFED = [say("READY"), hear("VERIFY_ASK"), hear("TEXT_END"), hear("TEXT_END")]
TALKING = [*BRIEFED, say("SETTINGS")]
WITH_KEYS = [*TALKING, say("PROVIDER"), need(KEY_SETS), hear("KEY_SET")]
WITH_CACHED_KEYS = [*WITH_KEYS[:-1], hear("TEXT_END")]
WITH_RULES = [*WITH_KEYS, need(AUTH_ID), hear("TEXT_END"), need(HOME_AUTH_ID), hear("TEXT_END")]
WITH_PLUGINS = [*WITH_RULES, need(PLUGINS), hear("TEXT_END")]
TALK = ["NOTE", "CHECK", "PROVIDER", "NEED", "USERINFO_QUERY", "PLUGIN_ENV", "PLUGIN_RUN",
        "LOGIN_VERDICT"]
TURNS = [
    Turn("opk-judge", "cage", [], ["READY"]),
    Turn("opk-judge", "settings", BRIEFED, ["SETTINGS", "CONFIG_ERROR"]),
    Turn("opk-judge", "talk", TALKING, TALK),
    Turn("opk-judge", "keys", WITH_KEYS, TALK),
    Turn("opk-judge", "rules", WITH_RULES, TALK),
    Turn("opk-judge", "plugins", WITH_PLUGINS, TALK),
]
FIRST_TURNS = TURNS[:3]     # where each message is tried in all its forms


@pytest.fixture
def idp(opk_idp):
    opk_login.write_plugin("echo deny")
    return opk_idp


@pytest.fixture
def login(lab, idp, command_user):
    """A login whose judge says these lines."""
    (path,) = PREFIX.glob("**/sallyport-parse")

    def run(*lines, deadline=None, offered=OFFERED):
        clear_scripts()
        write_script("opk-judge", lines)
        options = [f"--deadline={deadline}"] if deadline else []
        with stand_in(path, LIAR):
            return lab.program.run("verify", *options, "alice", *opk_login.words(offered),
                                   as_user=command_user)
    return run


def assert_blamed(result, reason, detail, within=AT_ONCE):
    assert (result.status, result.stdout) == (0, ""), result
    decision = result.decision
    assert (decision["decision"], decision["reason"]) == ("error", REASON_WORD[reason]), result.log
    assert decision["worker"] == "judge"
    assert decision["detail"].startswith(detail), decision
    assert result.seconds < within


def assert_denied(result, reason="NO_RULE"):
    assert (result.status, result.stdout) == (0, ""), result
    assert (result.decision["decision"], result.decision["reason"]) == ("deny", REASON_WORD[reason])


def assert_printed(result, line=line_of(OFFERED)):
    assert (result.status, result.stdout) == (0, line), result
    assert result.decision["decision"] == "allow"


# What is no message, and what is none of this turn.

def lies():
    for turn in TURNS:
        for what, data, error in not_now(turn.expected, "parse"):
            yield turn, what, data, error
    for turn in FIRST_TURNS:
        for name in turn.expected:
            for what, data, error in malformed(name):
                yield turn, f"{name}-{what}", data, error


@in_turn("turn,what,data,error", lies(), id=lambda lie: f"{lie[0].name}-{lie[1]}")
def test_no_message_of_this_turn(login, idp, turn, what, data, error):
    assert_blamed(login(*turn.honest, send(data), "sleep"), reason_for(error), ERR[error])
    assert idp.listener.connects == 0


@pytest.mark.parametrize("turn", FIRST_TURNS, ids=lambda turn: turn.name)
def test_descriptor_is_passed(login, turn):
    result = login(*turn.honest, f"pass {datagram(turn.expected[0]).hex()}", "sleep")
    assert_blamed(result, "WORKER_DIED",
                  f"{ERR['ERR_EOF']}: killed by its system call filter (SIGSYS)")


@in_turn("turn,ending", [(turn, ending) for turn in TURNS for ending in ENDINGS],
         id=lambda case: f"{case[0].name}-{case[1]}")
def test_judge_ends_early(login, turn, ending):
    line, detail = ENDINGS[ending]
    assert_blamed(login(*turn.honest, line), "WORKER_DIED", f"{ERR['ERR_EOF']}: {detail}")


@in_turn("turn", [(turn,) for turn in TURNS], id=lambda case: case[0].name)
@patient
def test_judge_is_silent(login, turn):
    result = login(*turn.honest, "sleep", deadline=DEADLINE)
    assert_blamed(result, "DEADLINE", ERR["ERR_DEADLINE"], DEADLINE + program.SLACK)


@patient
def test_judge_trickles(login):
    result = login(*TALKING, f"trickle {datagram('NOTE').hex()}", deadline=DEADLINE)
    assert_blamed(result, "DEADLINE", ERR["ERR_DEADLINE"], DEADLINE + program.SLACK)


@patient
def test_judge_does_not_read_a_large_file(login):
    """More than a socket holds: the parent may not block in sending either."""
    program.write_config("# a comment\n" * 400000, "root", ETC / "auth_id", mode=0o644)
    result = login(*TALKING, need(AUTH_ID), "sleep", deadline=DEADLINE)
    assert_blamed(result, "DEADLINE", ERR["ERR_DEADLINE"], DEADLINE + program.SLACK)


@pytest.mark.parametrize("deadline,reason", [(0, "DEADLINE"), (30, "WORKER_DIED")])
def test_deadline_is_the_judges_to_say(login, deadline, reason):
    """It stands in sallyport.yaml. No more than 30 seconds are to be had."""
    result = login(*BRIEFED, say("SETTINGS", deadline_s=deadline), "exit 0")
    assert_blamed(result, reason, "")


# Streams of good messages that have no end of their own.

NOTES_MAX = 512


@pytest.mark.parametrize("turn", TURNS[1:], ids=lambda turn: turn.name)
@pytest.mark.parametrize("name,error", [
    ("NOTE", "ERR_TOO_BIG"), ("PROVIDER", "ERR_TURN"), ("PLUGIN_ENV", "ERR_TOO_BIG"),
    ("SETTINGS", "ERR_TURN")])
def test_endless_messages(login, turn, name, error):
    data = datagram(name, data=b"A" * 1000) if name == "PLUGIN_ENV" else datagram(name)
    result = login(*turn.honest, f"endless {data.hex()}")
    assert_blamed(result, "WORKER_PROTOCOL", ERR["ERR_TURN"] if turn.name == "settings"
                  else ERR[error])
    # And the decision, and that the home's rules could not be had.
    assert len(result.log) <= NOTES_MAX + 2


def test_environment_is_larger_than_any(login):
    data = datagram("PLUGIN_ENV", data=b"A" * LIMIT["IPC_CHUNK_MAX"])
    result = login(*TALKING, f"endless {data.hex()}")
    assert_blamed(result, "WORKER_PROTOCOL", ERR["ERR_TOO_BIG"])


# Well-formed, and not true.

PROVIDERS = f"""\
# https://was.example/ {CLIENT} 24h
{ISSUER} {CLIENT} 24h
  "https://quoted.example.com"\t'https://client.example/id' 24h
https://last.example https://client.example/id 24h"""
LISTED = [ISSUER, "https://quoted.example.com", "https://last.example"]
UNLISTED = ["https://other.example", ISSUER + "/", ISSUER[:-1], "https://quoted.example.co",
            "https://quoted.example", "quoted.example.com", "https://last.exampl",
            "https://was.example/", "https://client.example/id", CLIENT, f"{ISSUER} {CLIENT}",
            f'"{LISTED[1]}"', f" {ISSUER}"]


@pytest.mark.parametrize("issuer", LISTED)
def test_provider_of_our_file(login, issuer):
    program.write_config(PROVIDERS, "root", ETC / "providers", mode=0o644)
    result = login(*TALKING, say("PROVIDER", issuer=issuer.encode()), say("LOGIN_VERDICT"))
    assert_denied(result)


@pytest.mark.parametrize("issuer", UNLISTED)
def test_provider_that_is_none_of_ours(login, idp, issuer):
    """Else the judge could have keys asked for at a host of its choice."""
    program.write_config(PROVIDERS, "root", ETC / "providers", mode=0o644)
    result = login(*TALKING, say("PROVIDER", issuer=issuer.encode()), need(REFRESH), "sleep")
    assert_blamed(result, "WORKER_PROTOCOL", ERR["ERR_BOUND"])
    assert idp.requests == []


def settings(**values):
    return [*BRIEFED, say("SETTINGS", **values)]


LIES = {
    "a provider twice": ([*TALKING, say("PROVIDER"), say("PROVIDER")], "ERR_TURN"),
    "fewer providers": ([*settings(providers=2), say("PROVIDER"), need(KEY_SETS)], "ERR_TURN"),
    "no provider": ([*settings(providers=0), need(KEY_SETS)], "ERR_TURN"),
    "keys before providers": ([*TALKING, need(KEY_SETS)], "ERR_TURN"),
    "newer keys before providers": ([*TALKING, need(REFRESH)], "ERR_BOUND"),
    "newer keys of nobody": ([*WITH_KEYS, need(REFRESH, 1)], "ERR_BOUND"),
    "keys twice": ([*WITH_KEYS, need(KEY_SETS)], "ERR_TURN"),
    "keys of another provider twice": ([*WITH_KEYS, need(KEY_SETS, 1)], "ERR_TURN"),
    "auth_id twice": ([*WITH_RULES, need(AUTH_ID)], "ERR_TURN"),
    "home twice": ([*WITH_RULES, need(HOME_AUTH_ID)], "ERR_TURN"),
    "home, where there is none": ([*settings(home_policy=0), need(HOME_AUTH_ID)], "ERR_TURN"),
    "plugins twice": ([*WITH_PLUGINS, need(PLUGINS)], "ERR_TURN"),
    "a check that nobody asked for": ([*TALKING, say("CHECK")], "ERR_TURN"),
    "userinfo of nobody": ([*TALKING, say("USERINFO_QUERY")], "ERR_BOUND"),
    "userinfo of another": ([*WITH_KEYS, say("USERINFO_QUERY", provider=1)], "ERR_BOUND"),
    "userinfo twice": ([*WITH_KEYS, say("USERINFO_QUERY"), hear("TEXT_END"),
                        say("USERINFO_QUERY")], "ERR_TURN"),
    "a token behind the key": ([*WITH_KEYS, say("USERINFO_QUERY", token_at=LEN, token_len=1)],
                               "ERR_BOUND"),
    "a token beyond the key": ([*WITH_KEYS, say("USERINFO_QUERY", token_at=LEN - 1, token_len=2)],
                               "ERR_BOUND"),
    "a token far behind": ([*WITH_KEYS, say("USERINFO_QUERY", token_at=65536, token_len=65536)],
                           "ERR_BOUND"),
    "a token that is none": ([*WITH_KEYS, say("USERINFO_QUERY", token_at=0, token_len=8)],
                             "ERR_BOUND"),
    "a token and a byte": ([*WITH_KEYS, say("USERINFO_QUERY", token_at=TOKEN_AT - 1)], "ERR_BOUND"),
    "no such plugin": ([*TALKING, say("PLUGIN_RUN", plugin=1)], "ERR_BOUND"),
    "no such plugin at all": ([*TALKING, say("PLUGIN_RUN", plugin=63)], "ERR_BOUND"),
    "environment that did not come": ([*TALKING, say("PLUGIN_RUN", env_total=1)], "ERR_BOUND"),
    "environment that came": ([*TALKING, say("PLUGIN_ENV", data=b"A=\0"), say("PLUGIN_RUN")],
                              "ERR_BOUND"),
    "a plugin twice": ([*TALKING, say("PLUGIN_RUN"), hear("PLUGIN_RESULT"), say("PLUGIN_RUN")],
                       "ERR_TURN"),
}


@in_turn("what", LIES)
def test_judge_lies(login, idp, what):
    lines, error = LIES[what]
    assert_blamed(login(*lines, "sleep"), "WORKER_PROTOCOL", ERR[error])
    assert set(idp.requests) <= ({USERINFO} if what == "userinfo twice" else set())


NOTES = [name for name in REASON if name in (
    "PROVIDERS_ROW", "AUTH_ID_ROW", "EMAIL_UNSTATED", "CONFIG_IGNORED", "PLUGIN_FILE",
    "PLUGIN_VALUE", "POLICY_FILE", "HOME_POLICY", "USERINFO", "PLUGIN_RUN")]
CONFIG_ERRORS = ["CONFIG_SIZE", "CONFIG_SYNTAX", "CONFIG_VALUE", "MEMORY"]
# What no judge of certificates knows of.
OTHERS = ["NO_KEYS", "USAGE", "WRONG_USER", "CONFIG_MISSING", "CONFIG_VALUE", "CONNECT", "TLS",
          "HTTP_STATUS", "ANSWER_JSON", "KEY_LINE", "JWK_FORM", "JWKS_JSON", "DISCOVERY_JSON",
          "WORKER_START", "WORKER_DIED", "CAGE", "DEADLINE", *NOTES]


@in_turn("reason", other_reasons(NOTES)[::4])
def test_note_that_is_none(login, reason):
    result = login(*TALKING, say("NOTE", reason=reason), "sleep")
    assert_blamed(result, "WORKER_PROTOCOL", ERR["ERR_BOUND"])


@in_turn("reason", [*(REASON[name] for name in OTHERS), 255])
def test_verdict_for_a_reason_not_the_judges_own(login, reason):
    result = login(*TALKING, say("LOGIN_VERDICT", reason=reason), "sleep")
    assert_blamed(result, "WORKER_PROTOCOL", ERR["ERR_BOUND"])


@in_turn("reason", other_reasons(CONFIG_ERRORS)[::4])
def test_config_error_that_is_none(login, reason):
    result = login(*BRIEFED, say("CONFIG_ERROR", reason=reason), "sleep")
    assert_blamed(result, "WORKER_PROTOCOL", ERR["ERR_BOUND"])


# The one thing that may be printed.

@pytest.mark.parametrize("turn", TURNS[2:], ids=lambda turn: turn.name)
def test_offered_key_is_printed(login, turn):
    """At any turn, for whoever owns the judge."""
    assert_printed(login(*turn.honest, allow(), "sleep"))


@pytest.mark.parametrize("at,length", [
    (0, 0), (0, LEN), (0, LEN + 1), (0, 65536), (65536, 0), (65536, 65536), (LEN, 1), (LEN, 0),
    (AT, LEN), (AT, LEN - AT + 1), (AT + 1, SIZE), (AT - 1, SIZE), (AT - 4, SIZE + 4), (AT, 0),
    (AT, 4), (AT, 4 + len(SSH_TYPE) - 1)])
def test_no_plain_key_stands_there(login, at, length):
    result = login(*TALKING, allow(at, length), "sleep")
    assert_blamed(result, "WORKER_PROTOCOL", ERR["ERR_BOUND"])


def test_what_is_printed_stands_in_the_certificate(login):
    """Other places that begin as a plain key does: sshd takes none of them, for the certificate is
    not signed by it, but more than a piece of what was offered they cannot be."""
    hidden = BLOB.index(HIDDEN)
    starts = [at for at in range(LEN) if BLOB.startswith(wire_string(SSH_TYPE), at)]
    assert {hidden, AT} < set(starts)
    for at in starts:
        for length in (4 + len(SSH_TYPE), SIZE - 1, SIZE, SIZE + 1, LEN - at):
            if length <= LEN - at:
                result = login(*TALKING, allow(at, length), "sleep")
                assert_printed(result, cert_authority(BLOB[at:at + length]))


@pytest.mark.parametrize("principal,name", [(NONE, None), (WILDCARD, b"opkssh-wildcard"),
                                            (LOGIN_NAME, b"alice")])
def test_principals_are_ours(login, principal, name):
    assert_printed(login(*TALKING, allow(principal=principal)),
                   cert_authority(KEY, name))


@pytest.mark.parametrize("ends,text", [(0, ""), (1, "19700101000001Z"),
                                       (253402300799, "99991231235959Z")])
def test_end_is_a_time(login, ends, text):
    result = login(*settings(expiry_time=1), allow(ends=ends))
    option = f',expiry-time="{text}"' if text else ""
    assert_printed(result, line_of(OFFERED).replace('" ', f'"{option} ', 1))
    assert_printed(login(*TALKING, allow(ends=ends)))


def test_identity_is_for_the_log_only(login):
    hostile = b'"\n\xff\0 decision=allow ssh-ed25519 AAAA'
    values = dict.fromkeys(["issuer", "sub", "email", "kid"], hostile)
    assert_printed(login(*TALKING, allow(**values)))
    result = login(*TALKING, say("LOGIN_VERDICT", **values, detail=hostile.replace(b"\0", b"")))
    assert (result.status, result.stdout) == (0, "")
    (line,) = result.log
    assert " decision=deny " in line


@pytest.mark.parametrize("after", ["sleep", "close", "exit 1", "signal 11", "signal 19",
                                   f"endless {datagram('NOTE').hex()}", send(b"")])
def test_after_the_verdict_it_is_not_heard(login, after):
    result = login(*TALKING, allow(), after)
    assert_printed(result)
    assert result.seconds < AT_ONCE


def test_exit_status_is_the_judges_to_say(login):
    """It stands in sallyport.yaml. sshd logs the command line then, but lets nobody in."""
    result = login(*settings(deny_status=7), say("LOGIN_VERDICT"))
    assert (result.status, result.stdout) == (7, "")
    result = login(*settings(deny_status=7), allow())
    assert_printed(result)


# What may leave the machine.

def test_refresh_of_a_provider_is_all_it_can_ask_for(login, lab, idp):
    """And that once a minute, whoever asks; here within the same second."""
    lines = [need(REFRESH), hear("TEXT_END"), say("LOGIN_VERDICT")]
    assert_denied(login(*WITH_KEYS, *lines))
    assert idp.requests == [DISCOVERY, JWKS]
    for _ in range(3):
        result = login(*WITH_CACHED_KEYS, *lines)
        assert_denied(result)
        assert "a minute ago" in result.decision["fetch_detail"]
    assert idp.requests == [DISCOVERY, JWKS] and lab.names.queries == []


def test_refresh_twice(login, idp):
    result = login(*WITH_KEYS, need(REFRESH), hear("TEXT_END"), need(REFRESH), "sleep")
    assert_blamed(result, "WORKER_PROTOCOL", ERR["ERR_TURN"])
    assert idp.requests == [DISCOVERY, JWKS]


@pytest.fixture
def authorizations(idp):
    """What the userinfo endpoint is shown."""
    shown = []

    def behaviour(connection):
        shown.append(asked[-1].headers["authorization"])
        page(response(b'{"sub": "alice"}'))(connection)
    asked = []
    idp.watch = asked.append
    idp.pages[USERINFO] = behaviour
    return shown


def test_userinfo_is_asked_with_a_piece_of_the_certificate(login, idp, authorizations):
    """Once a login, where the cache says, with what may be a token and stands in the key."""
    lines = [need(REFRESH), hear("TEXT_END"), say("USERINFO_QUERY"), hear("TEXT_END"),
             say("LOGIN_VERDICT")]
    assert_denied(login(*WITH_KEYS, *lines))
    assert authorizations == [f"Bearer {ACCESS_TOKEN.decode()}"]
    at = BLOB.index(b"opkssh-wildcard")
    lines[-3] = say("USERINFO_QUERY", token_at=at, token_len=6)
    assert_denied(login(*WITH_CACHED_KEYS, *lines))
    assert authorizations[1:] == ["Bearer opkssh"]
    assert idp.requests == [DISCOVERY, JWKS, USERINFO, USERINFO]


def test_userinfo_is_not_asked_where_no_keys_are(login, idp):
    result = login(*WITH_KEYS, say("USERINFO_QUERY"), hear("TEXT_END"), say("LOGIN_VERDICT"))
    assert_denied(result)
    assert idp.requests == []


@pytest.mark.parametrize("name,path", [("ca_file", "/etc/passwd"), ("ca_dirs", "/usr/share"),
                                       ("ca_file", "/dev/zero"), ("ca_dirs", "/proc/self")])
def test_certificates_are_those_of_our_file(login, idp, name, path):
    """Else the judge could have strangers' authorities vouch for a provider's keys."""
    result = login(*settings(**{name: path.encode()}), "sleep")
    assert_blamed(result, "WORKER_PROTOCOL", ERR["ERR_BOUND"])


# Plugins.

@pytest.fixture
def witness(idp, command_user):
    """The plugin's path. It allows, and leaves its environment behind."""
    seen = SCRATCH / "witness"
    seen.unlink(missing_ok=True)
    seen.touch()
    seen.chmod(0o666)
    path = opk_login.write_plugin(f"env > {seen}; echo allow", arguments=" one two")
    return path, seen


def run_plugin(words, env=b""):
    lines = [say("PLUGIN_ENV", data=env)] if env else []
    return [*lines, say("PLUGIN_RUN", words=words, env_total=len(env)), hear("PLUGIN_RESULT"),
            "when 1701", allow(), "when 1700", say("LOGIN_VERDICT")]


@pytest.mark.parametrize("words", ["{} one two", "{} one", "{}"])
def test_plugin_of_our_file_is_run(login, witness, words):
    path, seen = witness
    env = b"OPKSSH_PLUGIN_U=alice\0"
    result = login(*WITH_PLUGINS,
                   *run_plugin(words.format(path).replace(" ", "\0").encode() + b"\0", env))
    assert_printed(result)
    assert "OPKSSH_PLUGIN_U=alice" in seen.read_text()


@pytest.mark.parametrize("words", [
    "/bin/sh", "/bin/sh {}", "{} two", "{} one two three", "{} one tw", "{}x", "one", "", "{} one ",
    "/bin/touch /run/room/witness"])
def test_plugin_that_stands_in_no_file_is_not_run(login, witness, words):
    path, seen = witness
    result = login(*WITH_PLUGINS,
                   *run_plugin(words.format(path).replace(" ", "\0").encode() + b"\0"))
    assert_denied(result)
    assert any("reason=plugin_run" in line for line in result.log)
    assert seen.read_text() == ""


@pytest.mark.parametrize("env", [
    b"LD_PRELOAD=/tmp/x.so\0", b"PATH=/tmp\0", b"BASH_ENV=/tmp/x\0", b"OPKSSH_PLUGIN=\0",
    b"OPKSSH_PLUGIN_=\0", b"OPKSSH_PLUGIN_U\0", b"OPKSSH_PLUGIN_U=x", b"=\0", b"\0",
    b"OPKSSH_PLUGIN_U=x\0LD_PRELOAD=y\0", b"OPKSSH_PLUGIN_u=x\0", b"opkssh_plugin_U=x\0"])
def test_environment_that_is_not_a_plugins(login, witness, env):
    path, seen = witness
    result = login(*WITH_PLUGINS, *run_plugin(bytes(path) + b"\0", env))
    assert_denied(result)
    assert seen.read_text() == ""
