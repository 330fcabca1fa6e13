"""A file system that answers nothing: what a user may mount in his home (FUSE, as the kernel's
include/uapi/linux/fuse.h has it), and then be asked for ever."""

import ctypes
import os
import struct
import threading
from contextlib import contextmanager

libc = ctypes.CDLL(None, use_errno=True)
INIT = 26
MAX_READ = 1 << 17
MNT_FORCE, MNT_DETACH = 1, 2
LIMIT = 60      # seconds


def _check(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


class SilentFuse:
    def __init__(self, directory, owner, options=""):
        self.asked = []     # numbers of the requests, from the kernel
        self._directory = os.fsencode(directory)
        self._fd = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        text = f"fd={self._fd},rootmode=40000,user_id={owner},group_id={owner}{options}"
        try:
            _check(libc.mount(b"silent", self._directory, b"fuse", 0, text.encode()), "mount")
        except OSError:
            os.close(self._fd)
            raise
        self._thread = threading.Thread(target=self._hear, daemon=True)
        self._thread.start()
        # Whoever waits cannot be killed; a test that fails must end all the same.
        self._limit = threading.Timer(LIMIT, self._unmount)
        self._limit.start()

    def _hear(self):
        while True:
            try:
                request = os.read(self._fd, MAX_READ)
            except OSError:     # it is unmounted
                return
            length, number, unique = struct.unpack_from("=IIQ", request)
            if number == INIT:
                reply = struct.pack("=IIIIHHIIHHI28x", 7, 31, 0, 0, 1, 1, 4096, 1, 1, 0, 0)
                os.write(self._fd, struct.pack("=IiQ", 16 + len(reply), 0, unique) + reply)
            else:
                self.asked.append(number)

    def _unmount(self):
        return libc.umount2(self._directory, MNT_FORCE | MNT_DETACH)

    def close(self):
        """Whoever waits is let go."""
        self._limit.cancel()
        _check(self._unmount(), "umount2")
        self._thread.join()
        os.close(self._fd)


@contextmanager
def silent(directory, owner, options=""):
    mounted = SilentFuse(directory, owner, options)
    try:
        yield mounted
    finally:
        mounted.close()
