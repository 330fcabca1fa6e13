"""Peak memory of a warm `verify`; and of something whose peak is known."""

import statistics

import peak
from figures import OURS, figure, progress, ratios
from machine import Offered
from runs import Command, spread

MIB = 1024 * 1024


def all_cases(machine, rounds):
    progress("memory")
    # It reads into a buffer of 64 MiB, and frees it before it ends.
    known = Command(["/bin/dd", "if=/dev/zero", "of=/dev/null", "bs=64M", "count=1"], "nobody")
    figure("peak_of_64_MiB", peak.peak(known) / MIB, "MiB")
    commands = {OURS: machine.ours(Offered.good), "opkssh": machine.theirs(Offered.good)}
    commands[OURS].output()
    medians = {}
    for name, command in commands.items():
        values = [peak.peak(command) / MIB for _ in range(rounds)]
        medians[name] = statistics.median(values)
        figure(f"verify_warm_peak_{name}", medians[name], "MiB")
        figure(f"verify_warm_peak_{name}_spread", spread(values), "MiB")
    ratios("verify_warm_peak", medians)
