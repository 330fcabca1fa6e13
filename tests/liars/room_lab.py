"""The room and the lab of tests/e2e, for the folders beside it, and C programs made on the spot."""

import contextlib
import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

E2E = Path(__file__).resolve().parents[1] / "e2e"
sys.path.insert(0, str(E2E))
sys.path.append(str(E2E.parent / "faults"))     # for injector.py

import room  # noqa: E402


def use(config):
    """Make the fixtures of tests/e2e/conftest.py this session's, once, and go into the room."""
    if config.pluginmanager.has_plugin("lab"):
        return
    spec = importlib.util.spec_from_file_location("e2e_conftest", E2E / "conftest.py")
    lab = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(lab)
    del lab.__file__    # by which pytest would keep a conftest's fixtures to its own folder
    config.pluginmanager.register(lab, "lab")       # calls its pytest_configure


def in_turn(names, cases, id=str):
    """parametrize() with these cases, each as one of the two command users: where it is not the
    user that makes the difference, and time."""
    return pytest.mark.parametrize(f"command_user,{names}", [
        pytest.param(("key9", "root")[number % 2], *(case if isinstance(case, tuple) else [case]),
                     id=id(case)) for number, case in enumerate(cases)], indirect=["command_user"])


def build_directory():
    """Where the libraries of the program under test are."""
    return Path(os.environ.get("SALLYPORT_BUILD", room.CHECKOUT / "build")).resolve()


def compile_c(name, *sources, flags=()):
    """An executable in the scratch directory that any user may run."""
    target = room.SCRATCH / name
    subprocess.run(["gcc", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-O1",
                    f"-I{room.CHECKOUT}", "-o", target, *sources, *flags], check=True)
    return target


def _build_line(executable):
    """The objects that the build links this executable of, and what else it tells the linker."""
    lines = (build_directory() / "build.ninja").read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"build {executable}:"))
    objects = lines[start].split(" | ")[0].split()[3:]
    line = next(line for line in lines[start:] if line.startswith(" LINK_ARGS = "))
    return objects, shlex.split(line.removeprefix(" LINK_ARGS = "))


def _compile_arguments(executable):
    """How the build compiles its main.c, less the warnings: headers and code of the same kind."""
    for entry in json.loads((build_directory() / "compile_commands.json").read_text()):
        if entry["output"] == f"{executable}.p/main.c.o":
            words = shlex.split(entry["command"])[1:]
            return [word for word in words[:words.index("-MD")] if not word.startswith("-W")]
    raise LookupError(executable)


def relink(executable, name, *sources, flags=()):
    """A worker ("netproc/sallyport-net") as it was built, but with what these sources define in
    the place of what its own of that name, or its libraries, do; in the scratch directory."""
    target = room.SCRATCH / name
    objects, arguments = _build_line(executable)
    replaced = {f"{source.name}.o" for source in sources}
    subprocess.run(["gcc", *flags, *_compile_arguments(executable), "-Wall", "-Wextra", "-Werror",
                    f"-I{room.CHECKOUT}", "-o", target, *sources,
                    *(each for each in objects if os.path.basename(each) not in replaced),
                    *arguments], check=True, cwd=build_directory())
    return target


def clear_scripts():
    """From here on every liar is honest that no script is written for."""
    for path in room.SCRATCH.glob("liar.*"):
        path.unlink()


def write_script(role, lines):
    """What the liar in this role does."""
    (room.SCRATCH / f"liar.{role}").write_text("".join(f"{line}\n" for line in lines))


@contextlib.contextmanager
def stand_in(path, by):
    """Put the program `by` in the place of a staged one, for a while."""
    honest = path.with_name(f"{path.name}.honest")
    path.rename(honest)
    shutil.copy(by, path)
    path.chmod(0o755)
    try:
        yield
    finally:
        honest.replace(path)
