"""Where mutants are tried: a copy of the checkout with a build of its own, one mutant at a time.

Only the file that a mutant breaks is compiled anew. What was found is kept, under the hash of
all sources and tests, so that a run which was cut short goes on where it ended.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shlex
import shutil
import signal
import subprocess
from typing import NamedTuple

from table import CHECKOUT, is_pytest

# Who prints the tables of SECURITY.md, and who answers tests/differential.
TOOLS = ["tests/tables", "tests/verdicts"]
# A mutant may wait for ever; the slowest tests take a quarter of this, on a busy machine.
UNIT_TIMEOUT_S, TIMEOUT_S = 40, 240


class Outcome(NamedTuple):
    caught: bool
    said: str       # the test's last words


def outcome_of(status, output):
    words = [line for line in output.splitlines()
             if line.startswith(("FAILED ", "E  ", "[  FAILED", "[   LINE"))]
    return Outcome(status != 0, "no end" if status is None else " ".join(words[:2])[:300])


class NoOutcome(Exception):
    """It does not build, or pytest could not say."""


class NotRun(Exception):
    """The test skipped everything: this machine has no room, or no peer."""


def sources():
    """The checkout's files, less what is built and what git keeps."""
    for directory, names, files in os.walk(CHECKOUT):
        names[:] = [name for name in names if name not in (".git", "__pycache__")
                    and not (directory == str(CHECKOUT) and name.startswith("build"))]
        for name in files:
            path = CHECKOUT / directory / name
            if path.is_file():
                yield path.relative_to(CHECKOUT)


def is_tried(path):
    """Whether what a test says may depend on it: on its helpers, too."""
    return (path.parts[0] == "tests" or path.suffix in (".c", ".h")
            or path.name in ("meson.build", "meson_options.txt"))


def hash_of(tree):
    """Of what is tried there."""
    sums = hashlib.sha256()
    for path in sorted(path for path in tree.rglob("*") if path.is_file()):
        name = path.relative_to(tree)
        if is_tried(name):
            sums.update(repr([str(name), path.read_bytes()]).encode())
    return sums.hexdigest()


class Laboratory:
    def __init__(self, directory):
        self.tree, self.build = directory / "tree", directory / "build"
        self.state = directory / "state.json"
        directory.mkdir(parents=True, exist_ok=True)
        self._lock = open(directory / "lock", "w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._synchronise()
        self._sources = hash_of(self.tree)
        if not (self.build / "build.ninja").exists():
            # A mutant may leave a variable unused.
            self._run(["meson", "setup", "-Dwerror=false", "-Doptimization=1", "-Ddebug=false",
                       self.build, self.tree])
        _, listing = self._run(["meson", "introspect", "--installed", self.build])
        self.programs = [os.path.relpath(path, self.build) for path in json.loads(listing)
                         if path.startswith(f"{self.build}/")]

    def _synchronise(self):
        """Copy what differs, so that only that is compiled; a mutant left behind does."""
        wanted = set(sources())
        for path in wanted:
            ours, theirs = self.tree / path, CHECKOUT / path
            if not ours.is_file() or ours.read_bytes() != theirs.read_bytes():
                ours.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(theirs, ours)
        for path in [path for path in self.tree.rglob("*") if path.is_file()]:
            if path.relative_to(self.tree) not in wanted:
                path.unlink()

    def _run(self, command, timeout=TIMEOUT_S):
        """Its exit status and output; None and the output if it does not end."""
        # Without SALLYPORT_DEEP: what ./check runs every time has to notice.
        env = {name: value for name, value in os.environ.items()
               if name not in ("SALLYPORT_STAGE", "SALLYPORT_DEEP")}
        process = subprocess.Popen(
            command, cwd=self.tree, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True, text=True, errors="replace",
            env=env | {"SALLYPORT_BUILD": str(self.build)})
        try:
            output, _ = process.communicate(timeout=timeout)
            return process.returncode, output
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return None, process.communicate()[0]

    def _build(self, targets):
        status, output = self._run(["ninja", "-C", self.build, *targets])
        if status != 0:
            raise NoOutcome(f"it does not build:\n{output}")

    def _try_unit(self, test, *programs):
        """Build and run a unit test, and what that runs."""
        room, name = test.split("/")
        test = f"tests/{room}_test_{name}"
        self._build([test, *programs])
        status, output = self._run([self.build / test], UNIT_TIMEOUT_S)
        return outcome_of(status, output)

    def _try_pytest(self, *arguments):
        self._build(self.programs + TOOLS)
        status, output = self._run(["/usr/bin/python3", "-m", "pytest", "-q", "-x", "-p",
                                    "no:cacheprovider", *arguments])
        if status not in (0, 1, None):
            raise NoOutcome(f"pytest ended with {status}:\n{output}")
        if status == 0 and " passed" not in output:
            raise NotRun(output)
        return outcome_of(status, output)

    @contextlib.contextmanager
    def _broken(self, mutant):
        path = self.tree / mutant.file
        before = path.read_text()
        path.write_text(mutant.applied(before))
        try:
            yield
        finally:
            path.write_text(before)

    def _known(self):
        return json.loads(self.state.read_text()) if self.state.exists() else {}

    def _keep(self, key, outcome, what):
        known = self._known() | {key: {"what": what, **outcome._asdict()}}
        new = self.state.with_suffix(".new")
        new.write_text(json.dumps(known, indent=1))
        new.replace(self.state)

    def outcome(self, by, mutant=None):
        """What the test makes of the mutant, or of the program as it is."""
        first, *rest = shlex.split(by)
        source = f"tests/{first}" if is_pytest(by) else f"tests/{first.replace('/', '/test_')}.c"
        digest = hashlib.sha256(repr([by, mutant, self._sources]).encode()).hexdigest()
        known = self._known().get(digest)
        if known:
            return Outcome(known["caught"], known["said"])
        with self._broken(mutant) if mutant else contextlib.nullcontext():
            found = (self._try_pytest(source, *rest) if is_pytest(by)
                     else self._try_unit(first, *rest))
        # What is not as it should be is looked at again.
        if found.caught == bool(mutant):
            self._keep(digest, found, mutant.name if mutant else f"control: {by}")
        return found
