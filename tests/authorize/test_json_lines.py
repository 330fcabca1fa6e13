"""log_json: what a line says, as a JSON object; the same words, whatever a stranger wrote."""

import json

import pytest

from forge import Forgery
from program import fields

NOT_THE_SAME = {"ms", "cache_age"}     # of two runs


def of_text(line):
    """The fields of a plain line; quotes are escaped in it, and not beside JSON's own."""
    return {name: value.replace('\\"', '"') for name, value in fields(line).items()
            if name not in NOT_THE_SAME}


def of_json(line):
    head, _, text = line.partition("]: ")
    assert "sallyport[" in head
    found = json.loads(text)
    assert text == json.dumps(found, separators=(",", ":")), "as others write it, and no name twice"
    assert all(isinstance(value, str) and value.isprintable() for value in found.values())
    return {name: value for name, value in found.items() if name not in NOT_THE_SAME}


def both(lab, ask):
    """The lines of the same login, plain and as JSON."""
    lab.settings("log_json: false\n")
    ask()       # whatever is logged once
    plain = ask()
    lab.settings("log_json: true\n")
    return plain, ask()


def decisions(lines, read):
    found = [read(line) for line in lines]
    return sorted((each for each in found if "decision" in each), key=lambda each: each["source"])


@pytest.mark.parametrize("ask", ["by_certificate", "by_key"])
def test_each_line_says_the_same(lab, command_user, ask):
    plain, as_json = both(lab, getattr(lab, ask))
    assert plain.lines == as_json.result.stdout.splitlines() != []
    told = decisions(as_json.log, of_json)
    assert told == decisions(plain.log, of_text)
    assert {each["source"] for each in told} >= {"authorize", "chain"}


def repr_cut(value):
    return repr(value)[:12]


@pytest.mark.parametrize("value", ['a"b', "a\\b", "a\nb", "\x1b[2J\x7f", "é\u202e", '","decision":"',
                                   "\u0000", "x" * 5000, "\\" * 400], ids=repr_cut)
def test_a_claim_stays_in_its_string(lab, value):
    forgery = Forgery(identity={"sub": value, "email": "nobody@example.com"})
    plain, as_json = both(lab, lambda: lab.by_certificate(forgery=forgery))
    told = decisions(as_json.log, of_json)
    assert told == decisions(plain.log, of_text)
    by_source = {each["source"]: each for each in told}
    assert by_source["openpubkey"]["sub"] != "", "a NUL ends nothing"


def test_a_line_with_words(lab):
    lab.chain("echo no key")
    plain, as_json = both(lab, lambda: lab.by_key())
    dropped, = [line for line in as_json.log if "line dropped" in line]
    told = of_json(dropped)
    assert told.pop("message") == "line dropped"
    assert told == of_text(*[line for line in plain.log if "line dropped" in line])


def test_what_comes_before_the_file_is_read_is_plain(lab):
    lab.settings("log_json: true\nstale_maximum: 1h\n")
    run = lab.by_key()
    assert run.final["reason"] == "config_value"
