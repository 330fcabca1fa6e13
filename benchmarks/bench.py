"""./bench, inside the room: every case, one after the other."""

import argparse
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1] / "tests"
sys.path[:0] = [str(TESTS / "e2e"), str(TESTS / "openpubkey")]

import control      # noqa: E402
import crowd        # noqa: E402
import instructions # noqa: E402
import key9         # noqa: E402
import logins       # noqa: E402
import memory       # noqa: E402
import oslogin      # noqa: E402
import scaling      # noqa: E402
import verify       # noqa: E402
from figures import OURS, progress      # noqa: E402
from machine import Machine, Offered    # noqa: E402


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true",
                        help="a few rounds of each: shows that it works, and no more")
    parser.add_argument("--picture", metavar="FILE", required=True, help="where to draw it")
    arguments = parser.parse_args()
    quick = arguments.quick
    machine = Machine()
    control.all_cases({OURS: machine.ours(Offered.good), "opkssh": machine.theirs(Offered.good)},
                      3 if quick else 50)
    verify.all_cases(machine, 2 if quick else 200)
    instructions.all_cases(machine)
    memory.all_cases(machine, 2 if quick else 5)
    key9.all_cases(machine, 2 if quick else 50)
    oslogin.all_cases(machine, 2 if quick else 50)
    logins.all_cases(machine, 2 if quick else 100)
    crowd.all_cases(machine, *((4, 3) if quick else (32, 10)))
    scaling.all_cases(machine, 2 if quick else 10, arguments.picture,
                      **({"most": 100} if quick else {}))
    progress("done")


if __name__ == "__main__":
    main()
