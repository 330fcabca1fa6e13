"""What ./bench prints: `name value unit`, a figure a line."""

import statistics
import sys
import time

from runs import spread

_began = time.monotonic()
OURS = "ours"


def progress(what):
    print(f"[{time.monotonic() - _began:5.0f} s] {what}", file=sys.stderr, flush=True)


def figure(name, value, unit):
    print(name, value if isinstance(value, int) else f"{value:.4g}", unit, flush=True)


def ratios(name, medians):
    """Ours to each of the others."""
    for peer in medians:
        if peer != OURS:
            figure(f"{name}_vs_{peer}", medians[OURS] / medians[peer], "ratio")


def side_by_side(case, found):
    """Medians and spreads of what by_turns() found, and ours to each of the others."""
    for what in ("cpu", "wall"):
        medians = {}
        for name, runs in found.items():
            values = [getattr(run, what) for run in runs]
            medians[name] = statistics.median(values)
            figure(f"{case}_{what}_{name}", medians[name], "ms")
            figure(f"{case}_{what}_{name}_spread", spread(values), "ms")
        ratios(f"{case}_{what}", medians)
