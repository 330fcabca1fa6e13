"""Processes of a login that are stopped, killed or late, and answers as large as may be: what is
one source's trouble is no other's, and nobody is left."""

import os
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

import keys
import program
from busy import patient
from key9_api import answer, silent
from processes import children, gone
from program import SLACK, as_sshd_would, assert_nobody_is_left

KEYS_MAX = 1000
SOON = 0.4      # seconds, until all sources of a login are at work


@contextmanager
def begun(lab):
    """A login with a key, in which Key9 says nothing; its process."""
    lab.program.log.clear()
    lab.api.behaviours["alice"] = silent
    arguments = lab.arguments(*lab.plain.split()[:2])
    with subprocess.Popen([lab.program.path, *arguments], text=True, stdout=subprocess.PIPE,
                          **as_sshd_would(lab.command_user)) as process:
        time.sleep(SOON)
        try:
            yield process
        finally:
            process.kill()


def key9_process(login):
    """Forked behind the starter; OpenPubkey's is not, for a plain key."""
    return children(login.pid)[1]


def runner_of(login, word):
    """Who runs the chained command, in whose words that one is, once it is there."""
    for _ in range(200):
        for pid in children(login.pid):
            for command in children(pid):
                if word in Path(f"/proc/{command}/cmdline").read_bytes():
                    return pid
        time.sleep(0.01)
    raise AssertionError(f"nobody runs {word}")


# Stopped and killed.

@pytest.mark.parametrize("deadline", [2, None])
@patient
def test_source_is_stopped(lab, command_user, deadline):
    """The others are heard all the same, and none waits longer than the stopped one has time."""
    lab.settings(key9=[f"deadline: {deadline}s"] * (deadline is not None))
    start = time.monotonic()
    with begun(lab) as login:
        os.kill(key9_process(login), signal.SIGSTOP)
        stdout, _ = login.communicate(timeout=10)
    seconds = time.monotonic() - start
    assert (stdout, login.returncode) == (lab.chained + "\n", 0)
    assert seconds < (deadline or 3) + SLACK + 0.5      # who is stopped is waited for, in the end
    assert any("reason=deadline user=alice source=key9" in line for line in lab.program.log.take())
    assert_nobody_is_left()


@patient
def test_lines_do_not_wait_for_the_log(lab, command_user):
    """Of who is stopped and of the chain there is still something to say, and no room for it."""
    with lab.program.log.full(), begun(lab) as login:
        os.kill(key9_process(login), signal.SIGSTOP)
        stdout, _ = login.communicate(timeout=10)
    assert (stdout, login.returncode) == (lab.chained + "\n", 0)
    assert_nobody_is_left()


def test_login_is_killed(lab, command_user):
    """With all its sources and what they started."""
    with begun(lab) as login:
        assert len(children(login.pid)) == 2 + 1    # a starter, and two: the chain's has ended
        login.kill()
    assert_nobody_is_left()


def test_source_is_killed(lab, command_user):
    with begun(lab) as login:
        os.kill(key9_process(login), signal.SIGKILL)
        stdout, _ = login.communicate(timeout=10)
    assert (stdout, login.returncode) == (lab.chained + "\n", 0)
    assert any("reason=worker_died user=alice source=key9" in line
               for line in lab.program.log.take())
    assert_nobody_is_left()


@pytest.mark.parametrize("how", ["STOP", "KILL", "TERM"])
@patient
def test_command_cannot_stop_who_runs_it(lab, how):
    """Although both are the same user: it could stay for ever."""
    lab.settings(key9=["enable: false"], chain=["deadline: 1s"])
    lab.chain(f"kill -{how} $PPID && echo '{lab.chained}'; sleep 63.1")
    run = lab.by_key()
    assert (run.lines, run.reason("chain")) == ([], "chain_run"), run.log
    assert "too long" in run.decisions["chain"]["detail"]
    assert gone("63.1")


def test_command_dies_with_who_runs_it(lab):
    """Even if that was killed, and could do nothing about it."""
    lab.settings(chain=["deadline: 20s"])
    lab.chain("exec sleep 63.2")
    with begun(lab) as login:
        runner = runner_of(login, b"63.2")
        os.kill(runner, signal.SIGKILL)
        login.communicate(timeout=10)
    assert gone("63.2")


@pytest.mark.parametrize("how", ["killed", "woken"])
def test_stopped_runner_ends_with_who_asked_it(lab, how):
    """Nobody else is there to end it; and it may be woken sooner, and go on."""
    lab.settings(key9=["enable: false"], chain=["deadline: 3s"])
    lab.chain(f"sleep {dict(killed=63.3, woken=1.5)[how]}; echo '{lab.chained}'")
    with begun(lab) as login:
        runner = runner_of(login, b"/bin/sh")
        os.kill(runner, signal.SIGSTOP)
        if how == "woken":
            os.kill(runner, signal.SIGCONT)
        else:
            login.kill()
        stdout, _ = login.communicate(timeout=10)
    assert stdout == (lab.chained + "\n" if how == "woken" else "")
    assert gone("63.3")
    assert_nobody_is_left()


# Large.

def test_room_of_one_source_is_not_anothers(lab):
    """Key9, or who owns it, cannot crowd the chained lines out."""
    lab.api.behaviours["alice"] = answer(*[lab.plain] * KEYS_MAX)
    options = "command=\"" + "x" * 1000 + "\""
    lab.settings(key9=[f"options: ['{options}']"])
    file = lab.directory / "printed"
    file.write_text(f"{lab.chained}\n" * KEYS_MAX)
    lab.chain(f"cat {file}")
    run = lab.by_key()
    assert run.lines == [f"{options} {lab.plain}"] * KEYS_MAX + [lab.chained] * KEYS_MAX
    assert run.final["keys"] == str(2 * KEYS_MAX)


def test_long_answer_does_not_wait_for_a_slow_source(lab):
    """More than a socket holds, of one whose time ends before the slow one's, behind that."""
    chain = lab.chain(f"sleep 2.3; echo '{lab.chained}'")
    program.write_settings(f"sources:\n  - source: chain\n    command: {chain}\n    user: nobody\n"
                           "  - source: key9\n    deadline: 2s\n")
    rsa = keys.good()["rsa2048"]
    lab.api.behaviours["alice"] = answer(*[rsa] * KEYS_MAX)
    assert lab.by_key().lines == [lab.chained] + [rsa] * KEYS_MAX


# Whoever reads it.

@pytest.mark.parametrize("reader, printed", [
    (">&-", ""), ("| :", ""), ("| head -c 1", "s"), ("| tail -n 1", "{0}\n")])
def test_reader_that_does_not_read(lab, reader, printed):
    """sshd hangs up once a key has matched; the exit status is 0."""
    lab.api.behaviours["alice"] = answer(*[lab.plain] * KEYS_MAX)
    words = " ".join(map(str, [lab.program.path, *lab.arguments(*lab.plain.split()[:2])]))
    found = subprocess.run(["bash", "-c", f"{words} {reader}; echo ${{PIPESTATUS[0]}} >&2"],
                           capture_output=True, text=True, timeout=10)
    assert (found.stdout, found.stderr) == (printed.format(lab.chained), "0\n")
    assert "decision=allow reason=ok" in lab.program.log.take()[-1]
    assert_nobody_is_left()
