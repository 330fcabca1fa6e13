"""How the commands are started, and those that only look: list, permissions, inspect, version."""

import json
import os
import re
import stat
import subprocess
import time
from pathlib import Path

import pytest

import forge
from forge import Forgery, put
from machine import AUTH_ID, DROPINS, ISSUER, SLASHED, write
from room import CONFIG, OPK, SCRATCH, SETTINGS, USERS

COMMANDS = ["add", "audit", "config", "inspect", "list", "permissions", "remove", "setup", "stats",
            "version"]


# Starting.

@pytest.mark.parametrize("command", COMMANDS)
def test_each_has_help_and_says_its_exit_status(host, command):
    ran = host.run(command, "--help")
    assert ran.status == 0 and ran.err == ""
    assert ran.out.startswith(f"usage: sallyport {command}")
    assert command == "version" or "Exit status:" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80
    assert re.search(rf"^  {command} ", host.run("--help").out, re.M)


@pytest.mark.parametrize("words", [
    ["add"], ["add", "a", "b"], ["add", "a", "b", "c", "d"], ["list", "x"], ["list", "--jsn"],
    ["config"], ["config", "fix"], ["permissions"], ["permissions", "mend"], ["inspect"],
    ["permissions", "fix", "--json"], ["audit", "-x"], ["stats", "x"], ["stats", "--output"]])
def test_a_mistyped_command_does_nothing(host, words):
    ran = host.run(*words)
    assert ran.status == 2 and ran.out == "" and ran.err, ran
    assert (OPK / "auth_id").read_text() == AUTH_ID


@pytest.fixture
def admin(host):
    """The program, to be broken; mended afterwards."""
    path = host.program.parents[1] / "libexec/sallyport/sallyport-admin"
    kept = path.read_bytes()
    yield path
    path.write_bytes(kept)
    path.chmod(0o755)


def test_it_is_run_only_if_nobody_else_can_change_it(host, admin):
    admin.chmod(0o775)
    ran = host.run("list")
    assert ran.status == 2 and ran.out == "" and "chmod go-w" in ran.err
    assert str(admin) in ran.err
    admin.unlink()
    ran = host.run("list")
    assert ran.status == 2 and ran.out == "" and "cannot start sallyport-admin" in ran.err


def test_no_login_can_reach_it(host, admin):
    """Whatever words sshd puts behind verify and k9-ssh: a program that says them never runs."""
    admin.write_bytes(Path("/bin/echo").read_bytes())
    assert host.run("list", "this").out == "list this\n"       # it would have been seen
    for words in (["verify", "add", "audit", "list"], ["verify", "root", "x", "y", "add"],
                  ["k9-ssh", "--user=add"], ["k9-ssh", "--user", "audit"], ["status"], ["refresh"],
                  ["explain", "--user=add", "--type=list", "--key=audit"]):
        assert not host.run(*words).out.startswith(" ".join(words)), words
    # Nor a link of such a name.
    link = host.program.parent / "audit"
    link.symlink_to("sallyport")
    done = subprocess.run([link, "this"], capture_output=True, text=True)
    link.unlink()
    assert done.returncode == 1 and done.stdout == "" and "usage" in done.stderr


# list

def test_list_prints_a_table(host):
    write(OPK / "auth_id", f"{AUTH_ID}\nroot x {ISSUER}/\nodd row\n")
    ran = host.run("list")
    lines = ran.out.splitlines()
    assert ran.status == 0 and lines[0].split() == ["LINE", "USER", "IDENTITY", "ISSUER"]
    assert [line.split()[0] for line in lines[1:]] == ["2", "3", "5", "6"]
    assert lines[1].split() == ["2", "alice", "alice@example.com", ISSUER]
    assert "but its issuer is not in /etc/opk/providers" in lines[3]
    assert "but has too few columns" in lines[4]
    assert lines[1].index(ISSUER) == lines[2].index(SLASHED) == lines[0].index("ISSUER")


def test_list_for_machines(host):
    write(OPK / "auth_id", "alice 'oidc:groups:a\"b\\c' " + ISSUER + "\nodd\n")
    found = json.loads(host.run("list", "--json").out)["rules"]
    assert found[0] == {"line": 1, "user": "alice", "identity": 'oidc:groups:a"b\\c',
                        "issuer": ISSUER, "counts": True, "why": ""}
    assert found[1]["line"] == 2 and not found[1]["counts"] and "too few" in found[1]["why"]


def test_list_needs_to_read_the_file(host):
    assert host.run("list", user="alice").status == 2


# permissions

def modes():
    return {path: (stat.S_IMODE(path.stat().st_mode), path.stat().st_uid, path.stat().st_gid)
            for path in [OPK, *sorted(OPK.rglob("*")), SETTINGS] if path.exists()}


def test_permissions_of_a_sound_machine(host):
    host.plugin()
    write(SETTINGS, "deadline: 5\n", 0o644)
    before = modes()
    assert host.audit(command=("permissions", "check")) == ([], 0)
    assert host.run("permissions", "fix").out == \
        "problems: 0, warnings: 0, notes: 0, not looked at: 0\n"
    assert modes() == before


def test_permissions_lets_no_group_but_roots_read_roots_api_key(host):
    host.key9(run_as="root", user="root")
    assert host.audit(command=("permissions", "check")) == ([], 0)
    host.key9(run_as="root", user="root", group="opksshuser")
    assert host.run("permissions", "fix").status == 0
    assert CONFIG.stat().st_gid == 0 and host.audit() == ([], 0)


def test_permissions_fix_mends_what_check_finds(host):
    host.plugin()
    write(SETTINGS, "deadline: 5\n", 0o600, group="root")
    sound = modes()
    OPK.chmod(0o700)
    (OPK / "providers").chmod(0o645)
    os.chown(OPK / "auth_id", 0, 0)
    (OPK / "policy.d").chmod(0o705)
    (OPK / "policy.d/test.yml").chmod(0o604)
    found, status = host.audit(command=("permissions", "check"))
    assert status == 1
    assert {f["file"] for f in found} == {str(p) for p in (
        OPK, OPK / "providers", OPK / "auth_id", OPK / "policy.d", OPK / "policy.d/test.yml",
        SETTINGS)}
    assert all("sallyport permissions fix" in f["fix"] for f in found)
    ran = host.run("permissions", "fix")
    assert ran.status == 0 and f"{OPK / 'providers'}: mode 0640, was 0645\n" in ran.out
    assert host.audit(command=("permissions", "check")) == ([], 0)
    # A directory that logins take is as good as the one opkssh makes.
    assert {k: v for k, v in modes().items() if k.is_file() and k != SETTINGS} == \
        {k: v for k, v in sound.items() if k.is_file() and k != SETTINGS}
    assert host.audit() == ([], 0)


def test_permissions_fix_takes_no_file_from_all_where_there_is_no_group(host):
    """No AuthorizedKeysCommandUser and no opksshuser: then nobody but root could read it."""
    before = {path: path.read_text() for path in (Path("/etc/passwd"), Path("/etc/group"))}
    (DROPINS / "10-sallyport.conf").unlink()
    try:
        for path, text in before.items():
            path.write_text(re.sub(r"^opksshuser:.*\n", "", text, flags=re.M))
        for mode, after in (0o644, 0o644), (0o604, 0o644), (0o640, 0o640):
            (OPK / "providers").chmod(mode)
            host.run("permissions", "fix")
            assert (OPK / "providers").stat().st_mode & 0o7777 == after
    finally:
        for path, text in before.items():
            path.write_text(text)


def test_permissions_fix_gives_nothing_of_a_users_to_root(host):
    """Root would then believe what that user wrote."""
    os.chown(OPK / "auth_id", USERS["alice"], USERS["alice"])
    (OPK / "auth_id").chmod(0o646)
    before = modes()
    ran = host.run("permissions", "fix")
    assert ran.status == 1 and "make sure of what it holds" in ran.out
    assert modes() == before


@pytest.mark.parametrize("mode", [0o666, 0o620, 0o642])
def test_permissions_fix_makes_nothing_trusted_that_others_could_write(host, mode):
    """Who has it open can write to it whatever its mode becomes: the copy is what was read."""
    path = OPK / "auth_id"
    path.chmod(mode)
    (OPK / "policy.d").mkdir()
    (OPK / "policy.d").chmod(0o777)
    before = modes()
    ran = host.run("permissions", "fix")
    assert ran.status == 1 and "was 0" not in ran.out and modes() == before
    found = {f["file"]: f for f in host.audit(command=("permissions", "check"))[0]}
    assert {f["code"] for f in found.values()} == {"file_untrusted"}
    assert set(found) == {str(path), str(OPK / "policy.d")}
    fix = re.match(r"make sure of what is in it, then (chmod .*)", found[str(OPK / "policy.d")]["fix"])
    subprocess.run(fix[1].split(), check=True)
    with path.open("a") as late:
        for words in re.findall(r"(?:cp|mv) [^ ]+ [^ ,;]+", found[str(path)]["fix"]):
            subprocess.run(words.split(), check=True)
        late.write("root mallory@example.com https://x.example\n")
    assert host.run("permissions", "fix").status == 0
    assert host.audit(command=("permissions", "check")) == ([], 0)
    assert "mallory" not in path.read_text() and path.read_text() == AUTH_ID


def test_permissions_fix_follows_no_link(host):
    target = write(SCRATCH / "elsewhere", "x", 0o666, group="root")
    (OPK / "config.yml").unlink()
    (OPK / "config.yml").symlink_to(target)
    host.run("permissions", "fix")
    assert stat.S_IMODE(target.stat().st_mode) == 0o666


# inspect and version

def certificate(**changes):
    """A certificate file such as opkssh writes."""
    forgery = Forgery(**changes)
    return write(SCRATCH / "id-cert.pub", f"{forgery.type} {forgery.base64} alice@laptop\n", 0o600)


def test_inspect_says_in_words_who_and_until_when(host):
    now = int(time.time())
    ran = host.run("inspect", certificate(claims=put(
        iat=now - 7300, exp=now - 3700, groups=["ops", "dev"], email_verified=True)))
    assert ran.status == 0 and ran.err == "", ran
    said = {line[:16].strip(): line[17:] for line in ran.out.splitlines()}
    assert said["Provider"] == forge.ISSUER and said["E-mail"] == forge.EMAIL
    assert said["Client id"] == forge.CLIENT and said["E-mail verified"] == "true"
    assert said["Groups"] == '["ops","dev"]'
    local = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now - 3700))
    assert said["Expires"] in (f"{local} (61 minutes ago)", f"{local} (62 minutes ago)")
    assert said["Issued"].endswith("(2 hours ago)")
    assert said["Valid until"] == "for ever"


def test_inspect_uses_the_machines_time_zone(host):
    path = certificate(claims=put(exp=1700000000))
    done = subprocess.run([host.program, "inspect", path], capture_output=True, text=True,
                          env={"TZ": "Asia/Tokyo"}, cwd=SCRATCH, check=True)
    assert "2023-11-15 07:13:20 JST" in done.stdout


def test_inspect_escapes_what_a_token_says(host):
    ran = host.run("inspect", certificate(claims=put(sub="a\x1b[31mb\nE-mail  root@x")))
    assert ran.status == 0 and "\x1b" not in ran.out
    assert "Subject          a\\x1b[31mb\\x0aE-mail  root@x\n" in ran.out


def test_inspect_escapes_a_name(host):
    """A user's own link may lead to a file of any name."""
    link = SCRATCH / "tmp/\x1b[31m-cert.pub"
    link.unlink(missing_ok=True)
    link.symlink_to("no\x1b]0;x\x07where")
    for target in None, write(SCRATCH / "tmp/no\x1b]0;x\x07where", "x"):
        ran = host.run("inspect", link)
        assert ran.status == 2 and ran.out == "" and "\\x1b" in ran.err, (ran, target)
        assert "\x1b" not in ran.err and "\x07" not in ran.err and ran.err.endswith("\n")
    target.write_text("ssh-ed25519 AAAA x\n")
    ran = host.run("inspect", link)
    assert ran.status == 1 and "\x1b" not in ran.err and "\\x1b[31m-cert" in ran.err
    ran = host.run("inspect", "/no\nsallyport inspect: such")
    assert ran.status == 2 and ran.err.count("\n") == 1


def test_inspect_reads_neither_our_files_nor_the_network(host):
    def left():
        return {path for place in ("/tmp", SCRATCH / "tmp")
                for path in Path(place).glob("sallyport-inspect*")}
    write(OPK / "config.yml", "deny_users: [\n")
    before = left()
    assert host.run("inspect", certificate()).status == 0
    assert left() == before


@pytest.mark.parametrize("text,status", [("", 2), ("ssh-ed25519 AAAA x\n", 1), ("\0\0", 2),
                                         (None, 2)])
def test_inspect_of_something_else(host, text, status):
    path = SCRATCH / "other.pub"
    path.unlink(missing_ok=True)
    if text is not None:
        write(path, text)
    ran = host.run("inspect", path)
    assert ran.status == status and ran.out == "" and ran.err, ran


def test_version(host):
    ran = host.run("version")
    assert ran.status == 0 and re.match(r"sallyport \d+\.\d+\.\d+\n", ran.out)
    assert "OpenSSH 9.2" in ran.out and f"asks      {host.command}\n" in ran.out
