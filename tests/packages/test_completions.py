"""What the shells complete is what --help says."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("SALLYPORT_BUILD", TOP / "build")).resolve()
PROGRAM = BUILD / "parent/sallyport"
HERE = TOP / "completions"

# Each prints what its shell would offer behind the words $@, of which the last is being typed.
BASH = r"""
. "$COMPLETIONS/sallyport.bash"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_sallyport sallyport
printf '%s\n' "${COMPREPLY[@]}"
"""
# _describe and compadd stand in for those of a running line editor.
ZSH = r"""
_describe() { print -rl -- ${${(P)2}%%:*} }
compadd() { shift ${@[(i)--]}; print -rl -- $@ }
compset() { [[ $PREFIX == --*=* ]] }
_files() { print FILES }
words=("$@") CURRENT=$# PREFIX=${@[$#]}
complete_it() { eval "$(<$COMPLETIONS/_sallyport)" }
complete_it
"""
FISH = """
source $COMPLETIONS/sallyport.fish
complete -C "$argv" | string match -r '^[^\\t]*'; true
"""


def offered(shell, *words, directory):
    if shutil.which(shell) is None:
        (pytest.fail if "CI" in os.environ else pytest.skip)(f"{shell} is not installed")
    # By its name, as people type it.
    (directory / "sallyport").symlink_to(PROGRAM)
    words = ["sallyport", *words]
    command = {"bash": ["bash", "--norc", "-c", BASH, "bash", *words],
               "zsh": ["zsh", "-f", "-c", ZSH, "zsh", *words],
               "fish": ["fish", "--no-config", "-c", FISH, " ".join(words)]}[shell]
    done = subprocess.run(command, cwd=directory, text=True, timeout=60, check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env={"PATH": f"{directory}:/usr/bin:/bin", "HOME": str(directory),
                               "COMPLETIONS": str(HERE), "LANG": "C.UTF-8"})
    assert done.stderr == "", done.stderr
    return {word for word in done.stdout.split("\n") if word}


def helped(*subcommand):
    return subprocess.run([PROGRAM, *subcommand, "--help"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def subcommands():
    return re.findall(r"^  ([a-z][a-z0-9-]*) ", helped(), re.M)


@pytest.fixture(params=["bash", "zsh", "fish"])
def shell(request):
    return request.param


def test_subcommands(shell, tmp_path):
    found = offered(shell, "", directory=tmp_path) | (
        # fish offers options to whoever has begun one.
        {"--help", "--version"} if shell == "fish" else set())
    assert found == {*subcommands(), "--help", "--version"} and len(found) > 5


@pytest.mark.parametrize("subcommand", subcommands())
def test_options(shell, subcommand, tmp_path):
    text = helped(subcommand)
    # An option has a line of its own, or stands in the usage.
    said = "\n".join(re.findall(r"^  --.*", text, re.M) + re.findall(r"(?<=\[)--[a-z-]+=?", text))
    expected = {f"--{name}{value}" for name, value in re.findall(r"--([a-z][a-z-]*)(=?)", said)}
    assert offered(shell, subcommand, "--", directory=tmp_path) == expected


@pytest.mark.parametrize("subcommand,words", [
    ("setup", {"sshd", "authorize", "verify", "k9-ssh"}), ("config", {"check"}),
    ("permissions", {"check", "fix"}), ("inspect", set()), ("authorize", set())])
def test_words(shell, subcommand, words, tmp_path):
    (tmp_path / "f").touch()
    found = offered(shell, subcommand, "", directory=tmp_path)
    if shell == "fish":     # where files and options stand beside them
        assert {"f", "sallyport"} <= found
        found = {word for word in found if word[:2] != "--"} - {"f", "sallyport"}
    assert found == (words or ({"FILES"} if shell == "zsh" else set()))


def test_a_file_behind_an_option(shell, tmp_path):
    (tmp_path / "k9.yaml").touch()
    found = offered(shell, "k9-ssh", "--config=k", directory=tmp_path)
    # bash itself goes on with files where a function offers nothing ("-o default").
    assert found == {"bash": set(), "zsh": {"FILES"}, "fish": {"--config=k9.yaml"}}[shell]
