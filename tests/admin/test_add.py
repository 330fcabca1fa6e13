"""add and remove: one row, and every other byte of auth_id as it was."""

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

import room
from machine import AUTH_ID, ISSUER, SLASHED, write
from room import OPK, USERS

FILE = OPK / "auth_id"
ODD = f"# first\r\n\n  alice   alice@example.com   {ISSUER}   # why\nbroken row\nbob x {SLASHED}"

ROWS = [
    ("alice", "new@example.com", ISSUER),
    ("alice", "103030642802723203118", ISSUER),
    ("alice", "oidc:groups:ops", ISSUER),
    ("alice", "oidc:groups:two words", ISSUER),
    ("alice", 'oidc:"https://acme.example/groups":ops', ISSUER),
    ("alice", "oidc:groups:quo\"te'\\d", ISSUER),
    ("alice", "oidc-match-end:email:@example.com", ISSUER),
    ("alice", "repo:octo-org/octo-repo:ref:refs/heads/*", ISSUER),
    ("DOM\\user", "new@example.com", ISSUER),
]


def rules(host):
    """As `list` has them, which reads the file anew."""
    return json.loads(host.run("list", "--json").out)["rules"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[1]}")
def test_add_appends_what_reads_back_the_same_and_remove_takes_it_out(host, row):
    write(FILE, ODD, 0o600, "root", "bob")
    ran = host.run("add", *row)
    assert ran.status == 0, ran
    text = FILE.read_bytes().decode()
    assert text.startswith(f"{ODD}\n") and text.count("\n") == ODD.count("\n") + 2
    last = rules(host)[-1]
    assert (last["user"], last["identity"], last["issuer"]) == row and last["counts"]
    assert f"{FILE}:{last['line']}: " in ran.out and last["line"] == 6
    stat = FILE.stat()
    assert (stat.st_mode & 0o7777, stat.st_uid, stat.st_gid) == (0o600, 0, USERS["bob"])
    assert host.run("remove", *row).status == 0
    assert FILE.read_bytes().decode() == f"{ODD}\n"
    assert sorted(p.name for p in OPK.iterdir()) == ["auth_id", "config.yml", "providers"]


@pytest.mark.parametrize("row", ROWS[:2] + ROWS[4:5], ids=lambda row: row[1])
def test_a_rule_that_is_there_is_refused_with_its_line(host, row):
    assert host.run("add", *row).status == 0
    before = FILE.read_bytes()
    ran = host.run("add", *row)
    assert ran.status == 1 and "line 4 of /etc/opk/auth_id says already" in ran.err
    assert FILE.read_bytes() == before


def test_an_email_in_other_letters_is_the_same_and_a_sub_is_not(host):
    assert host.run("add", "alice", "Alice@Example.com", ISSUER).status == 1
    assert host.run("add", "alice", "AbC", ISSUER).status == 0
    assert host.run("add", "alice", "aBc", ISSUER).status == 0
    assert host.run("remove", "alice", "ALICE@example.com", ISSUER).status == 0


@pytest.mark.parametrize("short,issuer", [
    ("google", "https://accounts.google.com"),
    ("azure", "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"),
    ("microsoft", "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"),
    ("gitlab", "https://gitlab.com"),
    ("hello", "https://issuer.hello.coop"),
])
def test_short_names_are_written_out_as_opkssh_does(host, short, issuer):
    ran = host.run("add", "alice", "new@example.com", short)
    assert FILE.read_text() == f"{AUTH_ID}alice new@example.com {issuer}\n"
    assert "still needed: a row for this issuer" in ran.out and f"{issuer} CLIENT-ID 24h" in ran.out
    assert host.run("remove", "alice", "new@example.com", short).status == 0
    assert FILE.read_text() == AUTH_ID


def test_says_what_else_is_needed(host):
    ran = host.run("add", "carol", "c@example.com", f"{ISSUER}/")
    assert ran.status == 0
    assert f"it has {ISSUER}: the slash at the end is one too many" in ran.out
    assert "still needed: the user carol" in ran.out
    assert "still needed" not in host.run("add", "alice", "c@example.com", ISSUER).out


@pytest.mark.parametrize("row,why", [
    (("alice", "a@example.com", "idp.example"), "must begin with https://"),
    (("alice", "a@example.com", f"{ISSUER}?x"), "neither ? nor #"),
    (("alice", "a#b", ISSUER), "a # begins a comment"),
    (("alice", "oidc-match-end:email:example.com", ISSUER), "needs an @"),
    (("alice", "oidc:https://acme/groups:x", ISSUER), "double quotes"),
    (("alice", "", ISSUER), "too few columns"),
    (("alice", "a\nroot b", ISSUER), "would not mean"),
    (("alice", "a\x1bb", ISSUER), "control character"),
    (("al ice", "a", ISSUER), "no name"),
    (("../root", "a", ISSUER), "no name"),
    (("alice", "x" * 5000, ISSUER), "longer than 4096"),
])
def test_a_row_that_would_not_count_is_refused(host, row, why):
    ran = host.run("add", *row)
    assert ran.status == 1 and why in ran.err and ran.out == "", ran
    assert FILE.read_text() == AUTH_ID


def test_remove_of_what_is_not_there(host):
    ran = host.run("remove", "alice", "alice@example.com", SLASHED)
    assert ran.status == 1 and "no such row" in ran.err
    assert FILE.read_text() == AUTH_ID


def test_remove_takes_all_that_say_the_same(host):
    row = f"alice alice@example.com {ISSUER}"
    write(FILE, f"{row}\n# keep\n'alice' \"alice@example.com\" {ISSUER} # again\nbob x {ISSUER}\n{row}")
    assert host.run("remove", *row.split()).status == 0
    assert FILE.read_text() == f"# keep\nbob x {ISSUER}\n"


def test_a_new_file_is_for_the_group_that_reads_providers(host):
    FILE.unlink()
    assert host.run("add", "alice", "a@example.com", ISSUER).status == 0
    stat = FILE.stat()
    assert (stat.st_mode & 0o7777, stat.st_uid, stat.st_gid) == (0o640, 0, USERS["opksshuser"])
    assert FILE.read_text() == f"alice a@example.com {ISSUER}\n"
    assert host.audit()[1] == 0


def test_a_new_file_is_for_all_where_providers_is(host):
    """As on a machine that has no group for it."""
    FILE.unlink()
    os.chown(OPK / "providers", 0, 0)
    (OPK / "providers").chmod(0o644)
    assert host.run("add", "alice", "a@example.com", ISSUER).status == 0
    assert (FILE.stat().st_mode & 0o7777, FILE.stat().st_gid) == (0o644, 0)


def test_a_link_stays_one(host):
    target = write(OPK / "rules.txt", AUTH_ID)
    FILE.unlink()
    FILE.symlink_to("rules.txt")
    assert host.run("add", "alice", "a@example.com", ISSUER).status == 0
    assert FILE.is_symlink() and target.read_text().endswith(f"alice a@example.com {ISSUER}\n")


def test_a_link_that_leads_nowhere_is_not_written_through(host):
    """A file with the link's own mode, 0777, would be anybody's."""
    FILE.unlink()
    FILE.symlink_to("gone.txt")
    ran = host.run("add", "alice", "a@example.com", ISSUER)
    assert ran.status == 2 and "Link has been severed" in ran.err and ran.out == "", ran
    assert sorted(p.name for p in OPK.iterdir()) == ["auth_id", "config.yml", "providers"]
    assert FILE.is_symlink() and not FILE.exists()


def test_what_others_can_change_is_not_built_upon(host):
    FILE.chmod(0o662)
    ran = host.run("add", "alice", "a@example.com", ISSUER)
    assert ran.status == 2 and "chmod go-w" in ran.err and FILE.read_text() == AUTH_ID


def test_who_is_not_root_may_not(host):
    FILE.chmod(0o644)
    for words in ("add", "remove"):
        ran = host.run(words, "alice", "a@example.com", ISSUER, user="alice")
        assert ran.status == 2 and "sudo" in ran.err
    assert FILE.read_text() == AUTH_ID


def test_twenty_at_once_lose_nothing_and_readers_see_whole_files(host):
    # Large, so that two meet between reading and renaming.
    before = AUTH_ID + "# filler\n" * 300000
    write(FILE, before)

    def add(n):
        return host.run("add", "alice", f"user{n}@example.com", ISSUER).status
    with ThreadPoolExecutor(20) as pool:
        results = pool.map(add, range(20))
        for _ in range(50):
            text = FILE.read_text()
            assert text.startswith(before) and text.endswith("\n")
        assert set(results) == {0}
    added = sorted(FILE.read_text()[len(before):].splitlines())
    assert added == sorted(f"alice user{n}@example.com {ISSUER}" for n in range(20))


def test_nobody_but_root_can_keep_root_from_it(host):
    """Whoever may read a directory may lock it; and one who was killed leaves no lock."""
    left = write(OPK / ".sallyport-admin.lock", "", 0o600, group="root")
    with subprocess.Popen(["flock", "--no-fork", OPK, "sh", "-c", "echo; exec sleep 60"],
                          stdout=subprocess.PIPE, user=USERS["alice"], group=USERS["alice"],
                          extra_groups=[]) as alice:
        alice.stdout.readline()
        for words in "add", "remove":
            assert host.run(words, "alice", "a@example.com", ISSUER).status == 0
        assert alice.poll() is None and not left.exists()
        alice.kill()
    write(left, "", 0o600, "alice", "alice")
    ran = host.run("add", "alice", "a@example.com", ISSUER)
    assert ran.status == 2 and "Operation not permitted" in ran.err and FILE.read_text() == AUTH_ID


@pytest.fixture
def full(host):
    """/etc/opk on a disk of its own, with room for one page less than a new auth_id needs."""
    room.mount("tmpfs", OPK, "tmpfs", options="mode=755,size=16k")
    write(FILE, AUTH_ID + "# filler\n" * 1000)
    yield host
    room.unmount(OPK)


def test_a_full_disk_leaves_the_file_as_it_is(full):
    before = FILE.read_bytes()
    for words in ("add", "alice", "a@b.example", ISSUER), ("remove", *AUTH_ID.split("\n")[1].split()):
        ran = full.run(*words)
        assert ran.status == 2 and "No space left" in ran.err and "it is as it was" in ran.err, ran
        assert FILE.read_bytes() == before and [p.name for p in OPK.iterdir()] == ["auth_id"]
