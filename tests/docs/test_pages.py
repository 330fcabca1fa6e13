"""Every page of docs/ does what it says: its files are written, its commands run and their output
compared, in the page's order; the log has the lines that it quotes."""

import pytest

import page as pages
from page import DOCS, Change, File, Log

PAGES = sorted(path.name for path in DOCS.glob("*.md"))
OURS = ("/etc/opk", "/etc/sallyport", "/opt/k9")


def of(kind, name):
    return [part for part in pages.parts(DOCS / name) if isinstance(part, kind)]


def run(world, command):
    done = world.run(command.who, command.words)
    assert done.returncode == command.status, done.stdout
    assert pages.matches(command.output, done.stdout), done.stdout


def do(world, part):
    if isinstance(part, Change):
        world.changes[part.words]()
    elif isinstance(part, File):
        world.put(part.path, part.text)
    elif isinstance(part, Log):
        assert any(pages.matches(part.text, line) for line in world.logged()), "\n".join(
            world.logged())
    else:
        run(world, part)


@pytest.mark.parametrize("name", PAGES)
def test_page_does_what_it_says(world, name):
    for part in pages.parts(DOCS / name):
        try:
            do(world, part)
        except Exception as error:
            raise AssertionError(f"docs/{name}:{part.line}: {part[1:]}\n{error}") from error
    if any(str(file.path).startswith(OURS) for file in of(File, name)):
        checked = world.run("#", "sallyport config check")
        assert checked.returncode == 0, checked.stdout


def test_the_world_changes_for_pages_only(world):
    assert {change.words for name in PAGES for change in of(Change, name)} == world.changes.keys()
