"""Run in the room of tests/e2e, with its lab."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import room_lab  # noqa: E402


def pytest_configure(config):
    room_lab.use(config)
