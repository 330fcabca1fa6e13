"""Every reason of ipc/reason.h, by a real run of the installed program: the log line carries the
word, and its class; `explain` says the same, or has nothing to say of it for a reason that is
given. (That the manual page has an entry for each: tests/packages/test_man.py.)"""

import pytest

import program
from words import WORDS


def classes():
    """The words of the code, with their classes, as the compiler has them."""
    from messages import REASON_CLASS, REASON_WORD      # after the room has been entered
    return {word: REASON_CLASS[name].lower() for name, word in REASON_WORD.items()}


def test_every_reason_has_a_row(lab):
    from rows import ROWS
    assert set(ROWS) == set(classes()) == set(WORDS)


def carries(line, told, word, kind):
    found = program.fields(line)
    if told.field == "detail":      # of one key among several
        return found.get("detail", "").endswith(f": {word}")
    if told.field == "fetch":       # why a provider's keys could not be had
        return found.get("reason") == "provider_keys" and found.get("fetch") == word
    # What is about one key, row or file ends no login.
    ends = kind in ("allow", "deny", "error")
    return found.get("reason") == word and found.get("decision") == (kind if ends else None)


@pytest.mark.parametrize("word", WORDS)
def test_reason(lab, word):
    from provoke import Why
    from rows import ROWS
    told = ROWS[word](lab)
    assert any(carries(line, told, word, classes()[word]) for line in told.log), told.log
    if isinstance(told.explained, set):
        assert word in told.explained
    elif not isinstance(told.explained, Why):
        assert told.explained == word
