"""policy.d: other people's programs that may say "allow".

The plugins are shell scripts that compare for themselves: what they print is all that a
plugin can say.
"""

import base64
import itertools
import json
import os
import shlex

import pytest

from forge import CLIENT, ISSUER, Forgery, b64u, provider_key, put
from host import plugin_command, write
from idp import json_page, userinfo_url
from keys import wire_string
from processes import gone
from room import OPK, SCRATCH, USERS


NUMBERS = itertools.count(100)


@pytest.fixture(autouse=True)
def no_rules(host, command_user):
    """Nobody but a plugin says allow."""
    host.auth_id()


def test_allow(host):
    host.plugin("echo allow")
    host.allowed(Forgery())


def test_no_plugin(host):
    """The control."""
    host.refused(Forgery(), "no_rule")


@pytest.mark.parametrize("script", [
    "printf allow", "printf '  allow \\n\\n'", "echo allow >&2", "printf al; printf low >&2",
    "printf '\\tallow\\r\\n'"])
def test_other_ways_to_say_allow(host, script):
    host.plugin(script)
    host.allowed(Forgery())


@pytest.mark.parametrize("script", [
    "echo deny", "true", "echo allow; exit 1", "exit 1", "echo allow; echo more",
    "echo debugging >&2; echo allow",
    "echo allowed", "echo ALLOW", "echo 'allow allow'", "printf 'allow\\0'", "printf '\\0allow'",
    "echo '\"allow\"'",
    "echo not allow", "echo allow; kill -9 $$", "echo allow; kill -TERM $$", "exec 1>&-",
    "echo; echo; echo"])
def test_anything_else_is_no_allow(host, script):
    host.plugin(script)
    host.refused(Forgery(), "no_rule")


def test_any_allow_wins(host):
    host.plugin("echo deny", "a")
    host.plugin("echo allow", "b")
    host.plugin("exit 7", "c")
    host.allowed(Forgery())


def test_other_files_of_the_directory_are_none(host):
    command = plugin_command("test.sh", "echo allow")
    for name in ("test.yaml", "test.yml.bak", ".hidden", "test", "yml"):
        host.plugin_file(f"name: x\ncommand: {command}\n", name)
    host.refused(Forgery(), "no_rule")


# Limits.

@pytest.fixture
def seconds():
    """How long to sleep: not what another test sleeps."""
    return f"61.{next(NUMBERS)}"


@pytest.mark.parametrize("script", [
    "sleep {0}; echo allow", "sleep {0} & wait; echo allow",
    "trap '' TERM HUP INT; sleep {0}; echo allow", "echo allow; exec sleep {0}",
    "echo allow; exec >&- 2>&-; exec sleep {0}"])
def test_slow_plugin_is_ended(host, seconds, script):
    """In time, with all that it has started."""
    host.plugin(script.format(seconds))
    host.refused(Forgery())
    assert gone(seconds)


@pytest.mark.parametrize("script", ["sleep {0} & echo allow", "setsid sleep {0} & echo allow"])
def test_plugin_that_leaves_somebody_behind(host, seconds, script):
    """Who keeps the pipe open does not keep the login waiting beyond its time."""
    host.plugin(script.format(seconds))
    host.verify(Forgery())


def test_slow_plugin_behind_a_quick_one(host, seconds):
    host.plugin("echo allow", "a")
    host.plugin(f"sleep {seconds}", "b")
    host.allowed(Forgery())
    assert gone(seconds)


def test_quick_plugin_behind_a_slow_one(host, seconds):
    """The slow one has its share of the time, not all of it."""
    host.plugin(f"sleep {seconds}", "a")
    host.plugin("echo allow", "b")
    host.allowed(Forgery())
    assert gone(seconds)


@pytest.mark.parametrize("script", [
    "yes allow", "yes allow >&2", "head -c 100000000 /dev/zero; echo allow",
    "head -c 100000 /dev/zero | tr '\\0' ' '; echo allow"])
def test_much_output(host, script):
    host.plugin(script)
    host.refused(Forgery())


def test_many_processes(host, seconds):
    """They end with the login."""
    host.plugin(f"for i in $(seq 200); do sleep {seconds} & done; wait; echo allow")
    host.refused(Forgery())
    assert gone(seconds)


# What it is run with.

def test_no_shell_reads_the_command(host):
    command = plugin_command("words.sh", """
        [ $# = 6 ] && [ "$1" = '$HOME' ] && [ "$2" = 'two words' ] && [ "$3" = ';' ] &&
        [ "$4" = '$(id)' ] && [ "$5" = '*' ] && [ "$6" = '|' ] && echo allow""")
    host.plugin_file(f"name: words\ncommand: {command} $HOME 'two words' ; \"$(id)\" * |\n")
    host.allowed(Forgery())


def test_unprivileged(host, command_user):
    host.plugin("""
        [ "$(id -u)" != 0 ] && [ "$(id -g)" != 0 ] && [ "$(id -G)" = "$(id -g)" ] &&
        grep -q '^CapEff:.0*$' /proc/self/status &&
        grep -q '^NoNewPrivs:.1$' /proc/self/status && echo allow""")
    host.allowed(Forgery())


def test_not_as_anybody_who_owns_files(host, command_user):
    """Started as root, it is not one of the workers' ids either: it may not touch the cache."""
    if command_user == "root":
        host.plugin(f"ls {host.cache} >/dev/null 2>&1 || echo allow")
        host.allowed(Forgery())


def test_nothing_else_is_open(host):
    host.plugin("""
        [ "$(ls /proc/self/fd | tr '\\n' ' ')" = "0 1 2 3 " ] && [ -z "$(cat)" ] && echo allow""")
    host.allowed(Forgery())


def test_nothing_else_in_its_environment(host):
    host.plugin("""
        names=$(env -0 | tr '\\n' ' ' | tr '\\0' '\\n' | cut -d= -f1 |
            grep -Ev '^(OPKSSH_PLUGIN_.*|PATH|PWD|OLDPWD|SHLVL|_|HTTPS?_PROXY|NO_PROXY)$')
        [ -z "$names" ] && echo allow""")
    host.allowed(Forgery())


def variables(forgery):
    """OPKSSH_PLUGIN_* as opkssh documents them."""
    claims = forgery.claims
    texts = forgery.texts
    return {
        "U": "alice", "K": forgery.base64, "T": forgery.type, "ISS": ISSUER, "SUB": "alice",
        "EMAIL": "alice@example.com", "EMAIL_VERIFIED": "true", "AUD": CLIENT,
        "EXP": str(claims["exp"]), "NBF": "", "IAT": str(claims["iat"]), "JTI": "", "GROUPS": "",
        "PAYLOAD": base64.b64encode(forgery.payload).decode(),
        "IDT": b".".join([texts[1], texts[0], texts[2]]).decode(), "PKT": forgery.token.decode(),
        "CONFIG": base64.b64encode(f"name: test\ncommand: {OPK / 'test.sh'}\n".encode()).decode(),
        "USERINFO": "", "EXTRA_ARGS": "",
    }


def expect(host, values):
    """A plugin that allows if its variables are these."""
    tests = [f'[ "${{OPKSSH_PLUGIN_{name}-unset}}" = {shlex.quote(value)} ] || echo {name}'
             for name, value in values.items()]
    host.plugin("\n".join([*tests, "echo allow"]))


@pytest.mark.parametrize("name", variables(Forgery()))
def test_variable(host, name):
    forgery = Forgery()
    expect(host, {name: variables(forgery)[name]})
    host.allowed(forgery)


def expect_json(host, name, value, decode=""):
    """The same for one that is JSON, whose spelling is free."""
    expected = base64.b64encode(json.dumps(value).encode()).decode()
    host.plugin(f"""printf %s "$OPKSSH_PLUGIN_{name}" {decode} | python3 -c '
import base64, json, sys
expected = json.loads(base64.b64decode("{expected}"))
print("allow" if json.load(sys.stdin) == expected else "deny")'""")


def test_variable_with_the_users_key(host):
    forgery = Forgery()
    expect_json(host, "UPK", forgery.upk, "| base64 -d")
    host.allowed(forgery)


@pytest.mark.parametrize("groups", [
    [], ["a", "b c"], ['"', "\\", "\n\x01", "ä😀", "", "a,b"]], ids=ascii)
def test_variable_with_groups(host, groups):
    expect_json(host, "GROUPS", groups)
    host.allowed(Forgery(claims=put(groups=groups)))


def test_variable_with_several_audiences(host):
    expect_json(host, "AUD", ['"', CLIENT])
    host.allowed(Forgery(claims=put(aud=['"', CLIENT])))


def test_variable_with_the_words_behind_the_type(host):
    words = ["192.0.2.1 22", 'a"b\\', "ä", ""]
    expect_json(host, "EXTRA_ARGS", words)
    host.allowed(Forgery(), *words)


def test_variable_with_userinfo(host, idp):
    answer = {"sub": "alice", "groups": ["x"]}
    idp.answer(userinfo_url(ISSUER), json_page(answer))
    expect_json(host, "USERINFO", answer)
    token = (b"openpubkey-act", wire_string(b"token"))
    host.allowed(Forgery(extensions=lambda found: [token, *found]))


@pytest.mark.parametrize("claims,values", [
    ({"email_verified": False}, {"EMAIL_VERIFIED": "false"}),
    ({"email_verified": "true"}, {"EMAIL_VERIFIED": "true"}),
    ({"jti": "x y"}, {"JTI": "x y"}), ({"nbf": 1}, {"NBF": "1"}),
    ({"sub": "$(id) `id` ; 'x' \"y\"\n=*"}, {"SUB": "$(id) `id` ; 'x' \"y\"\n=*"}),
], ids=str)
def test_variables_for_claims(host, claims, values):
    expect(host, values)
    host.allowed(Forgery(claims=put(**claims)))


@pytest.mark.parametrize("claims", [{"sub": "alice\0bob"}, {"jti": "\0"}, {"groups": [1]},
                                    {"groups": "a"}, {"jti": 5}], ids=str)
def test_claim_that_no_variable_can_carry(host, claims):
    host.plugin("echo allow")
    host.refused(Forgery(claims=put(**claims)), "no_rule", "plugin_value", "token_claim")


# Whose files are run.

def faults(command):
    """What can be wrong, each a function that makes it so."""
    settings = OPK / "policy.d/test.yml"

    def replace_by_link():
        real = command.rename(OPK / "real.sh")
        write(SCRATCH / "evil.sh", real.read_bytes(), 0o755, "alice")
        command.symlink_to(SCRATCH / "evil.sh")

    def chown(path, user):
        return lambda: os.chown(path, USERS[user], USERS[user])

    return {
        "command is alice's": chown(command, "alice"),
        "group may write the command": lambda: command.chmod(0o775),
        "others may write the command": lambda: command.chmod(0o757),
        "command is not executable": lambda: command.chmod(0o644),
        "command is setuid": lambda: command.chmod(0o4755),
        "command is a symlink": replace_by_link,
        "command is missing": command.unlink,
        "settings are alice's": chown(settings, "alice"),
        "group may write the settings": lambda: settings.chmod(0o660),
        "others may write the settings": lambda: settings.chmod(0o646),
        "directory is alice's": chown(settings.parent, "alice"),
        "all may write the directory": lambda: settings.parent.chmod(0o777),
        "group may write the directory": lambda: settings.parent.chmod(0o775),
        "settings are no YAML": lambda: write(settings, "name: [\n"),
        "settings without a command": lambda: write(settings, "name: x\n"),
        "command is empty": lambda: write(settings, "name: x\ncommand: ''\n"),
        "command is relative": lambda: write(settings, "name: x\ncommand: test.sh\n"),
        "command with dots": lambda: write(settings,
                                           f"name: x\ncommand: /etc/opk/../opk/{command.name}\n"),
        "command with an open quote": lambda: write(settings,
                                                    f"name: x\ncommand: \"{command} 'x\"\n"),
    }


@pytest.mark.parametrize("fault", faults(OPK / "test.sh"))
def test_plugin_that_is_not_run(host, fault):
    """It is skipped and the log says so; another plugin still counts."""
    command = host.plugin("echo allow")
    host.allowed(Forgery())
    faults(command)[fault]()
    host.refused(Forgery(), "no_rule")


def test_bad_plugin_does_not_stop_the_others(host):
    host.plugin("echo allow", "a").chmod(0o777)
    host.plugin("echo allow", "b")
    result = host.allowed(Forgery())
    assert any("file=a.yml" in line for line in result.log), result.log


@pytest.mark.parametrize("mode", [0o755, 0o555])
def test_modes_that_are_fine(host, mode):
    host.plugin("echo allow", mode=mode)
    host.allowed(Forgery())


# When it is run.

@pytest.fixture
def marking(host):
    """A plugin that leaves a mark; returns a function that tells whether it was run."""
    directory = SCRATCH / "marks"
    directory.mkdir(exist_ok=True)
    directory.chmod(0o777)
    mark = directory / "mark"
    mark.unlink(missing_ok=True)
    host.plugin(f": >{mark}; echo allow")
    return mark.exists


def test_run_when_no_row_allowed(host, marking):
    host.allowed(Forgery())
    assert marking()


def test_not_run_when_a_row_allowed(host, marking):
    host.auth_id(f"alice alice@example.com {ISSUER}")
    host.allowed(Forgery())
    assert not marking()


@pytest.mark.parametrize("changes", [
    {"op_signer": provider_key("RS256", "stranger")}, {"claims": put(aud="x")},
    {"claims": put(iat=1)},
    {"cic_signature": b"x"}, {"principals": [b"bob"]}, {"texts": lambda t: [*t[:4], b64u(b"x")]}],
    ids=lambda changes: "".join(changes))
def test_not_run_for_a_bad_token(host, marking, changes):
    host.refused(Forgery(**changes))
    assert not marking()


def test_not_run_for_the_denied(host, marking):
    host.config("deny_emails:\n  - alice@example.com\n")
    host.refused(Forgery(), "denied_email")
    assert not marking()


def test_explain_runs_none_of_a_directory_that_anybody_may_have_written(host):
    """And says so; of /etc/opk itself it does."""
    forgery = Forgery()
    host.plugin("echo allow")
    words = ["explain", "--user=alice", f"--type={forgery.type}", f"--key={forgery.base64}"]
    result = host.run(*words, f"--etc={OPK}")
    assert result.status == 1
    assert "reason=plugin_run" in result.stderr and "no runner" in result.stderr
    assert host.run(*words).status == 0
