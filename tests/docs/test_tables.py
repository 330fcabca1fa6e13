"""SECURITY.md shows tables that the code holds: they must be the same.

    python3 tests/docs/test_tables.py build    writes them anew
"""

import os
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


def cut(text, name):
    """The document before the table, the table, and what follows."""
    before, mark, rest = text.partition(f"<!-- table {name} -->\n")
    assert mark, f"SECURITY.md has no table {name}"
    shown, end, after = rest.partition("<!-- end -->")
    return before + mark, shown, end + after


@pytest.mark.parametrize("name", TABLES)
def test_document_shows_the_table_of_the_code(name):
    build = Path(os.environ.get("SALLYPORT_BUILD", CHECKOUT / "build"))
    assert cut(DOCUMENT.read_text(), name)[1] == table(build, name), \
        "write it anew: python3 tests/docs/test_tables.py build"


if __name__ == "__main__":
    text = DOCUMENT.read_text()
    for each in TABLES:
        head, _, tail = cut(text, each)
        text = head + table(Path(sys.argv[1]), each) + tail
    DOCUMENT.write_text(text)
