"""setup sshd: what is written, what is refused, what is taken back; asked of real sshds."""

import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

import machine
import room
import sshd as real_sshd
from machine import DROPINS, SSH, SSHD, SUDOERS, unpacked, write
from room import CONFIG, OPK, PREFIX, SCRATCH, SETTINGS

DROPIN = DROPINS / "10-sallyport.conf"
OTHER = DROPINS / "20-systemd-userdb.conf"
USERDB = "/usr/bin/userdbctl ssh-authorized-keys %u"
RELOAD = re.compile(r"^    systemctl reload sshd?$", re.M)
SOURCES = "sources:\n  - source: openpubkey\n"
CHAIN = f"  - source: chain\n    command: {USERDB}\n    user: bob\n"


@pytest.fixture
def host(host):
    """A machine whose sshd asks nobody yet."""
    DROPIN.unlink()
    return host


def setup_sshd(host, *words):
    return host.run("setup", "sshd", *words)


def lines(text):
    return [line for line in text.splitlines() if line[:1] != "#"]


def asked(login=None):
    """What sshd itself says: command and user, for everybody or for one's login."""
    about = ["-C", f"user={login},host=client.test,addr=192.0.2.1"] if login else []
    done = subprocess.run([SSHD, "-T", "-f", SSH / "sshd_config", *about], capture_output=True,
                          text=True, check=True)
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)
    return said["authorizedkeyscommand"], said["authorizedkeyscommanduser"]


def files():
    """{path: when it was changed and which it is, what is in it}."""
    return {path: (path.lstat().st_mtime_ns, path.lstat().st_ino, path.read_bytes())
            for path in sorted(SSH.rglob("*")) if path.is_file()}


def refused(host, *words):
    """What is said by one that changes nothing."""
    before = files()
    ran = setup_sshd(host, *words)
    assert ran.status == 1 and ran.err == "" and ran.out.endswith("\nNothing was changed.\n"), ran
    assert {path: file[2] for path, file in files().items()} == \
        {path: file[2] for path, file in before.items()}
    assert not re.search("systemctl", ran.out)
    return ran.out


def finding(text, code, place):
    """The words below "level code place"."""
    found = re.search(rf"^\w+ +{code} {re.escape(str(place))}\n((?:         .*\n)+)", text, re.M)
    assert found, text
    return " ".join(found[1].split())


def sshd_that(when, does):
    """An sshd 9.2 with a whim: a condition of sh, and what it does then."""
    write(SSHD, f'#!/bin/sh\nif {when}; then {does}; fi\nexec {unpacked("9.2")} "$@"\n', 0o755)


# What is written.

def test_openpubkey(host):
    ran = setup_sshd(host)
    assert ran.status == 0 and ran.err == "", ran
    assert lines(DROPIN.read_text()) == [f"AuthorizedKeysCommand {host.command}",
                                         "AuthorizedKeysCommandUser opksshuser"]
    assert asked() == (host.command, "opksshuser")
    for line in lines(DROPIN.read_text()):
        assert f"\n    {line}\n" in ran.out
    assert RELOAD.search(ran.out) and "sallyport audit" in ran.out
    status = DROPIN.stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o7777) == (0, 0, 0o640)
    assert [path.name for path in DROPINS.iterdir()] == [DROPIN.name]


def test_audit_is_content_with_it(host):
    assert host.audit()[1] == 1
    assert setup_sshd(host).status == 0
    assert host.audit() == ([], 0)


def test_a_second_time_nothing_changes(host):
    setup_sshd(host)
    before = files()
    ran = setup_sshd(host)
    assert ran.status == 0 and ran.out.startswith("Nothing to do.") and host.command in ran.out
    assert files() == before


@pytest.mark.parametrize("version,remote", [("9.2", ""), ("10.0", " --remote=%C")])
def test_key9(host, version, remote):
    host.key9()
    DROPIN.unlink()
    host.sshd(version)
    assert setup_sshd(host).status == 0
    assert asked() == (f"{host.program} k9-ssh --user=%u{remote}", "key9")
    assert host.audit() == ([], 0)


def test_key9_with_its_file_in_etc(host):
    host.key9()
    DROPIN.unlink()
    elsewhere = write(Path("/etc/k9.yaml"), CONFIG.read_bytes(), group="key9")
    CONFIG.unlink()
    try:
        assert setup_sshd(host).status == 0
        assert asked() == (f"{host.program} k9-ssh --user=%u --config={elsewhere}", "key9")
        assert host.audit() == ([], 0)
    finally:
        elsewhere.unlink()


@pytest.mark.parametrize("version,calls_itself,percent_c", [
    ("9.2", None, False), ("9.2", "OpenSSH_9.3p2", False), ("9.2", "OpenSSH_9.4p1", True),
    ("10.0", None, True), ("10.0", "an sshd", False)])
def test_several_sources_and_no_percent_c_for_an_sshd_that_dies_of_it(host, version, calls_itself,
                                                                      percent_c):
    write(SETTINGS, SOURCES, 0o644)
    host.sshd(version, calls_itself)
    assert setup_sshd(host).status == 0
    assert asked() == (f"{host.program} authorize --user=%u --type=%t --key=%k"
                       f"{' --connection=%C' if percent_c else ''}", "root")


def test_an_sshd_that_became_older_gets_a_line_that_it_knows(host):
    write(SETTINGS, SOURCES, 0o644)
    host.sshd("10.0")
    setup_sshd(host)
    assert "%C" in DROPIN.read_text()
    host.sshd("9.2")
    assert any(f["code"] == "sshd_percent_c" for f in host.audit()[0])
    assert setup_sshd(host).status == 0 and "%C" not in DROPIN.read_text()


def test_with_key9_among_the_sources_its_file_says_who_asks(host):
    host.key9()
    DROPIN.unlink()
    write(SETTINGS, "sources: [{source: key9}, {source: openpubkey, enable: false}]\n", 0o644)
    assert setup_sshd(host).status == 0
    assert asked()[1] == "key9"


def test_who_asks_must_be_able_to_run_the_chained_command(host):
    host.key9()
    DROPIN.unlink()
    write(SETTINGS, f"{SOURCES}{CHAIN}  - source: key9\n", 0o644)
    assert "run_as: root" in finding(refused(host), "chain_user", SETTINGS)
    write(SETTINGS, f"{SOURCES}{CHAIN}  - source: key9\n".replace("bob", "key9"), 0o644)
    assert setup_sshd(host).status == 0 and asked()[1] == "key9"


def test_a_word_chooses(host):
    host.key9()
    DROPIN.unlink()
    write(OPK / "providers", machine.PROVIDERS)
    write(SETTINGS, SOURCES, 0o644)
    for word in ("authorize", "verify", "k9-ssh"):
        assert setup_sshd(host, word).status == 0
        assert f"{host.program} {word} " in asked()[0]
    SETTINGS.unlink()
    ran = setup_sshd(host)           # verify, and that is not all there is
    assert f"{host.program} verify " in asked()[0] and "Key9 is not asked" in ran.out


def test_the_user_is_one_who_may_read_the_files(host):
    """The package's user, unless opkssh's installer has let its own alone read them."""
    path = Path("/etc/passwd")
    passwd = path.read_text()
    try:
        path.write_text(f"{passwd}sallyport:x:23005:23005::/nonexistent:/usr/sbin/nologin\n")
        assert setup_sshd(host).status == 0 and asked()[1] == "opksshuser"
        for name in "providers", "auth_id", "config.yml":
            (OPK / name).chmod(0o644)
            setup_sshd(host, "--undo")
            assert setup_sshd(host).status == 0
            assert asked()[1] == ("sallyport" if name == "config.yml" else "opksshuser")
    finally:
        path.write_text(passwd)


def test_audit_is_content_with_all_of_them_and_whom_they_displace(host):
    command = "/usr/bin/true %u"
    host.dropin(OTHER.name, command, "bob")
    write(SETTINGS, SOURCES + CHAIN.replace(USERDB, command), 0o644)
    assert setup_sshd(host).status == 0
    assert host.audit() == ([], 0)
    assert "setup sshd authorize" in refused(host, "verify")


@pytest.mark.parametrize("version", machine.VERSIONS)
def test_a_login_by_it(host, version):
    """By a script that was asked before; for %C, which only the newer sshd survives."""
    key = real_sshd.new_key(SCRATCH / f"id_setup_{version}")
    script = write(PREFIX / "old-script",
                   f"#!/bin/sh\n[ $1 = alice ] && echo '{real_sshd.public_key(key)}'\n", 0o755)
    write(SETTINGS, SOURCES + CHAIN.replace(USERDB, f"{script} %u"), 0o644)
    host.sshd(version)
    assert setup_sshd(host).status == 0

    def login(user):
        server = real_sshd.Sshd(version, None, None, asks=[f"Include {DROPINS}/*.conf"])
        try:
            return server.login(key, user)
        finally:
            server.stop()
    assert (login("alice").stdout, login("bob").returncode) == ("alice\n", 255)
    DROPIN.write_text(DROPIN.read_text().replace("%k\n", "%k --connection=%C\n"))
    assert login("alice").returncode == (255 if version == "9.2" else 0)


def test_whom_nobody_lets_read_the_files_is_told(host):
    (OPK / "providers").chmod(0o600)
    ran = setup_sshd(host)
    assert ran.status == 0 and asked()[1] == "opksshuser"
    assert "opksshuser, as whom sshd will ask" in finding(ran.out, "file_group", OPK / "providers")
    assert host.run("permissions", "fix").status == 0
    assert setup_sshd(host).out.count("file_group") == 0


def test_what_sshd_asks_for_some_logins_is_no_leftover(host):
    program = write(machine.BIN / "opkssh", "", 0o755)
    try:
        assert str(program) in setup_sshd(host).out
        write(SSH / "sshd_config", f"Include {DROPINS}/*.conf\nUsePAM no\nMatch User bob\n"
              f"  AuthorizedKeysCommand {program} verify %u %k %t\n  {AS_NOBODY}", 0o644)
        found = [f["code"] for f in host.audit()[0] if f["file"] == str(program)]
        assert found == []
    finally:
        program.unlink()


# What is refused.

@pytest.mark.parametrize("auth_id", [None, "alice alice@example.com https://idp.example\n"])
def test_without_configuration_it_says_what_to_write(host, auth_id):
    """Of OpenPubkey there is none without providers."""
    machine.clear(OPK)
    if auth_id:
        write(OPK / "auth_id", auth_id)
    text = refused(host)
    for part in (SETTINGS, "sources:", OPK / "providers", CONFIG):
        assert str(part) in text
    assert f"write sources: in {SETTINGS}" in refused(host, "authorize")
    assert f"write {OPK / 'providers'} and {OPK / 'auth_id'}" in refused(host, "verify")
    assert f"write {CONFIG}" in refused(host, "k9-ssh")


@pytest.mark.parametrize("text", ["", "# nothing\n", "deadline: 5\n", "sources: []\n",
                                  "sources: [{source: openpubkey, enable: false}]\n"])
def test_settings_without_a_source_are_none(host, text):
    write(SETTINGS, text, 0o644)
    assert "no configuration" in refused(host, "authorize")
    assert setup_sshd(host).status == 0 and " verify " in asked()[0]


def test_settings_that_cannot_be_believed(host):
    write(SETTINGS, f"deadline: 5\n{SOURCES}", 0o646)
    assert "chmod" in finding(refused(host), "file_untrusted", SETTINGS)
    write(SETTINGS, "deadline: 5\nsources: [{source: ldap}]\n", 0o644)
    assert "openpubkey, key9 or chain" in finding(refused(host), "config_yaml", f"{SETTINGS}:2")


def test_a_k9_yaml_that_cannot_be_believed(host):
    host.key9(mode=0o644)
    DROPIN.unlink()
    assert "chmod" in finding(refused(host), "file_untrusted", CONFIG)
    host.key9(authentication__api_key=None)
    DROPIN.unlink()
    assert "api_key" in finding(refused(host), "config_yaml", CONFIG)


def test_a_user_that_is_missing(host):
    host.key9(run_as="k9nobody")
    DROPIN.unlink()
    text = refused(host)
    assert "k9nobody" in text and "useradd" in text


def test_a_program_that_sshd_would_not_run(host):
    host.program.chmod(0o775)
    text = refused(host)
    assert "sshd would not run it" in text and "bin/sallyport" in text and "chmod go-w" in text


def test_an_sshd_that_fails_already(host):
    write(SSH / "sshd_config", f"Include {DROPINS}/*.conf\nUsePAM maybe\n", 0o644)
    said = finding(refused(host), "sshd_config", SSH / "sshd_config")
    assert "as it is now" in said and "line 2" in said and "maybe" in said


def test_an_sshd_that_is_missing(host):
    SSHD.unlink()
    ran = setup_sshd(host)
    assert ran.status == 2 and "openssh-server" in ran.out and not DROPIN.exists()


def test_another_command_is_not_displaced_and_the_chain_is_offered(host):
    host.dropin(OTHER.name, USERDB, "bob")
    text = refused(host)
    said = finding(text, "sshd_other_command", f"{OTHER}:1")
    assert USERDB in said and "let sallyport ask it" in said
    # What it says to write is what it then takes.
    offered = re.search(r"says:\n\n((?:    .*\n)+)", text)[1]
    assert offered == ("    sources:\n      - source: openpubkey\n      - source: chain\n"
                       f"        command: {USERDB}\n"
                       "        user: bob        # anybody but root\n")
    write(SETTINGS, re.sub("(?m)^    ", "", offered), 0o644)
    assert setup_sshd(host).status == 0
    assert asked() == (f"{host.program} authorize --user=%u --type=%t --key=%k", "root")


def test_nor_if_it_stands_elsewhere_or_ran_as_root_or_the_chain_is_taken(host):
    main = f"UsePAM no\nInclude {DROPINS}/*.conf\nAuthorizedKeysCommand {USERDB}\n" \
           "AuthorizedKeysCommandUser root\n"
    write(SSH / "sshd_config", main, 0o644)
    text = refused(host)
    finding(text, "sshd_other_command", f"{SSH / 'sshd_config'}:3")
    assert "user: nobody " in text
    write(SETTINGS, SOURCES, 0o644)
    assert "below those that are there" in refused(host)
    for other in (f"{USERDB} more", USERDB.removesuffix(" %u")):
        write(SETTINGS, SOURCES + CHAIN.replace(USERDB, other), 0o644)
        assert "room for one chain" in refused(host)


def test_a_chained_command_that_is_read_first_would_win(host):
    host.dropin("05-userdb.conf", USERDB, "bob")
    write(SETTINGS, SOURCES + CHAIN, 0o644)
    said = finding(refused(host), "sshd_displaced", f"{DROPINS}/05-userdb.conf:1")
    assert "the first wins" in said and USERDB in said


@pytest.mark.parametrize("file,line", [("05-first.conf", "AuthorizedKeysCommandUser bob"),
                                       ("05-first.conf", "AuthorizedKeysCommand none")])
def test_an_earlier_file_that_would_win(host, file, line):
    write(DROPINS / file, f"# x\n{line}\n", 0o644)
    said = finding(refused(host), "sshd_displaced", f"{DROPINS / file}:2")
    assert "put a # before it" in said and line in said


@pytest.mark.parametrize("text,why", [
    ("UsePAM no\n", "does not include"),
    (f"UsePAM no\nMatch User bob\nInclude {DROPINS}/*.conf\n", "behind a Match")])
def test_an_sshd_config_that_does_not_include_it(host, text, why):
    write(SSH / "sshd_config", text, 0o644)
    said = finding(refused(host), "sshd_no_include", SSH / "sshd_config")
    assert why in said and f"Include {DROPINS}/*.conf" in said


def test_a_directory_that_is_missing(host):
    DROPINS.rmdir()
    assert f"install -d -m 0755 {DROPINS}" in finding(refused(host), "sshd_no_include", DROPINS)


@pytest.mark.parametrize("text", ["# mine\n", "", "# \xff\0" * 30], ids=["mine", "none", "bytes"])
def test_a_file_of_that_name_that_somebody_else_wrote(host, text):
    write(DROPIN, text.encode("latin-1"), 0o644)
    said = finding(refused(host), "setup_file", DROPIN)
    assert "look at it" in said


def test_a_link_of_that_name(host):
    setup_sshd(host)
    DROPIN.rename(SSH / "kept")
    DROPIN.symlink_to(SSH / "kept")
    host.sshd("9.2")
    write(SETTINGS, SOURCES, 0o644)     # it would have to be written anew
    finding(refused(host), "setup_file", DROPIN)
    finding(refused(host, "--undo"), "setup_file", DROPIN)


def test_sallyport_by_anothers_line(host):
    host.dropin("60-by-hand.conf", f"{host.command} %C")
    host.sshd("10.0")
    said = finding(refused(host), "sshd_other_command", f"{DROPINS}/60-by-hand.conf:1")
    assert "asks sallyport already" in said
    link = SSHD.parent / "sallyport"
    link.symlink_to(host.program)
    for program in (host.program, link):
        host.dropin("60-by-hand.conf", f"{program} verify %u %k %t")
        ran = setup_sshd(host)
        assert ran.status == 0 and ran.out.startswith("Nothing to do.") and not DROPIN.exists()
    link.unlink()


# What sshd does not take is taken back.

HAS_IT = f"[ -e {DROPIN} ]"


def test_what_sshd_then_fails_on_is_taken_back(host):
    sshd_that(f'[ "$1" = -t ] && {HAS_IT}', "echo no such luck >&2; exit 255")
    said = finding(refused(host), "sshd_config", SSH / "sshd_config")
    assert f"with {DROPIN}" in said and "no such luck" in said


def test_and_what_was_there_is_put_back(host):
    setup_sshd(host)
    before = DROPIN.read_bytes()
    write(SETTINGS, SOURCES, 0o644)
    sshd_that(f'[ "$1" = -t ] && grep -q authorize {DROPIN}', "exit 255")
    refused(host)
    assert DROPIN.read_bytes() == before and asked() == (host.command, "opksshuser")


def test_an_sshd_that_would_ask_another_thing_for_no_reason_to_be_seen(host):
    sshd_that(f'[ "$1" = -T ] && {HAS_IT}', "echo authorizedkeyscommand /bin/x; exit 0")
    assert "would not ask" in finding(refused(host), "sshd_config", SSH / "sshd_config")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGTERM])
def test_who_gives_up_leaves_nothing_untried(host, number):
    sshd_that(f'[ "$1" = -t ] && {HAS_IT}', f"kill -{number.value} $PPID; exit 255")
    ran = setup_sshd(host)
    assert ran.status == -number and not DROPIN.exists()


# What it is silent about, and what it is not.

def test_it_removes_nothing_of_others_and_says_what_to_remove(host):
    left = [write(SUDOERS / "opkssh", "# rule\n"), write(machine.BIN / "opkssh", "", 0o755)]
    try:
        ran = setup_sshd(host)
        assert ran.status == 0
        for path in left:
            assert f"rm {path}" in finding(ran.out, "leftover", path) and path.exists()
        assert all(str(path) in setup_sshd(host).out for path in left)
        left[1].unlink()
        left[1].symlink_to(host.program)
        assert "a link to sallyport" in finding(setup_sshd(host).out, "leftover_link", left[1])
        left[1].unlink()
        left[1].symlink_to("/nowhere/opkssh")
        assert f"rm {left[1]}" in finding(setup_sshd(host).out, "leftover", left[1])
    finally:
        left[1].unlink()


@pytest.mark.parametrize("command", ["/usr/local/bin/opkssh verify %u %k %t",
                                     "/opt/k9/bin/k9-ssh -user=%u"])
def test_what_it_stands_in_for_has_to_go_first(host, command):
    host.dropin("60-opk-ssh.conf", command)
    text = refused(host)
    said = finding(text, "sshd_other_command", f"{DROPINS}/60-opk-ssh.conf:1")
    assert "stands in for" in said and "rm the file" in said and "chain" not in text


@pytest.mark.parametrize("command", ["/usr/local/bin/opkssh verify %u %k %t"])
def test_nobody_is_told_to_remove_sshd_config_itself(host, command):
    write(SSH / "sshd_config", f"AuthorizedKeysCommand {command}\n{AS_NOBODY}"
          f"Include {DROPINS}/*.conf\nUsePAM no\n", 0o644)
    said = finding(refused(host), "sshd_other_command", f"{SSH}/sshd_config:1")
    assert "put a # before it" in said and "rm" not in said.split()
    host.dropin("10-sallyport.conf", host.command)
    displaced = [f for f in host.audit()[0] if f["code"] == "sshd_displaced"]
    assert displaced and all("remove" in f["fix"] for f in displaced)


def test_a_match_goes_on(host):
    write(SSH / "sshd_config", f"Include {DROPINS}/*.conf\nUsePAM no\nMatch User bob\n"
          f"  AuthorizedKeysCommand {USERDB}\n  AuthorizedKeysCommandUser bob\n", 0o644)
    ran = setup_sshd(host)
    assert ran.status == 0 and USERDB in finding(ran.out, "sshd_match", f"{SSH / 'sshd_config'}:4")


GIT = "/opt/git/keys %u"
ASKS_GIT = f"AuthorizedKeysCommand {GIT}\n"
AS_NOBODY = "AuthorizedKeysCommandUser nobody\n"
MORE = SSH / "more.conf"


@pytest.mark.parametrize("text,included,place", [
    (f"Match User alice\n{ASKS_GIT}", "", f"{SSH}/sshd_config:5"),
    (f"Match User bob\n{AS_NOBODY}Match User alice\n{ASKS_GIT}Match User bob\n{AS_NOBODY}", "",
     f"{SSH}/sshd_config:7"),
    (f"Match User alice\n{ASKS_GIT}Match all\nUsePAM no\n", "", f"{SSH}/sshd_config:5"),
    (f"Include {MORE}\nMatch User bob\n{AS_NOBODY}", f"Match User alice\n{ASKS_GIT}", f"{MORE}:2"),
    ("Match User alice\nInclude more.conf\n", ASKS_GIT, f"{MORE}:1"),
    ("Match User alice\nInclude more.conf\n", f"Match all\n{ASKS_GIT}", f"{MORE}:2"),
    (f"Match User alice\nInclude {MORE}\n{ASKS_GIT}", f"Match User bob\n{AS_NOBODY}",
     f"{SSH}/sshd_config:6"),
], ids=["one", "of three", "all after it", "included", "includes it", "includes all", "includes"])
@pytest.mark.parametrize("chained", [False, True])
def test_a_match_whose_command_would_be_run_as_our_user(host, text, included, place, chained):
    """As root, that is, by authorize; with the line that is asked for it goes on as it was."""
    write(SETTINGS, SOURCES + (CHAIN.replace(USERDB, GIT) if chained else ""), 0o644)
    path, number = place.split(":")
    write(MORE, included, 0o644)
    write(SSH / "sshd_config", f"Include {DROPINS}/*.conf\nUsePAM no\n{AS_NOBODY}{text}", 0o644)
    assert asked("alice") == (GIT, "nobody")
    said = finding(refused(host), "sshd_match_user", place)
    assert f"as root: {GIT} " in said and f"fix: add below it: {AS_NOBODY.strip()}" in said
    mended = Path(path).read_text().splitlines(keepends=True)
    mended.insert(int(number), AS_NOBODY)
    Path(path).write_text("".join(mended))
    ran = setup_sshd(host)
    assert ran.status == 0 and GIT in finding(ran.out, "sshd_match", place)
    assert asked("alice") == (GIT, "nobody") and asked()[1] == "root"


def test_a_match_that_asks_nobody_needs_no_user(host):
    write(SSH / "sshd_config", f"Include {DROPINS}/*.conf\nUsePAM no\nMatch User alice\n"
          "  AuthorizedKeysCommand none\n", 0o644)
    ran = setup_sshd(host)
    assert ran.status == 0 and "sshd_match" not in ran.out
    assert asked("alice") == ("none", "opksshuser")


def test_no_sshd_is_told_anything(host):
    """Only asked: -V, -t and -T."""
    asked_for = SSH / "asked"
    sshd_that("true", f'echo "$*" >>{asked_for}')
    setup_sshd(host)
    setup_sshd(host, "--undo")
    config = f"-f {SSH / 'sshd_config'}"
    assert set(asked_for.read_text().splitlines()) == {"-V", f"-t {config}", f"-T {config}"}


# Taking it back.

def test_undo(host):
    before = files()
    setup_sshd(host)
    ran = setup_sshd(host, "--undo")
    assert ran.status == 0 and f"{DROPIN} is removed." in ran.out and RELOAD.search(ran.out)
    assert files() == before and asked() == ("none", "none")
    ran = setup_sshd(host, "--undo")
    assert ran.status == 0 and ran.out.startswith("Nothing to do")
    DROPINS.rmdir()
    assert setup_sshd(host, "--undo").status == 0


@pytest.mark.parametrize("change", [
    lambda text: text + "\n", lambda text: text + "# mine\n", lambda text: text[1:],
    lambda text: text.replace("opksshuser", "root"), lambda text: "", lambda text: "# mine\n",
    lambda text: text.replace("with the sum ", "with the sum 0", 1)])
def test_undo_of_what_somebody_has_changed(host, change):
    setup_sshd(host)
    DROPIN.write_text(change(DROPIN.read_text()))
    assert "rm it yourself" in finding(refused(host, "--undo"), "setup_file", DROPIN)


def test_undo_knows_the_file_of_another_version(host):
    """Other words, and the sum of them: FNV-1a."""
    rest = f"# As it was worded once.\nAuthorizedKeysCommand {host.command}\n" \
           "AuthorizedKeysCommandUser opksshuser\n"
    total = 0xcbf29ce484222325
    for byte in rest.encode():
        total = (total ^ byte) * 0x100000001b3 % 2**64
    write(DROPIN, f"# sallyport setup sshd wrote this, with the sum {total:016x}\n{rest}", 0o644)
    assert setup_sshd(host, "--undo").status == 0 and not DROPIN.exists()


def test_undo_says_who_is_asked_then(host):
    host.dropin(OTHER.name, USERDB, "bob")
    write(SETTINGS, SOURCES + CHAIN, 0o644)
    assert setup_sshd(host).status == 0
    ran = setup_sshd(host, "--undo")
    assert ran.status == 0 and f"will ask:\n\n    {USERDB}\n" in ran.out


def test_undo_is_not_all_where_another_line_asks_sallyport(host):
    setup_sshd(host)
    host.dropin(OTHER.name, host.command)
    for out in (f"{DROPIN} is removed.", "Nothing to do"):
        ran = setup_sshd(host, "--undo")
        assert ran.status == 1 and ran.out.startswith(out) and not DROPIN.exists()
        assert "put a # before it" in finding(ran.out, "setup_line", f"{OTHER}:1")


def test_undo_says_so_where_there_is_no_directory_either(host):
    shutil.rmtree(DROPINS)
    write(SSH / "sshd_config", f"AuthorizedKeysCommand {host.command}\n{AS_NOBODY}UsePAM no\n", 0o644)
    ran = setup_sshd(host, "--undo")
    assert ran.status == 1 and ran.out.startswith("Nothing to do")
    assert "put a # before it" in finding(ran.out, "setup_line", f"{SSH}/sshd_config:1")


def test_undo_that_sshd_would_not_survive(host):
    """The other's line has lived of our AuthorizedKeysCommandUser."""
    host.dropin(OTHER.name, USERDB, None)
    write(SETTINGS, SOURCES + CHAIN, 0o644)
    host.dropin("90-user.conf", None, "bob")
    assert setup_sshd(host).status == 0
    (DROPINS / "90-user.conf").unlink()
    said = finding(refused(host, "--undo"), "sshd_config", SSH / "sshd_config")
    assert f"without {DROPIN}" in said and "AuthorizedKeysCommandUser" in said


def test_undo_of_an_sshd_that_is_broken_or_gone(host):
    setup_sshd(host)
    write(SSH / "sshd_config", f"Include {DROPINS}/*.conf\nUsePAM maybe\n", 0o644)
    ran = setup_sshd(host, "--undo")
    assert ran.status == 0 and not DROPIN.exists() and "maybe" in ran.out
    host.reset()
    DROPIN.unlink()
    setup_sshd(host)
    SSHD.unlink()
    assert setup_sshd(host, "--undo").status == 0 and not DROPIN.exists()


def test_undo_of_nothing_needs_no_disk_to_write_on(host):
    room.mount("tmpfs", DROPIN.parent, "tmpfs", flags=room.MS_RDONLY)
    try:
        ran = setup_sshd(host, "--undo")
    finally:
        room.unmount(DROPIN.parent)
    assert ran.status == 0 and "Nothing to do" in ran.out


def test_the_debian_package_leaves_no_sshd_that_runs_what_is_gone(host):
    script = (room.CHECKOUT / "debian/sallyport.prerm").read_text()
    assert script.count("/usr/bin/sallyport ") == 1

    def prerm(word):
        return subprocess.run(
            ["sh", "-c", script.replace("/usr/bin/sallyport", str(host.program)), "prerm", word],
            capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"})
    setup_sshd(host)
    assert prerm("upgrade").returncode == 0 and DROPIN.exists()
    DROPIN.write_text(f"{DROPIN.read_text()}# mine\n")
    stays = prerm("remove")
    assert stays.returncode == 1 and "rm it yourself" in stays.stdout and DROPIN.exists()
    DROPIN.unlink()
    setup_sshd(host)
    assert prerm("remove").returncode == 0 and not DROPIN.exists()
    assert prerm("remove").returncode == 0


def test_only_root_and_only_these_words(host):
    for words in ([], ["--undo"]):
        ran = host.run("setup", "sshd", *words, user="alice")
        assert ran.status == 2 and "sudo" in ran.err and not DROPIN.exists()
    for words in ([], ["ssh"], ["sshd", "opkssh"], ["sshd", "verify", "--undo"], ["sshd", "--now"],
                  ["sshd", "verify", "k9-ssh"]):
        ran = host.run("setup", *words)
        assert ran.status == 2 and ran.out == "" and ran.err and not DROPIN.exists(), words
