"""Logins through a real sshd that knows keys from nowhere else."""

import json
import subprocess

import pytest

import keys
from key9_api import answer, answer_in_chunks
from program import GROUP, fields
from reasons import DECISION
from sshd import VERSIONS, public_key


@pytest.fixture(params=VERSIONS)
def version(request):
    return request.param


@pytest.fixture
def sshd(lab, version, command_user):
    return lab.sshd(version, command_user)


def decisions(lab):
    """The decision lines so far. sshd asks twice for a key that fits: when offered, when signed."""
    return [fields(line) for line in lab.log.take() if "decision=" in line]


def assert_logged_in(lab, login, count):
    assert (login.returncode, login.stdout) == (0, "alice\n"), login.stderr
    found = decisions(lab)
    assert found
    for decision in found:
        assert decision["decision"] == "allow"
        assert decision["reason"] == DECISION["allowed"]
        assert decision["user"] == "alice"
        assert decision["source"] == "key9"
        assert decision["keys"] == str(count)
        assert decision["ms"].isdigit()


def assert_refused(login):
    assert login.returncode == 255
    assert login.stdout == ""
    assert "Permission denied (publickey)" in login.stderr


def test_one_key(lab, sshd, ssh_keys):
    lab.api.behaviours["alice"] = answer(public_key(ssh_keys["ed25519"]))
    assert_logged_in(lab, sshd.login(ssh_keys["ed25519"]), 1)
    assert_refused(sshd.login(ssh_keys["rsa"]))
    assert lab.api.requests[0].path.endswith(f"/alice/{GROUP}")


def test_three_keys_of_different_types(lab, sshd, ssh_keys):
    lab.api.behaviours["alice"] = answer_in_chunks(*map(public_key, ssh_keys.values()))
    for key in ssh_keys.values():
        assert_logged_in(lab, sshd.login(key), 3)


def test_user_without_keys(lab, sshd, ssh_keys):
    lab.api.behaviours["alice"] = answer()
    assert_refused(sshd.login(ssh_keys["ed25519"]))
    (decision,) = decisions(lab)
    assert decision["decision"] == "deny"
    assert decision["reason"] == DECISION["no keys"]


def test_user_unknown_to_the_api(lab, sshd, ssh_keys):
    assert_refused(sshd.login(ssh_keys["ed25519"], user="bob"))
    (decision,) = decisions(lab)
    assert decision["reason"] == DECISION["status"]


def test_user_unknown_to_the_machine(lab, sshd, ssh_keys):
    lab.api.behaviours["ghost"] = answer(public_key(ssh_keys["ed25519"]))
    assert_refused(sshd.login(ssh_keys["ed25519"], user="ghost"))
    assert not decisions(lab)
    assert not lab.api.requests


def test_a_thousand_keys_the_last_one_fits(lab, sshd, ssh_keys):
    others = [keys.new_ed25519() for _ in range(999)]
    lab.api.behaviours["alice"] = answer(*others, public_key(ssh_keys["ed25519"]))
    assert_logged_in(lab, sshd.login(ssh_keys["ed25519"]), 1000)


def test_a_dropped_key_does_not_hide_the_next(lab, sshd, ssh_keys):
    lab.api.behaviours["alice"] = answer(keys.bad()["options"], public_key(ssh_keys["ed25519"]))
    assert_logged_in(lab, sshd.login(ssh_keys["ed25519"]), 1)


def test_sshd_logs_no_trouble_with_its_command(lab, sshd, ssh_keys):
    """On an unclean exit sshd logs the whole command line, and what its command says on stderr
    ends up in sshd's own: neither may happen, least of all upon a denial."""
    before = len(sshd.log())
    lab.api.behaviours["alice"] = answer(b"nonsense")
    assert_refused(sshd.login(ssh_keys["ed25519"]))
    assert "AuthorizedKeysCommand" not in sshd.log()[before:]
    assert "decision=" not in sshd.log()[before:]


def test_remote_arrives_at_the_api(lab, sshd, ssh_keys, version):
    lab.api.behaviours["alice"] = answer(public_key(ssh_keys["ed25519"]))
    assert_logged_in(lab, sshd.login(ssh_keys["ed25519"]), 1)
    body = lab.api.requests[0].body
    if version == "9.2":        # has no %C, is run without --remote
        assert body == b""
        return
    remote = json.loads(body)["remote"].split()
    # The manual says client first; OpenSSH 10.0 itself puts the server first.
    assert (remote[0], remote[2]) == ("127.0.0.1", "127.0.0.1")
    assert str(sshd.port) in (remote[1], remote[3])
    assert remote[1].isdigit() and remote[3].isdigit() and len(remote) == 4


def test_security_keys_are_printed_and_ssh_keygen_accepts_them(lab, command_user):
    offered = [keys.good()["sk-ed25519"], keys.good()["sk-ecdsa"]]
    lab.api.behaviours["alice"] = answer(*offered)
    result = lab.program.keys_for("alice", as_user=command_user)
    assert result.keys == offered
    listing = subprocess.run(["ssh-keygen", "-l", "-f", "-"], input=result.stdout, text=True,
                             capture_output=True, check=True).stdout
    assert "(ED25519-SK)" in listing and "(ECDSA-SK)" in listing
