"""stats: what was counted is what came out, in a form that Prometheus reads; who owns the numbers
can lie with them, and no more."""

import os
import random
import struct
import time

import pytest

import keys
import program
from forge import Forgery
from machine import ISSUER, SLASHED, write
from provider_api import cache_file
from room import CACHE, OPK, PREFIX, SCRATCH, USERS, missing

CERTIFICATE = Forgery()


def prometheus(text):
    """{(name, labels): value}, by Prometheus's own reader; no series twice."""
    try:
        from prometheus_client.parser import text_string_to_metric_families
    except ImportError:
        missing("python3-prometheus-client is not installed")
    samples = [sample for family in text_string_to_metric_families(text)
               for sample in family.samples]
    found = {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}
    assert len(found) == len(samples), "a series twice"
    return found


def series(name, **labels):
    return f"sallyport_{name}", frozenset(labels.items())


def decided(source, reason, command_user="opksshuser"):
    return series("decisions_total", command_user=command_user, source=source, reason=reason)


@pytest.fixture
def stats(host):
    def ask(*words, status=0):
        ran = host.run("stats", *words)
        assert ran.status == status, ran
        assert (ran.err == "") == (status == 0), ran
        return prometheus(ran.out)
    return ask


def verify(host, forgery=CERTIFICATE, user="opksshuser"):
    host.run("verify", "alice", forgery.base64, forgery.type, "--deadline=3", user=user)


def counters(command_user="opksshuser"):
    return CACHE / command_user / "counters"


def test_nothing_yet(stats):
    found = stats()
    assert {value for (name, _), value in found.items() if name == "sallyport_stats_readable"} == {1}
    assert not any("decisions" in name or "refreshes" in name for name, _ in found)


def test_each_decision_is_counted_once(host, stats):
    other = Forgery(issuer="https://elsewhere.example")
    for n in range(1, 4):
        verify(host, other)
        assert stats()[decided("openpubkey", "unknown_issuer")] == n
    verify(host, other, user="root")
    found = stats()
    assert found[decided("openpubkey", "unknown_issuer")] == 3
    assert found[decided("openpubkey", "unknown_issuer", "root")] == 1
    assert sum(value for (name, _), value in found.items() if "decisions" in name) == 4


def test_a_file_that_is_amiss_is_counted(host, stats):
    """What fails before the cage, too: as root the file would be in the way of who comes after."""
    for user in ("root", "opksshuser"):
        (OPK / "config.yml").chmod(0o666)
        verify(host, user=user)
        verify(host, user=user)
        (OPK / "config.yml").chmod(0o640)
        verify(host, Forgery(issuer="https://elsewhere.example"), user=user)
        found = stats()
        assert found[decided("openpubkey", "config_mode", user)] == 2
        assert found[decided("openpubkey", "unknown_issuer", user)] == 1


def test_a_plain_key_opens_nothing_and_is_not_counted(host, stats):
    kind, key = keys.new_ed25519().split()[:2]
    host.run("verify", "alice", key, kind, user="opksshuser")
    assert not counters().exists()


def test_sources_of_authorize(host, stats):
    write(program.SETTINGS, "sources:\n  - source: chain\n    command: /bin/false\n"
          "    user: opksshuser\n", 0o644)
    kind, key = keys.new_ed25519().split()[:2]
    host.run("authorize", "--user=alice", f"--type={kind}", f"--key={key}", user="opksshuser")
    found = stats()
    assert found[decided("chain", "chain_run")] == found[decided("authorize", "chain_run")] == 1


def test_authorize_without_its_file_is_counted(host, stats):
    kind, key = keys.new_ed25519().split()[:2]
    host.run("authorize", "--user=alice", f"--type={kind}", f"--key={key}", user="opksshuser")
    assert stats()[decided("authorize", "config_missing")] == 1


def test_a_refresh_that_fails(host, stats):
    host.run("refresh", user="opksshuser")
    found = {labels: value for (name, labels), value in stats().items()
             if name == "sallyport_refreshes_total"}
    assert sum(found.values()) == 2, "one a provider"
    assert all(dict(labels)["reason"] in ("resolve", "connect", "timeout") for labels in found)


def test_a_login_that_had_no_newer_keys(host, stats):
    verify(host, Forgery(issuer=ISSUER))
    assert sum(value for (name, _), value in stats().items() if "fetch_failures" in name) == 1


def test_a_worker_that_dies(host, stats):
    (parse,) = PREFIX.glob("**/sallyport-parse")
    kept = parse.read_bytes()
    parse.write_bytes(b"#!/bin/false\n")
    try:
        verify(host)
    finally:
        parse.write_bytes(kept)
    found = stats()
    assert found[series("worker_deaths_total", command_user="opksshuser", worker="judge")] == 1
    assert found[series("worker_deaths_total", command_user="opksshuser", worker="netproc")] == 0
    assert found[decided("openpubkey", "worker_died")] == 1


# How old keys are.

def cached(issuer, age, command_user="opksshuser"):
    entry = program.Entry(int(time.time()) - age, issuer.encode(), b"\0" * 9 + b"keys", 300)
    write(cache_file(command_user, "keys", issuer), entry.packed(), 0o600, command_user,
          command_user)


def age_of(issuer):
    return series("provider_keys_age_seconds", command_user="opksshuser", issuer=issuer)


def test_age_of_each_providers_keys(stats):
    write(OPK / "providers", f"{ISSUER} client-1 24h\n{ISSUER} client-2 24h\n{SLASHED} c 24h\n")
    cached(ISSUER, 1000)
    cached(SLASHED, 0)
    found = stats()
    assert 1000 <= found[age_of(ISSUER)] < 1060
    assert 0 <= found[age_of(SLASHED)] < 60


def test_no_age_of_what_is_no_entry(stats):
    cached(ISSUER, -1000)
    cache_file("opksshuser", "keys", SLASHED).write_bytes(b"SPCACHE2" + 99 * b"\xff")
    assert not any("age" in name for name, _ in stats())
    cached("https://unlisted.example", 5)
    assert not any("age" in name for name, _ in stats())


# Numbers that lie.

def packed(command_user="opksshuser"):
    """The file, in two: what the layout says, and the numbers."""
    layout, end, numbers = counters(command_user).read_bytes().partition(b"\n")
    return layout + end, numbers


def test_any_number(host, stats):
    verify(host)
    layout, numbers = packed()
    counters().write_bytes(layout + b"\xff" * len(numbers))
    ran = host.run("stats")
    assert ran.status == 0 and prometheus(ran.out)
    assert ran.out.count(" 18446744073709551615\n") > 400
    assert len(ran.out) < 200_000


def test_one_number_is_at_its_place(host, stats):
    """The form, read by no code of ours: the words say what the places mean."""
    verify(host)
    layout, numbers = packed()
    words = layout.decode().split()
    reasons = words[1:words.index("openpubkey")]
    rows = words[words.index("openpubkey"):words.index("deaths") + 1]
    assert len(numbers) == len(reasons) * len(rows) * 8
    place = rows.index("key9") * len(reasons) + reasons.index("tls_expired")
    counters().write_bytes(layout + place * 8 * b"\0" + struct.pack(">Q", 77)
                           + (len(numbers) - place * 8 - 8) * b"\0")
    decisions = {key: value for key, value in stats().items() if "decisions" in key[0]}
    assert decisions == {decided("key9", "tls_expired"): 77}


def trap(path, kind):
    """What may be in the file's place instead."""
    good = path.read_bytes()
    path.unlink()
    if kind == "link":
        path.symlink_to("/etc/shadow")
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "directory":
        path.mkdir()
    elif kind == "huge":
        path.write_bytes(good)
        os.truncate(path, 1 << 40)
    elif kind == "short":
        path.write_bytes(good[:-1])
    elif kind == "long":
        path.write_bytes(good + b"\0")
    elif kind == "empty":
        path.write_bytes(b"")
    else:
        path.write_bytes(random.Random(kind).randbytes(len(good)))


@pytest.mark.parametrize("kind", ["link", "fifo", "directory", "huge", "short", "long", "empty",
                                  1, 2, 3])
def test_what_is_no_counters_file(host, stats, kind):
    """Told, and no other user's numbers are lost for it; the next login begins it anew."""
    for user in ("opksshuser", "root"):
        verify(host, Forgery(issuer="https://elsewhere.example"), user=user)
    trap(counters(), kind)
    ran = host.run("stats")
    assert ran.status == 1 and "/opksshuser: counters" in ran.err and len(ran.err) < 200
    assert "root:" not in ran.out + ran.err
    found = prometheus(ran.out)
    assert found[series("stats_readable", command_user="opksshuser")] == 0
    assert found[series("stats_readable", command_user="root")] == 1
    assert found[decided("openpubkey", "unknown_issuer", "root")] == 1
    assert decided("openpubkey", "unknown_issuer") not in found
    verify(host, Forgery(issuer="https://elsewhere.example"))
    if kind not in ("directory", "huge", "long"):   # the last two still begin as ours
        assert stats()[decided("openpubkey", "unknown_issuer")] == 1


def test_a_link_in_a_directorys_place(host, stats):
    verify(host)
    (CACHE / "key9").rmdir()
    (CACHE / "key9").symlink_to(CACHE / "opksshuser")
    ran = host.run("stats")
    assert ran.status == 1 and "/key9: " in ran.err
    assert prometheus(ran.out)[series("stats_readable", command_user="key9")] == 0


def test_a_name_that_is_no_label(host, stats):
    (CACHE / 'a"b\\c\udcff').mkdir(0o700)
    assert stats()[series("stats_readable", command_user='a"b\\c\\xff')] == 1


def test_a_cache_that_others_may_write(host, stats):
    CACHE.chmod(0o777)
    try:
        ran = host.run("stats")
    finally:
        CACHE.chmod(0o755)
    assert ran.status == 1 and "others than root" in ran.err
    assert "{" not in ran.out


def test_who_is_not_root_is_told(host):
    ran = host.run("stats", user="alice")
    assert ran.status == 1 and "Permission denied" in ran.err
    assert "decisions_total{" not in ran.out


# Where it goes.

@pytest.fixture
def directory(host):
    path = SCRATCH / "textfile"
    path.mkdir(exist_ok=True)
    os.chown(path, USERS["bob"], USERS["bob"])
    for left in path.iterdir():
        left.unlink()
    return path


def test_a_file_as_a_whole(host, stats, directory):
    file = directory / "sallyport.prom"
    verify(host)
    ran = host.run("stats", f"--output={file}")
    assert (ran.status, ran.out, ran.err) == (0, "", "")
    assert file.read_text() == host.run("stats").out
    found = file.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o7777) == (0, USERS["bob"], 0o640)
    file.chmod(0o644)
    verify(host)
    host.run("stats", f"--output={file}")
    assert file.stat().st_mode & 0o7777 == 0o644 and file.stat().st_ino != found.st_ino
    assert prometheus(file.read_text()) and os.listdir(directory) == [file.name]


def test_a_link_there_is_not_followed(host, directory):
    """The directory is another's, who may put there what he likes."""
    secret = write(SCRATCH / "secret", "untouched")
    (directory / "sallyport.prom").symlink_to(secret)
    (directory / ".sallyport-admin.new").symlink_to(secret)
    ran = host.run("stats", f"--output={directory}/sallyport.prom")
    assert ran.status == 2 and "of a file" in ran.err
    (directory / "sallyport.prom").unlink()
    assert host.run("stats", f"--output={directory}/sallyport.prom").status == 0
    assert secret.read_text() == "untouched"


@pytest.mark.parametrize("where", ["relative", "", "/", "/etc", "/etc/", "/etc/ssh", "/dev/null"])
def test_what_is_no_file(host, where):
    ran = host.run("stats", f"--output={where}")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == f"sallyport stats: {where}: give a path from / on, of a file\n"


@pytest.mark.parametrize("where", ["/nonexistent/x", "/etc/passwd/x", "/proc/x"])
def test_where_it_cannot_go(host, where):
    ran = host.run("stats", f"--output={where}")
    assert ran.status == 2 and ran.out == "" and ran.err.startswith(f"sallyport stats: {where}: ")
