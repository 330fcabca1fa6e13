"""The tables of mutants, *.mutants: one check broken in each, and the test that must notice.

    @ NAME FILE
    why: what it would mean if nobody noticed
    by: parent/cache                                the unit test tests/parent/test_cache.c (and
                                                    behind it, what else is to be built), or
    by: liars/test_opk_liars.py -k judge_lies       what to give pytest, below tests/
    -lines of the file as they are
    +and as the mutant has them
     (lines around them, where they do not stand alone)

A mutant that no program can be told by from the true one has `equivalent:` and the argument
in place of `by:`. Lines that begin with # are remarks.
"""

from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]


def is_pytest(by):
    return ".py" in by


class Mutant(NamedTuple):
    name: str
    file: str
    why: str
    by: str             # empty: equivalent
    old: str
    new: str

    @property
    def is_unit(self):
        return bool(self.by) and not is_pytest(self.by)

    def applied(self, text):
        """The file's text, broken."""
        if text.count(self.old) != 1:
            raise LookupError(f"{self.file} has these lines {text.count(self.old)} times, "
                              f"not once:\n{self.old}")
        return text.replace(self.old, self.new)


def entry(lines):
    """One mutant, from its lines."""
    _, name, file = lines[0].split()
    words = {"why": [], "by": [], "equivalent": []}
    old, new = [], []
    for line in lines[1:]:
        key, colon, rest = line.partition(": ")
        if colon and key in words:
            words[key].append(rest)
            continue
        if line[0] not in " +-":
            raise ValueError(f"{name}: {line}")
        if line[0] != "+":
            old.append(line[1:])
        if line[0] != "-":
            new.append(line[1:])
    if not words["why"] or bool(words["by"]) == bool(words["equivalent"]) or old == new:
        raise ValueError(f"{name}: it needs why, by (or equivalent), and a change")
    return Mutant(name, file, " ".join(words["why"]), " ".join(words["by"]),
                  "\n".join(["", *old, ""]), "\n".join(["", *new, ""]))


def read():
    """All mutants of all tables."""
    found = []
    for path in sorted(HERE.glob("*.mutants")):
        entries = []
        for line in path.read_text().splitlines():
            if line.startswith("@ "):
                entries.append([])
            if line and not line.startswith("#"):
                entries[-1].append(line)
        found += map(entry, entries)
    names = [mutant.name for mutant in found]
    if len(set(names)) < len(names):
        raise ValueError("two mutants of one name")
    return found
