"""The chained command: anything may be in its place, and nobody believes what it prints."""

import itertools
import os
from pathlib import Path

import pytest

import keys
import program
from busy import patient
from processes import gone
from program import SLACK
from room import OPK, SCRATCH, USERS

KEY = keys.new_ed25519()
BODY = " ".join(KEY.split()[:2])
NUMBERS = itertools.count(200)


def printed(lab, *lines, end=b"\n"):
    """Have the command print these; the run that follows."""
    file = lab.directory / "printed"
    file.write_bytes(b"".join((line if isinstance(line, bytes) else line.encode()) + end
                              for line in lines))
    lab.chain(f"cat {file}")
    return lab.by_key()


@pytest.fixture(autouse=True)
def only_the_chain(lab):
    lab.settings(key9=["enable: false"], openpubkey=["enable: false"])


@pytest.fixture
def seconds():
    """How long to sleep: not what another test sleeps."""
    return f"62.{next(NUMBERS)}"


# What stands.

@pytest.mark.parametrize("kind", keys.good())
def test_every_type(lab, kind):
    line = keys.good()[kind]
    assert printed(lab, line).lines == [line]


@pytest.mark.parametrize("given, line", [
    (f"restrict {BODY}", None), (f"restrict,pty {BODY} a comment", None),
    (f'from="10.0.0.0/8,!10.1.2.3" {BODY}', None),
    (f'command="/bin/sh -c \\"id -un\\"" {BODY}', None),
    (f'permitopen="a:1",permitopen="b:2" {BODY}', None),
    (f'expiry-time="20991231Z",tunnel="1" {BODY}', None),
    (f"RESTRICT,x11-Forwarding {BODY}", f"restrict,X11-forwarding {BODY}"),
    (f"  restrict \t {BODY}\t comment  ", f"restrict {BODY} comment"),
    (f"{BODY}\r", BODY), (f"\t{BODY}", BODY),
    (f"{BODY} com\u00e9ment", f"{BODY} com?ment")])
def test_lines_that_stand(lab, given, line):
    assert printed(lab, given).lines == [line or given]


def test_empty_lines_and_comments(lab):
    run = printed(lab, "", "# hello", "   ", KEY, "\t# no key", "\r")
    assert (run.lines, run.dropped) == ([KEY], [])
    assert run.decisions["chain"]["keys"] == "1"


def test_last_line_without_end(lab):
    lab.chain(f"printf '%s' '{KEY}'")
    assert lab.by_key().lines == [KEY]


# What does not.

BAD_OPTIONS = [
    "environment=\"LD_PRELOAD=/tmp/x\"", "cert-authority", "principals=\"root\"", "frobnicate",
    "restrict,", ",restrict", "restrict,,pty", "restrict=\"x\"", "command", "command=", "command=x",
    "command=\"x", "command=\"x\\\"", "command=\"x\"y", "command=\"x\",command=\"y\"",
    "from=\"a\",FROM=\"b\"", "command=\"\x01\"", "command=\"\x7f\"", "command=\"\u00e9\"",
    "command=\"a\tb\"", "command='x'", "restrict\x00", "restrict\x0b,pty", "\"restrict\"",
    "zos-key-ring-label=\"x\"", "no-restrict", "", "\"", "=", "restrict pty",
    "command=\"" + "x" * 1024 + "\""]


@pytest.mark.parametrize("options", BAD_OPTIONS, ids=ascii)
def test_bad_options(lab, options):
    """The line goes, not the option: what it was for would be lost."""
    run = printed(lab, f"{options} {BODY}", KEY)
    if options == "":
        assert run.lines == [BODY, KEY]
        return
    assert run.lines == [KEY], run.log
    (reason, line), = run.dropped
    assert line == 1
    assert reason in ("line_option", "key_options", "key_type")
    assert run.final["reason"] == "ok"


# Of those that Key9 may not send, these are what a chained command may print.
FINE = ["options", "restrict", "second line", "empty"]


@pytest.mark.parametrize("kind", [kind for kind in keys.bad() if kind not in FINE])
def test_bad_keys(lab, kind):
    run = printed(lab, keys.bad()[kind], KEY)
    assert run.lines == [KEY], run.log


@pytest.mark.parametrize("line", [
    b"\0", b"\xff" * 100, b"\x7fELF\x02\x01\x01" + bytes(range(256)), b"restrict", b"ssh-ed25519",
    b"ssh-ed25519 ", BODY.encode() + b"\0", BODY.encode() + b"\rssh-rsa AAAA",
    BODY.encode().replace(b" ", b"\0"), b"A" * 30000,
    b"ssh-ed25519-cert-v01@openssh.com " + BODY.split()[1].encode()], ids=ascii)
def test_garbage(lab, line):
    run = printed(lab, line, KEY)
    assert run.lines == [KEY], run.log
    assert len(run.dropped) >= 1


def test_nothing_but_garbage(lab):
    lab.chain("head -c 100000 /dev/urandom")
    run = lab.by_key()
    assert (run.lines, run.reason("chain")) == ([], "all_keys_dropped")
    assert run.reason("authorize") == "no_keys"
    assert len(run.dropped) <= 8, "not each of a thousand"


def test_an_option_that_we_add_cannot_be_given(lab):
    """sshd would take both permitopen, and neither of two commands."""
    lab.settings(key9=["enable: false"], chain=["options: ['permitopen=\"a:1\"', restrict]"])
    run = printed(lab, f'permitopen="b:2" {BODY}', f"restrict,pty {BODY}")
    assert run.lines == [f'restrict,pty,permitopen="a:1",restrict {BODY}']
    assert run.dropped == [("line_option", 1)]


def test_cert_authority_if_configured(lab):
    line = f'cert-authority,principals="a,b" {BODY}'
    assert printed(lab, line).lines == []
    lab.settings(key9=["enable: false"], chain=["cert_authority: true"])
    assert printed(lab, line).lines == [line]


# How much, and for how long.

def test_too_many_lines(lab):
    assert len(printed(lab, *[BODY] * 1000).lines) == 1000
    run = printed(lab, *[BODY] * 1001)
    assert (run.lines, run.reason("chain")) == ([], "answer_keys")


@pytest.mark.parametrize("script", ["head -c 1048576 /dev/zero", "yes", "yes '# comment'",
                                    f"while :; do echo '{KEY}'; done"])
def test_too_much(lab, script):
    lab.chain(script)
    run = lab.by_key()
    assert (run.lines, run.reason("chain")) == ([], "too_large")
    assert run.result.seconds < 2


def test_as_much_as_may_be(lab):
    text = [KEY, *[b"#" * 1023] * 255, b"#" * (1023 - len(KEY) - 1)]
    assert printed(lab, *text).lines == [KEY]
    assert printed(lab, *text, "").reason("chain") == "too_large"


@pytest.mark.parametrize("script", [
    "sleep {0}", "sleep {0} & wait", "trap '' TERM HUP INT ALRM; sleep {0}; sleep {0}",
    "exec >&- 2>&-; exec sleep {0}", "sleep {0} &"])
@patient
def test_never_ends(lab, seconds, script):
    """In time, with all that it has started."""
    lab.settings(key9=["enable: false"], chain=["deadline: 1s"])
    lab.chain(f"echo '{KEY}'\n" + script.format(seconds))
    run = lab.by_key()
    # Who ends it tells; on a busy machine not in time to be heard.
    assert run.lines == [] and run.reason("chain") in ("chain_run", "deadline")
    assert 1 < run.result.seconds < 1 + SLACK
    assert gone(seconds)


def test_ends_with_us(lab, seconds):
    lab.chain(f"sleep {seconds} >/dev/null 2>&1 & echo '{KEY}'")
    assert lab.by_key().lines == [KEY]
    assert gone(seconds)


# Who it is.

def report(lab):
    """What the command finds: ids, groups, capabilities, descriptors, environment, words."""
    file = SCRATCH / "tmp" / f"found-{next(NUMBERS)}"
    file.touch()
    file.chmod(0o666)
    lab.chain(f"(id -u; id -G; grep -E '^([UG]id|Cap|NoNewPrivs|Seccomp:)' /proc/self/status; "
              f"ls /proc/self/fd | tr '\\n' ' '; echo; env | sort | tr '\\n' ' '; echo; pwd; "
              f'for w; do echo "$w"; done) >{file}')
    run = lab.by_key()
    assert run.reason("chain") == "no_keys", run.log
    return file.read_text().splitlines()


def test_what_it_has(lab, command_user):
    lab.settings(key9=["enable: false"],
                 command=f"{lab.directory}/chained --user=%u  %t %U:%h 100%%")
    found = report(lab)
    uid = str(USERS[lab.chain_user])
    assert found[:2] == [uid, uid]
    status = dict(line.split(":\t") for line in found[2:11])
    assert status["Uid"].split() == status["Gid"].split() == [uid] * 4
    assert all(int(status[name], 16) == 0 for name in status if name in ("CapEff", "CapPrm",
               "CapInh", "CapAmb")), status
    assert status["NoNewPrivs"] == "1"
    descriptors, environment, directory, *words = found[11:]
    assert set(descriptors.split()) <= {"0", "1", "2", "3"}      # 3: ls's own, the directory
    assert environment.replace("_=/usr/bin/env ", "").split() == [
        f"LOGNAME={lab.chain_user}",
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "PWD=/",
        f"USER={lab.chain_user}"]
    assert directory == "/"
    assert words == ["--user=alice", "ssh-ed25519", "23002:/opt/home/alice", "100%", "alice"]


@pytest.fixture
def operator():
    """Of root's group, for this test."""
    passwd = Path("/etc/passwd")
    before = passwd.read_text()
    passwd.write_text(before + "operator:x:23009:0::/:/usr/sbin/nologin\n")
    yield
    passwd.write_text(before)


@pytest.mark.parametrize("user, words", [
    ("root", "is root"), ("operator", "or in its group"), ("frob", "is not in /etc/passwd")])
def test_users_that_it_may_not_be(lab, operator, user, words):
    lab.settings(chain=[])
    text = f"sources:\n  - source: chain\n    command: {lab.directory}/chained\n    user: {user}\n"
    program.write_settings(text)
    run = lab.by_key()
    assert (run.lines, run.reason("chain")) == ([], "chain_run")
    assert words in run.decisions["chain"]["detail"]


def test_only_root_can_be_another(lab):
    lab.reset("opksshuser")
    program.write_settings(f"sources:\n  - source: chain\n    command: {lab.directory}/chained\n"
                           "    user: nobody\n")
    run = lab.by_key()
    assert (run.lines, run.reason("chain")) == ([], "chain_run")
    assert "only root can run it as nobody" in run.decisions["chain"]["detail"]


@pytest.mark.parametrize("command, words", [
    ("{0} %C", "%C"), ("{0} %x", "none of"), ("{0} %", "none of"), ("/nonexistent/x", "create it"),
    ("{0}.other", "")])
def test_commands_that_are_not_run(lab, command, words):
    lab.settings(key9=["enable: false"], command=command.format(lab.directory / "chained"))
    run = lab.by_key()
    assert (run.lines, run.reason("chain")) == ([], "chain_run")
    assert words in run.decisions["chain"]["detail"]


@pytest.mark.parametrize("change", [
    lambda path: path.chmod(0o775), lambda path: path.chmod(0o4755), lambda path: path.chmod(0o700),
    lambda path: os.chown(path, USERS["alice"], 0), lambda path: path.parent.chmod(0o777)])
def test_program_that_others_could_change(lab, change):
    path = lab.chain(f"echo '{KEY}'")
    try:
        change(path)
        run = lab.by_key()
    finally:
        path.parent.chmod(0o755)
    assert (run.lines, run.reason("chain")) == ([], "chain_run")


def test_connection(lab):
    lab.settings(key9=["enable: false"], command=f"{lab.directory}/chained %C")
    lab.chain(f"test \"$1\" = '192.0.2.1 1 192.0.2.2 22' && echo '{KEY}'")
    assert lab.by_key("--connection=192.0.2.1 1 192.0.2.2 22").lines == [KEY]


def test_config_yml_of_nobody(lab):
    """Where OpenPubkey is no source, its files may be missing, or wrong."""
    (OPK / "config.yml").write_text("deny_users: [\n")
    assert lab.by_key().lines == [lab.chained]
