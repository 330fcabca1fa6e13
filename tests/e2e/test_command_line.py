"""The program by hand: its options and names, what it prints, what it asks the API."""

import json
import os
import resource
import subprocess
from pathlib import Path

import pytest

import keys
import program
import room
from key9_api import API_KEY, COMPANY, PATH, PROXY_PORT, answer, answer_in_chunks, body_of, response, send
from program import GROUP
from reasons import DECISION


@pytest.fixture
def alice(lab):
    """Alice's one key."""
    key = keys.good()["ed25519"]
    lab.api.behaviours["alice"] = answer(f"{key} alice@laptop")
    return key


def test_request_is_what_the_specification_says(lab, command_user, alice):
    result = lab.program.keys_for("alice", "--remote=192.0.2.1 22 192.0.2.2 2222",
                                  as_user=command_user)
    assert result.keys == [alice]
    (request,) = lab.api.requests
    assert request.method == "POST"
    assert request.path == f"{PATH}alice/{GROUP}"
    assert request.headers["api_key"] == f"{COMPANY}:{API_KEY}"
    assert request.headers["authorization"] == f"API_KEY: {COMPANY}:{API_KEY}"
    assert request.headers["content-type"] == "application/json"
    assert "accept-encoding" not in request.headers
    assert json.loads(request.body) == {"remote": "192.0.2.1 22 192.0.2.2 2222"}


def test_remote_is_escaped_as_json(lab, command_user, alice):
    remote = 'a "quoted" \\ thing\t and \x01 \x7f'
    result = lab.program.keys_for("alice", f"--remote={remote}", as_user=command_user)
    assert result.keys == [alice]
    assert json.loads(lab.api.requests[0].body) == {"remote": remote}


def test_machine_group_is_percent_encoded_commas_kept(lab, command_user, alice):
    sections = lab.sections(command_user)
    sections["system"]["machine_group"] = '"web servers,a/b?c#d%,é"'
    program.write_config(sections, group=command_user)
    assert lab.program.keys_for("alice", as_user=command_user).keys == [alice]
    assert lab.api.requests[0].path.endswith("/alice/web%20servers,a%2Fb%3Fc%23d%25,%C3%A9")


@pytest.mark.parametrize("options", [["-user=alice"], ["--user", "alice"], ["-user", "alice"]],
                         ids=" ".join)
def test_option_forms_that_k9_ssh_knows(lab, command_user, alice, options):
    """The shipping client is written in Go, whose flag package takes all of these."""
    assert lab.program.run("k9-ssh", *options, as_user=command_user).keys == [alice]


def test_symlink_named_k9_ssh_is_the_subcommand(lab, command_user, alice):
    link = room.SCRATCH / "k9-ssh"
    link.unlink(missing_ok=True)
    link.symlink_to(lab.program.path)
    direct, lab.program.path = lab.program.path, link
    try:
        result = lab.program.run("--user=alice", as_user=command_user)
    finally:
        lab.program.path = direct
    assert (result.status, result.keys) == (0, [alice])


def test_other_config_file(lab, command_user, alice):
    path = Path("/etc/k9.yaml")
    program.write_config(lab.sections(command_user), path=path, group=command_user)
    room.CONFIG.unlink()
    result = lab.program.keys_for("alice", f"--config={path}", as_user=command_user)
    assert result.keys == [alice]


def test_version(lab, command_user):
    result = lab.program.run("k9-ssh", "--version", as_user=command_user)
    assert result.status == 0
    assert "sallyport" in result.stdout
    assert not any(line.startswith(("ssh-", "ecdsa-", "sk-")) for line in result.stdout.splitlines())


def test_status_names_processes_layers_and_ids(lab, command_user):
    result = lab.program.run("status", as_user=command_user)
    assert result.status == 0
    assert result.stdout.isascii()
    for word in ("parent", "starter", "netproc", "parseproc", "Landlock", "system call filter"):
        assert word in result.stdout
    expected = str(program.cache_owner(command_user))
    assert expected in result.stdout, "the id that the processes run as"


def test_log_stderr_shows_what_syslog_gets(lab, command_user, alice):
    quiet = lab.program.keys_for("alice", as_user=command_user)
    assert quiet.stderr == ""
    shown = lab.program.keys_for("alice", "--log-stderr", as_user=command_user)
    assert shown.keys == [alice]
    assert shown.stderr.count("decision=allow") == 1
    assert shown.decision["decision"] == "allow"


def test_works_without_a_syslog(lab, command_user, alice):
    os.rename("/dev/log", "/dev/log.away")
    try:
        shown = subprocess.run(
            [lab.program.path, "k9-ssh", "--user=alice"], capture_output=True, text=True,
            **program.as_sshd_would(command_user))
    finally:
        os.rename("/dev/log.away", "/dev/log")
    assert (shown.returncode, len(shown.stdout.splitlines())) == (0, 1)


def test_every_key_type_is_printed(lab, command_user):
    lab.api.behaviours["alice"] = answer(*keys.good().values())
    result = lab.program.keys_for("alice", as_user=command_user)
    assert result.keys == list(keys.good().values())
    assert result.decision["keys"] == str(len(keys.good()))


def test_comment_is_reduced_to_printable_ascii(lab, command_user):
    key = keys.good()["ed25519"]
    lab.api.behaviours["alice"] = answer(f"{key} \x1b[31mÄlice\u202e \u200b@  laptop\x7f")
    result = lab.program.keys_for("alice", as_user=command_user)
    assert result.keys == [key]
    assert result.stdout.rstrip("\n").isprintable() and result.stdout.isascii()
    assert "laptop" in result.stdout


@pytest.mark.parametrize("shape", ["chunks", "no last newline", "CRLF", "unknown members"])
def test_answers_of_other_shapes(lab, command_user, shape):
    first, second = keys.good()["ed25519"], keys.good()["ecdsa256"]
    body = body_of([first, second])
    lab.api.behaviours["alice"] = {
        "chunks": answer_in_chunks(first, second),
        "no last newline": send(response(body.rstrip(b"\n"))),
        "CRLF": send(response(body.replace(b"\n", b"\r\n"))),
        "unknown members": answer({"id": 7, "public_key": first, "tags": [{"a": None}]}, second),
    }[shape]
    result = lab.program.keys_for("alice", as_user=command_user)
    assert result.keys == [first, second], result.log


@pytest.mark.parametrize("listener,host", [
    ("TLS 1.2", "api.key9.test"), ("good", "hosts.key9.test"), ("loopback", "loopback.key9.test")])
def test_other_ways_to_the_api(lab, command_user, alice, listener, host):
    """An older TLS that is still good; a name that only /etc/hosts has; loopback."""
    sections = lab.sections(command_user)
    sections["urls"]["query_ssh_keys"] = lab.api.url(listener, host)
    program.write_config(sections, group=command_user)
    assert lab.program.keys_for("alice", as_user=command_user).keys == [alice]


@pytest.mark.parametrize("umask", [0o027, 0o077, 0o777])
def test_umask_of_whoever_starts_us(lab, command_user, alice, umask, monkeypatch):
    """Workers enter what is made for them: only /etc/hosts has this name."""
    sections = lab.sections(command_user)
    sections["urls"]["query_ssh_keys"] = lab.api.url("good", "hosts.key9.test")
    program.write_config(sections, group=command_user)
    monkeypatch.setattr(lab.program, "started_otherwise", {"umask": umask})
    assert lab.program.keys_for("alice", as_user=command_user).keys == [alice]


def test_limit_of_what_may_be_written(lab, command_user, monkeypatch):
    """The answer cannot be cached, and is printed."""
    many = [keys.new_ed25519() for _ in range(60)]
    lab.api.behaviours["alice"] = answer(*many)
    monkeypatch.setattr(lab.program, "started_otherwise", {
        "preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, -1))})
    result = lab.program.keys_for("alice", as_user=command_user)
    assert result.keys == many and any("File too large" in line for line in result.log), result.log
    assert [path for path in program.entry_path(command_user, "alice").parent.iterdir()
            if path.name.startswith("key9-")] == []


def test_proxy(lab, command_user, alice):
    sections = lab.sections(command_user)
    sections["system"]["proxy"] = f"http://127.0.0.1:{PROXY_PORT}"
    program.write_config(sections, group=command_user)
    assert lab.program.keys_for("alice", as_user=command_user).keys == [alice]
    assert lab.api.proxy.connects == 1


@pytest.mark.parametrize("proxy", [{}, {"proxy": f"http://127.0.0.1:{PROXY_PORT}"}],
                         ids=["no proxy", "proxy"])
def test_plain_http_to_loopback_needs_no_leave(lab, command_user, alice, proxy):
    """Nor does it leave the machine: a proxy would read the API key, and is not asked."""
    sections = lab.sections(command_user)
    sections["urls"]["query_ssh_keys"] = lab.api.url("plain loopback", "127.0.0.1")
    sections["system"] |= proxy
    program.write_config(sections, group=command_user)
    assert lab.program.keys_for("alice", as_user=command_user).keys == [alice]
    assert lab.api.proxy.connects == 0


def test_plain_http_elsewhere_is_allowed_when_told_and_logged(lab, command_user, alice):
    sections = lab.sections(command_user)
    sections["urls"]["query_ssh_keys"] = lab.api.url("plain")
    sections["system"]["allow_http"] = "true"
    program.write_config(sections, group=command_user)
    result = lab.program.keys_for("alice", as_user=command_user)
    assert result.keys == [alice]
    assert any("http" in line and "decision=" not in line for line in result.log), result.log


def test_plain_http_by_a_proxy_when_told(lab, command_user):
    """It gets the whole request, with the URL it is for. (A proxy that passes on, ours is not.)"""
    url = lab.api.url("plain", "elsewhere.key9.test")
    sections = lab.sections(command_user)
    sections["urls"]["query_ssh_keys"] = url
    sections["system"] |= {"allow_http": "true", "proxy": lab.api.url("plain").removesuffix(PATH)}
    program.write_config(sections, group=command_user)
    result = lab.program.keys_for("alice", as_user=command_user)
    assert [request.path for request in lab.api.requests] == [f"{url}alice/{GROUP}"]
    assert any("allow_http" in line for line in result.log), result.log


def test_system_certificates_are_used_without_ca_file(lab, command_user, alice):
    """A hashed directory, as Debian's: the authority is found by its subject's hash."""
    directory = Path("/etc/ssl/certs")
    ca_file = lab.api.certificates.ca_file
    subject = subprocess.run(["openssl", "x509", "-noout", "-subject_hash", "-in", ca_file],
                                     capture_output=True, text=True, check=True).stdout.strip()
    sections = lab.sections(command_user)
    del sections["system"]["ca_file"]
    program.write_config(sections, group=command_user)
    room.mount("tmpfs", directory, "tmpfs", options="mode=755")
    try:
        refused = lab.program.keys_for("alice", as_user=command_user)
        (directory / f"{subject}.0").write_bytes(ca_file.read_bytes())
        accepted = lab.program.keys_for("alice", as_user=command_user)
    finally:
        room.unmount(directory)
    assert refused.stdout == "" and accepted.keys == [alice]


@pytest.mark.parametrize("name", [
    "Alice", "-alice", "1alice", "alice.b", "alice/..", "../../etc/passwd", "alice%2f", "a" * 33,
    "alice\n", "alice\nroot", "älice", "alice ", "alice;id", "$(id)", "a" * 100000])
def test_user_names_that_no_machine_has(lab, command_user, name):
    """Ended by a log line before anything else, without a request."""
    result = lab.program.keys_for(name, as_user=command_user)
    assert (result.status, result.stdout) == (0, "")
    assert result.decision["reason"] == DECISION["user name"]
    assert lab.api.connects() == 0


@pytest.mark.parametrize("name", ["a", "_apt", "systemd-network", "a" * 32, "x_1-"])
def test_user_names_that_are_fine(lab, command_user, name):
    lab.api.behaviours[name] = answer(keys.good()["ed25519"])
    assert lab.program.keys_for(name, as_user=command_user).keys == [keys.good()["ed25519"]]


@pytest.mark.parametrize("arguments", [
    [], ["k9-ssh"], ["k9-ssh", "alice"], ["k9-ssh", "--user=alice", "--nonsense"],
    ["k9-ssh", "--user=alice", "extra"], ["nonsense"],
    ["k9-ssh", "--user=alice", "--deadline=0"], ["k9-ssh", "--user=alice", "--deadline=31"],
    ["k9-ssh", "--user=alice", "--deadline=5x"], ["k9-ssh", "--user=alice", "--deadline="],
], ids=" ".join)
def test_wrong_command_lines(lab, command_user, arguments):
    """No login can work with these in sshd_config: the one who wrote them must hear of it."""
    result = lab.program.run(*arguments, as_user=command_user)
    assert result.status == 1
    assert result.stdout == ""
    assert result.stderr or result.log
    assert lab.api.connects() == 0


def test_many_at_once(lab, command_user, alice):
    """Twenty logins at the same time all get the whole answer (they share the cache entry)."""
    running = [subprocess.Popen([lab.program.path, "k9-ssh", "--user=alice", "--deadline=30"],
                                        stdout=subprocess.PIPE, text=True,
                                        **program.as_sshd_would(command_user)) for _ in range(20)]
    outputs = [process.communicate()[0] for process in running]
    assert outputs == [f"{alice} alice@laptop\n"] * 20
    assert [process.returncode for process in running] == [0] * 20
