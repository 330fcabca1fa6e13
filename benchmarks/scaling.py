"""What a login costs when there is more of something: policy rows, providers, keys."""

import math
import statistics
from pathlib import Path

import key9
import runs
from figures import OURS, figure, progress
from forge import CLIENT, ISSUER, provider_key
from machine import Offered
from plot import Line, Panel, picture

ROWS = (10, 100, 1000, 10_000, 100_000)
PROVIDERS = (1, 2, 5, 10, 20)
KEYS = (1, 10, 100, 1000)


def verify_commands(machine):
    machine.ours(Offered.good).output()
    return {OURS: machine.ours(Offered.good), "opkssh": machine.theirs(Offered.good)}


def with_rows(machine, number):
    """The row that counts is the last."""
    machine.policy(rows=[f"alice user{i}@example.com {ISSUER}" for i in range(number - 1)])
    return verify_commands(machine)


def with_providers(machine, number):
    """All of them known, with two keys each; the one that counts is the last."""
    issuers = [f"{ISSUER}/tenant/{i}" for i in range(number - 1)]
    for i, issuer in enumerate(issuers):
        machine.idp.publish(issuer, *(provider_key("RS256", f"{i}-{k}") for k in range(2)))
    machine.policy(providers=[f"{issuer} {CLIENT} 24h" for issuer in issuers])
    machine.forget_keys()
    machine.refresh()
    return verify_commands(machine)


def measure(name, sizes, commands_for, rounds):
    """{side: [ms for each size]}"""
    cpu = {}
    for size in sizes:
        progress(f"{name} {size}")
        for side, found in runs.by_turns(commands_for(size), rounds).items():
            median = statistics.median(run.cpu for run in found)
            cpu.setdefault(side, []).append(median)
            figure(f"{name}_{size}_cpu_{side}", median, "ms")
    for side, values in cpu.items():
        # 1 if the cost grows as its cause does, 2 if with the square.
        growth = math.log(values[-1] / values[-2]) / math.log(sizes[-1] / sizes[-2])
        figure(f"{name}_growth_{side}", growth, "exponent")
    return cpu


def all_cases(machine, rounds, file, most=math.inf):
    """`file`: where the picture goes. `most`: leave out what is larger."""
    cases = [("rows", "rows of auth_id", ROWS, with_rows),
             ("providers", "providers, 2 keys each", PROVIDERS, with_providers),
             ("keys", "keys of a user, Key9", KEYS, key9.commands)]
    key9.configure(machine, KEYS)
    panels = []
    for name, title, sizes, commands_for in cases:
        sizes = [size for size in sizes if size <= most]
        cpu = measure(name, sizes, lambda size: commands_for(machine, size), rounds)
        panels.append(Panel(title, [Line("sallyport" if side == OURS else side, sizes, values)
                                    for side, values in cpu.items()]))
        machine.reset()
    Path(file).write_text(picture("CPU of one call, in milliseconds", panels))
