"""The man pages say what the code knows: every reason, every option, every setting."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("SALLYPORT_BUILD", TOP / "build")).resolve()
PROGRAM = BUILD / "parent/sallyport"
PAGES = sorted((TOP / "man").iterdir())
CATALOGUE = (TOP / "man/sallyport.8").read_text()
ENTRY = re.compile(r"^\.It Li (\S+) Pq (\S+)\n(.*?)(?=^\.(?:It|El)\b)", re.M | re.S)


def reasons():
    """{word: class} of ipc/reason.h."""
    table = re.sub(r"/\*.*?\*/", "", (TOP / "ipc/reason.h").read_text(), flags=re.S)
    found = re.findall(r'\bR\([A-Z0-9_]+, ([A-Z]+), "([a-z0-9_]+)"', table)
    assert len(found) > 100, "ipc/reason.h is no longer read as it is written"
    return {word: kind.lower() for kind, word in found}


def entries():
    return {word: (kind, text) for word, kind, text in ENTRY.findall(CATALOGUE)}


def test_every_reason_is_in_the_catalogue_and_no_other():
    assert {word: kind for word, (kind, _) in entries().items()} == reasons()
    assert len(ENTRY.findall(CATALOGUE)) == len(entries()), "a reason stands there twice"


@pytest.mark.parametrize("word", reasons())
def test_a_reason_has_cause_and_remedy(word):
    cause, mark, remedy = entries()[word][1].partition(".Pp\n.Em What to do :\n")
    assert mark and cause.strip().endswith(".") and remedy.strip().endswith((".", "NAME"))
    assert len(cause.split()) >= 3


def helped(*subcommand):
    return subprocess.run([PROGRAM, *subcommand, "--help"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def subcommands():
    return re.findall(r"^  ([a-z][a-z0-9-]*) ", helped(), re.M)


def page_of(subcommand):
    own = TOP / f"man/sallyport-{subcommand}.8"
    return own.read_text() if own.exists() else CATALOGUE


@pytest.mark.parametrize("subcommand", subcommands())
def test_subcommand_and_its_options_are_in_its_page(subcommand):
    page = page_of(subcommand)
    assert f"\n.Cm {subcommand}\n" in page and f".It Cm {subcommand}\n" in CATALOGUE
    # Without those lines that show another subcommand.
    said = re.sub(rf"^ +sallyport (?!{subcommand}\b).*", "", helped(subcommand), flags=re.M)
    for option in set(re.findall(r"--([a-z][a-z-]*)", said)):
        assert re.search(rf"Fl Fl {option}\b", page), option


def test_settings_are_those_that_are_read():
    source = (TOP / "parseproc/sallyport_config.c").read_text()
    known = set(re.findall(r'config_key \w+ = \{ "([a-z_]+)"', source))
    page = (TOP / "man/sallyport.yaml.5").read_text()
    assert known and set(re.findall(r"^\.It Cm ([a-z_]+) :", page, re.M)) == known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_mandoc_finds_nothing(page):
    if shutil.which("mandoc") is None:
        (pytest.fail if "CI" in os.environ else pytest.skip)("mandoc is not installed")
    said = subprocess.run(["mandoc", "-Tlint", page], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT).stdout
    # What a page refers to need not be installed where it is looked at.
    assert [line for line in said.splitlines() if "referenced manual not found" not in line] == []
    for name, section in re.findall(r"^\.Xr (\S+) (\d)", page.read_text(), re.M):
        assert name.startswith("sshd") or (TOP / f"man/{name}.{section}").exists(), name
