"""Each check that somebody's safety rests on, broken: some test must fail for it.

Always: that every mutant still applies to the source, and a few that unit tests notice, others
each day. With SALLYPORT_DEEP set, all of them, one after the other; -k NAME for a few.
"""

import datetime
import os
import random
from pathlib import Path

import pytest

from laboratory import Laboratory, NotRun, hash_of
from table import CHECKOUT, read

MUTANTS = read()
QUICK = 8


def chosen():
    if "SALLYPORT_DEEP" in os.environ:
        return [mutant for mutant in MUTANTS if mutant.by]
    units = [mutant for mutant in MUTANTS if mutant.is_unit]
    return random.Random(datetime.date.today().toordinal()).sample(units, QUICK)


def by_name(mutants):
    return pytest.mark.parametrize("mutant", mutants, ids=[mutant.name for mutant in mutants])


@pytest.fixture(scope="session")
def laboratory():
    build = Path(os.environ.get("SALLYPORT_BUILD", CHECKOUT / "build"))
    return Laboratory(build.resolve() / "mutation")


@by_name(MUTANTS)
def test_applies(mutant):
    text = (CHECKOUT / mutant.file).read_text()
    assert mutant.applied(text) != text


@pytest.mark.parametrize("name,counts", [
    ("parent/run.c", True), ("ipc/message.h", True), ("meson.build", True),
    ("tests/parent/test_run.c", True), ("tests/e2e/program.py", True), ("README.md", False)])
def test_outcome_is_kept_while_the_sources_stay(tmp_path, name, counts):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("before")
    before = hash_of(tmp_path)
    path.write_text("after")
    assert (hash_of(tmp_path) != before) == counts


@by_name(chosen())
def test_is_caught(laboratory, mutant):
    try:
        control = laboratory.outcome(mutant.by)
    except NotRun as error:
        if "CI" in os.environ:
            raise
        pytest.skip(f"{mutant.by} was not run: {str(error).splitlines()[-1]}")
    assert not control.caught, f"it fails without the mutant: {control.said}"
    assert laboratory.outcome(mutant.by, mutant).caught, mutant.why
