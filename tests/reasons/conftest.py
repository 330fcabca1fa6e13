"""The room and the machine of tests/authorize, which has every source, for this folder."""

import importlib.util
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
FOLDERS = ["e2e", "openpubkey", "authorize", "liars", "faults"]
sys.path[:0] = [str(TESTS / folder) for folder in FOLDERS]


def pytest_configure(config):
    spec = importlib.util.spec_from_file_location("machine", TESTS / "authorize/conftest.py")
    machine = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(machine)
    del machine.__file__    # by which pytest would keep a conftest's fixtures to its own folder
    config.pluginmanager.register(machine, "machine")   # calls its pytest_configure
