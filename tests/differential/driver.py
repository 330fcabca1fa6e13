"""Our readers, asked about many cases at once (verdicts.c); and how many there are to be."""

import os
import subprocess
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("SALLYPORT_BUILD", CHECKOUT / "build"))

# Each is a thousand cases or so, from a seed of its own.
BLOCKS = range(200 if "SALLYPORT_DEEP" in os.environ else 2)


def ask(kind, cases):
    """An answer's words for each case, which is bytes or a list of them."""
    lines = []
    for case in cases:
        fields = [case] if isinstance(case, bytes) else case
        lines.append(" ".join([kind, *(field.hex() or "-" for field in fields)]) + "\n")
    done = subprocess.run([BUILD / "tests/verdicts"], input="".join(lines), text=True, check=True,
                          stdout=subprocess.PIPE)
    answers = [line.split(" ") for line in done.stdout.split("\n")[:-1]]
    assert len(answers) == len(lines)
    return answers


def mutated(rng, data, dictionary=()):
    """The bytes with one to three things wrong with them."""
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        at = rng.randrange(len(data) + 1)
        change = rng.randrange(7)
        if change == 0 and data:                    # one bit
            at = rng.randrange(len(data))
            data = data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1:]
        elif change == 1:                           # a byte more
            data = data[:at] + rng.randbytes(1) + data[at:]
        elif change == 2:                           # some fewer
            data = data[:at] + data[at + rng.choice([1, 1, 2, 4, 8]):]
        elif change == 3:                           # a piece twice
            data = data[:at] + data[max(0, at - rng.randrange(1, 9)):]
        elif change == 4:                           # the rest is gone
            data = data[:at]
        elif change == 5 and dictionary:            # something of this language
            data = data[:at] + rng.choice(dictionary) + data[at:]
        elif change == 6:                           # something more behind it
            data += rng.randbytes(rng.randrange(1, 5))
    return data
