"""Many clients at once: how many a second are served, and how long each takes."""

import runs
from figures import OURS, figure, progress, ratios
from machine import Offered

KINDS = {"refusals_plain": Offered.plain, "refusals_issuer": Offered.unknown_issuer,
         "refusals_forged": Offered.forged, "logins": Offered.good}


def measure(machine, kind, clients, seconds):
    progress(kind)
    rates = {}
    for name, command in ((OURS, machine.ours(KINDS[kind])), ("opkssh", machine.theirs(KINDS[kind]))):
        found = runs.all_at_once(command, clients, seconds)
        walls = [run.wall for run in found]
        rates[name] = len(found) / seconds
        figure(f"{kind}_rate_{name}", rates[name], "per_second")
        for percent in (50, 99):
            figure(f"{kind}_p{percent}_{name}", runs.percentile(walls, percent), "ms")
    ratios(f"{kind}_rate", rates)


def all_cases(machine, clients, seconds):
    machine.ours(Offered.good).output()
    for kind in KINDS:
        measure(machine, kind, clients, seconds)
