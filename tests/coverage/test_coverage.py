"""Every branch of parseproc/ and ipc/ is taken, or unreached.txt says why not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CORPORA = Path(os.environ.get("SALLYPORT_CORPORA", ROOT / "../shared/corpora"))


def test_each_branch_is_taken_or_explained():
    if not CORPORA.is_dir():
        assert "CI" not in os.environ, f"no public test data in {CORPORA}"
        pytest.skip(f"no public test data in {CORPORA}: set SALLYPORT_CORPORA")
    done = subprocess.run([sys.executable, HERE / "coverage.py"], capture_output=True, text=True)
    print(done.stdout + done.stderr)
    assert done.returncode == 0
    # A file beside the sources would make another tree of them, in which --deep begins anew.
    assert not list(ROOT.glob("*.profraw"))
