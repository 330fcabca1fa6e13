"""What sshd gets to read: exactly one line of ours, byte for byte, or nothing."""

import os
import subprocess
import time

import pytest

import program
from forge import CLIENT, EMAIL, ISSUER, WILDCARD, Forgery, provider_key, put, user_key
from program import write_settings

HOUR = 3600
NAME = b"alice"


@pytest.mark.parametrize("alg", ["ES256", "EdDSA", "RS256"])
def test_line_for_each_key_type(host, command_user, alg):
    forgery = Forgery(user=user_key(alg))
    result = host.allowed(forgery)
    assert result.stdout == f'cert-authority,principals="opkssh-wildcard" {forgery.plain_key}\n'
    assert result.stderr == ""


@pytest.mark.parametrize("principals,option", [
    ([WILDCARD], ',principals="opkssh-wildcard"'),
    ([NAME], ',principals="alice"'),
    ([b"root", NAME, b"x,y\""], ',principals="alice"'),
    ([EMAIL.encode(), WILDCARD, NAME], ',principals="opkssh-wildcard"'),
    ([], ""),
], ids=["wildcard", "login name", "login name among others", "all of them", "none"])
def test_principals(host, command_user, principals, option):
    forgery = Forgery(principals=principals)
    assert host.allowed(forgery).stdout == f"cert-authority{option} {forgery.plain_key}\n"


HOSTILE = [b'"', b'alice"', b"alice,root", b"opkssh-wildcard,alice", b"alice\n",
           b"alice\r\nssh-rsa",
           b"alice\0", b"alice ", b" alice", b"alic\\e", b"al\x80ice", b"\xc3\xa4", b"\xff" * 40,
           b"ALICE",
           b"alic", b"alice@example.com", b"*", b"?????", b"%u", b"$(id)", b"opkssh-wildcard ",
           b"a" * 4096]


@pytest.mark.parametrize("principal", HOSTILE, ids=ascii)
def test_hostile_principal_is_never_copied(host, principal):
    host.refused(Forgery(principals=[principal]), "cert_principals")
    beside = Forgery(principals=[principal, NAME])
    assert host.allowed(beside).stdout == f'cert-authority,principals="alice" {beside.plain_key}\n'
    beside = Forgery(principals=[principal, WILDCARD])
    assert host.allowed(beside).stdout == (
        f'cert-authority,principals="opkssh-wildcard" {beside.plain_key}\n')


def test_empty_principal_spoils_the_list(host):
    host.refused(Forgery(principals=[b"", NAME]), "cert_principals")


@pytest.mark.parametrize("user", ["alice@dom.example", "a.b-c_d", "ALICE", "host$", "x" * 128])
def test_login_names_that_can_stand_in_the_line(host, user):
    """No account of that name is needed to answer: sshd has looked it up."""
    host.auth_id(f"{user} {EMAIL} {ISSUER}")
    forgery = Forgery(principals=[user.encode()])
    assert host.allowed(forgery, user=user).stdout == (
        f'cert-authority,principals="{user}" {forgery.plain_key}\n')


@pytest.mark.parametrize("user", ["DOM\\alice", "x" * 256, 'a"b', "a,b", "ä"])
def test_login_names_that_cannot(host, user):
    """They log in by the wildcard only."""
    host.auth_id(f"'{user}' {EMAIL} {ISSUER}")
    host.refused(Forgery(principals=[user.encode()]), "cert_principals", user=user)
    forgery = Forgery()
    assert host.allowed(forgery, user=user).stdout == (
        f'cert-authority,principals="opkssh-wildcard" {forgery.plain_key}\n')


@pytest.mark.parametrize("user", [
    "", "x" * 257, "a b", "a/b", "../alice", "a\n", "a\tb", "a\x7f", "\x1b[2J"])
def test_login_names_that_no_machine_has(host, idp, user):
    host.refused(Forgery(), "user_name", user=user)
    assert idp.connects() == 0


@pytest.mark.parametrize("user", ["-alice", "--nonsense", "--home"])
def test_login_name_that_looks_like_an_option(host, user):
    result = host.run("verify", user, Forgery().base64, Forgery().type)
    assert (result.status, result.stdout) == (1, "")


# Expiry.

def stamp(seconds):
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(seconds))


def test_nul_in_a_claim_ends_nothing_in_the_log(host):
    """It is one of JSON's characters, and fits a rule as any other."""
    host.auth_id(f"alice oidc-match-end:email:@example.com {ISSUER}")
    result = host.allowed(Forgery(claims=put(email="ceo@corp.example\0@example.com")))
    assert result.decision["email"] == "ceo@corp.example?@example.com"


def test_no_expiry_time_unless_asked_for(host):
    assert "expiry-time" not in host.allowed(Forgery()).stdout


@pytest.mark.parametrize("rule,end", [
    ("12h", lambda f: f.claims["iat"] + 12 * HOUR), ("24h", lambda f: f.claims["iat"] + 24 * HOUR),
    ("48h", lambda f: f.claims["iat"] + 48 * HOUR),
    ("1week", lambda f: f.claims["iat"] + 168 * HOUR),
    ("oidc", lambda f: f.claims["exp"]), ("oidc-refreshed", lambda f: f.claims["exp"])])
def test_expiry_time_is_the_rows(host, rule, end):
    write_settings("expiry_time: true\n")
    host.providers(f"{ISSUER} {CLIENT} {rule}")
    forgery = Forgery()
    assert host.allowed(forgery).stdout == (
        f'cert-authority,principals="opkssh-wildcard",expiry-time="{stamp(end(forgery))}" '
        f"{forgery.plain_key}\n")


def test_expiry_time_of_a_refreshed_token(host):
    write_settings("expiry_time: true\n")
    host.providers(f"{ISSUER} {CLIENT} oidc-refreshed")
    forgery = Forgery(renewed=True)
    forgery = forgery.but(claims=put(iat=forgery.now - 2 * HOUR, exp=forgery.now - HOUR),
                          fresh_claims=put(exp=forgery.now + 1234))
    assert f'expiry-time="{stamp(forgery.now + 1234)}"' in host.allowed(forgery).stdout


def test_expiry_time_never_means_none(host):
    write_settings("expiry_time: true\n")
    host.providers(f"{ISSUER} {CLIENT} never")
    assert "expiry-time" not in host.allowed(Forgery()).stdout


# Nothing else.

@pytest.mark.parametrize("kind", ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa",
                                  "sk-ssh-ed25519@openssh.com",
                                  "rsa-sha2-512-cert-v01@openssh.com",
                                  "ssh-dss-cert-v01@openssh.com", "", "x\n"])
def test_key_that_can_carry_no_token_is_answered_at_once(host, idp, kind):
    """sshd asks for every key that a client offers. Nothing is printed and nobody is asked."""
    result = host.refused(Forgery(type=kind), "cert_type")
    assert idp.connects() == 0
    assert result.seconds < 1


def test_deny_status_is_for_denials_only(host, command_user):
    forgery = Forgery(principals=[b"bob"])
    assert host.verify(forgery, "--deny-status=3").status == 3
    assert host.verify(forgery).status == 0
    assert host.verify(Forgery(), "--deny-status=3").status == 0


def test_deny_status_from_the_settings(host):
    write_settings("deny_status: 4\n")
    assert host.verify(Forgery(principals=[b"bob"])).status == 4


@pytest.mark.parametrize("arguments", [[], ["alice"], ["alice", "AAAA"], ["--nonsense", "alice",
    "AAAA", "x"]],
                         ids=" ".join)
def test_wrong_command_line(host, arguments):
    result = host.run("verify", *arguments)
    assert result.status != 0 and result.stdout == ""


def test_words_behind_the_type_change_nothing(host):
    forgery = Forgery()
    expected = host.allowed(forgery).stdout
    assert host.allowed(forgery, "192.0.2.1 22 192.0.2.2 22", "x y", "").stdout == expected


def test_options_may_stand_anywhere(host, command_user):
    forgery = Forgery()
    done = host.run("verify", "--deadline=3", "alice", "--uid=23002", forgery.base64,
                    "--home=/opt/home/alice",
                    forgery.type)
    assert done.stdout == host.allowed(forgery).stdout


def test_reader_that_goes_away_is_no_failure(host, command_user):
    """After one byte; sshd may have read enough."""
    host.allowed(Forgery())
    process = subprocess.Popen([host.program.path, *host.arguments(Forgery())],
                               stdout=subprocess.PIPE, bufsize=0,
                               **program.as_sshd_would(command_user))
    assert process.stdout.read(1) == b"c"
    process.stdout.close()
    assert process.wait(timeout=20) == 0


def test_reader_that_was_never_there_kills_nothing(host, command_user):
    """An exit status, not a signal; and the log has a decision."""
    read, write = os.pipe()
    os.close(read)
    process = subprocess.Popen([host.program.path, *host.arguments(Forgery())], stdout=write,
                               **program.as_sshd_would(command_user))
    os.close(write)
    assert process.wait(timeout=20) in (0, 1)
    assert any("decision=" in line for line in host.program.log.take())


def test_control_a_stranger_is_refused(host):
    assert host.refused(Forgery(op=provider_key("RS256", "stranger"))).stdout == ""
