"""Our JSON reader beside Python's: what it takes, and what it finds there.

Python's is asked to be strict, to mind names that come twice, and to keep our limits.
"""

import json
import random

import pytest

from driver import BLOCKS, ask, mutated

DEPTH_MAX, VALUES_MAX, TEXT_MAX = 16, 16384, 1 << 20

NAMES = ['"a"', '"b"', '"sub"', '"iss"', '""', r'"\u0061"', r'"s\u0075b"', '"Sub"', '"ä"',
         r'"\u00e4"', '"😀"', r'"\ud83d\ude00"', r'"a\u0000"', r'"\\"', r'"\/"', '"/"']
STRINGS = NAMES + [r'"\b\f\n\r\t\"\\\/"', '"\x7f"', r'"\uD800\uDC00"', r'"\uffff"', '"\u2028"',
                   '"\U0010ffff"', '"' + "x" * 300 + '"']
BAD_STRINGS = [r'"\ud800"', r'"\udc00"', r'"\ud800\u0061"', r'"\ud800\ud800"', r'"\udc00\ud800"',
               '"\t"', '"\n"', '"\0"', '"\x1f"', r'"\x41"', r'"\u12"', r'"\u12g4"', r'"\u 123"',
               r'"\u+123"', '"', '"\\', "'a'", r'"\U0041"', r'"\a"', r'"\u00_1"']
NUMBERS = ["0", "-0", "1", "-1", "10", "1.5", "0.0", "-0.0", "1e5", "1E5", "1e+5", "1e-5", "0e0",
           "1.0E+00", "123456789012345678901234567890", "1e400", "-1e-400"]
BAD_NUMBERS = ["01", "-01", "1.", ".5", "-", "+1", "1e", "1e+", "0x10", "1.e5", "NaN", "Infinity",
               "-Infinity", "1_000", "--1", "1,5", "00", "1 2", "٣", "1.5.5"]
LITERALS = ["true", "false", "null"]
BAD_LITERALS = ["True", "nul", "nulll", "FALSE", "undefined", "truefalse", "None"]
SPACES = ["", "", "", " ", "\t", "\n", "\r", " \r\n\t"]
BAD_SPACES = ["\f", "\v", "\u00a0", "\ufeff", "\0", "/**/", "//\n", "#"]
WORDS = [word.encode() for word in [
    *STRINGS[:6], *BAD_STRINGS, *BAD_NUMBERS, *LITERALS, *BAD_SPACES, "{", "}", "[", "]", ",", ":",
    ",]", ",}", "[]", "{}", '"a":1', ',"a":1', "\\u0000", "\\"]] + [
    b"\xff", b"\xc0\x80", b"\xe2\x82", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xf0\x80\x80\x80"]


def value(rng, depth):
    """The text of a value; seldom of something that is none."""
    def space():
        return rng.choice(BAD_SPACES if rng.random() < 0.002 else SPACES)

    def one(good, bad):
        return rng.choice(bad if rng.random() < 0.006 else good)
    kind = rng.randrange(8 if depth > 0 else 4)
    if kind < 2:
        return one(STRINGS, BAD_STRINGS)
    if kind == 2:
        return one(NUMBERS, BAD_NUMBERS)
    if kind == 3:
        return one(LITERALS, BAD_LITERALS)
    count = rng.choice([0, 1, 1, 2, 3, 4])
    inner = [space() + value(rng, depth - 1) + space() for _ in range(count)]
    if kind < 6:
        return "[" + (",".join(inner) or space()) + "]"
    # Of ever so many names, two are often the same.
    return "{" + (",".join(f"{space()}{one(NAMES, BAD_STRINGS)}{space()}:{text}"
                           for text in inner) or space()) + "}"


def texts(block):
    rng = random.Random(f"json {block}")
    for _ in range(1500):
        text = (rng.choice(SPACES) + value(rng, rng.randrange(5)) + rng.choice(SPACES)).encode()
        if rng.random() < 0.03:
            deep = rng.choice([14, 15, 16, 17, 18, 40, 2000])
            text = b"[" * deep + text + b"]" * rng.choice([deep, deep, deep, deep - 1, deep + 1])
        yield mutated(rng, text, WORDS) if rng.random() < 0.4 else text


# Python's verdict.

class Twice(Exception):
    pass


def pairs(members):
    if len(dict(members)) < len(members):
        raise Twice
    return dict(members)


def refuse_constant(word):
    raise ValueError(word)


class Number(str):
    """As it is written."""


def peer(text):
    """(verdict, value)"""
    if len(text) > TEXT_MAX:
        return "size", None
    try:
        found = json.loads(text.decode(), parse_int=Number, parse_float=Number,
                           parse_constant=refuse_constant, object_pairs_hook=pairs)
    except RecursionError:
        return "depth", None
    except Twice:
        return "duplicate", None
    except ValueError:
        return "invalid", None
    if depth(found) > DEPTH_MAX:
        return "depth", None
    if count(found) > VALUES_MAX:
        return "size", None
    return "ok", found


def inside(found):
    return found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()


def depth(found):
    return max((1 + depth(each) for each in inside(found)),
               default=1 if isinstance(found, (dict, list)) else 0)


def count(found):
    names = len(found) if isinstance(found, dict) else 0
    return 1 + names + sum(map(count, inside(found)))


def names_in(found):
    own = list(found) if isinstance(found, dict) else []
    return dict.fromkeys(own + [name for each in inside(found) for name in names_in(each)])


def strings_in(found):
    if isinstance(found, str):
        return [found]
    own = list(found) if isinstance(found, dict) else []
    return own + [text for each in inside(found) for text in strings_in(each)]


def half_surrogate(found):
    return any("\ud800" <= c <= "\udfff" for text in strings_in(found) for c in text)


def dump(found, names):
    """As verdicts.c has it."""
    if isinstance(found, Number):
        return f"n{found}"
    if isinstance(found, str):
        return f"s{found.encode().hex()}"
    if isinstance(found, list):
        return "[" + "".join(f"{dump(each, names)}," for each in found) + "]"
    if isinstance(found, dict):
        return "{" + "".join(f"{i}:{dump(found[name], names)}," for i, name in enumerate(names)
                             if name in found) + "}"
    return {True: "t", False: "f", None: "z"}[found]


# The one thing in which they differ: no UTF-8 can express half a surrogate, so that nobody could
# compare it with anything. Python keeps it.

def expected(text):
    """(the words of ours, the names to ask for)"""
    verdict, found = peer(text)
    if verdict == "ok" and half_surrogate(found):
        return ["invalid"], []
    if verdict != "ok":
        return [verdict], []
    names = [*names_in(found), "nobody's"]
    return ["ok", dump(found, names)], names


def compare(cases):
    wanted = [expected(text) for text in cases]
    answers = ask("json", [[text, *(name.encode() for name in names)]
                           for text, (_, names) in zip(cases, wanted)])
    for text, (words, _), answer in zip(cases, wanted, answers):
        if words[0] == "ok":
            assert answer == words, text
        elif words[0] in ("size", "duplicate"):     # nothing else is wrong, so it is told
            assert answer[0] in (words[0], "invalid", "depth"), text
        else:
            assert answer[0] in ("invalid", "depth"), text
    return [answer[0] for answer in answers]


@pytest.mark.parametrize("block", BLOCKS)
def test_generated(block):
    found = compare(list(texts(block)))
    # Of each kind enough to tell.
    assert min(found.count(word) for word in ("ok", "invalid")) > 300, found
    assert min(found.count(word) for word in ("depth", "duplicate")) > 5, found


@pytest.mark.parametrize("text", BAD_STRINGS[:5])
def test_listed_difference(text):
    """Python takes it, we do not."""
    verdict, found = peer(text.encode())
    assert verdict == "ok" and half_surrogate(found)
    assert ask("json", [text.encode()]) == [["invalid"]]


def test_limits():
    def text(n):
        return b"[" + b",".join([b"1"] * n) + b"]"
    for verdict, case in [("ok", text(VALUES_MAX - 1)), ("size", text(VALUES_MAX)),
                          ("ok", b'"' + b"x" * (TEXT_MAX - 2) + b'"'),
                          ("size", b'"' + b"x" * (TEXT_MAX - 1) + b'"'),
                          ("ok", b"[" * 16 + b"]" * 16), ("depth", b"[" * 17 + b"]" * 17),
                          ("duplicate", b'{"a":1,"\\u0061":2}')]:
        assert (peer(case)[0], compare([case])) == (verdict, [verdict]), case[:50]
