"""SECURITY.md shows tables that the code holds: they must be the same.

One is not a table in the code but the code itself: the files that a stranger's token goes
through before a provider's key has fitted. They are found by the symbols of the objects:
what opk_certificate.c calls, and what that calls, within what we wrote.

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
TABLES = ["messages", "filters", "reasons", "unauthenticated"]
NUMBERS = {9: "nine", 10: "ten", 11: "eleven", 12: "twelve"}
READERS = {"json.c", "json_grammar.c", "yaml_map.c"}


def symbols(path):
    """What an object defines and what it wants."""
    listing = subprocess.run(["nm", "-P", path], check=True, stdout=subprocess.PIPE, text=True)
    kinds = [line.split()[:2] for line in listing.stdout.splitlines()]
    return ({name for name, kind in kinds if kind in "TDBR"},
            {name for name, kind in kinds if kind == "U"})


def called_from(build, room, start):
    """The sources, of this room and of ipc, whose code can run when `start`'s does."""
    objects = {}
    for each in (room, "ipc"):
        for path in build.glob(f"{each}/lib*.a.p/*.c.o"):
            objects[each, path.name[:-2]] = symbols(path)
    defined_in = {name: where for where, (defines, _) in objects.items() for name in defines}
    found, new = set(), {(room, start)}
    while new:
        found |= new
        wanted = {name for where in new for name in objects[where][1]}
        new = {defined_in[name] for name in wanted if name in defined_in} - found
    return sorted(found)


def unauthenticated(build):
    sources = called_from(build, "parseproc", "opk_certificate.c")
    lines = [len((CHECKOUT / Path(*source)).read_text().splitlines()) for source in sources]
    rows = [f"| `{'/'.join(source)}` | {count} |\n" for source, count in zip(sources, lines)]
    return "".join(["| file | lines |\n|---|---|\n", *rows, f"| together | {sum(lines)} |\n"])


def table(build, name):
    if name == "unauthenticated":
        return unauthenticated(build)
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


def test_no_reader_is_called_before_the_signature():
    build = Path(os.environ.get("SALLYPORT_BUILD", CHECKOUT / "build"))
    before = {source for _, source in called_from(build, "parseproc", "opk_certificate.c")}
    assert not before & READERS
    # The control: what comes after it does call one.
    assert "json.c" in {source for _, source in called_from(build, "parseproc", "opk_token.c")}


def test_as_many_words_of_admin_as_the_code_has():
    code = (CHECKOUT / "parent/main.c").read_text()
    rows = re.search(r"admin_commands\[\] = \{\n(.*?)\n\};", code, re.S)[1].splitlines()
    assert f"its first word is one of {NUMBERS[len(rows)]}\n" in DOCUMENT.read_text()


if __name__ == "__main__":
    text = DOCUMENT.read_text()
    for each in TABLES:
        head, _, tail = cut(text, each)
        text = head + table(Path(sys.argv[1]), each) + tail
    DOCUMENT.write_text(text)
