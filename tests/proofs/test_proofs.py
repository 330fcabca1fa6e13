"""What proofs/ proves of our functions holds, and a bug in each is refuted (proofs/run).

SALLYPORT_BUILD names the build whose filters are proved. The proofs that take minutes are for
SALLYPORT_DEEP.
"""

import os
import subprocess
from pathlib import Path

import pytest

PROOFS = Path(__file__).resolve().parents[2] / "proofs"
# Seconds of a core each, with their bugs.
QUICK = ["base64url_round_trip", "filter/parse", "filter/net_talk", "pk_token_decode",
         "base64url_decode", "filter/parent", "filter/starter", "filter/net_connect",
         "ssh_mpint", "ssh_cert_principal", "utf8/char_len", "ipc_decode", "ipc_read", "key_set",
         "ssh_cert_self", "is_bearer_token"]
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


@pytest.mark.parametrize("name", ALL if DEEP else QUICK)
def test_proved(cbmc, name):
    done = subprocess.run([PROOFS / "run", name], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    assert " proved" in done.stdout
