"""sallyport refresh: every provider's keys, fetched for a timer."""

import json
import os
import time

import pytest

import program
from key9_api import redirect, response, send, silent, status
from provider_api import DISCOVERY, ETC, JWKS, Provider, cache_file, write_policy
from room import API_ADDRESS, USERS

PLAIN_PORT, OTHER_PORT, TLS_PORT, SIX_PORT = 9981, 9982, 9983, 9984


@pytest.fixture(scope="session")
def providers(whole_lab):
    return [Provider(PLAIN_PORT), Provider(OTHER_PORT)]


@pytest.fixture
def idp(providers, lab):
    for provider in providers:
        provider.reset()
    write_policy(providers[0].issuer)
    return providers[0]


@pytest.fixture
def other(providers, idp):
    write_policy(*(provider.issuer for provider in providers))
    return providers[1]


@pytest.fixture(scope="session")
def with_tls(whole_lab):
    context = whole_lab.api.certificates.context("good")
    return Provider(TLS_PORT, "api.key9.test", API_ADDRESS, context)


@pytest.fixture
def refresh(lab, command_user):
    def run(*options):
        result = lab.program.run("refresh", *options, as_user=command_user)
        # What is printed is what is logged.
        logged = [line.split("]: ", 1)[1] for line in result.log if "refreshed" in line]
        assert result.stdout.splitlines() == logged
        return result
    return run


def outcomes(result):
    return [program.fields(line) for line in result.stdout.splitlines()]


def assert_refreshed(result, *idps, **expected):
    assert (result.status, result.stderr) == (0, ""), result
    assert [line["issuer"] for line in outcomes(result)] == [idp.issuer for idp in idps]
    for line, idp in zip(outcomes(result), idps):
        assert (line["keys"], line["dropped"]) == (str(idp.nkeys), "0")
        assert line.items() >= expected.items(), line


def assert_failed(result, reason, detail=""):
    assert (result.status, result.stderr) == (1, ""), result
    (line,) = outcomes(result)
    assert line["reason"] == reason and detail in line["detail"], line
    return line


def entry(command_user, idp):
    return program.read_entry(cache_file(command_user, "keys", idp.issuer))


def test_provider_by_an_address_of_ipv6(refresh, lab):
    provider = Provider(SIX_PORT, "[::1]", "::1")
    try:
        write_policy(provider.issuer)
        assert_refreshed(refresh(), provider)
    finally:
        provider.listener.down()


def test_keys_are_cached(refresh, command_user, idp):
    idp.headers = ["Cache-Control: public, max-age=22645"]
    before = int(time.time())
    assert_refreshed(refresh(), idp, fresh="22645")
    assert idp.requests == [DISCOVERY, JWKS]
    path = cache_file(command_user, "keys", idp.issuer)
    stored = entry(command_user, idp)
    assert (stored.url.decode(), stored.fresh) == (idp.issuer, 22645)
    assert before <= stored.fetched <= time.time()
    assert (path.stat().st_uid, path.stat().st_mode & 0o7777) == (
        program.cache_owner(command_user), 0o600)
    assert idp.jwks not in path.read_bytes() and b'"kty"' not in path.read_bytes()


@pytest.mark.parametrize("header,fresh", [
    (None, 3600), ("no-store", 300), ("max-age=0", 300), ("max-age=1", 300),
    ("max-age=299", 300), ("max-age=301", 301), ("max-age=86400", 86400),
    ("max-age=99999999999999999999", 86400)])
def test_freshness_is_bounded(refresh, command_user, idp, header, fresh):
    idp.headers = [f"Cache-Control: {header}"] if header else []
    assert_refreshed(refresh(), idp, fresh=str(fresh))
    assert entry(command_user, idp).fresh == fresh


def test_fresh_keys_and_a_recent_attempt_keep_nobody(refresh, idp):
    assert_refreshed(refresh(), idp)
    assert_refreshed(refresh(), idp)
    assert idp.requests == 2 * [DISCOVERY, JWKS]


def test_each_issuer_once(refresh, idp, other):
    write_policy(idp.issuer, other.issuer, idp.issuer)
    assert_refreshed(refresh(), idp, other)
    assert len(idp.requests) == 2


def test_one_failure_does_not_stop_the_others(refresh, command_user, idp, other):
    idp.listener.down()
    result = refresh()
    assert result.status == 1
    failed, good = outcomes(result)
    assert (failed["issuer"], failed["reason"]) == (idp.issuer, "connect")
    assert (good["issuer"], good["keys"]) == (other.issuer, str(other.nkeys))
    assert entry(command_user, other)


def page(body, *headers):
    return send(response(body, headers=headers))


FAILURES = {
    "no discovery": ({DISCOVERY: status("404 Not Found")}, "http_status", "openid-configuration"),
    "no keys": ({JWKS: status("503 Unavailable")}, "http_status", "key set"),
    "elsewhere": ({DISCOVERY: redirect("http://127.0.0.1:1/")}, "http_status", "302"),
    "not JSON": ({DISCOVERY: page(b"<html>")}, "discovery_json", ""),
    "another issuer": ({DISCOVERY: page(b'{"issuer": "https://evil.example"}')},
                       "discovery_issuer", ""),
    "keys are not JSON": ({JWKS: page(b"{")}, "jwks_json", ""),
    "no usable key": ({JWKS: page(b'{"keys": [{"kty": "oct"}]}')}, "jwks_empty",
                      "1 left out, the first (number 1): jwk_type"),
    "too large": ({JWKS: page(b" " * (512 * 1024 + 1))}, "too_large", "key set"),
    "larger discovery": ({DISCOVERY: page(b" " * (64 * 1024 + 1))}, "too_large", "openid"),
    "no length": ({JWKS: send(b"HTTP/1.1 200 OK\r\n\r\n{}")}, "http_protocol", "key set"),
}


@pytest.mark.parametrize("what", FAILURES)
def test_last_good_keys_stay(refresh, command_user, idp, what):
    assert_refreshed(refresh(), idp)
    good = cache_file(command_user, "keys", idp.issuer).read_bytes()
    idp.pages, reason, detail = FAILURES[what]
    assert_failed(refresh(), reason, detail)
    assert cache_file(command_user, "keys", idp.issuer).read_bytes() == good


def test_jwks_elsewhere_by_plain_http_is_refused(refresh, idp):
    idp.pages = {DISCOVERY: page(json.dumps(
        idp.discovery(jwks_uri=f"http://{API_ADDRESS}:{PLAIN_PORT}/keys")).encode())}
    assert_failed(refresh(), "discovery_jwks_uri")


@pytest.mark.parametrize("slow", [DISCOVERY, JWKS])
def test_silent_provider_ends_by_the_deadline(refresh, idp, slow):
    idp.pages = {slow: silent}
    result = refresh("--deadline=2")
    assert_failed(result, "timeout")
    assert result.seconds < 2.7


def test_bad_keys_are_counted(refresh, idp):
    keys = json.loads(idp.jwks)["keys"]
    idp.pages = {JWKS: page(json.dumps({"keys": keys + [{"kty": "EC", "crv": "P-521"}]}).encode())}
    result = refresh()
    assert result.status == 0
    (line,) = outcomes(result)
    assert (line["keys"], line["dropped"]) == (str(len(keys)), "1")
    assert line["detail"].endswith("jwk_type")


# Our files.

def test_unusable_files_end_it(refresh, idp):
    write_policy(idp.issuer, mode=0o666)
    line = assert_failed(refresh(), "config_mode", "go-w")
    assert line["file"] == str(ETC / "providers")
    (ETC / "providers").unlink()
    assert_failed(refresh(), "config_missing")
    write_policy(idp.issuer, config="deny_users: [")
    assert_failed(refresh(), "config_syntax")
    assert idp.requests == []


def test_no_provider_at_all(refresh, idp):
    write_policy()
    result = refresh()
    assert (result.status, result.stdout) == (0, "")


def test_no_cache_to_keep_them(refresh, command_user, idp):
    os.chown(program.CACHE, USERS["bob"], USERS["bob"])
    directory = cache_file(command_user, "keys", idp.issuer).parent
    if directory.exists():
        directory.rmdir()
    directory.touch()
    try:
        assert_failed(refresh(), "system", "could not be cached")
    finally:
        directory.unlink()
        os.chown(program.CACHE, 0, 0)


# Whom to trust.

CA_SETTINGS = {     # what config.yml sets, whether that reaches the room's own CA
    "nothing": ("", False),
    "file": ("SSL_CERT_FILE: {file}", True),
    "directory": ("SSL_CERT_DIR: {directory}", True),
    "both": ("SSL_CERT_FILE: {file}, SSL_CERT_DIR: {directory}", True),
    "another file": ("SSL_CERT_FILE: {other}", False),
    "both, without it": ("SSL_CERT_FILE: {other}, SSL_CERT_DIR: {empty}", False),
}


@pytest.fixture
def authorities(lab):
    """A directory with our CA in it, and others; changed by nobody but root."""
    place = ETC / "ca"
    for name in ("ours", "empty"):
        (place / name).mkdir(parents=True, exist_ok=True)
        (place / name).chmod(0o755)
    pem = lab.api.certificates.ca_file.read_bytes()
    for path, data in [(place / "file.pem", pem), (place / "ours/b.pem", pem),
                       (place / "ours/a.txt", b"no certificate"), (place / "other.pem", b"")]:
        path.write_bytes(data)
        path.chmod(0o644)
    for path in (place / "empty").iterdir():
        path.unlink()
    os.chown(place / "other.pem", 0, 0)
    (place / "ours/0.0").unlink(missing_ok=True)
    (place / "ours/0.0").symlink_to("b.pem")
    return {"file": place / "file.pem", "directory": place / "ours", "other": place / "other.pem",
            "empty": place / "empty"}


@pytest.mark.parametrize("setting", CA_SETTINGS)
def test_ca_settings(refresh, with_tls, authorities, setting):
    text, trusted = CA_SETTINGS[setting]
    with_tls.reset()
    write_policy(with_tls.issuer, config=f"env_vars: {{{text.format(**authorities)}}}\n")
    result = refresh()
    if trusted:
        assert_refreshed(result, with_tls)
    else:
        assert_failed(result, "tls_untrusted", "openid-configuration")


def test_ca_that_others_can_change_is_not_believed(refresh, with_tls, authorities):
    write_policy(with_tls.issuer,
                 config=f"env_vars: {{SSL_CERT_DIR: {authorities['directory']}}}\n")
    (authorities["directory"] / "b.pem").chmod(0o666)
    line = assert_failed(refresh(), "config_mode", "go-w")
    assert line["file"] == str(authorities["directory"] / "b.pem")


def test_ca_directory_with_many_files(refresh, with_tls, authorities):
    """As many as Debian's, and more: what it takes to list them is in the cage's table."""
    for number in range(300):
        path = authorities["empty"] / f"{number}.pem"
        path.write_bytes(b"")
        path.chmod(0o644)
    with_tls.reset()
    write_policy(with_tls.issuer, config=f"env_vars: {{SSL_CERT_DIR: "
                 f"{authorities['empty']}:{authorities['directory']}}}\n")
    assert_refreshed(refresh(), with_tls)


@pytest.mark.parametrize("owner,mode", [("bob", 0o644), ("bob", 0o600), ("root", 0o600)])
def test_ca_that_is_not_ours_to_read(refresh, with_tls, authorities, command_user, owner, mode):
    os.chown(authorities["other"], USERS[owner], USERS[owner])
    authorities["other"].chmod(mode)
    with_tls.reset()
    write_policy(with_tls.issuer,
                 config=f"env_vars: {{SSL_CERT_FILE: {authorities['other']}}}\n")
    line = assert_failed(refresh(), "config_mode", "fix: ")
    assert line["file"] == str(authorities["other"])
    assert with_tls.requests == []


# The command line.

@pytest.mark.parametrize("words", [["--deadline=0"], ["--deadline=31"], ["--no-such"], ["word"]])
def test_wrong_command_line(lab, idp, words):
    result = lab.program.run("refresh", *words)
    assert (result.status, result.stdout, result.log) == (1, "", [])
    assert "--help" in result.stderr
    assert idp.requests == []


def test_help(lab):
    result = lab.program.run("refresh", "--help")
    assert result.status == 0 and result.stdout.startswith("usage: sallyport refresh")
