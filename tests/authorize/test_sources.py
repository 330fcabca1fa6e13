"""Several sources: whose lines are printed, and what happens when one fails or says no."""

import time

import pytest

import keys
import program
from busy import patient
from forge import EMAIL, Forgery
from key9_api import answer, response, send, silent, status
from many import SOURCES
from room import CONFIG, OPK, SETTINGS


def test_all_have_something(lab, command_user):
    run = lab.by_certificate()
    assert run.lines == [lab.authority_line, lab.chained], run.log
    assert (run.final["decision"], run.final["reason"]) == ("allow", "ok")
    assert run.final["keys"] == "2"
    assert (run.reason("openpubkey"), run.reason("chain")) == ("ok", "ok")
    assert run.decisions["openpubkey"]["email"] == EMAIL

    run = lab.by_key()
    assert run.lines == [lab.plain, lab.chained], run.log
    assert run.final["keys"] == "2"
    assert (run.reason("key9"), run.reason("chain")) == ("ok", "ok")
    assert run.result.status == 0


def test_who_has_nothing_to_say_is_not_asked(lab):
    """sshd takes a certificate from no line of Key9's, and OpenPubkey is about nothing else."""
    lab.by_certificate()
    assert lab.api.connects() == 0
    assert lab.idp.connects() > 0
    lab.idp.forget()
    run = lab.by_key()
    assert lab.api.connects() == 1
    assert lab.idp.connects() == 0
    assert set(run.decisions) == {"key9", "chain", "authorize"}


def test_order_is_the_files(lab):
    rows = [f"  - source: chain\n    command: {lab.chain('echo ' + repr(lab.chained))}\n"
            "    user: nobody\n", "  - source: key9\n"]
    for first, second in (rows, rows[::-1]):
        program.write_settings("sources:\n" + first + second)
        expected = [lab.chained, lab.plain]
        assert lab.by_key().lines == (expected if first == rows[0] else expected[::-1])


def test_disabled_source_is_not_asked(lab):
    lab.settings(key9=["enable: false"])
    run = lab.by_key()
    assert run.lines == [lab.chained]
    assert lab.api.connects() == 0
    assert "key9" not in run.decisions


@pytest.mark.parametrize("text", ["", "stale_max: 1h\n", "sources: []\n",
                                  "sources:\n  - source: key9\n    enable: false\n"])
def test_no_source(lab, text):
    program.write_settings(text)
    run = lab.by_key()
    assert (run.lines, run.reason("authorize"), run.result.status) == ([], "no_source", 1)


def test_sallyport_yaml_must_be_there(lab):
    SETTINGS.unlink()
    run = lab.by_key()
    assert (run.lines, run.reason("authorize"), run.result.status) == ([], "config_missing", 1)


# Options.

def test_options_are_added_to_each_line(lab):
    lab.settings(openpubkey=["options: [restrict, pty]"],
                 key9=["options: ['from=\"192.0.2.0/24,*.example\"']"],
                 chain=["options: [restrict, 'command=\"/bin/echo \\\"a b\\\"\"']"])
    lab.chain(f"echo '{lab.chained}'; echo 'no-pty,FROM=\"10.0.0.1\" {lab.chained}'")
    own, plain = lab.authority_line.split(" ", 1)
    command = 'restrict,command="/bin/echo \\"a b\\""'
    chained = [f"{command} {lab.chained}", f'no-pty,from="10.0.0.1",{command} {lab.chained}']
    assert lab.by_certificate().lines == [f"{own},restrict,pty {plain}", *chained]
    assert lab.by_key().lines == [f'from="192.0.2.0/24,*.example" {lab.plain}', *chained]


def test_an_email_must_be_verified_if_asked_for(lab):
    unstated = lab.certificate.but(claims=lambda claims: {
        name: value for name, value in claims.items() if name != "email_verified"})
    assert lab.by_certificate(forgery=unstated).reason("openpubkey") == "ok"
    lab.settings(openpubkey=["require_email_verified: true"])
    assert lab.by_certificate(forgery=unstated).reason("openpubkey") == "email_unverified"
    verified = lab.certificate.but(claims=lambda claims: claims | {"email_verified": True})
    assert lab.by_certificate(forgery=verified).reason("openpubkey") == "ok"


# One fails.

FAILURES = {
    "openpubkey": {
        "no files": (lambda lab: (OPK / "providers").unlink(), "config_missing"),
        "no provider": (lambda lab: lab.idp.down(), "provider_keys"),
    },
    "key9": {
        "no file": (lambda lab: CONFIG.unlink(), "config_missing"),
        "down": (lambda lab: lab.api.down(), "connect"),
        "500": (lambda lab: lab.api.behaviours.update(alice=status("500 No")), "http_status"),
        "no JSON": (lambda lab: lab.api.behaviours.update(alice=send(response(b"{"))),
                    "answer_json"),
        "silent": (lambda lab: lab.api.behaviours.update(alice=silent), "timeout"),
    },
    "chain": {
        "exit 1": (lambda lab: lab.chain(f"echo '{lab.chained}'; exit 1"), "chain_run"),
        "killed": (lambda lab: lab.chain(f"echo '{lab.chained}'; kill -9 $$"), "chain_run"),
        "no program": (lambda lab: (lab.directory / "chained").unlink(), "chain_run"),
        "mode": (lambda lab: lab.chain("true", mode=0o777), "chain_run"),
    },
}
CASES = [(source, name) for source in FAILURES for name in FAILURES[source]]


@pytest.mark.parametrize("source, name", CASES, ids=map("-".join, CASES))
@pytest.mark.parametrize("stop", [False, True], ids=["continue", "stop"])
def test_failing_source(lab, source, name, stop):
    """It takes no other down, unless it is told to."""
    fail, reason = FAILURES[source][name]
    lab.settings(**{source: [f"on_error: {'stop' if stop else 'continue'}",
                             f"deadline: {1 if name == 'silent' else 3}s"]})
    fail(lab)
    run = lab.by_certificate() if source == "openpubkey" else lab.by_key()
    assert run.reason(source) == reason, run.log
    others = {"openpubkey": [lab.chained], "key9": [lab.chained], "chain": [lab.plain]}[source]
    assert run.lines == ([] if stop else others)
    assert run.reason("authorize") == ("source_stop" if stop else "ok")
    assert run.result.status == 0


def test_nobody_has_anything(lab):
    lab.api.behaviours["alice"] = answer()
    lab.chain("true")
    run = lab.by_key()
    assert (run.lines, run.reason("authorize")) == ([], "no_keys")
    lab.api.behaviours["alice"] = send(response(b"{"))
    assert lab.by_key().reason("authorize") == "answer_json"


@patient
def test_deadline_of_a_source(lab):
    """The others do not wait longer for it than it may take."""
    lab.api.behaviours["alice"] = silent
    lab.settings(key9=["deadline: 1s"])
    run = lab.by_key()
    assert run.lines == [lab.chained]
    assert run.result.seconds < 1 + program.SLACK


@patient
def test_one_deadline_over_all(lab):
    """However many sleep: they do it side by side, and what is there in time is printed."""
    program.reset_cache()
    lab.api.behaviours["alice"] = silent
    lab.chain("sleep 61.5")
    start = time.monotonic()
    run = lab.by_key("--deadline=1")
    assert time.monotonic() - start < 1 + program.SLACK
    assert run.lines == []
    # Which of two clocks that stop at the same time is heard of first is a matter of luck.
    assert run.reason("chain") in ("chain_run", "deadline")
    assert run.reason("key9") in ("timeout", "deadline")
    lab.settings(before="deadline: 2s\n")
    lab.api.behaviours["alice"] = answer(lab.plain)
    words = [w for w in lab.words if not w.startswith("--deadline")]
    result = lab.program.run("authorize", "--user=alice", "--type=ssh-ed25519",
                             f"--key={lab.plain.split()[1]}", *words, as_user="root")
    assert result.stdout == lab.plain + "\n"
    assert 1 < result.seconds < 2 + program.SLACK


# One says no.

@pytest.mark.parametrize("by", ["by_certificate", "by_key"])
def test_denied_user_has_no_key_anywhere(lab, by):
    lab.host.config("deny_users: [alice]\n")
    run = getattr(lab, by)()
    assert (run.lines, run.reason("authorize")) == ([], "denied_user")
    assert set(run.decisions) == {"authorize"}
    lab.settings(openpubkey=["enable: false"])
    assert lab.by_key().lines == [lab.plain, lab.chained]


def test_denied_email_has_no_key_anywhere(lab):
    lab.host.config(f"deny_emails: ['{EMAIL}']\n")
    run = lab.by_certificate()
    assert (run.lines, run.reason("authorize")) == ([], "denied_email")
    assert run.reason("openpubkey") == "denied_email"
    assert run.reason("chain") == "ok"


@pytest.mark.parametrize("change, reason", [
    (lambda lab: lab.host.config("deny_users: [\n"), "config_syntax"),
    (lambda lab: lab.host.config("deny_user: [bob]\n"), "config_value"),
    (lambda lab: (OPK / "config.yml").chmod(0o666), "config_mode")])
def test_deny_lists_that_cannot_be_read_deny_everybody(lab, change, reason):
    change(lab)
    run = lab.by_key()
    assert (run.lines, run.reason("authorize"), run.result.status) == ([], reason, 1)
    lab.settings(openpubkey=["enable: false"])
    assert lab.by_key().lines == [lab.plain, lab.chained]


def test_refused_certificate_lets_others_speak(lab):
    """A source's "no such key here" is no denial."""
    lab.host.auth_id()
    run = lab.by_certificate()
    assert (run.lines, run.reason("openpubkey")) == ([lab.chained], "no_rule")


def test_a_denied_email_is_known_from_a_valid_certificate_only(lab):
    """Not from a key, nor while nothing fits that would show the token to be the provider's."""
    lab.host.config(f"deny_emails: ['{EMAIL}']\n")
    assert lab.by_key().lines == [lab.plain, lab.chained]
    lab.idp.down()
    run = lab.by_certificate()
    assert (run.lines, run.reason("openpubkey")) == ([lab.chained], "provider_keys")


@pytest.mark.parametrize("user", ["../alice", "a b", "-a", ".", "x" * 257])
def test_user_names(lab, user):
    run = lab.by_key(user=user)
    assert (run.lines, run.reason("authorize")) == ([], "user_name")
    assert lab.api.connects() == 0


@pytest.mark.parametrize("words", [
    ["--user=alice"], ["--user=alice", "--type=ssh-rsa"], ["alice"],
    ["--user=alice", "--type=ssh-rsa", "--key=AAAA", "word"],
    ["--user=alice", "--type=ssh-rsa", "--key=AAAA", "--deadline=31"],
    ["--user=", "--type=ssh-rsa", "--key=AAAA"]])
def test_command_line(lab, words):
    result = lab.program.run("authorize", *words, as_user="root")
    assert (result.status, result.stdout) == (1, "")
    assert "sallyport authorize:" in result.stderr


def test_other_commands_are_as_they_were(lab):
    """`verify` and `k9-ssh` heed none of the sources' settings."""
    lab.settings(openpubkey=["options: [restrict]", "require_email_verified: true"],
                 key9=["enable: false", "options: [restrict]"])
    unstated = lab.certificate.but(claims=lambda claims: {
        name: value for name, value in claims.items() if name != "email_verified"})
    found = lab.program.run("verify", "alice", unstated.base64, unstated.type, as_user="root")
    assert found.stdout == lab.authority_line.replace(lab.certificate.plain_key,
                                                      unstated.plain_key) + "\n"
    assert lab.program.keys_for("alice", as_user="root").stdout == lab.plain + "\n"


def test_other_commands_let_nobody_in_while_sources_are_wrong(lab):
    lab.settings(key9=["deadline: 0"])
    found = lab.program.run("verify", "alice", lab.certificate.base64, lab.certificate.type,
                            as_user="root")
    for result in (found, lab.program.keys_for("alice", as_user="root")):
        assert (result.stdout, result.status, result.decision["reason"]) == ("", 1, "config_value")


def test_log_for_a_person(lab):
    run = lab.by_key("--log-stderr")
    assert [line for line in run.result.stderr.splitlines() if "source=key9" in line]
    assert [line for line in run.result.stderr.splitlines() if "source=authorize" in line]


def test_sources_are_all_there_is():
    assert set(FAILURES) == set(SOURCES)


def test_a_second_forgery_is_its_own(lab):
    """The line is of what was offered."""
    other = Forgery()
    assert lab.by_certificate(forgery=other).lines[0].endswith(other.plain_key)


def test_comments_stay(lab):
    lab.api.behaviours["alice"] = answer(keys.new_ed25519() + " some body")
    assert lab.by_key().lines[0].endswith(" some body")
