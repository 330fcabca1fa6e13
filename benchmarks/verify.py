"""One `verify` after the other, ours and opkssh's, with /bin/true for a floor."""

import runs
from figures import OURS, progress, side_by_side
from machine import Offered


def check(case, offered, commands):
    """Both must say the same, and what is expected."""
    allowed = offered in (Offered.good, Offered.gq256)
    for name in (OURS, "opkssh"):
        done = commands[name].output()
        line = done.stdout.strip()
        assert line.endswith(offered.plain_key) if allowed else line == "", (case, name, done)


def measure(machine, case, offered, rounds, user="opksshuser", before=None):
    progress(case)
    commands = {OURS: machine.ours(offered, user, before), "opkssh": machine.theirs(offered, user),
                "true": machine.floor(user)}
    check(case, offered, commands)
    side_by_side(case, runs.by_turns(commands, rounds))


def all_cases(machine, rounds):
    measure(machine, "verify_warm", Offered.good, rounds)
    measure(machine, "verify_warm_as_root", Offered.good, rounds, user="root")
    measure(machine, "verify_cold", Offered.good, rounds, before=machine.forget_keys)
    measure(machine, "verify_gq", Offered.gq256, rounds)
    measure(machine, "plain_key", Offered.plain, rounds)
    measure(machine, "unknown_issuer", Offered.unknown_issuer, rounds)
    measure(machine, "forged", Offered.forged, rounds)
