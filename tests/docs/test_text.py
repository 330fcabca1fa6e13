"""What the documentation says beside what can be run: reasons, links, commands in the text."""

import re
import xml.dom.minidom

import pytest

import page as pages
from page import CHECKOUT, DOCS, LEFT_OUT, Command, File

TEXTS = [CHECKOUT / "README.md", *sorted(DOCS.glob("*.md"))]
TROUBLE = DOCS / "troubleshooting.md"
PROGRAMS = {"sallyport", "sshd", "ssh", "systemctl", "journalctl", "opkssh", "ssh-keygen",
            "ausearch", "timedatectl", "runuser", "install", "useradd", "apt", "dpkg", "sudo"}
# Words of troubleshooting.md that look like a reason and are none.
NO_REASONS = {"api_key", "company_uuid", "fetch_detail", "machine_group",
              "query_ssh_keys", "run_as", "stale_max"}


def prose(path):
    """The text without what stands between fences."""
    return re.sub(r"(?ms)^```.*?^```$", "", path.read_text())


def spans(path):
    return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose(path))]


def catalogue():
    """Reason: class, of those that sallyport(8) lists."""
    text = (CHECKOUT / "man/sallyport.8").read_text()
    found = dict(re.findall(r"^\.It Li (\w+) Pq (\w+)$", text, re.M))
    assert found["ok"] == "allow" and len(found) > 80
    return found


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_reasons_are_of_the_catalogue(path):
    for word, more in re.findall(r"\b(?:reason|fetch)=([a-z0-9_]+)(…?)", path.read_text()):
        assert word in catalogue() or more and any(c.startswith(word) for c in catalogue()), word


def named_in_troubleshooting():
    """Reasons as `word`, `word_…` for several, or behind reason= and fetch=."""
    found = {re.sub(r"^(reason|fetch)=| .*", "", span) for span in spans(TROUBLE)}
    shape = "|".join([r"[a-z0-9]+(_[a-z0-9]+)*_…", r"[a-z]+(_[a-z0-9]+)+", *catalogue()])
    return {word for word in found if re.fullmatch(shape, word)}


def test_troubleshooting_names_nothing_but_reasons():
    def known(word):
        return word in catalogue() or word in NO_REASONS or (
            word.endswith("…") and any(code.startswith(word[:-1]) for code in catalogue()))
    assert [word for word in named_in_troubleshooting() if not known(word)] == []
    assert NO_REASONS <= named_in_troubleshooting()


def test_troubleshooting_has_a_place_for_each_refusal():
    words = named_in_troubleshooting() | {
        word for part in pages.parts(TROUBLE) if isinstance(part, pages.Log)
        for word in re.findall(r"\breason=(\w+)", part.text)}
    prefixes = tuple(word[:-1] for word in words if word.endswith("…"))
    assert [code for code, kind in catalogue().items() if kind in ("deny", "error")
            and code not in words and not code.startswith(prefixes)] == []


def anchor(heading):
    return re.sub(r"[^a-z0-9_ -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)]+)\)", prose(path)):
        if target.startswith("https://"):
            continue
        file, _, part = target.partition("#")
        found = path.parent / file if file else path
        assert found.exists(), target
        assert not part or part in [anchor(line.lstrip("# ")) for line in
                                    found.read_text().splitlines() if line.startswith("#")], target


def test_index_has_every_page():
    index = (DOCS / "README.md").read_text()
    names = {path.name for path in DOCS.glob("*.md")}
    assert {name for name in names if f"]({name})" not in index} == {"README.md"}


def test_drawing_can_be_read():
    drawing = xml.dom.minidom.parse(str(DOCS / "confined.svg"))
    said = " ".join(text.firstChild.data for text in drawing.getElementsByTagName("text"))
    assert {"sallyport", "starter", "sallyport-net", "sallyport-parse,"} <= set(said.split())


def quoted_commands():
    return {span for path in DOCS.glob("*.md") for span in spans(path)
            if span.split()[0] in PROGRAMS and " " in span}


def test_commands_in_the_text_are_run_somewhere():
    """As they stand there, or with more words, by sshd perhaps; or it is said why not."""
    parts = [part for path in DOCS.glob("*.md") for part in pages.parts(path)]
    run = [part.words for part in parts if isinstance(part, Command)]
    run += [part.text for part in parts if isinstance(part, File)]
    unrun = {words for words in quoted_commands() if not any(words in each for each in run)}
    assert unrun == set(LEFT_OUT)


def manual():
    """The options and words that sallyport(8) and sallyport-explain(8) know."""
    text = "".join((CHECKOUT / f"man/{name}.8").read_text()
                   for name in ("sallyport", "sallyport-explain"))
    return (set(re.findall(r"Fl Fl ([a-z-]+)", text)), set(re.findall(r"Cm ([a-z0-9-]+)", text)))


def shown_commands(path):
    """Behind a prompt, indented, by sshd, or between backquotes; less who runs them."""
    shown = re.findall(r"(?m)^(?:[#$] |    |(?=AuthorizedKeysCommand ))(\S.*)", path.read_text())
    who = r"^AuthorizedKeysCommand \S*/|^(?:sudo|runuser) -u \w+ (?:-- )?"
    words = [re.sub(who, "", line) for line in shown + spans(path)]
    return [each for each in words if re.match(r"sallyport [a-z]", each) and each not in LEFT_OUT]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_sallyports_words_are_the_manuals(path):
    options, commands = manual()
    for words in shown_commands(path):
        assert words.split()[1] in commands, words
        assert set(re.findall(r" --([a-z-]+)", words)) <= options, words
