"""SECURITY.md shows tables that the code holds: they must be the same.

    python3 tests/docs/test_tables.py build    writes them anew
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
DOCUMENT = CHECKOUT / "SECURITY.md"
TABLES = ["messages", "filters", "reasons"]


def table(build, name):
    return subprocess.run([build / "tests" / "tables", name], check=True,
                          stdout=subprocess.PIPE, text=True).stdout


def section(name):
    begin, end = f"<!-- table {name} -->\n", "<!-- end -->"
    return re.compile(f"(?<={begin})(.*?)(?={end})", re.DOTALL)


@pytest.mark.parametrize("name", TABLES)
def test_document_shows_the_table_of_the_code(name):
    build = Path(os.environ.get("SALLYPORT_BUILD", CHECKOUT / "build"))
    shown = section(name).search(DOCUMENT.read_text())
    assert shown is not None, f"SECURITY.md has no table {name}"
    assert shown.group() == table(build, name), \
        "write it anew: python3 tests/docs/test_tables.py build"


if __name__ == "__main__":
    text = DOCUMENT.read_text()
    for each in TABLES:
        text = section(each).sub(lambda _: table(Path(sys.argv[1]), each), text)
    DOCUMENT.write_text(text)
