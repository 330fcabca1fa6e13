"""Ways to set a machine up wrongly: each is found, at its place, and the message says the remedy.

They are what users of such programs ask for help with, again and again. A row: what is done to a
machine without a fault; the finding's code; file and line; a part of the remedy.
"""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Callable, NamedTuple

import pytest

import machine
from held_open import HeldOpen
from machine import DROPINS, ENTRA, ISSUER, PROVIDERS, SLASHED, SSH, SSHD, SUDOERS, write
from room import CACHE, CONFIG, HOMES, OPK, SETTINGS, USERS

AUTH_ID, CONFIG_YML = OPK / "auth_id", OPK / "config.yml"


class Way(NamedTuple):
    name: str
    do: Callable
    code: str
    file: object = ""
    line: int = 0
    fix: str = ""


def rule(text):
    return lambda host: write(AUTH_ID, f"{text}\n")


def providers(text):
    return lambda host: write(OPK / "providers", f"{PROVIDERS}{text}\n")


def command(words, more="", user="opksshuser"):
    return lambda host: host.dropin("10-sallyport.conf", words and f"{host.program} {words}",
                                    user, more)


def owner(path, user):
    return lambda host: os.chown(path, USERS[user], USERS["opksshuser"])


def mode(path, bits):
    return lambda host: path.chmod(bits)


def settings(text):
    return lambda host: write(SETTINGS, text, 0o644)


def nothing(host):
    host.dropin("10-sallyport.conf", None, None)
    machine.clear(OPK)


def expiry_time_on_old_sshd(host):
    settings("expiry_time: true\n")(host)
    host.sshd("9.2", "OpenSSH_9.0p1")


def command_as_root_reads_homes(host):
    host.dropin("10-sallyport.conf", host.command, "root")


def home_rule_as_root(text, bits=0o600):
    def do(host):
        command_as_root_reads_homes(host)
        host.home(text, mode=bits)
    return do


def home_link(path):
    """To what would count if it stood there."""
    def do(host):
        home_rule_as_root(f"alice a@b.example {ISSUER}\n")(host)
        kept = path.rename(HOMES / "alice/kept")
        path.symlink_to(kept)
    return do


def home_of_root(host):
    home_rule_as_root(f"alice a@b.example {ISSUER}\n", 0o644)(host)
    os.chown(HOME, 0, 0)


def home_for_her_group(host):
    """In which a login's process is not."""
    home_rule_as_root(f"alice a@b.example {ISSUER}\n")(host)
    os.chown(HOME.parent, 0, USERS["alice"])
    HOME.parent.chmod(0o750)


def displaced(host):
    """systemd's own drop-in sorts before opkssh's."""
    (DROPINS / "10-sallyport.conf").rename(DROPINS / "60-opk-ssh.conf")
    host.dropin("20-systemd-userdb.conf", "/usr/bin/userdbctl ssh-authorized-keys %u", "root")


def opkssh_drop_in_left(host):
    host.dropin("60-opk-ssh.conf", "/usr/local/bin/opkssh verify %u %k %t")


def k9(**changes):
    return lambda host: host.key9(**changes)


AUTHORIZE = "authorize --user=%u --type=%t --key=%k"


def sources(text, words=AUTHORIZE, user="root"):
    """sallyport.yaml, for an sshd that asks authorize."""
    def do(host):
        write(SETTINGS, text)
        command(words, user=user)(host)
    return do


def chain(command="/usr/bin/true", user="nobody"):
    return f"sources:\n  - source: chain\n    command: {command} %u\n    user: {user}\n"


def key9_source(host):
    host.key9(run_as="key9")
    sources("sources: [{source: key9}]\n")(host)


DROPIN = DROPINS / "10-sallyport.conf"
PLUGIN = OPK / "policy.d/test.yml"
HOME = HOMES / "alice/.opk/auth_id"

WAYS = [
    # The issuer, which must be the same byte for byte.
    Way("rule without https", rule("alice alice@example.com idp.example"), "rule_near_issuer",
        AUTH_ID, 1, ISSUER),
    Way("rule with http", rule("alice a@example.com http://idp.example"), "rule_near_issuer",
        AUTH_ID, 1, ISSUER),
    Way("rule with a slash too many", rule(f"alice a@example.com {ISSUER}/"), "rule_near_issuer",
        AUTH_ID, 1, ISSUER),
    Way("rule without the slash", rule(f"alice a@example.com {SLASHED[:-1]}"), "rule_near_issuer",
        AUTH_ID, 1, SLASHED),
    Way("rule in upper case", rule("alice a@example.com https://IdP.example"), "rule_near_issuer",
        AUTH_ID, 1, ISSUER),
    Way("rule with a short name", rule("alice a@example.com google"), "rule_near_issuer",
        AUTH_ID, 1, "https://accounts.google.com"),
    Way("rule of another issuer", rule("alice a@example.com https://elsewhere.example"),
        "rule_unknown_issuer", AUTH_ID, 1, "a row for it in /etc/opk/providers"),
    Way("provider without https", providers("idp2.example client 24h"), "providers_row",
        OPK / "providers", 4, "https://"),
    Way("provider with a made-up expiration", providers("https://idp2.example client 1d"),
        "providers_row", OPK / "providers", 4, "12h, 24h, 48h"),
    Way("provider without client id", providers("https://idp2.example 24h"), "providers_row",
        OPK / "providers", 4, "three are needed"),
    Way("no provider", lambda host: write(OPK / "providers", "# none yet\n"), "providers_none",
        OPK / "providers", 0, "ISSUER CLIENT-ID 24h"),
    Way("provider for ever", providers("https://idp2.example client never"),
        "provider_never_expires", OPK / "providers", 4, "24h"),
    # Rules.
    Way("suffix without @", rule(f"alice oidc-match-end:email:example.com {ISSUER}"),
        "auth_id_row", AUTH_ID, 1, "an @ and a domain"),
    Way("empty suffix", rule(f"alice oidc-match-end:email: {ISSUER}"), "auth_id_row", AUTH_ID, 1,
        "everybody"),
    Way("claim with colons", rule(f"alice oidc:https://x/groups:ops {ISSUER}"), "auth_id_row",
        AUTH_ID, 1, "put double quotes around the claim's name"),
    Way("columns swapped", rule(f"{ISSUER} alice alice@example.com"), "rule_columns_swapped",
        AUTH_ID, 1, "user identity issuer"),
    Way("rule twice", rule(f"alice a@example.com {ISSUER}\nalice a@example.com {ISSUER}"),
        "rule_repeated", AUTH_ID, 2, "remove one"),
    Way("unknown user", rule(f"alcie a@example.com {ISSUER}"), "rule_unknown_user", AUTH_ID, 1,
        "create the user"),
    Way("denied user", rule(f"mallory a@example.com {ISSUER}"), "rule_denied", AUTH_ID, 1,
        "deny_users"),
    Way("groups of Google", rule("alice oidc:groups:ops https://accounts.google.com"),
        "rule_claim_never_sent", AUTH_ID, 1, "e-mails"),
    Way("e-mail of Entra", rule(f"alice a@example.com {ENTRA}"), "rule_email_unverified",
        AUTH_ID, 1, "oidc:oid:"),
    Way("in UTF-16", lambda host: write(AUTH_ID, "alice a@b c\n".encode("utf-16")), "auth_id_row",
        AUTH_ID, 1, "remove it"),
    # Owners, groups and modes.
    Way("umask of 077", mode(OPK, 0o700), "file_unreadable", AUTH_ID, 0, "chmod g+x /etc/opk"),
    Way("wrong group", lambda host: os.chown(AUTH_ID, 0, 0), "file_unreadable", AUTH_ID, 0,
        f"chgrp {USERS['opksshuser']} {AUTH_ID}"),
    Way("file for all to write", mode(AUTH_ID, 0o666), "file_untrusted", AUTH_ID, 0, "chmod go-w"),
    Way("file of another's", owner(OPK / "providers", "alice"), "file_untrusted",
        OPK / "providers", 0, "chown root"),
    Way("directory for a group to write", mode(OPK, 0o775), "file_untrusted", AUTH_ID, 0,
        "chmod go-w /etc/opk"),
    Way("providers missing", lambda host: (OPK / "providers").unlink(), "file_missing",
        OPK / "providers", 0, "create it"),
    Way("auth_id missing", lambda host: AUTH_ID.unlink(), "auth_id_none", AUTH_ID, 0,
        "sallyport add"),
    Way("no rule", rule("# nobody yet"), "auth_id_none", AUTH_ID, 0, "sallyport add"),
    Way("nothing at all", nothing, "nothing_configured", "", 0, "/etc/opk/providers"),
    Way("no cache", lambda host: (CACHE / "opksshuser").rmdir(), "cache_missing",
        CACHE / "opksshuser", 0, "install -d -m 0700 -o opksshuser"),
    Way("cache of root's", lambda host: os.chown(CACHE / "opksshuser", 0, 0), "cache_owner",
        CACHE / "opksshuser", 0, "install -d -m 0700 -o opksshuser"),
    # YAML.
    Way("misspelt deny list", lambda host: write(CONFIG_YML, "x: 1\ndeny_user: [mallory]\n"),
        "config_yaml", CONFIG_YML, 2, "deny_users"),
    Way("broken config.yml", lambda host: write(CONFIG_YML, "deny_users: [a\n"), "config_yaml",
        CONFIG_YML, 2),
    Way("misspelt setting", settings("stale_maximum: 24h\n"), "config_yaml", SETTINGS, 1,
        "stale_max"),
    Way("setting out of bounds", settings("stale_max: 24h\ndeadline: 120\n"), "config_yaml",
        SETTINGS, 2),
    # Plugins.
    Way("plugin without its program", lambda host: host.plugin(command="/opt/no/such"),
        "plugin_command", PLUGIN, 0, "create it"),
    Way("plugin's program with 0644", lambda host: host.plugin(mode=0o644), "plugin_command",
        PLUGIN, 0, "chmod 0755"),
    Way("plugin with a comment before its command", lambda host: host.plugin(
        command=f"# why\n  {write(OPK / 'plugin.sh', '#!/bin/sh', 0o755, group='root')}"),
        "plugin_command", PLUGIN, 0, "a comment between"),
    Way("plugin named .yaml", lambda host: host.plugin(name="test.yaml"), "plugin_name",
        OPK / "policy.d/test.yaml", 0, ".yml"),
    Way("plugin with a relative command", lambda host: host.plugin(command="check.sh"),
        "plugin_yaml", PLUGIN, 2, "nothing is searched"),
    # Users' own files.
    Way("closed home", lambda host: host.home(f"alice a@example.com {ISSUER}\n"), "home_closed",
        HOME, 0, "AuthorizedKeysCommandUser root, or home_policy: false"),
    Way("home file for all to write", home_rule_as_root(f"alice a@b.example {ISSUER}\n", 0o666),
        "home_file", HOME, 0, "chmod go-w"),
    Way("home file that is a link", home_link(HOME), "home_file", HOME, 0, "see to that"),
    Way("home file in a link", home_link(HOME.parent), "home_file", HOME, 0, "see to that"),
    Way("home file of root's", home_of_root, "home_file", HOME, 0, "chown"),
    Way("home file for her group alone", home_for_her_group, "home_file", HOME, 0, "user's id"),
    Way("home file too long", home_rule_as_root("#" * (64 * 1024 + 1)), "home_file", HOME, 0,
        "see to that"),
    Way("home rule of another issuer", home_rule_as_root(f"# x\nalice a@b.example {ISSUER}/\n"),
        "home_unknown_issuer", HOME, 2, "byte for byte"),
    Way("home rule about another user", home_rule_as_root(f"root a@b.example {ISSUER}\n"),
        "home_row", HOME, 1, "belongs into /etc/opk/auth_id"),
    Way("bad home rule", home_rule_as_root("alice a@b.example\n"), "home_row", HOME, 1,
        "three are needed"),
    # sshd.
    Way("drop-in displaced", displaced, "sshd_displaced", DROPINS / "60-opk-ssh.conf", 1,
        f"remove {DROPINS}/20-systemd-userdb.conf:1"),
    Way("another program asked", displaced, "sshd_other_command",
        DROPINS / "20-systemd-userdb.conf", 1, "sallyport verify %u %k %t"),
    Way("opkssh's drop-in left", opkssh_drop_in_left, "sshd_displaces",
        DROPINS / "60-opk-ssh.conf", 1, "remove the line"),
    Way("no command", command("", "", None), "sshd_no_command", SSH / "sshd_config", 0,
        "sallyport setup sshd"),
    Way("no command user", command("verify %u %k %t", user=None), "sshd_config",
        SSH / "sshd_config", 0, "AuthorizedKeysCommandUser opksshuser"),
    Way("command user unknown", command("verify %u %k %t", user="opkshuser"), "sshd_user",
        SSH / "sshd_config", 0, "useradd"),
    Way("%C and sshd 9.2", command("verify %u %k %t %C"), "sshd_percent_c", SSH / "sshd_config",
        0, "remove %C"),
    Way("expiry_time and sshd 9.0", expiry_time_on_old_sshd, "sshd_expiry_time", SETTINGS, 0,
        "expiry_time: false"),
    Way("words in another order", command("verify %u %t %k"), "sshd_words", SSH / "sshd_config",
        0, "verify %u %k %t"),
    Way("program for a group to write", lambda host: host.program.chmod(0o775), "sshd_program",
        "PROGRAM", 0, "chmod go-w"),
    Way("public keys off", command("verify %u %k %t", "PubkeyAuthentication no\n"),
        "sshd_pubkey_off", SSH / "sshd_config", 0, "PubkeyAuthentication yes"),
    Way("no certificates", command("verify %u %k %t", "PubkeyAcceptedAlgorithms ssh-ed25519\n"),
        "sshd_no_certificates", SSH / "sshd_config", 0,
        "+ecdsa-sha2-nistp256-cert-v01@openssh.com"),
    Way("no key of last resort", command("verify %u %k %t", "AuthorizedKeysFile none\n"),
        "sshd_no_last_resort", SSH / "sshd_config", 0, "AuthorizedKeysFile"),
    Way("opkssh's sudo rule left", lambda host: write(SUDOERS / "opkssh", "# rule\n"), "leftover",
        SUDOERS / "opkssh", 0, "rm /etc/sudoers.d/opkssh"),
    # Key9.
    Way("run_as another user", k9(run_as="opksshuser"), "k9_run_as", CONFIG, 0,
        "system.run_as: key9"),
    Way("API key for all to read", k9(mode=0o644), "file_untrusted", CONFIG, 0, "chmod 0640"),
    Way("API key for another group to read", k9(run_as="root", user="root", group="key9"),
        "file_untrusted", CONFIG, 0, "chgrp 0"),
    Way("no API key", k9(authentication__api_key=None), "config_yaml", CONFIG, 0, ""),
    Way("plain http", k9(urls__query_ssh_keys="http://api.key9.test/ssh",
                         system__allow_http="true"), "k9_plain_http", CONFIG, 0, "https"),
    Way("k9-ssh without user", command("k9-ssh"), "sshd_words", SSH / "sshd_config", 0,
        "--user=%u"),
    # Several sources.
    Way("authorize without the key", sources("sources: [{source: openpubkey}]\n",
                                             "authorize --user=%u --type=%t"),
        "sshd_words", SSH / "sshd_config", 0, AUTHORIZE),
    Way("authorize without a source", sources("stale_max: 24h\n"), "sources_none", SETTINGS, 0,
        "below sources"),
    Way("sources that nobody asks", settings("sources: [{source: openpubkey}]\n"),
        "sources_unused", SETTINGS, 0, AUTHORIZE),
    Way("unknown source", sources("sources:\n  - source: ldap\n"), "config_yaml", SETTINGS, 2,
        "openpubkey, key9 or chain"),
    Way("chained program missing", sources(chain("/opt/no/such")), "chain_command", SETTINGS, 0,
        "create it"),
    Way("chained command within braces", sources(
        "sources: [{source: chain, user: nobody, command: /usr/bin/true %u}]\n"), "chain_command",
        SETTINGS, 0, "on a line of its own"),
    Way("chain as root", sources(chain(user="root")), "chain_user", SETTINGS, 0, "no other job"),
    Way("chain as a user of elsewhere", sources(chain(user="nobody-here")), "chain_user",
        SETTINGS, 0, "no other job"),
    Way("chain as somebody else", sources(chain(), user="opksshuser"), "chain_user", SETTINGS, 0,
        "AuthorizedKeysCommandUser root"),
    Way("Key9 among the sources, run_as another", key9_source, "k9_run_as", CONFIG, 0,
        "system.run_as: root"),
]
# What config check finds as well: it looks at files alone.
IN_FILES = ("providers", "auth_id", "rule_", "config_", "file_", "plugin_", "k9_", "nothing_",
            "sources_", "chain_")
NOTES = ("provider_never_expires", "rule_email_unverified", "sshd_no_last_resort")


def test_a_machine_without_a_fault_is_clean(host):
    assert host.audit() == ([], 0)
    assert host.audit(command=("config", "check")) == ([], 0)
    assert host.run("audit").out == "problems: 0, warnings: 0, notes: 0, not looked at: 0\n"


def test_so_is_one_with_key9_and_one_as_root_and_one_with_a_plugin_and_a_newer_sshd(host):
    host.key9()
    assert host.audit() == ([], 0)
    host.reset()
    host.plugin()
    host.home(f"alice alice@example.com {ISSUER}\n")
    host.sshd("10.0")
    host.dropin("10-sallyport.conf", f"{host.command} %C", "root")
    assert host.audit() == ([], 0)


def test_so_is_one_with_several_sources(host):
    host.key9(run_as="root", user="root")
    sources(chain() + "  - source: key9\n")(host)
    assert host.audit() == ([], 0)
    host.reset()
    sources(chain() + "  - source: openpubkey\n")(host)
    assert host.audit() == ([], 0)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_is_found_with_its_remedy(host, way):
    way.do(host)
    findings, status = host.audit()
    found = [f for f in findings if f["code"] == way.code]
    place = str(host.program if way.file == "PROGRAM" else way.file)
    assert (place, way.line) in [(f["file"], f["line"]) for f in found], findings
    here = next(f for f in found if (f["file"], f["line"]) == (place, way.line))
    assert here["what"] and here["fix"] and way.fix in here["fix"], here
    only_notes = all(f["level"] == "note" for f in findings)
    assert status == (0 if only_notes else 1)
    assert (here["level"] == "note") == (way.code in NOTES)
    if way.code.startswith(IN_FILES):
        assert here in host.audit(command=("config", "check"))[0]


def test_the_chains_user_is_looked_for_where_a_login_does(host):
    """In /etc/passwd, whatever the name service knows."""
    conf = Path("/etc/nsswitch.conf")
    before = conf.read_text()
    sources(chain())(host)
    conf.write_text("passwd: nowhere\n")
    try:
        findings, _ = host.audit()
    finally:
        conf.write_text(before)
    assert "chain_user" not in [f["code"] for f in findings]


def test_in_words_it_says_the_same(host):
    AUTH_ID.chmod(0o666)
    settings("stale_maximum: 24h\n")(host)
    host.plugin(name="test.yaml")
    findings, _ = host.audit()
    text = host.run("audit").out
    assert len(findings) > 2
    for f in findings:
        place = f["file"] + (f":{f['line']}" if f["line"] else "")
        lines = f"{f['level']:8} {f['code']} {place}\n         {f['what']}\n"
        assert lines + f"         fix: {f['fix']}\n" in text


def test_there_are_twenty_and_each_has_a_name_of_its_own():
    assert len({way.name for way in WAYS}) == len(WAYS) >= 20


def test_who_is_not_root_is_told_and_nothing_looks_clean(host):
    for words in (["audit"], ["config", "check"], ["permissions", "check"]):
        ran = host.run(*words, user="alice")
        assert ran.status == 2 and "sudo" in ran.out, words


def test_without_sshd_the_rest_is_looked_at(host):
    SSHD.unlink()
    findings, status = host.audit()
    assert ([f["code"] for f in findings], status) == (["sshd_not_found"], 2)
    AUTH_ID.chmod(0o666)
    findings, status = host.audit()
    assert {f["code"] for f in findings} == {"sshd_not_found", "file_untrusted"} and status == 1


def test_online_names_the_provider_that_cannot_be_asked(host):
    findings, status = host.audit("--online")
    about = [f for f in findings if f["code"] == "provider_keys"]
    assert status == 1 and len(about) == len(findings) == 2
    for issuer in (ISSUER, SLASHED):
        assert any(f"issuer={issuer} " in f["what"] and "HTTPS_PROXY" in f["fix"] for f in about)


@pytest.mark.parametrize("who,says", [("one", "provider=1 reason=worker_died"),
                                      ("all", "not all of them could be asked")])
def test_online_says_that_a_provider_was_not_asked(host, who, says):
    held = HeldOpen(OPK / "providers")

    def parent(pid):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])

    def is_ours(pid):
        return Path(f"/proc/{pid}/exe").readlink().name == "sallyport"

    def attack():
        # A provider's process has one of its own program as parent, that of status has not.
        while not is_ours(pid := held.opener()) or not is_ours(parent(pid)):
            held.go_on()
        os.kill(parent(pid) if who == "all" else pid, signal.SIGKILL)
        held.close()
    attacker = threading.Thread(target=attack, daemon=True)
    attacker.start()
    findings, status = host.audit("--online")
    attacker.join()
    about = [f for f in findings if f["code"] == "provider_keys"]
    assert status == 1 and len([f for f in about if says in f["what"]]) == 1, findings


def test_homes_that_logins_take_are_clean(host):
    """Whoever may write above them; with another program's things in .opk, or none."""
    command_as_root_reads_homes(host)
    path = host.home(f"alice alice@example.com {ISSUER}\n")
    HOMES.chmod(0o2775)
    try:
        assert host.audit() == ([], 0)
    finally:
        HOMES.chmod(0o755)
    path.rename(path.with_name("config.yml"))
    assert host.audit() == ([], 0)
    path.parent.chmod(0o777)    # a login does not look further, either
    assert [f["code"] for f in host.audit()[0]] == ["home_file"]
    path.parent.rename(HOMES / "alice/kept")
    (HOMES / "alice").chmod(0o777)
    assert host.audit() == ([], 0)


@pytest.mark.parametrize("sent", ["STOP", "KILL", None])
def test_who_holds_up_the_reading_of_his_home_is_named(host, sent):
    """The process that reads it is his for a moment; root's audit goes on, and says so."""
    command_as_root_reads_homes(host)
    held = HeldOpen(host.home(f"alice a@b.example {ISSUER}\n"))
    host.home(f"bob a@b.example {ISSUER}/\n", user="bob")

    def attack():
        pid = held.opener()
        if sent:
            subprocess.run(["kill", f"-{sent}", str(pid)], check=True, user=USERS["alice"],
                           group=USERS["alice"], extra_groups=[])
            held.go_on()
    alice = threading.Thread(target=attack, daemon=True)
    alice.start()
    try:
        findings, status = host.audit()
    finally:
        held.close()
    alice.join()
    assert [(f["code"], f["file"]) for f in findings] == [
        ("home_unread", str(HOME)), ("home_unknown_issuer", str(HOMES / "bob/.opk/auth_id"))]
    assert "10 seconds" in findings[0]["what"] and findings[0]["fix"] and status == 1
    (HOMES / "bob/.opk/auth_id").unlink()
    assert host.audit() == ([], 0)


def test_a_match_block_is_told_and_does_not_win(host):
    other = "/usr/bin/userdbctl ssh-authorized-keys %u"
    write(SSH / "sshd_config", f"Match User bob\n  AuthorizedKeysCommand {other}\n"
                               f"Match all\nInclude {DROPINS}/*.conf\n", 0o644)
    findings, status = host.audit()
    assert [(f["code"], f["line"]) for f in findings] == [("sshd_match", 2)] and status == 0
    assert other in findings[0]["what"]


def test_where_only_a_match_asks_sallyport_it_is_that_which_is_looked_at(host):
    """Others are asked nobody on purpose: no reason to set it up for all."""
    (DROPINS / "10-sallyport.conf").unlink()
    match = f"Match User bob\n  AuthorizedKeysCommand {host.command}\n  AuthorizedKeysCommandUser "
    write(SSH / "sshd_config", f"{match}opksshuser\n", 0o644)
    findings, status = host.audit()
    assert [(f["code"], f["line"]) for f in findings] == [("sshd_match", 2)] and status == 0
    write(SSH / "sshd_config", f"{match}key9 # why\n  AuthorizedKeysCommandUser root\n", 0o644)
    assert "file_unreadable" in {f["code"] for f in host.audit()[0]}


def test_options_may_stand_before_the_words(host):
    host.dropin("10-sallyport.conf", f"{host.program} verify --deadline=10 %u %k %t")
    assert host.audit() == ([], 0)


@pytest.mark.parametrize("user", ["alice", "nobody"])
def test_a_command_user_who_is_somebody_else_too(host, user):
    host.dropin("10-sallyport.conf", host.command, user)
    (found,) = [f for f in host.audit()[0] if f["code"] == "sshd_user_shared"]
    assert user in found["what"] and "nologin" in found["fix"] and found["level"] == "warning"


@contextlib.contextmanager
def listening(*words):
    """A real sshd, which calls itself what the distribution's does."""
    port = () if "-p" in words else ("-p", "2222")
    with subprocess.Popen([machine.unpacked("9.2"), "-D", *port, *words],
                          stderr=subprocess.PIPE) as sshd:
        title = Path(f"/proc/{sshd.pid}/cmdline")
        while b"[listener]" not in title.read_bytes():
            assert sshd.poll() is None, sshd.stderr.read()
            time.sleep(0.02)
        try:
            yield
        finally:
            sshd.terminate()


@pytest.mark.parametrize("words", [
    ("-o", "AuthorizedKeysCommand /usr/bin/true %u", "-o", "AuthorizedKeysCommandUser nobody"),
    ("-oauthorizedkeyscommand=none",), ("-f", "/etc/ssh/other"), ("-f/etc/ssh/sshd_config.old",),
    ("-4ef", "/etc/ssh/other")], ids=str)
def test_what_sshd_was_started_with_wins(host, words):
    for name in "other", "sshd_config.old":
        write(SSH / name, "UsePAM no\n", 0o644)
    with listening(*words):
        (found,), status = host.audit()
        (DROPINS / "10-sallyport.conf").unlink()
        refused = host.run("setup", "sshd")
    assert (found["code"], status) == ("sshd_started_with", 1)
    assert words[-1] in found["what"] and "systemctl cat" in found["fix"]
    assert refused.status == 1 and "sshd_started_with" in refused.out
    assert not (DROPINS / "10-sallyport.conf").exists()


@pytest.mark.parametrize("words", [(), ("-f", "/etc/ssh/sshd_config"), ("-o", "PidFile=none")], ids=str)
def test_other_words_are_no_matter(host, words):
    with listening(*words):
        assert host.audit() == ([], 0)


@pytest.mark.parametrize("first", [("-f", "/etc/ssh/other", "-p", "2223"), ()], ids=str)
def test_an_sshd_for_something_else_is_no_matter_beside_the_other(host, first):
    """Whichever has the lower number."""
    write(SSH / "other", "UsePAM no\nPidFile none\n", 0o644)
    second = () if first else ("-f", "/etc/ssh/other", "-p", "2223")
    with listening(*first), listening(*second):
        assert host.audit() == ([], 0)


def test_an_sshd_that_is_told_of_sallyport_itself(host):
    (DROPINS / "10-sallyport.conf").unlink()
    with listening("-o", f"AuthorizedKeysCommand={host.command}",
                   "-o", "AuthorizedKeysCommandUser=opksshuser"):
        found = {f["code"]: f for f in host.audit()[0]}
    assert set(found) == {"sshd_started_with", "sshd_no_command"}
    assert "chain" not in found["sshd_started_with"]["fix"]


def test_a_hostile_name_is_printed_harmlessly(host):
    host.plugin(name="a\x1b[2Jb.yaml")
    text = host.run("audit").out
    assert "\x1b" not in text and "a\\x1b[2Jb.yaml" in text
    assert host.audit()[0][0]["file"].endswith("a\x1b[2Jb.yaml")


def test_json_is_ascii_and_says_the_same(host):
    """U+009B is to a terminal what ESC [ is."""
    command_as_root_reads_homes(host)
    issuer = "https://x.example/\u009b2J\u00e9\u20ac\U0001d11e"
    host.home(f"alice a@b.example {issuer}\n")
    ran = host.run("audit", "--json")
    assert ran.out.isascii() and issuer in json.loads(ran.out)["findings"][0]["what"]
