"""enter.py ROOT COMMAND...: run a command with ROOT for its root, as a machine has one.

By pivot_root: in a mere chroot the kernel grants no user namespace, of which cages are made.
"""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))
import room     # noqa: E402

CLONE_NEWNS = 0x20000

root, *command = sys.argv[1:]
if room.libc.unshare(CLONE_NEWNS) != 0:
    sys.exit(f"unshare: {os.strerror(ctypes.get_errno())}")
room.mount(root, root)
os.chdir(root)
subprocess.run(["pivot_root", ".", "."], check=True)
room.unmount(".")
os.chdir("/")
os.execvp(command[0], command)
