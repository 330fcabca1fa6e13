"""Logins through a real sshd whose only command is `authorize`, with all three sources."""

import os
import re

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import sshd as real_sshd
from forge import Forgery
from key9_api import answer
from room import CHECKOUT, SCRATCH

WORDS = "--user=%u --type=%t --key=%k --home=%h --uid=%U"


def start(lab, version):
    if real_sshd.unpacked(version) is None:
        (pytest.fail if "CI" in os.environ else pytest.skip)(
            f"OpenSSH {version} could not be fetched")
    connection = "" if version == "9.2" else " --connection=%C"
    return real_sshd.Sshd(version, f"{lab.program.path} authorize {WORDS}{connection}", "root")


@pytest.fixture(scope="session", params=real_sshd.VERSIONS)
def any_sshd(request, whole_lab):
    return start(whole_lab, request.param)


@pytest.fixture(scope="session")
def sshd(whole_lab):
    return start(whole_lab, "10.0")


@pytest.fixture(scope="session")
def ids(whole_lab):
    """Private keys by the source that knows them; OpenPubkey's has a certificate."""
    found = {name: real_sshd.new_key(SCRATCH / f"id_{name}") for name in ("key9", "chain", "none")}
    certificate = found["openpubkey"] = SCRATCH / "id_openpubkey"
    forgery = Forgery()
    certificate.write_bytes(forgery.user.private.private_bytes(
        Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    certificate.chmod(0o600)
    (SCRATCH / "id_openpubkey-cert.pub").write_text(f"{forgery.type} {forgery.base64}\n")
    return found


@pytest.fixture(autouse=True)
def known_keys(lab, ids):
    lab.api.behaviours["alice"] = answer(real_sshd.public_key(ids["key9"]))
    lab.chain(f"echo '{real_sshd.public_key(ids['chain'])}'")


def assert_in(login):
    assert (login.returncode, login.stdout) == (0, "alice\n"), login.stderr


def assert_out(login):
    assert login.returncode == 255
    assert "Permission denied (publickey)" in login.stderr


@pytest.mark.parametrize("source", ["openpubkey", "key9", "chain"])
def test_each_source_lets_in(any_sshd, ids, source):
    assert_in(any_sshd.login(ids[source]))


def test_nobody_else(lab, sshd, ids):
    assert_out(sshd.login(ids["none"]))
    assert_out(sshd.login(ids["key9"], user="bob"))


def test_options_hold(lab, sshd, ids):
    """A forced command of the file's for each source, whatever the chained line has itself."""
    for source in ids.keys() - {"none"}:
        lab.settings(**{source: [f"options: [restrict, 'command=\"echo by {source}\"']"]})
        assert sshd.login(ids[source]).stdout == f"by {source}\n"
        lab.settings(**{source: ["options: ['from=\"192.0.2.0/24\"']"]})
        assert_out(sshd.login(ids[source]))
    lab.chain(f"echo 'command=\"echo its own\" {real_sshd.public_key(ids['chain'])}'")
    lab.settings(chain=["options: [restrict, no-pty]"])
    assert sshd.login(ids["chain"]).stdout == "its own\n"


# A value for each option that has one, with which a login is possible.
VALUES = {"command": "id -un", "expiry-time": "20991231", "from": "127.0.0.1", "tunnel": "1",
          "permitlisten": "8080", "permitopen": "host:22"}


def every_option():
    """Of line_options.c, but what is a certificate authority's."""
    table = (CHECKOUT / "parseproc/line_options.c").read_text()
    found = re.findall(r'^\t{ "(\S+)", (true|false), (?:true|false), false },$', table, re.M)
    assert {name for name, value in found if value == "true"} == set(VALUES)
    return [f'{name}="{VALUES[name]}"' if value == "true" else name for name, value in found]


def test_sshd_knows_every_option(lab, any_sshd, ids):
    """One that it does not know, or reads otherwise, would cost the whole line."""
    options, key = ",".join(every_option()), real_sshd.public_key(ids["chain"])
    for written in (options, options.upper().replace("ID -UN", "id -un").replace("HOST", "host")):
        lab.chain(f"echo '{written} {key}'")
        assert_in(any_sshd.login(ids["chain"], command="echo not this"))


def test_value_that_sshd_does_not_understand(lab, sshd, ids):
    """Costs the line; we do not look at it."""
    lab.settings(key9=["options: ['expiry-time=\"tomorrow\"']"])
    assert_out(sshd.login(ids["key9"]))
    assert_in(sshd.login(ids["chain"]))


QUOTED = r'''command="printf '%s,' \"a b\" 'c\d' 'e\\f' ' # ,'",from="127.0.0.1"'''


@pytest.mark.parametrize("whose", ["its own", "ours"])
def test_sshd_reads_quotes_as_we_do(lab, any_sshd, ids, whose):
    line = f"{QUOTED} " * (whose == "its own") + real_sshd.public_key(ids["chain"])
    (lab.directory / "printed").write_text(line + "\n")
    lab.chain(f"cat {lab.directory}/printed")
    ours = QUOTED.replace("'", "''")
    lab.settings(chain=[f"options: ['{ours}']"] if whose == "ours" else [])
    assert any_sshd.login(ids["chain"]).stdout == r"a b,c\d,e\\f, # ,,"


def test_one_source_down(lab, sshd, ids):
    lab.api.down()
    assert_in(sshd.login(ids["chain"]))
    assert_in(sshd.login(ids["openpubkey"]))
    assert_out(sshd.login(ids["key9"]))


def test_deny_wins(lab, sshd, ids):
    lab.host.config("deny_users: [alice]\n")
    for source in ids:
        assert_out(sshd.login(ids[source]))
