"""The words of ipc/reason.h, for pytest to name the cases by, before the room is entered."""

import re
from pathlib import Path

WORDS = re.findall(r'^\s*R\(\w+, \w+, "(\w+)"',
                   (Path(__file__).resolve().parents[2] / "ipc/reason.h").read_text(), re.M)
