"""The API is down: the last good answer, within bounds, and never at the price of a login."""

import os
import shutil

import pytest

import keys
import program
import room
from key9_api import answer, body_of, cut, response, send, silent, status, truncated_chunk
from name_server import NAMES
from program import GROUP, Entry, age_entry, entry_path, read_entry
from reasons import DECISION
from room import CACHE, USERS

KEY = keys.new_ed25519()
DAY = 86400


@pytest.fixture
def ask(lab, command_user):
    """Ask for alice's keys; returns the result."""
    return lambda: lab.program.keys_for("alice", as_user=command_user)


@pytest.fixture
def entry(lab, ask, command_user):
    """The path of the entry that a good answer has left."""
    lab.api.behaviours["alice"] = answer(KEY)
    result = ask()
    assert result.keys == [KEY]
    assert result.decision["cache"] != "stale"
    return entry_path(command_user)


@pytest.fixture
def directory(command_user):
    return CACHE / command_user


def assert_nothing(result, situation):
    assert (result.status, result.stdout) == (0, "")
    assert result.decision["reason"] == DECISION[situation], result.log


def assert_served(result, age):
    """The cached key, and a log line that says so with its age."""
    assert (result.status, result.keys) == (0, [KEY]), result.log
    decision = result.decision
    assert decision["decision"] == "allow"
    assert decision["cache"] == "stale"
    assert age <= int(decision["cache_age"].rstrip("s")) <= age + 10


def entries(directory):
    """The names in a cache directory, less what is there in any case."""
    return [name for name in os.listdir(directory) if name != "counters"]


def test_entry_is_what_was_answered(lab, entry, command_user):
    found = entry.stat()
    assert found.st_mode & 0o7777 == 0o600
    assert found.st_uid == program.cache_owner(command_user)
    content = read_entry(entry)
    assert content.url == f"{lab.api.url()}alice/{GROUP}".encode()
    assert content.body == body_of([KEY])
    assert entries(entry.parent) == [entry.name], "temporary files left behind"


def test_served_when_the_api_is_unreachable(lab, entry, ask):
    age_entry(entry, 3600)
    lab.api.down()
    assert_served(ask(), 3600)


@pytest.mark.parametrize("code", ["500 Internal Server Error", "502 Bad Gateway", "503 Unavailable"])
def test_served_when_the_api_is_broken(lab, entry, ask, code):
    age_entry(entry, 60)
    lab.api.behaviours["alice"] = status(code)
    assert_served(ask(), 60)


def test_served_when_the_connection_breaks(lab, entry, ask):
    lab.api.behaviours["alice"] = cut(b"HTTP/1.1 200 ")
    assert_served(ask(), 0)


@pytest.mark.parametrize("behaviour", [
    send(b"SSH-2.0-OpenSSH_9.2\r\n"), truncated_chunk(KEY),
    send(response(headers=["Content-Length: 2000000"]))],
    ids=["not HTTP", "cut short", "too large"])
def test_served_when_what_comes_is_no_answer(lab, entry, ask, behaviour):
    lab.api.behaviours["alice"] = behaviour
    assert_served(ask(), 0)


@pytest.mark.parametrize("listener", ["wrong name", "expired", "unknown authority"])
def test_served_when_somebody_else_answers(lab, entry, ask, command_user, listener):
    """Who can do that to a connection could as well cut it."""
    url, content = lab.api.url(listener), read_entry(entry)
    sections = lab.sections(command_user)
    sections["urls"]["query_ssh_keys"] = url
    program.write_config(sections, group=command_user)
    entry.write_bytes(content._replace(url=content.url.replace(
        lab.api.url().encode(), url.encode())).packed())
    assert_served(ask(), 0)
    assert lab.api.listeners[listener].connects == 1


@pytest.mark.parametrize("timeout", [None, 1])
def test_served_when_the_api_is_silent(lab, entry, command_user, timeout):
    """Within the deadline, however patient the connection: the last good answer needs time too."""
    sections = lab.sections(command_user)
    if timeout:
        sections["system"]["connection_timeout"] = timeout
    program.write_config(sections, group=command_user)
    lab.api.behaviours["alice"] = silent
    assert_served(lab.program.keys_for("alice", as_user=command_user, deadline=3), 0)


def test_served_when_the_name_does_not_resolve(lab, entry, ask, monkeypatch):
    monkeypatch.delitem(NAMES, "api.key9.test")
    assert_served(ask(), 0)


def test_not_asked_when_the_api_answers(lab, entry, ask):
    """A new answer counts at once: a withdrawn key is withdrawn."""
    other = keys.new_ed25519()
    lab.api.behaviours["alice"] = answer(other)
    assert ask().keys == [other]
    assert read_entry(entry).body == body_of([other])


@pytest.mark.parametrize("lines,situation", [
    ([], "no keys"), (["ssh-dss AAAAB3NzaC1kc3MAAACBAA=="], "only bad keys")])
def test_answer_without_a_key_replaces_the_entry(lab, entry, ask, lines, situation):
    """All keys withdrawn: an API that goes down afterwards must not bring them back."""
    lab.api.behaviours["alice"] = answer(*lines)
    assert_nothing(ask(), situation)
    lab.api.down()
    assert ask().stdout == ""


@pytest.mark.parametrize("settings,age,served", [
    (None, DAY - 60, True), (None, DAY + 60, False),
    ("stale_max: 1h\n", 3500, True), ("stale_max: 1h\n", 3700, False),
    ("stale_max: 120\n", 60, True), ("stale_max: 120\n", 180, False),
    ("stale_max: 0\n", 0, False),
])
def test_stale_max(lab, entry, ask, settings, age, served):
    if settings:
        program.write_settings(settings)
    age_entry(entry, age)
    lab.api.down()
    result = ask()
    if served:
        assert_served(result, age)
    else:
        assert_nothing(result, "refused connection")


def test_switched_off_nothing_is_kept(lab, ask, directory):
    program.write_settings("stale_max: 0\n")
    lab.api.behaviours["alice"] = answer(KEY)
    assert ask().keys == [KEY]
    assert entries(directory) == []


@pytest.mark.parametrize("code", ["401 Unauthorized", "403 Forbidden", "404 Not Found"])
def test_refusal_removes_the_entry(lab, entry, ask, code):
    lab.api.behaviours["alice"] = status(code)
    assert_nothing(ask(), "status")
    assert not entry.exists()
    lab.api.down()
    assert_nothing(ask(), "refused connection")


def test_error_answer_removes_the_entry(lab, entry, ask):
    lab.api.behaviours["alice"] = answer(KEY, {"error": "disabled"})
    assert_nothing(ask(), "error object")
    assert not entry.exists()


@pytest.mark.parametrize("behaviour,situation", [
    (status("429 Too Many Requests"), "status"), (answer(KEY, b"{"), "not JSON")],
    ids=["429", "not JSON"])
def test_other_trouble_neither_uses_nor_removes_the_entry(lab, entry, ask, behaviour, situation):
    lab.api.behaviours["alice"] = behaviour
    assert_nothing(ask(), situation)
    assert read_entry(entry).body == body_of([KEY])


def test_entry_of_another_group_is_not_used(lab, entry, ask, command_user):
    sections = lab.sections(command_user)
    sections["system"]["machine_group"] = "production"
    program.write_config(sections, group=command_user)
    lab.api.down()
    assert_nothing(ask(), "refused connection")


def test_entry_of_another_user_is_not_used(lab, entry, command_user):
    lab.api.down()
    assert_nothing(lab.program.keys_for("bob", as_user=command_user), "refused connection")


def test_entry_is_parsed_like_an_answer(lab, entry, ask):
    content = read_entry(entry)
    entry.write_bytes(content._replace(body=body_of([keys.bad()["options"], KEY])).packed())
    lab.api.down()
    result = ask()
    assert_served(result, 0)
    assert result.dropped == [("key_options", 1)]


def damages(content):
    """Files that are not what the program wrote, by what was done to them."""
    packed = content.packed()
    return {
        "empty": b"",
        "cut in the head": packed[:20],
        "cut in the body": packed[:-1],
        "trailing byte": packed + b"\n",
        "older form": b"SPCACHE1" + packed[8:16] + packed[20:],
        "other magic": b"SPCACHE1" + packed[8:],
        "url length beyond the file": packed[:20] + b"\xff\xff\xff\xff" + packed[24:],
        "body length beyond the file": packed[:24] + b"\xff\xff\xff\xff" + packed[28:],
        "larger than any answer": content._replace(body=body_of([KEY]) * 40000).packed(),
        "not JSON": content._replace(body=b"{").packed(),
        "text": f"{KEY}\n".encode(),
    }


@pytest.mark.parametrize("damage", damages(Entry(0, b"", b"")))
def test_damaged_entry_is_not_used(lab, entry, ask, damage):
    entry.write_bytes(damages(read_entry(entry))[damage])
    lab.api.down()
    result = ask()
    assert (result.status, result.stdout) == (0, "")
    assert result.decision["decision"] in ("deny", "error")
    lab.api.up()
    assert ask().keys == [KEY]
    lab.api.down()
    assert_served(ask(), 0)


@pytest.mark.parametrize("replace", ["symlink", "FIFO", "directory"])
def test_entry_is_no_regular_file(lab, entry, ask, replace):
    """No other file is read in its place or written through it, and nothing waits for a FIFO."""
    elsewhere = room.SCRATCH / "elsewhere"
    elsewhere.write_bytes(entry.read_bytes())
    elsewhere.chmod(0o666)
    before = elsewhere.read_bytes()
    entry.unlink()
    {"symlink": lambda: entry.symlink_to(elsewhere), "FIFO": lambda: os.mkfifo(entry),
     "directory": entry.mkdir}[replace]()
    lab.api.down()
    assert_nothing(ask(), "refused connection")
    lab.api.up()
    assert ask().keys == [KEY]
    assert elsewhere.read_bytes() == before


def says_no_cache(result):
    """Some line other than the decision tells the operator that the cache does not work."""
    return any("cache" in line and "decision=" not in line for line in result.log)


@pytest.fixture
def no_cache(directory):
    """Ways to spoil the cache directory, undone afterwards."""
    program.make_cache(directory.name)
    mounted = []

    def full():
        room.mount("tmpfs", directory, "tmpfs", options="size=4k,mode=700")
        mounted.append(directory)
        program.make_cache(directory.name)
        (directory / "filler").write_bytes(bytes(4096))

    def read_only():
        room.mount("tmpfs", directory, "tmpfs", room.MS_RDONLY, "mode=700")
        mounted.append(directory)

    def somebody_elses():
        os.chown(directory, USERS["bob"], USERS["bob"])

    yield {
        "missing": directory.rmdir,
        "all missing": lambda: shutil.rmtree(CACHE),
        "full": full,
        "read-only": read_only,
        "somebody else's": somebody_elses,
        "writable by all": lambda: directory.chmod(0o777),
        "a file": lambda: (directory.rmdir(), directory.touch()),
    }
    for mountpoint in mounted:
        room.unmount(mountpoint)


@pytest.mark.parametrize("state", [
    "missing", "all missing", "full", "read-only", "somebody else's", "writable by all", "a file"])
def test_cache_directory_is(lab, ask, no_cache, directory, state):
    """Works without, and says so; with the API down as well, it denies."""
    no_cache[state]()
    lab.api.behaviours["alice"] = answer(KEY)
    result = ask()
    assert (result.status, result.keys) == (0, [KEY])
    if directory.name == "root" and "missing" in state:
        assert entries(directory) == ["key9-alice"], "root makes its directory itself"
        return
    assert says_no_cache(result), result.log
    if directory.is_dir():
        assert set(os.listdir(directory)) <= {"filler"}, "half an entry left behind"
    lab.api.down()
    assert ask().stdout == ""
