"""With SALLYPORT_DEEP set, chroots are made first, and all runs in the room of tests/e2e."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEEP = "SALLYPORT_DEEP" in os.environ

sys.path[:0] = [str(HERE.parent / "e2e"), str(HERE.parent / "openpubkey")]
collect_ignore = [] if DEEP else ["test_deb.py"]


def pytest_configure(config):
    if not DEEP:
        return
    import room
    if "SALLYPORT_IN_ROOM" not in os.environ:
        # Not in /tmp, where programs may be forbidden to run; and larger than memory.
        directory = Path("/var/cache/sallyport-build/packages")
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        with open(directory / "log", "wb") as log:
            done = subprocess.run([HERE / "chroots", directory, "bookworm", "trixie"],
                                  stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        # The tests tell of it, each for its release.
        (directory / "status").write_text(str(done.returncode))
    assert room.enter_pytest(config) is None
