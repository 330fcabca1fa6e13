"""The program below injector.c."""

import functools
from typing import NamedTuple

import program
from room import CHECKOUT, USERS
from room_lab import compile_c

PARENT, STARTER = "0", "01"     # paths of injector.c


class Fault(NamedTuple):
    """As injector.c has it; `at` is the name of the event, None if there was none."""
    who: str
    event: str
    k: int
    how: str
    at: str = None

    @property
    def pause(self):
        """For how many seconds the parent is kept from ending."""
        how, _, number = self.how.partition("=")
        return int(number) / 1000 if self.who == PARENT and how in ("pause", "hold") else 0


@functools.cache
def compiled():
    sources = [CHECKOUT / f"tests/faults/{name}.c" for name in ("injector", "tracee", "fault")]
    return compile_c("injector", *sources, flags=["-lseccomp"])


class Injector(program.Program):
    def __init__(self, log):
        super().__init__(log)
        self.victim = self.path
        self.path = compiled()

    def started_as(self, user):
        """Root, to look into it. It starts the program as the user."""
        return super().started_as(user) | {"user": 0, "group": 0}

    def inject(self, fault, arguments, command_user):
        """Run the program with these arguments and one fault. Its stderr begins with what the
        fault came at; if it did."""
        return self.run(str(USERS[command_user]), fault.who, fault.event, str(fault.k), fault.how,
                        self.victim, *arguments, as_user=command_user)

    def kill(self, who, k, arguments, command_user, event="step"):
        """kill -9 at its k-th step."""
        return self.inject(Fault(who, event, k, "signal=9"), arguments, command_user)
