"""A configuration that cannot be used: exit 1, and a message naming file, line and remedy."""

import os
import re
from pathlib import Path

import pytest

import keys
import program
from key9_api import PATH, answer
from program import yaml_text
from reasons import DECISION, one_of
from room import CONFIG, SETTINGS, USERS
from traced_open import opens_of

# How a message tells what to do: a command, or what to write where.
REMEDY = re.compile(r"fix: |must |(add|check|create|put|remove|save|set|shorten|use|write) ", re.I)
KEY = keys.new_ed25519()


@pytest.fixture
def refused(lab, command_user):
    """Run with the configuration as it is, which must be refused; returns the message."""
    def run(situation, file=CONFIG, line=None, names=()):
        lab.api.behaviours["alice"] = answer(KEY)
        result = lab.program.keys_for("alice", "--log-stderr", as_user=command_user)
        assert (result.status, result.stdout) == (1, ""), result
        assert result.decision["decision"] == "error"
        assert one_of(DECISION[situation], result.decision["reason"]), result.log
        assert lab.api.connects() == 0
        text = "\n".join(result.log)
        assert str(file) in text, "the message does not name the file"
        assert REMEDY.search(text), f"the message names no remedy: {text}"
        for name in names:
            assert name in text, f"the message does not name {name}: {text}"
        if line:
            assert re.search(rf"(:|line[ =]){line}\b", text), f"the message does not name line {line}: {text}"
        for spoken in result.log:       # a person at the terminal reads the same
            assert spoken.split(": ", 1)[1] in result.stderr
        return text
    return run


# The file itself.

def test_missing_file(refused):
    CONFIG.unlink()
    refused("config missing")


def test_missing_directory(lab, command_user):
    result = lab.program.run("k9-ssh", "--user=alice", "--config=/nowhere/k9.yaml",
                             as_user=command_user)
    assert (result.status, result.stdout) == (1, "")
    assert result.decision["reason"] == DECISION["config missing"]


@pytest.mark.parametrize("owner,group,mode", [
    ("alice", "run_as", 0o640), ("bob", "bob", 0o644),          # owners
    ("root", "run_as", 0o644), ("root", "run_as", 0o641), ("root", "run_as", 0o642),    # others
    ("root", "run_as", 0o660),                              # a group that may write
    ("root", "bob", 0o640),                                 # a group that is not run_as's
], ids=lambda value: oct(value) if isinstance(value, int) else value)
def test_wrong_owner_or_mode(lab, refused, command_user, owner, group, mode):
    """Some of these key9 cannot even open: the same to whoever must mend it."""
    group = command_user if group == "run_as" else group
    program.write_config(lab.sections(command_user), owner=owner, group=group, mode=mode)
    refused("config mode")


@pytest.mark.parametrize("owner,group,mode", [
    ("root", "key9", 0o640), ("root", "key9", 0o440), ("key9", "key9", 0o600),
    ("key9", "key9", 0o400), ("key9", "key9", 0o640)],
    ids=lambda value: oct(value) if isinstance(value, int) else value)
def test_right_owner_and_mode(lab, owner, group, mode):
    lab.api.behaviours["alice"] = answer(KEY)
    program.write_config(lab.sections("key9"), owner=owner, group=group, mode=mode)
    assert lab.program.keys_for("alice").keys == [KEY]


def test_root_only_file_for_root(lab):
    lab.api.behaviours["alice"] = answer(KEY)
    program.write_config(lab.sections("root"), group="root", mode=0o600)
    assert lab.program.keys_for("alice", as_user="root").keys == [KEY]


@pytest.mark.parametrize("mode", [0o775, 0o777, 0o1777], ids=oct)
def test_directory_that_others_can_write(refused, mode):
    CONFIG.parent.chmod(mode)
    try:
        refused("config mode", file=CONFIG.parent)
    finally:
        CONFIG.parent.chmod(0o755)


def test_directory_of_somebody_else(refused):
    os.chown(CONFIG.parent, USERS["bob"], USERS["bob"])
    try:
        refused("config mode", file=CONFIG.parent)
    finally:
        os.chown(CONFIG.parent, 0, 0)


def test_fifo_is_not_waited_for(refused, command_user):
    CONFIG.unlink()
    os.mkfifo(CONFIG, 0o640)
    CONFIG.chmod(0o640)
    os.chown(CONFIG, 0, USERS[command_user])
    refused("config mode")


def test_directory_instead_of_a_file(refused, command_user):
    CONFIG.unlink()
    CONFIG.mkdir(0o750)
    os.chown(CONFIG, 0, USERS[command_user])
    try:
        refused("config mode")
    finally:
        CONFIG.rmdir()


# Its text.

def test_ten_mebibytes(refused):
    CONFIG.write_bytes(CONFIG.read_bytes() + b"# filler" * (10 << 17))
    refused("config too large")


def exploding_aliases():
    """A billion laughs: each list names the one before it nine times."""
    lines = ["a0: &a0 [lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 20)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("extra,line", [
    ("system: [\n", None),
    ("tail: {a: b\nurls: c\n", None),
    ("\ttail: x\n", 1),
    ("text: \"no end\n", None),
    ("bad: \xff\xfe\n".encode("latin-1"), 1),
    (b"zero: a\0b\n", 1),
    ("deep: " + "[" * 10000 + "\n", 1),
    ("alias: *nowhere\n", None),
    ("system:\n  run_as: nobody\n", None),      # a second "system"
    ("---\nsystem: {}\n", None),                # a second document
], ids=["open list", "open map", "tab", "open string", "not UTF-8", "NUL", "deep", "unknown alias",
        "section twice", "second document"])
def test_syntax(lab, refused, command_user, extra, line):
    text = yaml_text(lab.sections(command_user))
    number = text.count("\n") + line if line else None
    extra = extra if isinstance(extra, bytes) else extra.encode()
    program.write_config(text.encode() + extra, group=command_user)
    refused("config syntax", line=number)


def test_aliases_that_explode(lab, refused, command_user):
    """Refused or simply not expanded, but in no time and memory."""
    program.write_config(yaml_text(lab.sections(command_user)) + exploding_aliases(), group=command_user)
    lab.api.behaviours["alice"] = answer(KEY)
    result = lab.program.keys_for("alice", as_user=command_user)
    assert (result.status, result.keys) in [(0, [KEY]), (1, [])]
    assert result.seconds < 1


def test_empty_file(refused):
    CONFIG.write_text("")
    refused("config value")


REQUIRED = [("system", "machine_group"), ("system", "run_as"), ("authentication", "api_key"),
            ("authentication", "company_uuid"), ("urls", "query_ssh_keys")]
FAULTS = ["missing", "empty", "null", "list", "map"]


@pytest.mark.parametrize("section,name,how", [
    (*key, how) for key in REQUIRED for how in FAULTS
    if (key[1], how) != ("machine_group", "list")])     # it may be a list of groups
def test_required_key(lab, refused, command_user, section, name, how):
    sections = lab.sections(command_user)
    sections[section][name] = {"empty": '""', "null": "~", "list": "[a, b]", "map": "{a: b}"}.get(how)
    if how == "missing":
        del sections[section][name]
    text = yaml_text(sections)
    program.write_config(text, group=command_user)
    line = next((n for n, l in enumerate(text.splitlines(), 1) if f" {name}:" in l), None)
    refused("config value", line=line, names=[name])


@pytest.mark.parametrize("section", ["system", "authentication", "urls"])
@pytest.mark.parametrize("content", ["text", "[a]", "", None])
def test_section_is_not_a_map(lab, refused, command_user, section, content):
    sections = lab.sections(command_user)
    del sections[section]
    extra = "" if content is None else f"{section}: {content}\n"
    program.write_config(yaml_text(sections) + extra, group=command_user)
    refused("config value", names=[section])


@pytest.mark.parametrize("section,name,value", [
    ("system", "connection_timeout", "soon"), ("system", "connection_timeout", "-1"),
    ("system", "connection_timeout", "0"), ("system", "connection_timeout", "[5]"),
    ("system", "connection_timeout", "99999999999999999999"),
    ("system", "allow_http", "perhaps"), ("system", "ca_file", "relative.pem"),
    ("system", "proxy", "gopher://proxy:70"), ("system", "proxy", "[a]"),
    ("system", "machine_group", '"a\\nb"'),
    ("authentication", "api_key", '"two\\r\\nlines"'),
    ("authentication", "company_uuid", '"a\\nHost: b"'),
    ("urls", "query_ssh_keys", "api.key9.test/keys/"),
    ("urls", "query_ssh_keys", "file:///etc/passwd"),
    ("urls", "query_ssh_keys", "ftp://api.key9.test/"),
    ("urls", "query_ssh_keys", f"http://api.key9.test:8080{PATH}"),     # without allow_http
    ("urls", "query_ssh_keys", f"https://user:secret@api.key9.test:8443{PATH}"),
    ("urls", "query_ssh_keys", f"https://api.key9.test:99999{PATH}"),
    ("urls", "query_ssh_keys", '"https://api.key9.test:8443/a b/"'),
    ("urls", "query_ssh_keys", '"https://api.key9.test\\r\\nX: y/"'),
])
def test_wrong_value(lab, refused, command_user, section, name, value):
    sections = lab.sections(command_user)
    sections[section][name] = value
    text = yaml_text(sections)
    program.write_config(text, group=command_user)
    line = next(n for n, l in enumerate(text.splitlines(), 1) if f" {name}:" in l)
    assert "secret" not in refused("config value", line=line, names=[name])


def test_ca_file_is_missing(lab, refused, command_user):
    sections = lab.sections(command_user)
    sections["system"]["ca_file"] = "/nowhere/ca.pem"
    program.write_config(sections, group=command_user)
    refused("config missing", file="/nowhere/ca.pem")


@pytest.mark.parametrize("owner,mode", [("bob", 0o644), ("root", 0o600)])
def test_ca_file_that_is_not_ours_to_read(lab, refused, command_user, owner, mode):
    sections = lab.sections(command_user)
    path = CONFIG.parent / "ca.pem"
    sections["system"]["ca_file"] = str(path)
    program.write_config(sections, group=command_user)
    program.write_config("", owner, path, owner=owner, mode=mode)
    refused("config mode", file=path)


def test_run_as_names_no_user(lab, refused, command_user):
    sections = lab.sections(command_user)
    sections["system"]["run_as"] = "nosuchuser"
    program.write_config(sections, group=command_user)
    refused("unknown run_as", names=["nosuchuser"])


def test_wrong_user_is_refused(lab):
    """Started as root though run_as says key9: sshd_config's AuthorizedKeysCommandUser is wrong."""
    lab.api.behaviours["alice"] = answer(KEY)
    program.write_config(lab.sections("key9"), group="key9")
    result = lab.program.keys_for("alice", as_user="root")
    assert (result.status, result.stdout) == (1, "")
    assert result.decision["reason"] == DECISION["wrong user"]
    assert any("key9" in line and str(CONFIG) in line for line in result.log)
    assert lab.api.connects() == 0


def test_another_unprivileged_user_is_refused(lab):
    program.write_config(lab.sections("key9"), group="key9")
    result = lab.program.keys_for("alice", as_user="bob")
    assert (result.status, result.stdout) == (1, "")
    assert lab.api.connects() == 0


# A real file, and the other file.

@pytest.mark.parametrize("transform", [
    str, lambda t: t.replace("\n", "\r\n"), lambda t: "\ufeff" + t, lambda t: "%YAML 1.1\n---\n" + t],
    ids=["as it is", "CRLF", "byte order mark", "with a header"])
def test_real_world_file(lab, command_user, transform):
    text = Path(__file__).with_name("k9.yaml").read_text()
    for mark, value in {"@URL@": lab.api.url(), "@RUN_AS@": command_user,
                        "@CA_FILE@": str(lab.api.certificates.ca_file)}.items():
        text = text.replace(mark, value)
    program.write_config(transform(text), group=command_user)
    lab.api.behaviours["alice"] = answer(KEY)
    result = lab.program.keys_for("alice", as_user=command_user)
    assert result.keys == [KEY], result.log
    assert lab.api.requests[0].path.split("/")[-1] == "production-web,production-db,%20eu_west"


@pytest.mark.parametrize("text,situation", [
    ("stale_max: forever\n", "config value"), ("stale_max: -1\n", "config value"),
    ("stale_max: [1h]\n", "config value"), ("stale_max: 99999999999999999999h\n", "config value"),
    ("stale_maximum: 1h\n", "config value"), ("stale_max\n", "config syntax"),
    ("[", "config syntax")])
def test_settings_that_are_wrong(refused, text, situation):
    """Not passed over in silence: someone meant them."""
    program.write_settings(text)
    refused(situation, file=SETTINGS)


@pytest.mark.parametrize("owner,mode", [("alice", 0o644), ("root", 0o664), ("root", 0o646)])
def test_settings_that_others_can_write(refused, owner, mode):
    program.write_config("stale_max: 0\n", "root", SETTINGS, owner=owner, mode=mode)
    refused("config mode", file=SETTINGS)


# Secrets on the command line.

SECRET = "a-token-that-nobody-may-see"


def test_command_line_is_gone_before_the_first_file_is_opened(lab, command_user):
    identity = program.as_sshd_would(command_user)
    control = opens_of(["/bin/true", SECRET], identity["user"], identity["env"])
    assert SECRET.encode() in control[0].cmdline, "the tracer does not see what it should"
    opens = opens_of([lab.program.path, "k9-ssh", "--user=alice", f"--remote={SECRET}"],
                     identity["user"], identity["env"])
    assert any(CONFIG.name in o.path for o in opens), [o.path for o in opens]
    for opened in opens:
        assert not re.search(rb"user|alice|remote|token", opened.cmdline), opened


def test_no_process_shows_it_while_the_api_is_asked(lab, command_user):
    seen = []

    def look(_):
        for process in program.running():
            seen.append((process / "cmdline").read_bytes() + (process / "environ").read_bytes())
    lab.api.watch = look
    lab.api.behaviours["alice"] = answer(KEY)
    result = lab.program.keys_for("alice", f"--remote={SECRET}", as_user=command_user)
    assert result.keys == [KEY]
    assert len(seen) >= 4, "parent, starter and two workers"
    assert not any(SECRET.encode() in s for s in seen), seen
