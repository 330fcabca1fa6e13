"""A machine in trouble: its cache directory takes little, nothing, or is gone, its clock jumps; and
a reader of the answer who has heard enough."""

import contextlib
import itertools
import os
import shutil
import subprocess
import time

import pytest

import logins
import program
import room
from injected import INJECTED, Faults
from program import SLACK

USERS = ["root", "key9"]
DEADLINE = 5
HOUR = 3600
DAY = 24 * HOUR
YEAR = 365 * DAY
JUMPS = [HOUR, 25 * HOUR, -HOUR, 10 * YEAR, -10 * YEAR, -60 * YEAR]

# When a login's sources are good for a yes, in seconds from now.
TOKEN = range(-60, DAY)     # by its policy, 24h; a minute off is usual
ANSWER = range(DAY + 1)     # Key9's last, by stale_max
SERVER = range(-2 * DAY, 2 * DAY)   # its certificate (key9_api.py)
ALWAYS = range(-100 * YEAR, 100 * YEAR)
GOOD = {"verify-warm": [TOKEN], "verify-cold": [TOKEN], "verify-home": [TOKEN], "k9": [SERVER],
        "k9-stale": [ANSWER], "authorize": [SERVER, ALWAYS],
        "authorize-certificate": [TOKEN, ALWAYS]}


def each_of(*names):
    """The fixture `login`: each of these as each command user."""
    return pytest.mark.parametrize("login", [(name, user) for name in names for user in USERS],
                                   ids="-".join, indirect=True)


# The cache directory.

@contextlib.contextmanager
def mounted(login, flags=0, **limits):
    """A file system of its own with so much room, as the cache directory."""
    owner = program.cache_owner(login.command_user)
    options = {"mode": "700", "uid": owner, "gid": owner, **limits}
    room.mount("tmpfs", login.directory, "tmpfs", flags,
               ",".join(f"{name}={value}" for name, value in options.items()))
    try:
        yield
    finally:
        room.unmount(login.directory)


def let_in_all_the_same(login):
    """Returns whether all could be cached. What there is, is sound; if not all, the log says so."""
    result = login.undisturbed()
    assert login.is_right(result), result
    found = dict(login.entries())
    assert not login.left_behind()
    assert all(found[name].body == login.content[name] for name in found)
    complete = found.keys() == login.content.keys()
    assert complete or any("cache" in line and "decision=" not in line for line in result.log)
    return complete


@pytest.fixture
def large(lab, request):
    """A login whose entry in the cache is of many pages."""
    return logins.key9(lab, None, request.param, keys=300)


def until_it_suffices(login, limit):
    """With this much of it: 1, 2, ..."""
    for much in itertools.count(1):
        with mounted(login, **limit(much)):
            complete = let_in_all_the_same(login)
        if complete:
            break
        INJECTED["cache"][next(iter(limit(much)))] += 1
    assert much > 1, "it was enough from the beginning"
    assert login.is_right(login.next_one())


@each_of("verify-cold")
def test_disk_is_full(login):
    until_it_suffices(login, lambda pages: {"size": 4096 * pages})


@pytest.mark.parametrize("large", USERS, indirect=True)
def test_disk_is_full_in_the_middle_of_an_entry(large):
    until_it_suffices(large, lambda pages: {"size": 4096 * pages})


@each_of("verify-cold", "k9")
def test_inodes_are_used_up(login):
    until_it_suffices(login, lambda inodes: {"nr_inodes": inodes})


@each_of("verify-cold", "k9")
def test_cache_is_read_only(login):
    login.restore_cache()
    with mounted(login, room.MS_RDONLY):
        assert not let_in_all_the_same(login)
    assert login.is_right(login.next_one())


@each_of("verify-cold", "k9")
def test_cache_goes_away_while_the_answer_is_on_its_way(lab, whole_opk_idp, login):
    def remove(request):
        shutil.rmtree(login.directory, ignore_errors=True)
    login.restore_cache()
    whole_opk_idp.watch = lab.api.watch = remove
    result = login.undisturbed()
    whole_opk_idp.watch = lab.api.watch = None
    assert login.is_right(result), result
    assert any("cache" in line and "decision=" not in line for line in result.log), result
    login.restore_cache()
    assert login.is_right(login.next_one())


@pytest.mark.parametrize("login", [("verify-cold", "key9"), ("k9", "key9")], ids="-".join,
                         indirect=True)
def test_there_is_no_cache(login):
    """Who is not root cannot make one."""
    shutil.rmtree(login.directory)
    result = login.undisturbed()
    assert login.is_right(result), result
    assert any("no cache" in line for line in result.log)


# The clock.

@each_of(*GOOD)
def test_clock_has_jumped(login):
    """Before anybody looks at it: only what is still good, and not yet to come, is printed."""
    faults = Faults(login)
    for jump in JUMPS:
        lines = "".join(part for part, good in zip(
            login.parts, GOOD[login.name.split()[0]], strict=True) if jump in good)
        assert faults.put("*", "clock", 1, f"jump={jump}", deadline=DEADLINE, lines=lines)
    faults.check()


@each_of(*logins.LOGINS)
def test_clock_jumps(login):
    """When somebody looks at it; for all who look later, and back before the next login. What was
    decided by the time before it may be printed, or not: it was good then, and is not now."""
    faults = Faults(login)
    faults.sweep("clock", [f"jump={jump}" for jump in JUMPS], sample=4)
    faults.check()


# The reader.

def read_some(login, how_much):
    """Run it with a reader who goes away after so many bytes, and None: who does not read."""
    reader, writer = os.pipe()
    login.lab.log.take()
    start = time.monotonic()
    with subprocess.Popen([login.lab.program.path, *login.arguments(DEADLINE)], stdout=writer,
                          stderr=subprocess.PIPE,
                          **program.as_sshd_would(login.command_user)) as process:
        os.close(writer)
        left = how_much
        while left:
            left -= len(os.read(reader, left))
        if how_much is not None:
            os.close(reader)
        process.wait(timeout=DEADLINE + 10)
        if how_much is None:
            os.close(reader)
    assert time.monotonic() - start < DEADLINE + SLACK
    program.assert_nobody_is_left()
    (decision,) = [program.fields(line) for line in login.lab.log.take() if "decision=" in line]
    return process.returncode, decision["decision"]


@each_of("verify-warm", "k9")
@pytest.mark.parametrize("how_much", [0, 1, None])
def test_reader_goes_away(login, how_much):
    """sshd does so when it has seen its key."""
    assert read_some(login, how_much) == (0, "allow")


@pytest.mark.parametrize("large", USERS, indirect=True)
@pytest.mark.parametrize("how_much", [0, 1, 5000])
def test_reader_of_much_goes_away(large, how_much):
    assert len(large.lines) > 5000
    assert read_some(large, how_much) == (0, "allow")


@each_of("verify-warm", "k9")
def test_answer_goes_to_a_full_disk(login):
    """Nothing is out, so nothing is to be told by the status."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run([login.lab.program.path, *login.arguments(DEADLINE)], stdout=full,
                              **program.as_sshd_would(login.command_user))
    assert done.returncode == 0
    assert any("decision=error reason=system" in line for line in login.lab.log.take())
