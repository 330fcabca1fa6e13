"""Logins with the certificates of real opkssh logins at a real provider, through real sshds."""

import itertools
import os

import pytest

import program
import room
from opk_lab import COMMAND_USERS, HOME_RULES, KINDS, Kind, write, write_rules
from program import fields
from provider import Provider
from reasons import DECISION
from sshd import VERSIONS

PLAIN = Kind("RS256", "ecdsa")

# Each kind through each sshd, by one of the command users: both of them see every kind.
CELLS = [(version, kind, COMMAND_USERS[(number + place) % 2])
         for (number, version), (place, kind)
         in itertools.product(enumerate(VERSIONS), enumerate(KINDS))]


def verify(path):
    return f"{path} verify %u %k %t"


@pytest.fixture(params=VERSIONS)
def version(request):
    return request.param


@pytest.fixture(params=COMMAND_USERS)
def command_user(request):
    return request.param


@pytest.fixture
def sshd(lab, opk, version, command_user):
    return lab.sshd(version, command_user, verify(lab.program.path))


def assert_logged_in(login):
    assert (login.returncode, login.stdout) == (0, "alice\n"), login.stderr


def assert_refused(login):
    assert (login.returncode, login.stdout) == (255, "")
    assert "Permission denied (publickey)" in login.stderr


def last_decision(lab):
    """ssh offers the key without its certificate first: that is another decision."""
    return [fields(line) for line in lab.log.take() if "decision=" in line][-1]


@pytest.mark.parametrize("version, kind, command_user", CELLS, ids=str)
def test_every_kind_of_login(lab, opk, version, kind, command_user):
    sshd = lab.sshd(version, command_user, verify(lab.program.path))
    login = opk.login(kind)
    asked = opk.provider.requests("userinfo")
    write_rules(kind)
    assert_logged_in(sshd.login(login.key))
    assert (opk.provider.requests("userinfo") > asked) == kind.access_token


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_the_same_answer_as_opkssh(lab, opk, kind, command_user):
    login = opk.login(kind)
    write_rules(kind)
    ours = lab.program.run("verify", "alice", *login.words, as_user=command_user)
    assert (ours.status, ours.stdout) == (0, opk.client.verify("alice", login))


def test_another_users_name(opk, sshd):
    login = opk.login(PLAIN)
    write_rules(PLAIN)
    write("auth_id", PLAIN.auth_id_row, f"bob bob@example.com {Provider.ISSUER}")
    assert_logged_in(sshd.login(login.key))
    assert_refused(sshd.login(login.key, user="bob"))


def test_somebody_without_a_rule(opk, sshd):
    write_rules(PLAIN)
    assert_logged_in(sshd.login(opk.login(PLAIN).key))
    assert_refused(sshd.login(opk.login(PLAIN, account="bob").key))


def test_a_group(opk, sshd):
    write_rules(PLAIN)
    write("auth_id", f"alice oidc:groups:ssh-users {Provider.ISSUER}")
    assert_logged_in(sshd.login(opk.login(PLAIN).key))
    write("auth_id", f"alice oidc:groups:administrators {Provider.ISSUER}")
    assert_refused(sshd.login(opk.login(PLAIN).key))


def test_a_claim_that_only_userinfo_has(opk, sshd):
    """Without the access token nobody can ask for it."""
    with_token = PLAIN._replace(access_token=True)
    write_rules(with_token)
    assert_logged_in(sshd.login(opk.login(with_token).key))
    assert_refused(sshd.login(opk.login(PLAIN).key))


def test_another_clients_token(opk, sshd):
    """Of the same provider, for the same person, but asked for by a program we were not told of."""
    other = Kind("ES256", "ecdsa")
    write_rules(other)
    assert_logged_in(sshd.login(opk.login(other).key))
    write_rules(PLAIN)
    assert_refused(sshd.login(opk.login(other).key))


def test_a_key_without_the_certificate(opk, sshd):
    write_rules(PLAIN)
    login = opk.login(PLAIN)
    assert_logged_in(sshd.login(login.key))
    bare = room.SCRATCH / "bare"
    bare.write_bytes(login.key.read_bytes())
    bare.chmod(0o600)
    assert_refused(sshd.login(bare))


def test_a_rule_in_the_users_home(lab, opk, version):
    """Read by root only: another command user would need a rule of sudo's."""
    sshd = lab.sshd(version, "root", verify(lab.program.path))
    rules = room.HOMES / "alice" / HOME_RULES
    write("providers", PLAIN.provider_row)
    assert_refused(sshd.login(opk.login(PLAIN).key))
    program.write_config(PLAIN.auth_id_row + "\n", "alice", rules, owner="alice", mode=0o600)
    os.chown(rules.parent, room.USERS["alice"], room.USERS["alice"])
    assert_logged_in(sshd.login(opk.login(PLAIN).key))


def test_the_provider_changes_its_keys(opk, sshd, command_user):
    """Asked for once a minute. The old key still counts: it is in the provider's set, too."""
    write_rules(PLAIN)
    assert_logged_in(sshd.login(opk.login(PLAIN).key))
    opk.provider.rotate()
    login = opk.new_login(PLAIN)
    assert_refused(sshd.login(login.key))
    (attempt,) = (room.CACHE / command_user).glob("try-*")
    program.age_entry(attempt, 61)
    assert_logged_in(sshd.login(login.key))
    assert_logged_in(sshd.login(opk.login(PLAIN).key))


def test_the_program_under_opksshs_name(lab, opk, version, command_user):
    """sshd_config may stay as it is: a link in opkssh's place is enough."""
    link = room.SCRATCH / "opkssh-link" / "opkssh"
    if not link.exists():
        link.parent.mkdir()
        link.symlink_to(lab.program.path)
    sshd = lab.sshd(version, command_user, verify(link))
    write_rules(PLAIN)
    assert_logged_in(sshd.login(opk.login(PLAIN).key))


def test_the_log_tells_of_both_decisions(lab, opk, sshd):
    login = opk.login(PLAIN)
    write_rules(PLAIN)
    assert_logged_in(sshd.login(login.key))
    allowed = last_decision(lab)
    assert (allowed["decision"], allowed["user"]) == ("allow", "alice")
    write("auth_id")
    assert_refused(sshd.login(login.key))
    denied = last_decision(lab)
    assert (denied["decision"], denied["reason"]) == ("deny", DECISION["no rule"])


def test_the_second_login_asks_the_provider_nothing(opk, sshd):
    login = opk.login(PLAIN)
    write_rules(PLAIN)
    assert_logged_in(sshd.login(login.key))
    asked = [opk.provider.requests(what) for what in ("discovery", "jwks")]
    assert_logged_in(sshd.login(login.key))
    assert [opk.provider.requests(what) for what in ("discovery", "jwks")] == asked


def test_opkssh_itself(lab, opk, version):
    """What the other tests rest on: with the program that we replace, the same login works."""
    sshd = lab.sshd(version, "root", verify(opk.client.path))
    write_rules(PLAIN)
    assert_logged_in(sshd.login(opk.login(PLAIN).key))
    assert_refused(sshd.login(opk.login(PLAIN).key, user="bob"))


def test_a_refreshed_login(lab, opk, version, refreshed_login):
    """The person is not asked again: the ID token has expired, a later one is attached to it."""
    sshd = lab.sshd(version, "opksshuser", verify(lab.program.path))
    login = refreshed_login()
    write("auth_id", f"alice alice@example.com {Provider.MICROSOFT}")
    write("providers", f"{Provider.MICROSOFT} short-lived oidc")
    assert_refused(sshd.login(login.key))
    write("providers", f"{Provider.MICROSOFT} short-lived oidc_refreshed")
    assert_logged_in(sshd.login(login.key))
