"""ipc/fortify.h does with musl what _FORTIFY_SOURCE does elsewhere: too much for a buffer is the end."""
import signal
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
# Each with a buffer of 8 bytes, and as many as the program is told.
COPIES = {
    "memcpy": "memcpy(buffer, argv[0], n)",
    "memmove": "memmove(buffer, argv[0], n)",
    "memset": "memset(buffer, 1, n)",
    "memcpy, too short a source": "memcpy(large, buffer, n)",
    "read": "n = (size_t)read(0, buffer, n)",
    "recv": "n = (size_t)recv(0, buffer, n, 0)",
    "snprintf": 'snprintf(buffer, n, "%s", argv[0])',
    "vsnprintf": 'vsnprintf(buffer, n, "word", *none)',
}
SOURCE = """
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
int main(int argc, char **argv)
{{
	char buffer[8] = "", large[64] = "";
	va_list *none = calloc(1, sizeof(*none));
	size_t n = (size_t)atoi(argv[argc - 1]);

	{copy};
	__asm__ volatile("" : : "r"(buffer), "r"(large), "r"(none), "r"(n) : "memory");
	return 0;
}}
"""


@pytest.mark.parametrize("copy", COPIES)
def test_more_than_there_is_room_for(tmp_path, copy):
    (tmp_path / "x.c").write_text(SOURCE.format(copy=COPIES[copy]))
    for header in (["-include", TOP / "ipc/fortify.h"], []):
        subprocess.run(["musl-gcc", "-O2", *header, tmp_path / "x.c", "-o", tmp_path / "x", "-static"],
                       check=True, stderr=subprocess.DEVNULL)

        def ends(n):
            return subprocess.run([tmp_path / "x", "a word that is long enough", str(n)],
                                  stdin=subprocess.DEVNULL).returncode
        assert ends(8) == 0
        # Without the header nobody notices.
        assert (ends(9) == -signal.SIGILL) == bool(header), copy
