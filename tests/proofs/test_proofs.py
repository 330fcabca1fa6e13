"""What proofs/ proves of our functions holds, and a bug in each is refuted (proofs/run).

SALLYPORT_BUILD names the build whose filters are proved. The proofs that take minutes are for
SALLYPORT_DEEP.
"""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
PROOFS = TOP / "proofs"
# Seconds of a core each, with their bugs.
QUICK = ["base64url_round_trip", "filter/parse", "filter/net_talk", "pk_token_decode",
         "base64url_decode", "filter/parent", "filter/starter", "filter/net_connect",
         "ssh_mpint", "ssh_cert_principal", "utf8/char_len", "ipc_decode", "ipc_read", "key_set",
         "ssh_cert_self", "is_bearer_token", "is_self_signed", "ssh_cert_listed"]
ALL = sorted(path.parent.name for path in PROOFS.glob("*/proof.toml"))
DEEP = "SALLYPORT_DEEP" in os.environ


@pytest.fixture(scope="module")
def cbmc():
    done = subprocess.run([PROOFS / "fetch-cbmc"], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    if done.returncode != 0:
        (pytest.fail if "CI" in os.environ else pytest.skip)(f"no CBMC: {done.stderr[-500:]}")


def test_every_proof_says_how_far_it_goes():
    assert len(ALL) >= 10
    for name in ALL:
        assert (PROOFS / name / "proof.toml").read_text().startswith('bound = "'), name


def test_every_proof_is_in_the_table():
    table = (PROOFS / "README.md").read_text()
    assert [name for name in ALL if f"`{name}`" not in table and f"`{name}/" not in table] == []


def sources_of(proof):
    """The files whose code a proof is about; what a harness or its contracts include is, too."""
    harness = (PROOFS / proof / "harness.c").read_text()
    included = [harness, *((TOP / path).read_text()
                           for path in re.findall(r'"(proofs/contracts/\w+\.h)"', harness))]
    return {*tomllib.loads((PROOFS / proof / "proof.toml").read_text())["code"],
            *re.findall(r'^#include "(\w+/\w+\.c)"', "\n".join(included), re.M)}


def functions_of(file):
    """Those that it defines: a name at the start of a line, as everywhere here."""
    found = set(re.findall(r"^([a-z]\w*)\(", (TOP / file).read_text(), re.M)) - {"static_assert"}
    assert found, file
    return found


def test_every_function_before_the_signature_is_proved_or_said_not_to_be():
    sections = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", (PROOFS / "README.md").read_text(),
                               re.M | re.S))
    before = sections["The judge before the signature"]
    files = re.findall(r"`(\w+/\w+\.c)`", before)
    proved = {(file, name) for _, names, by in re.findall(r"^\|(.*)\|(.*)\|(.*)\|$", before, re.M)
              for proof in re.findall(r"`(\w+)`", by) for file in sources_of(proof)
              for name in re.findall(r"`(\w+)`", names)}
    unproved = set(re.findall(r"`(\w+)\(\)`", sections["What is not proved"]))
    defined = {(file, name) for file in files for name in functions_of(file)}
    assert len(files) >= 16
    assert {each for each in defined - proved if each[1] not in unproved} == set()
    # Nor is there a word of one that is no more.
    assert {name for _, name in proved} - {name for _, name in defined} == set()


@pytest.mark.parametrize("name", ALL if DEEP else QUICK)
def test_proved(cbmc, name):
    done = subprocess.run([PROOFS / "run", name], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    assert " proved" in done.stdout
