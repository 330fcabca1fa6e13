"""sallyport preload: a provider's keys by hand, for hosts that cannot reach it."""

import json
import os
import shutil
import time

import pytest

import program
from provider_api import ETC, VECTOR, cache_file
from room import CACHE, USERS

ISSUER = "https://idp.example/tenant/"


@pytest.fixture
def jwks(lab):
    ETC.mkdir(exist_ok=True)
    path = ETC / "jwks.json"
    shutil.copyfile(VECTOR, path)
    path.chmod(0o644)
    return path


@pytest.fixture
def preload(lab, command_user):
    def run(*words, as_user=command_user):
        return lab.program.run("preload", *map(str, words), as_user=as_user)
    return run


def told(result):
    (line,) = result.log
    assert line.split("]: ", 1)[1] in result.stderr
    return program.fields(line)


def assert_preloaded(result, user, issuer=ISSUER):
    assert (result.status, result.stdout) == (0, ""), result
    count = len(json.loads(VECTOR.read_bytes())["keys"])
    assert told(result) == {"issuer": issuer, "keys": str(count), "dropped": "0"}
    path = cache_file(user, "keys", issuer)
    entry = program.read_entry(path)
    assert entry.url.decode() == issuer and abs(entry.fetched - time.time()) < 5
    assert entry.body[0] == 1, "not marked as preloaded"
    owner = program.cache_owner(user)
    for place in (path, path.parent):
        assert place.stat().st_uid == owner
    assert path.stat().st_mode & 0o7777 == 0o600


def assert_refused(result, reason, detail=""):
    assert (result.status, result.stdout) == (1, ""), result
    assert told(result)["reason"] == reason and detail in told(result)["detail"], result
    assert not list(CACHE.glob("*/keys-*"))


def test_keys_are_cached(preload, command_user, jwks):
    assert_preloaded(preload(ISSUER, jwks), command_user)


def test_root_fills_the_command_users_cache(preload, jwks):
    for there in (True, False):
        if not there:
            shutil.rmtree(CACHE / "key9")
        assert_preloaded(preload("--cache-user=key9", ISSUER, jwks, as_user="root"), "key9")
        assert cache_file("key9", "keys", ISSUER).stat().st_gid == USERS["key9"]
    assert_preloaded(preload("--cache-user=root", ISSUER, jwks, as_user="root"), "root")


@pytest.mark.parametrize("issuer,detail", [
    ("http://idp.example", "https"), ("https://idp.example?x", "?"),
    ("https://", ""), ("ftp://idp.example", ""), ("https://user@idp.example", "")])
def test_no_issuer(preload, jwks, issuer, detail):
    assert_refused(preload(issuer, jwks), "config_value", detail)


@pytest.mark.parametrize("content,reason", [
    (b"", "jwks_json"), (b"{}", "jwks_form"), (b'{"keys": []}', "jwks_empty"),
    (b'{"keys": [{"kty": "RSA"}]}', "jwks_empty"), (b" " * (512 * 1024 + 1), "config_size")])
def test_no_key_set(preload, jwks, content, reason):
    jwks.write_bytes(content)
    assert_refused(preload(ISSUER, jwks), reason)


def test_file_that_others_can_change_is_not_believed(preload, jwks):
    jwks.chmod(0o666)
    assert_refused(preload(ISSUER, jwks), "config_mode", "go-w")
    jwks.chmod(0o644)
    os.chown(jwks, USERS["bob"], USERS["bob"])
    assert_refused(preload(ISSUER, jwks), "config_mode", "chown")
    os.chown(jwks, 0, 0)


def test_no_cache(preload, command_user, jwks):
    directory = CACHE / command_user
    if directory.exists():
        directory.rmdir()
    directory.touch()
    result = preload(ISSUER, jwks)
    directory.unlink()
    assert result.status == 1
    assert program.fields(result.log[-1])["reason"] == "system"


WRONG = {
    "no word": [], "one word": [ISSUER], "three words": [ISSUER, "FILE", "more"],
    "no file": [ISSUER, "/nowhere"], "short issuer": ["https:/", "FILE"],
    "long issuer": ["https://" + 505 * "a", "FILE"], "unprintable": [ISSUER + "\n", "FILE"],
    "option": ["--no-such", ISSUER, "FILE"],
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_command_line(preload, jwks, what):
    result = preload(*(jwks if word == "FILE" else word for word in WRONG[what]))
    assert (result.status, result.stdout, result.log) == (1, "", [])
    assert result.stderr.startswith("sallyport preload: ")


def test_cache_of_another_user_is_for_root(preload, jwks):
    result = preload("--cache-user=root", ISSUER, jwks, as_user="key9")
    assert (result.status, result.log) == (1, []) and "for root" in result.stderr
    for name in ("nobody-knows", "../key9", ""):
        result = preload(f"--cache-user={name}", ISSUER, jwks, as_user="root")
        assert (result.status, result.log) == (1, []) and "no such user" in result.stderr


def test_help(lab):
    result = lab.program.run("preload", "--help")
    assert result.status == 0 and result.stdout.startswith("usage: sallyport preload")
