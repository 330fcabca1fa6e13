"""./bench works, loses no CPU and no memory, and a warm login takes no more instructions than it did.

    /usr/bin/python3 tests/bench/test_bench.py record    writes down how many it takes now
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT / "tests/e2e"))
import room     # noqa: E402

RECORD = Path(__file__).with_name("instructions.txt")
COUNTED = ["instructions_parent", "instructions_judge"]
TOLERANCE = 0.05
# What is promised of ./bench.
PROMISED = {
    "verify_warm_cpu_vs_opkssh", "verify_warm_wall_vs_opkssh", "verify_warm_wall_vs_true",
    "verify_cold_cpu_vs_opkssh", "verify_gq_cpu_vs_opkssh", "plain_key_wall_vs_true",
    "unknown_issuer_cpu_vs_opkssh", "key9_cold_cpu_vs_curl", "verify_warm_peak_vs_opkssh",
    "ssh_login_added_vs_opkssh", "refusals_plain_rate_vs_opkssh", "refusals_issuer_rate_vs_opkssh",
}


def bench(picture):
    """{name: value} of what it prints."""
    done = subprocess.run(
        [CHECKOUT / "tests/e2e/room.py", "--", "/usr/bin/python3",
         CHECKOUT / "benchmarks/bench.py", "--quick", "--picture", picture],
        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    lines = [line.split() for line in done.stdout.splitlines()]
    assert all(len(line) == 3 for line in lines), done.stdout
    names = [name for name, _, _ in lines]
    assert len(set(names)) == len(names), "a figure twice"
    return {name: float(value) for name, value, _ in lines}


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    return tmp_path_factory.mktemp("bench") / "scaling.svg"


@pytest.fixture(scope="module")
def figures(picture):
    try:
        subprocess.run(room.command_line(["true"]), check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        (pytest.fail if "CI" in os.environ else pytest.skip)(f"no room can be made here: {error}")
    return bench(picture)


def tools():
    """What made the programs, and what they start with."""
    compiler = subprocess.run(["cc", "-dumpfullversion"], check=True, text=True,
                              stdout=subprocess.PIPE).stdout.strip()
    # musl's loader says its version when it is given nothing to load.
    musl = subprocess.run(["/lib/ld-musl-x86_64.so.1"], text=True, stderr=subprocess.PIPE).stderr
    return f"gcc {compiler}, musl {re.search('^Version (.*)$', musl, re.MULTILINE)[1]}"


def record(found):
    RECORD.write_text("\n".join([tools(), *(f"{name} {found[name]:.0f}" for name in COUNTED)])
                      + "\n")


def test_all_that_is_promised_is_printed(figures):
    assert PROMISED <= figures.keys()


def test_picture(figures, picture):
    assert picture.read_text().endswith("</svg>\n")


@pytest.mark.parametrize("name", ["cpu_known_ours", "cpu_known_opkssh"])
def test_no_cpu_is_lost(figures, name):
    if name not in figures:
        pytest.skip("no cgroup v2 to compare with")
    assert 0.98 < figures[name] < 1.02


def test_peak_of_what_is_known(figures):
    assert 64 < figures["peak_of_64_MiB"] < 66


@pytest.mark.parametrize("name", COUNTED)
def test_as_many_instructions_as_recorded(figures, name):
    made_with, *lines = RECORD.read_text().splitlines()
    recorded = {word: int(number) for word, number in map(str.split, lines)}
    if name not in figures:
        pytest.skip("recorded for a processor with AVX2")
    if made_with != tools():
        pytest.skip(f"recorded with {made_with}, here is {tools()}")
    assert figures[name] == pytest.approx(recorded[name], rel=TOLERANCE), (
        "if that is meant: /usr/bin/python3 tests/bench/test_bench.py record")


if __name__ == "__main__":
    if sys.argv[1:] != ["record"]:
        sys.exit(__doc__)
    record(bench("/dev/null"))
