"""The workers that fetch a provider's keys, replaced by liars: a failed refresh is that, and no
more. The keys that were there stay, and a login goes on with them."""

import program
import pytest
from busy import patient
from key9_api import response
from key9_api import send as page
from messages import (
    DEFAULTS, ERR, LIAR, LIMIT, REASON, REASON_WORD, datagram, lies)
from provider_api import JWKS, Provider, cache_file, write_policy
from room import CHECKOUT, PREFIX, SCRATCH
from room_lab import stand_in
from test_liars import AT_ONCE, ENDINGS, Turn, hear, name_of, reason_for, say, send

PORT = 9991
DEADLINE = 2
RESERVE = 0.5       # what a refresh leaves of it
EXECUTABLE = {"keys": "sallyport-parse", "system-ca": "sallyport-net"}
SENDER = {"keys": "parse", "system-ca": "net"}
NAME = {"keys": "keys", "system-ca": "netproc"}
CERTIFICATE = (CHECKOUT / "tests/vectors/opkssh/ES256-ecdsa/id-cert.pub").read_text().split()

DEFAULTS["KEYS_DONE"] = {"reason": REASON["JWKS_JSON"]}
ISSUER = f"http://127.0.0.1:{PORT}".encode()
FETCH = say("KEYS_FETCH", url=ISSUER + b"/keys")
SET = b"a key set"

KEYS_TURNS = [
    Turn("keys", "cage", [], ["READY"]),
    Turn("keys", "ask", [say("READY"), hear("KEYS_ASK")], ["KEYS_FETCH", "KEYS_DATA", "KEYS_DONE"]),
    Turn("keys", "second", [say("READY"), hear("KEYS_ASK"), FETCH, hear("TEXT_END")],
         ["KEYS_FETCH", "KEYS_DATA", "KEYS_DONE"]),
    Turn("keys", "set", [say("READY"), hear("KEYS_ASK"), FETCH, hear("TEXT_END"), FETCH,
                         hear("TEXT_END")], ["KEYS_DATA", "KEYS_DONE"]),
    Turn("keys", "data", [say("READY"), hear("KEYS_ASK"), say("KEYS_DATA", data=SET)],
         ["KEYS_DATA", "KEYS_DONE"]),
]
NET_TURNS = [
    Turn("system-ca", "cage", [], ["READY"]),
    Turn("system-ca", "fetch", [say("READY"), hear("FETCH")], ["FETCH_DATA", "FETCH_DONE"]),
]
TURNS = KEYS_TURNS + NET_TURNS
TURN = {(turn.role, turn.name): turn for turn in TURNS}

# An honest judge of our files, and one of a login that asks for newer keys and then says no.
SETTINGS = [say("READY"), hear("VERIFY_ASK"),
            say("SETTINGS", stale_max_s=86400, preload_max_s=86400, providers=1,
                deadline_s=DEADLINE), say("PROVIDER", issuer=ISSUER)]
LOGIN = SETTINGS[:1] + [hear("VERIFY_ASK"), hear("TEXT_END"), hear("TEXT_END")] + SETTINGS[2:] + [
    say("NEED", what=1), hear("KEY_SET"), hear("TEXT_END"),
    say("NEED", what=2), hear("KEY_SET"), hear("TEXT_END"),
    say("LOGIN_VERDICT", reason=REASON["NO_RULE"])]


@pytest.fixture(scope="session")
def idp(whole_lab):
    return Provider(PORT)


def script(role, lines):
    (SCRATCH / f"liar.{role}").write_text("\n".join(lines) + "\n")


@pytest.fixture
def keys_file(lab, idp, command_user):
    """What an honest refresh has left in the cache, its keys no longer fresh."""
    idp.reset()
    write_policy(idp.issuer)
    assert lab.program.run("refresh", as_user=command_user).status == 0
    path = cache_file(command_user, "keys", idp.issuer)
    cache_file(command_user, "try", idp.issuer).unlink()
    program.age_entry(path, 7200)
    return path


@pytest.fixture
def run(lab, keys_file, command_user):
    """The program, with the worker of the turn a liar that goes on as `lines` say."""
    def run(turn, *lines, words, judge):
        script("opk-judge", judge)
        script(turn.role, [*turn.honest, *lines])
        (path,) = PREFIX.glob(f"**/{EXECUTABLE[turn.role]}")
        before = keys_file.read_bytes()
        with stand_in(path, LIAR):
            result = lab.program.run(*words, as_user=command_user)
        assert keys_file.read_bytes() == before, "the last good keys are gone"
        return result
    return run


@pytest.fixture
def refresh(run):
    def refresh(turn, *lines):
        return run(turn, *lines, words=["refresh", f"--deadline={DEADLINE}"], judge=SETTINGS)
    return refresh


def assert_blamed(turn, result, reason, detail, within=AT_ONCE, issuer=ISSUER):
    """One line, for the one provider, and then no other: whoever comes next is judge, and liar."""
    assert result.status == 1
    first = program.fields(result.stdout.splitlines()[0])
    assert (first["issuer"], first["reason"]) == (issuer.decode(), REASON_WORD[reason]), result
    assert first["worker"] == NAME[turn.role]
    assert first["detail"].startswith(detail), first
    assert result.seconds < within


@pytest.mark.parametrize("turn,what,data,error", [
    pytest.param(turn, *lie, id=f"{name_of(turn)}-{lie[0]}")
    for turn in TURNS for lie in lies(turn.expected, SENDER[turn.role])])
def test_no_message_of_this_turn(refresh, turn, what, data, error):
    assert_blamed(turn, refresh(turn, send(data), "sleep"), reason_for(error), ERR[error])


@pytest.mark.parametrize("turn", TURNS, ids=name_of)
@pytest.mark.parametrize("ending", ENDINGS)
def test_worker_ends_early(refresh, turn, ending):
    line, detail = ENDINGS[ending]
    assert_blamed(turn, refresh(turn, line), "WORKER_DIED", f"{ERR['ERR_EOF']}: {detail}")


@pytest.mark.parametrize("turn", TURNS, ids=name_of)
@patient
def test_worker_is_silent(refresh, turn):
    result = refresh(turn, "sleep")
    assert_blamed(turn, result, "DEADLINE", ERR["ERR_DEADLINE"], DEADLINE + program.SLACK)


@patient
def test_keys_role_does_not_read_a_large_key_set(refresh, idp):
    turn = TURN["keys", "second"]
    idp.pages = {JWKS + "/large": page(response(bytes(500000)))}
    result = refresh(turn, say("KEYS_FETCH", url=ISSUER + b"/keys/large"), "sleep")
    assert_blamed(turn, result, "DEADLINE", ERR["ERR_DEADLINE"], DEADLINE + program.SLACK)


# Sets that do not agree with what is said of them.

def done(**values):
    return say("KEYS_DONE", **{"reason": REASON["OK"], "total": len(SET), "keys": 1, **values})


@pytest.mark.parametrize("what,line", [
    ("one byte more", done(total=len(SET) + 1)), ("one byte less", done(total=len(SET) - 1)),
    ("no keys", done(keys=0)), ("failed all the same", done(reason=REASON["JWKS_JSON"])),
    ("not its reason", done(reason=REASON["NO_RULE"])),
    ("not its reason, and none", say("KEYS_DONE", reason=REASON["CONNECT"])),
    ("unknown reason", done(reason=255))])
def test_set_and_what_is_said_of_it_differ(refresh, what, line):
    turn = TURN["keys", "data"]
    assert_blamed(turn, refresh(turn, line, "sleep"), "WORKER_PROTOCOL", ERR["ERR_BOUND"])


def test_no_set_but_keys(refresh):
    turn = TURN["keys", "ask"]
    result = refresh(turn, done(total=0), "sleep")
    assert_blamed(turn, result, "WORKER_PROTOCOL", ERR["ERR_BOUND"])


# Where keys may be asked for: by TLS, if the issuer is; else on this machine, and by no proxy.

ELSEWHERE = b"https://idp.example"
PROXY = "http://127.0.0.1:3128"
PLAIN = [say("KEYS_FETCH", url=ISSUER + b"/keys"), say("KEYS_FETCH", url=b"HTTP://idp.example/keys"),
         say("KEYS_FETCH", url=b"httpss://idp.example/keys"), say("KEYS_FETCH", url=b"https://")]


def of(issuer):
    return [*SETTINGS[:-1], say("PROVIDER", issuer=issuer)]


@pytest.mark.parametrize("line", PLAIN)
def test_keys_by_plain_http(run, idp, line):
    turn = TURN["keys", "ask"]
    write_policy(ELSEWHERE.decode())
    result = run(turn, line, "sleep", words=["refresh", f"--deadline={DEADLINE}"],
                 judge=of(ELSEWHERE))
    assert_blamed(turn, result, "WORKER_PROTOCOL", ERR["ERR_BOUND"], issuer=ELSEWHERE)


def test_userinfo_by_plain_http(run, idp):
    turn = TURN["keys", "data"]
    write_policy(ELSEWHERE.decode())
    result = run(turn, done(userinfo=ISSUER + b"/userinfo"), "sleep",
                 words=["refresh", f"--deadline={DEADLINE}"], judge=of(ELSEWHERE))
    assert_blamed(turn, result, "WORKER_PROTOCOL", ERR["ERR_BOUND"], issuer=ELSEWHERE)


def test_plain_http_by_a_proxy(refresh, idp):
    turn = TURN["keys", "ask"]
    result = refresh(turn, say("KEYS_FETCH", url=ISSUER + b"/keys",
                               proxy=b"http://127.0.0.1:3128"), "sleep")
    assert_blamed(turn, result, "WORKER_PROTOCOL", ERR["ERR_BOUND"])


NEAR = f"env_vars:\n  HTTPS_PROXY: {PROXY}8\n  HTTP_PROXY: 1{PROXY.removeprefix('http://')}\n"


@pytest.mark.parametrize("turn,line", [
    ("ask", say("KEYS_FETCH", url=ELSEWHERE + b"/keys", proxy=PROXY.encode())),
    ("data", done(userinfo=ELSEWHERE + b"/me", userinfo_proxy=PROXY.encode()))])
@pytest.mark.parametrize("config", [None, NEAR, "own"])
def test_proxy_of_its_own(run, idp, turn, line, config):
    """Who reads the provider's documents must not say by whom they are fetched."""
    turn = TURN["keys", turn]
    own = f"env_vars: {{HTTPS_PROXY: {PROXY.removeprefix('http://')}}}\n"
    write_policy(ELSEWHERE.decode(), config=own if config == "own" else config)
    result = run(turn, line, "sleep", words=["refresh", f"--deadline={DEADLINE}"],
                 judge=of(ELSEWHERE))
    if config != "own":
        assert_blamed(turn, result, "WORKER_PROTOCOL", ERR["ERR_BOUND"], issuer=ELSEWHERE)
    elif turn is TURN["keys", "data"]:
        assert result.status == 0, result
    else:   # it is asked, and is no proxy
        first = program.fields(result.stdout.splitlines()[0])
        assert first["reason"] == REASON_WORD["HTTP_PROTOCOL"], result


def test_set_without_end(refresh):
    turn = TURN["keys", "data"]
    data = datagram("KEYS_DATA", data=bytes(LIMIT["IPC_CHUNK_MAX"]))
    result = refresh(turn, f"endless {data.hex()}")
    assert_blamed(turn, result, "WORKER_PROTOCOL", ERR["ERR_TOO_BIG"])


# A login goes on with the keys it has.

@pytest.mark.parametrize("turn", KEYS_TURNS, ids=name_of)
@pytest.mark.parametrize("line,reason", [("exit 0", "WORKER_DIED"), ("sleep", "DEADLINE"),
                                         (send(b"\xff"), "WORKER_PROTOCOL")])
def test_login_goes_on(run, turn, line, reason):
    kind, key = CERTIFICATE[:2]
    result = run(turn, line, "sleep", words=["verify", "alice", key, kind], judge=LOGIN)
    assert (result.status, result.stdout) == (0, "")
    decision = result.decision
    assert (decision["decision"], decision["reason"]) == ("deny", REASON_WORD["NO_RULE"]), result
    assert decision["fetch"] == REASON_WORD[reason]
    assert result.seconds < DEADLINE - RESERVE / 2 + program.SLACK
