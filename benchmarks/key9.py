"""`k9-ssh` against curl, which asks the same question and gets the same answer."""

import functools

import key9_api
import program
import runs
from figures import OURS, progress, side_by_side
from keys import new_ed25519
from runs import Command

SIZES = {1: "key9_one_key", 10: "key9_cold", 1000: "key9_many_keys"}


@functools.cache
def key_lines():
    return [new_ed25519() for _ in range(max(SIZES))]


def configure(machine, sizes, listener="good", host="api.key9.test"):
    """As Key9 is used: its server's certificate is one that the system trusts. A user for each
    number of keys."""
    sections = program.k9_sections(machine.api, "key9")
    del sections["system"]["ca_file"]
    sections["urls"]["query_ssh_keys"] = machine.api.url(listener, host)
    program.write_config(sections, group="key9")
    for size in sizes:
        machine.api.behaviours[f"user{size}"] = key9_api.answer(*key_lines()[:size])


def ours(machine, size):
    return Command([machine.path, "k9-ssh", f"--user=user{size}"], "key9")


def curl(machine, size):
    """With the request that we make."""
    done = ours(machine, size).output()
    assert len(done.stdout.splitlines()) == size, done
    request = machine.api.requests[-1]
    headers = [f"{name}: {request.headers[name]}"
               for name in ("content-type", "api_key", "authorization")]
    url = machine.api.url().removesuffix(key9_api.PATH) + request.path
    return Command(["/usr/bin/curl", "-s", *(word for header in headers for word in ("-H", header)),
                    "--data", request.body.decode(), url], "key9")


def commands(machine, size):
    both = {OURS: ours(machine, size), "curl": curl(machine, size)}
    done = both["curl"].output()
    assert len(done.stdout.splitlines()) == size, done
    return both


def all_cases(machine, rounds):
    configure(machine, SIZES)
    for size, case in SIZES.items():
        progress(case)
        side_by_side(case, runs.by_turns(commands(machine, size), rounds))
