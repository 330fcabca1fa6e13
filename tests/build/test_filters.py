"""The filters as the kernel runs them are kept beside their tables, to be read in a review.

What libseccomp makes of a table differs with the architecture and with its version, so there
is a record for each architecture, which says of which version it is. Renew it with

    cp build/seccomp/filters.txt seccomp/filters.$(uname -m).txt
"""

import os
import platform
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
RECORD = CHECKOUT / f"seccomp/filters.{platform.machine()}.txt"


def missing(reason):
    """A failure where the release's own system is promised, elsewhere a reasoned skip."""
    if "CI" in os.environ:
        pytest.fail(reason)
    pytest.skip(reason)


def test_filters_are_those_of_the_record():
    build = Path(os.environ.get("SALLYPORT_BUILD", CHECKOUT / "build"))
    made = (build / "seccomp/filters.txt").read_text().splitlines()
    if not RECORD.exists():
        missing(f"no filters have been recorded for {platform.machine()}")
    recorded = RECORD.read_text().splitlines()
    if made[0] != recorded[0]:
        missing(f"these filters are {made[0]}; the record's, {recorded[0]}")
    assert made == recorded, \
        f"read the difference, then renew the record: cp {build}/seccomp/filters.txt {RECORD}"
