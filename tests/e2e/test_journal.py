"""Where systemd-journald runs: a line is one entry of it, with its fields, and nowhere a second time."""

import os

import pytest

import keys
import program
import room
from journal import JOURNALD, SOCKET, Journald
from key9_api import API_KEY, answer, status

HEAD = {"MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER", "SYSLOG_FACILITY"}


@pytest.fixture
def journal(lab):
    if not JOURNALD.exists():
        room.missing("there is no systemd-journald here")
    with Journald() as journal:
        yield journal


def said(entry):
    """What the program itself said."""
    return {name: value for name, value in entry.items() if not name.startswith("_")}


def in_fields(entry):
    """The fields of an entry, which must be what its line says, named as journald wants them."""
    own = said(entry)
    found = {name.removeprefix("SALLYPORT_").lower(): value for name, value in own.items()
             if name.startswith("SALLYPORT_")}
    assert set(own) == HEAD | {f"SALLYPORT_{name.upper()}" for name in found}
    line = {name: value.replace('\\"', '"') for name, value in
            program.fields(entry["MESSAGE"]).items()}
    assert found == line
    return found


def only(entries):
    assert len(entries) == 1, entries
    return entries[0]


def test_a_decision_is_one_entry(lab, journal, command_user):
    key = keys.good()["ed25519"]
    lab.api.behaviours["alice"] = answer(key)
    result = lab.program.keys_for("alice", as_user=command_user)
    assert (result.keys, result.log) == ([key], []), "nothing goes to /dev/log as well"
    entry = only(journal.take())
    fields = in_fields(entry)
    assert {name: fields[name] for name in ("decision", "reason", "user", "source", "keys")} == {
        "decision": "allow", "reason": "ok", "user": "alice", "source": "key9", "keys": "1"}
    assert (entry["PRIORITY"], entry["SYSLOG_FACILITY"]) == ("6", "10")
    # The parent has shut its cage by then, and taken its own id.
    assert entry["_UID"] == str(program.cache_owner(command_user))
    assert entry["_TRANSPORT"] == "journal"
    assert "alice" not in entry.get("_CMDLINE", ""), "overwritten before; none if it has ended"
    assert API_KEY not in str(entry)


def test_a_syslogd_behind_it_gets_the_line(lab, journal, command_user):
    lab.program.keys_for("bob", as_user=command_user)
    line = journal.handed_on()
    assert line.startswith("<83>")
    assert program.fields(line)["reason"] == only(journal.take())["SALLYPORT_REASON"]


@pytest.mark.parametrize("user", ["x\nPRIORITY=0\nSALLYPORT_DECISION=allow", "a b\"=\\",
                                  "\x1b[2J\x7f", "é\udcff", "SALLYPORT_X\n\x08" + 7 * "\x01"],
                         ids=["line feeds", "quotes", "terminal", "not UTF-8", "a length"])
def test_a_hostile_value_stays_in_its_field(lab, journal, user):
    result = lab.program.run("k9-ssh", f"--user={user}")
    assert (result.stdout, result.log) == ("", [])
    entry = only(journal.take())
    fields = in_fields(entry)
    assert (fields["decision"], fields["reason"]) == ("deny", "user_name")
    assert entry["PRIORITY"] == "6"
    assert all(isinstance(value, str) and value.isascii() and value.isprintable()
               for value in said(entry).values())


def test_an_error_is_an_error(lab, journal, command_user):
    lab.api.behaviours["alice"] = status("500 No")
    lab.program.keys_for("alice", as_user=command_user)
    entry = only(journal.take())
    assert in_fields(entry)["status"] == "500"
    assert entry["PRIORITY"] == "3"


def test_each_source_has_its_entry(lab, journal):
    program.write_config(lab.sections("key9"), group="key9")
    program.write_settings("sources:\n  - source: key9\n")
    key = keys.good()["ed25519"]
    lab.api.behaviours["alice"] = answer(key)
    kind, base64 = key.split()[:2]
    result = lab.program.run("authorize", "--user=alice", f"--type={kind}", f"--key={base64}")
    assert (result.keys, result.log) == ([key], [])
    # Whose comes first is chance: they are two processes.
    found = [in_fields(entry) for entry in journal.take()]
    assert sorted((f["source"], f["reason"]) for f in found) == [
        ("authorize", "ok"), ("key9", "ok")]


def test_not_roots_is_no_journal(lab, journal, command_user):
    os.chown(SOCKET, room.USERS["bob"], 0)
    result = lab.program.keys_for("bob", as_user=command_user)
    assert result.decision["reason"] == "http_status"
    os.chown(SOCKET, 0, 0)
    assert journal.take() == []


def test_a_dead_journal_leaves_syslog(lab, journal, command_user):
    journal.stop()
    assert SOCKET.exists()
    assert lab.program.keys_for("bob", as_user=command_user).decision["reason"] == "http_status"
