"""Run in the room of tests/e2e, with the lab of tests/liars; what went wrong is counted."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "liars"))

import room_lab  # noqa: E402


def pytest_configure(config):
    room_lab.use(config)


def pytest_terminal_summary(terminalreporter):
    from injected import INJECTED       # after the room has been entered
    for event, faults in sorted(INJECTED.items()):
        each = ", ".join(f"{count} {how}" for how, count in sorted(faults.items()))
        terminalreporter.write_line(f"faults at each {event}: {faults.total()} ({each})")


@pytest.fixture(scope="session")
def whole_opk_idp(whole_lab):
    import opk_login        # after the room has been entered
    return opk_login.Idp()


@pytest.fixture
def login(lab, whole_opk_idp, request):
    """The login that the test names, as (name, command user)."""
    import logins
    name, command_user = request.param
    whole_opk_idp.reset()
    login = logins.LOGINS[name](lab, whole_opk_idp, command_user)
    login.name = f"{name} as {command_user}"
    return login
