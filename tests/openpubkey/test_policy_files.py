"""/etc/opk and the home file: rows of every kind, and whose files are believed."""

import os
import shutil

import pytest

from forge import CLIENT, EMAIL, GITHUB, ISSUER, Forgery, put
from host import write
from idp import OTHER
from program import fields, write_settings
from room import HOMES, OPK, SCRATCH, USERS

ROW = f"alice {EMAIL} {ISSUER}"
PROVIDER = f"{ISSUER} {CLIENT} 24h"
MANY = 10000


def notes(result, reason):
    """Line numbers of the rows that the log reports."""
    found = [fields(line) for line in result.log if "decision=" not in line]
    return [int(f["line"]) for f in found if f.get("reason") == reason]


# Rows.

def test_last_of_ten_thousand_rules(host):
    host.auth_id(*[f"alice user{i}@example.com {ISSUER}" for i in range(MANY - 1)], ROW)
    host.allowed(Forgery())


def test_none_of_ten_thousand_rules(host):
    host.auth_id(*[f"alice user{i}@example.com {ISSUER}" for i in range(MANY)])
    host.refused(Forgery(), "no_rule")


def test_last_of_many_providers(host, idp):
    host.providers(*[f"https://op{i}.test client 24h" for i in range(63)], PROVIDER)
    host.allowed(Forgery())
    assert idp.refreshes() == 1


MALFORMED = ["nonsense", "alice", f"alice {EMAIL}", f"alice 'x {ISSUER}", "alice x y z w", "\0",
             "\xff", "a" * 70000,
             f"alice oidc-match-end:email: {ISSUER}",
             f"alice oidc-match-end:email:example.com {ISSUER}",
             f"alice oidc:groups {ISSUER}", f"alice oidc: {ISSUER}", f"alice repo:[ {ISSUER}"]


@pytest.mark.parametrize("row", MALFORMED, ids=lambda row: ascii(row[:40]))
def test_malformed_rule_is_reported_and_the_others_stand(host, row):
    host.auth_id("# ours", row, ROW)
    result = host.allowed(Forgery())
    assert 2 in notes(result, "auth_id_row"), result.log


@pytest.mark.parametrize("row", MALFORMED, ids=lambda row: ascii(row[:40]))
def test_malformed_rule_lets_nobody_in(host, row):
    host.auth_id(row)
    host.refused(Forgery(), "no_rule")


@pytest.mark.parametrize("row", ["nonsense", ISSUER, f"{ISSUER} {CLIENT}",
                                 f"{ISSUER} {CLIENT} 13h", f"http://idp.test {CLIENT} 24h",
                                 f"idp.test:9998 {CLIENT} 24h", f"{ISSUER} '{CLIENT} 24h",
                                 f"{ISSUER} {CLIENT} 24h more", "\0"],
                         ids=ascii)
def test_malformed_provider_is_reported_and_the_others_stand(host, row):
    host.providers(row, PROVIDER)
    assert 1 in notes(host.allowed(Forgery()), "providers_row")
    host.providers(row)
    host.refused(Forgery(), "no_provider", "unknown_issuer")


@pytest.mark.parametrize("content", [
    f"\ufeff{ROW}\n", f"{ROW}\r\n", ROW, f"\n\n  \t\n{ROW}\n", f"{ROW} # why\n",
    f"#{ROW}\n\t{ROW}", ROW.replace(" ", "\t  "),
    f"'alice' \"{EMAIL}\" {ISSUER}\n", f"ali\\ce {EMAIL} {ISSUER}\n",
    f"bob {EMAIL} {ISSUER}\r\n{ROW}\r\n",
], ids=ascii)
def test_spellings_of_a_rule(host, content):
    write(OPK / "auth_id", content)
    host.allowed(Forgery())


@pytest.mark.parametrize("content", [
    f"\ufeff{PROVIDER}\n", f"{PROVIDER}\r\n", PROVIDER, f"'{ISSUER}' \"{CLIENT}\" 24h # why\n",
    PROVIDER.replace(" ", "\t")], ids=ascii)
def test_spellings_of_a_provider(host, content):
    write(OPK / "providers", content)
    host.allowed(Forgery())


def test_comment_sign_in_quotes_is_one_too(host):
    """As in opkssh: the rest of the row is gone, and with it the row."""
    host.auth_id(f"alice '{EMAIL}#' {ISSUER}")
    host.refused(Forgery(), "no_rule")


def test_two_clients_of_one_provider(host):
    host.providers(PROVIDER, f"{ISSUER} second 12h")
    host.allowed(Forgery())
    host.allowed(Forgery(audience="second"))
    host.refused(Forgery(audience="third"), "audience")
    old = put(iat=Forgery().now - 13 * 3600)
    host.allowed(Forgery(claims=old))
    host.refused(Forgery(audience="second", claims=old), "token_expired")


def test_rule_of_another_user_or_issuer(host):
    host.auth_id(f"bob {EMAIL} {ISSUER}", f"alice {EMAIL} {OTHER}", f"alice {EMAIL} {GITHUB}",
                 f"alice {EMAIL} {ISSUER}/")
    host.refused(Forgery(), "no_rule")


# config.yml.

UNPARSABLE = ["deny_users: [\n", "deny_users:\n\t- x\n", "{", "deny_users: bob\ndeny_users: eve\n",
              "deny_users:\n  bob: eve\n",
              "deny_users:\n  - [bob]\n", "deny_emails: 1\n", "deny_emails: ['']\n", "- deny_users\n",
              "deny_user:\n  - bob\n", "\0", "\xff",
              "deny_users: &a [bob]\ndeny_emails: *a\n", "--- a\n--- b\n"]


@pytest.mark.parametrize("text", UNPARSABLE, ids=ascii)
def test_unparsable_config_denies_everybody(host, text):
    """Whoever was on the deny list must not get in by a typing error."""
    host.allowed(Forgery())
    write(OPK / "config.yml", text)
    host.refused(Forgery())


@pytest.mark.parametrize("text", [
    "deny_users: []\n", "deny_users:\n", "deny_users:\n  - bob\n",
    "deny_emails:\n  - eve@example.com\n", "some_day: 1\n"], ids=ascii)
def test_config_that_denies_others(host, text):
    host.config(text)
    host.allowed(Forgery())


@pytest.mark.parametrize("text,reason", [
    ("deny_users:\n  - alice\n", "denied_user"), ("deny_users: [bob, ALICE]\n", "denied_user"),
    (f"deny_emails:\n  - {EMAIL}\n", "denied_email"), (f"deny_emails: ['{EMAIL.upper()}']\n",
                                                       "denied_email")], ids=ascii)
def test_denied(host, text, reason):
    host.config(text)
    host.refused(Forgery(), reason)


def test_denied_comes_before_home_file_and_plugins(host):
    host.config("deny_users:\n  - alice\n")
    host.home_file([ROW])
    host.plugin("echo allow")
    host.refused(Forgery(), "denied_user")


def test_no_config_denies_nobody(host):
    host.allowed(Forgery())
    (OPK / "config.yml").unlink()
    host.allowed(Forgery())


def test_other_config_path(host):
    other = OPK / "other.yml"
    write(other, "deny_users:\n  - alice\n")
    assert host.allowed(Forgery())
    assert host.verify(Forgery(), f"--config-path={other}").decision["reason"] == "denied_user"
    assert host.verify(Forgery(), "--config-path=/nowhere/config.yml").stdout == ""


# Whose files are believed.

FILES = ["providers", "auth_id", "config.yml"]
BELIEVED = [("root", "opksshuser", 0o640), ("root", "opksshuser", 0o440), ("root", "root", 0o644),
            ("root", "alice", 0o444)]
DISTRUSTED = [("alice", "opksshuser", 0o640), ("opksshuser", "opksshuser", 0o640),
              ("root", "opksshuser", 0o660),
              ("root", "alice", 0o664), ("root", "root", 0o646), ("root", "root", 0o666),
              ("nobody", "root", 0o644)]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("owner,group,mode", BELIEVED)
def test_file_is_believed(host, command_user, name, owner, group, mode):
    write(OPK / name, (OPK / name).read_bytes(), mode, owner, group)
    host.allowed(Forgery())


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("owner,group,mode", DISTRUSTED)
def test_file_that_others_can_change_is_not(host, command_user, name, owner, group, mode):
    host.allowed(Forgery())
    write(OPK / name, (OPK / name).read_bytes(), mode, owner, group)
    host.refused(Forgery())


@pytest.mark.parametrize("name", FILES)
def test_file_that_cannot_be_read_is_not_as_good_as_none(host, command_user, name):
    write(OPK / name, (OPK / name).read_bytes(), 0o600, group="root")
    if command_user == "root":
        host.allowed(Forgery())
    else:
        host.refused(Forgery())


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("what", ["symlink", "FIFO", "directory"])
def test_file_is_none(host, command_user, name, what):
    host.allowed(Forgery())
    path, elsewhere = OPK / name, OPK / "elsewhere"
    write(elsewhere, path.read_bytes(), owner="alice")
    path.unlink()
    {"symlink": lambda: path.symlink_to(elsewhere), "FIFO": lambda: os.mkfifo(path, 0o640),
     "directory": path.mkdir}[what]()
    host.refused(Forgery())


@pytest.mark.parametrize("name", FILES)
def test_directory_that_others_can_change(host, command_user, name):
    host.allowed(Forgery())
    OPK.chmod(0o777)
    host.refused(Forgery())


def test_missing_auth_id_is_one_without_rules(host, command_user):
    (OPK / "auth_id").unlink()
    host.refused(Forgery())


def test_missing_providers(host, idp, command_user):
    (OPK / "providers").unlink()
    host.refused(Forgery(), "no_provider", "config_missing")
    assert idp.connects() == 0


# The home file: read as its owner, by root only.

@pytest.fixture
def home_only(host, command_user):
    """No rule of the administrator's."""
    host.auth_id()


def test_home_file(host, home_only, command_user):
    host.home_file([ROW])
    if command_user == "root":
        host.allowed(Forgery())
    else:       # a directory that only alice may read
        host.refused(Forgery(), "no_rule")


def test_home_file_counts_for_its_user_only(host, home_only, command_user):
    host.home_file([f"bob {EMAIL} {ISSUER}", f"* {EMAIL} {ISSUER}", f"root {EMAIL} {ISSUER}"])
    for user in ("alice", "bob", "root"):
        host.refused(Forgery(), "no_rule", user=user)


def test_home_file_switched_off(host, home_only, command_user):
    host.home_file([ROW])
    write_settings("home_policy: false\n")
    host.refused(Forgery(), "no_rule")


def home_faults(path):
    """What can be wrong with it, by name; each a function that makes it so."""
    secret = SCRATCH / "secret"

    def replace_by(make):
        def do():
            path.unlink()
            make()
        return do

    def directory_is(change):
        return lambda: change(path.parent)

    return {
        "symlink": replace_by(lambda: path.symlink_to(secret)),
        "FIFO": replace_by(lambda: os.mkfifo(path, 0o600)),
        "directory": replace_by(path.mkdir),
        "owned by another": lambda: os.chown(path, USERS["bob"], USERS["bob"]),
        "owned by nobody": lambda: os.chown(path, USERS["nobody"], USERS["nobody"]),
        "group may write": lambda: path.chmod(0o660),
        "others may write": lambda: path.chmod(0o606),
        "all may write the directory": directory_is(lambda d: d.chmod(0o777)),
        "another's directory": directory_is(lambda d: os.chown(d, USERS["bob"], USERS["bob"])),
        "directory is a symlink": directory_is(lambda d: (d.rename(HOMES / "alice/moved"),
                                                          d.symlink_to("/opt/home/bob"))),
        "home is everybody's": lambda: (HOMES / "alice").chmod(0o777),
        "endless": lambda: path.write_text(f"{ROW}\n" * 100000),
        "malformed": lambda: path.write_bytes(b"\0\xff'"),
    }


@pytest.mark.parametrize("fault", home_faults(HOMES / "alice/.opk/auth_id"))
def test_home_file_is(host, home_only, command_user, fault):
    """It opens no other file, waits for nothing and spoils no rule of the administrator's."""
    secret = SCRATCH / "secret"
    write(secret, [ROW], mode=0o600)
    path = host.home_file([ROW])
    try:
        home_faults(path)[fault]()
        host.refused(Forgery(), "no_rule")
        host.auth_id(ROW)
        host.allowed(Forgery())
    finally:
        shutil.rmtree(HOMES / "alice/moved", ignore_errors=True)
        if path.parent.is_symlink():
            path.parent.unlink()


def test_home_and_uid_from_sshd(host, home_only, command_user):
    """%h and %U save looking them up."""
    host.home_file([ROW])
    result = host.verify(Forgery(), f"--home={HOMES / 'alice'}", f"--uid={USERS['alice']}")
    assert bool(result.stdout) == (command_user == "root")
    elsewhere = host.verify(Forgery(), f"--home={HOMES / 'bob'}", f"--uid={USERS['alice']}")
    assert elsewhere.stdout == ""


def test_home_of_a_user_that_does_not_exist(host, home_only, command_user):
    host.refused(Forgery(), "no_rule", user="stranger")


def test_explain_of_another_directory_leaves_the_cache_alone(host, idp):
    """Nor does it go by it: no key set, no attempt of one, no proxy in it."""
    host.allowed(Forgery())
    before = {path: path.read_bytes() for path in host.cache.iterdir()}
    idp.forget()
    forgery = Forgery(op_members=put(kid="new"))
    result = host.run("explain", "--user=alice", f"--type={forgery.type}", f"--key={forgery.base64}",
                      f"--etc={OPK}")
    assert result.status == 1 and idp.connects() > 0
    assert {path: path.read_bytes() for path in host.cache.iterdir()} == before
