"""Ways to provoke a reason: real runs of the installed program, and what they told."""

import errno
import json
import subprocess
from typing import NamedTuple

import program
from forge import CLIENT, ISSUER, Forgery, key_set, provider_key, put
from idp import discovery_url
from injector import PARENT, Fault, Injector
from key9_api import LISTENERS, answer
from messages import LIAR
from mutations import CASES
from room import PREFIX
from room_lab import clear_scripts, stand_in, write_script


class Why(str):
    """Why `explain` has nothing to say of it."""


KEY9 = Why("it is about certificates, not about Key9's keys")
SEVERAL = Why("it is about one source, OpenPubkey")
KEY_SET = Why("what became of each key is told where they are fetched")
PRINTING = Why("it prints nothing for sshd")
FAULT = Why("the fault is put into one run")


class Told(NamedTuple):
    log: list
    explained: object       # explain's reason (or its provider's), or all that it logged; or Why
    field: str = "reason"   # of the log line


def decision(m, *arguments, deadline=3):
    result = m.program.run(*arguments, f"--deadline={deadline}", as_user=m.command_user)
    assert result.stdout == "" or "decision=allow" in "".join(result.log), result
    return result.log


def explain(m, forgery, user="alice"):
    """The object, decided like a login: with the machine's own files, cache and network."""
    done = subprocess.run([m.program.path, "explain", "--user", user, "--type", forgery.type,
                           "--key", forgery.base64, "--json"], capture_output=True, text=True,
                          timeout=30, **program.as_sshd_would(m.command_user))
    return json.loads(done.stdout), done.stderr


# OpenPubkey: the login, and then what explain says of it.

def certificate(m, forgery=None, user="alice", deadline=3, field="reason"):
    forgery = forgery or m.certificate
    log = decision(m, *m.host.arguments(forgery, user), deadline=deadline)
    program.reset_cache()
    said, _ = explain(m, forgery, user)
    return Told(log, said[field], field)


def case(name, keys=None):
    """One of tests/openpubkey/mutations.py: a login one change away from a good one. `keys`: of
    its provider, instead."""
    def provoke(m):
        case = CASES[name]
        if case.providers is not None:
            m.host.providers(*case.providers)
        if case.auth_id is not None:
            m.host.auth_id(*case.auth_id)
        m.host.config(case.config)
        forgery = Forgery(**case.changes)
        its = keys or case.keys or (lambda f: key_set(f.op))
        m.idp.publish(forgery.issuer, its(forgery) if callable(its) else its)
        return certificate(m, forgery, case.user)
    return provoke


def given(prepare, user="alice", field="reason", **changes):
    """On a machine that has been prepared so."""
    def provoke(m):
        prepare(m)
        return certificate(m, Forgery(**changes), user, field=field)
    return provoke


def note(prepare, **changes):
    """A line about a row or a file. Explain logs it too, to whoever runs it."""
    def provoke(m):
        prepare(m)
        forgery = Forgery(**changes)
        log = decision(m, *m.host.arguments(forgery, "alice"))
        _, said = explain(m, forgery)
        return Told(log, {program.fields(line).get("reason") for line in said.splitlines()})
    return provoke


# A provider, on its way and in what it answers: the decision is that there are no keys, and why.

def provider_at(url):
    def provoke(m):
        m.host.providers(f"{url} {CLIENT} 24h")
        return certificate(m, Forgery(claims=put(iss=url)), field="fetch")
    return provoke


def listener(name):
    return provider_at(f"https://api.key9.test:{LISTENERS[name][2]}")


def discovery(behaviour):
    return given(lambda m: m.idp.answer(discovery_url(ISSUER), behaviour), field="fetch")


def published(*keys, **members):
    return given(lambda m: m.idp.publish(ISSUER, *(keys or [provider_key()]), **members),
                 field="fetch")


def left_out(**member):
    """A key of the set that is no use, beside one that is: `refresh` says which and why."""
    def provoke(m):
        m.host.providers(f"{ISSUER} {CLIENT} 24h")
        bad = provider_key("ES256", "bad").published() | member
        m.idp.publish(ISSUER, key_set(provider_key(), {k: v for k, v in bad.items() if v != ""}))
        return Told(m.program.run("refresh", as_user=m.command_user).log, KEY_SET, "detail")
    return provoke


# Key9.

def key9(*lines, **system):
    def provoke(m):
        sections = program.k9_sections(m.api, m.command_user)
        sections["system"] |= system
        program.write_config(sections, group="root")
        m.api.behaviours["alice"] = answer(*lines)
        return Told(decision(m, "k9-ssh", "--user=alice"), KEY9)
    return provoke


# Several sources.

def authorize(prepare, type=None):
    def provoke(m):
        prepare(m)
        kind, key = m.plain.split()[:2]
        return Told(m.run(type or kind, key).log, SEVERAL)
    return provoke


# Processes that are not as they were built, or lack something.

def parse_executable():
    (path,) = PREFIX.glob("**/sallyport-parse")
    return path


def judge(*script, **how):
    """A judge that does as it is told."""
    def provoke(m):
        clear_scripts()
        write_script("opk-judge", script)
        with stand_in(parse_executable(), LIAR):
            return certificate(m, **how)
    return provoke


def writable_worker(m):
    path = parse_executable()
    path.chmod(0o775)
    try:
        return certificate(m)
    finally:
        path.chmod(0o755)


def inject(m, event, k, how):
    """A login with one fault, at the parent's k-th event of that name."""
    program.reset_cache()
    return Injector(m.program.log).inject(
        Fault(PARENT, event, k, how), [*m.host.arguments(m.certificate), "--deadline=3"],
        m.command_user).log


def no_filter(m):
    """The kernel refuses the parent its first filter."""
    return Told(inject(m, "call:seccomp", 1, f"error={errno.EPERM}"), FAULT)


def no_memory(m):
    """None for one block that the parent asks for: not every one is what a login fails for."""
    from injected import allocators
    (event,) = [each for each in allocators() if "/bin/sallyport+" in each]
    for k in range(1, 40):
        log = inject(m, event, k, "null")
        if any("reason=memory" in line for line in log):
            break
    return Told(log, FAULT)


def full_disk(m):
    """What sshd would read cannot be written."""
    m.program.log.take()
    with open("/dev/full", "wb") as full:
        subprocess.run([m.program.path, *m.host.arguments(m.certificate)], stdout=full,
                       stderr=subprocess.DEVNULL, timeout=30,
                       **program.as_sshd_would(m.command_user))
    return Told(m.program.log.take(), PRINTING)
