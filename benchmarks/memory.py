"""Peak memory of a warm `verify`."""

import statistics

import peak
from figures import OURS, figure, progress, ratios
from machine import Offered
from runs import spread


def all_cases(machine, rounds):
    progress("memory")
    commands = {OURS: machine.ours(Offered.good), "opkssh": machine.theirs(Offered.good)}
    commands[OURS].output()
    medians = {}
    for name, command in commands.items():
        values = [peak.peak(command) / 1024 / 1024 for _ in range(rounds)]
        medians[name] = statistics.median(values)
        figure(f"verify_warm_peak_{name}", medians[name], "MiB")
        figure(f"verify_warm_peak_{name}_spread", spread(values), "MiB")
    ratios("verify_warm_peak", medians)
