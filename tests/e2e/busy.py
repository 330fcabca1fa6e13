"""For tests of time limits: a machine that gives us no time is not the program's fault."""

import functools
import threading
import time
import warnings

ATTEMPTS = 3
STEP = 0.005
LATE = 0.03     # seconds: less than the program keeps for the last things that it does


class Watch:
    """`late`: how much longer than asked for somebody slept meanwhile who did nothing else."""

    def __init__(self):
        self.late = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sleep, daemon=True)

    def _sleep(self):
        before = time.monotonic()
        while not self._over.wait(STEP):
            now = time.monotonic()
            self.late = max(self.late, now - before - STEP)
            before = now

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()


def patient(test):
    """A test that is done again if it fails while the machine was late, and at most three times."""
    @functools.wraps(test)
    def attempts(*arguments, **named):
        for _ in range(ATTEMPTS - 1):
            with Watch() as watch:
                try:
                    return test(*arguments, **named)
                except Exception as error:
                    if watch.late < LATE:
                        raise
                    warnings.warn(f"{test.__name__} again, {watch.late:.3f} s late: {error}")
        return test(*arguments, **named)
    return attempts
