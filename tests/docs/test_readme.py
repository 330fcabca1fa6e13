"""What README.md tells to type, typed in its order: its commands are indented."""

import json
import re
import shutil
from pathlib import Path

from key9_api import API_KEY, COMPANY
from page import CHECKOUT
from room import HOMES, SETTINGS

COMMAND = re.compile(r"    ((?:sudo|sallyport|sshd|install|useradd|chown|meson|ninja|packaging|\./)"
                     r"\S*(?: \S+)*)")
FILE = re.compile(r"(?m)^    # (/\S+)\n((?:    .*\n)+)")
SOURCES = re.compile(r"(?m)^    sources:\n(?:    .*\n)+")
PRINTED = re.compile(r"    (decision=|problem  )")     # by the program
OURS = "what ./check does; the room has it installed"
PLACES = "its capital letters are to be replaced; docs/air-gapped.md does it"
LEFT_OUT = {
    "./demo": "would build a room in the room",
    "./check": "the same",
    "./bench": "the same",
    "meson setup build": OURS,
    "ninja -C build": OURS,
    "sudo meson install -C build": OURS,
    "packaging/debian-source DIRECTORY": "tests/packages does it",
    "sallyport preload ISSUER FILE": PLACES,
    "useradd --system --home /nonexistent --shell /usr/sbin/nologin key9": "the room has key9",
}
# What those have who come from opkssh, and from k9-ssh.
HAVE = {
    "verify": {"/etc/opk/providers": "https://idp.example.com ssh-servers 24h\n",
               "/etc/opk/auth_id": "root alice@example.com https://idp.example.com\n"},
    "k9-ssh": {"/opt/k9/etc/k9.yaml": "system: {machine_group: web, run_as: key9}\n"
               f"authentication: {{company_uuid: {COMPANY}, api_key: {API_KEY}}}\n"
               "urls: {query_ssh_keys: https://ssh-api.k9.io/api/v1/ssh/query/}\n"},
}


def parts():
    """(line, command) and (line, path, text) in the README's order."""
    text = (CHECKOUT / "README.md").read_text()
    found = [(match.start(), match[1], re.sub("(?m)^    ", "", match[2]))
             for match in FILE.finditer(text)]
    found += [(match.start(), match[1]) for match in re.finditer("(?m)^" + COMMAND.pattern, text)]
    return [(text.count("\n", 0, part[0]) + 1, *part[1:]) for part in sorted(found)]


def test_nothing_else_is_left_out():
    """What is indented is a command, a file, or printed; deeper: goes on from the line before."""
    text = (CHECKOUT / "README.md").read_text()
    indented = re.findall(r"(?m)^    \S.*$", FILE.sub("", SOURCES.sub("", text)))
    assert [line for line in indented
            if not COMMAND.match(line) and not PRINTED.match(line)] == []
    assert LEFT_OUT.keys() <= {part[1] for part in parts()}


def write(world, path, text):
    """The README's file; and, of a program that sshd asks, what is there before."""
    world.put(Path(path), text)
    for name, content in HAVE.get(text.split()[2], {}).items():
        world.put(Path(name), content)


def test_readme_can_be_typed(world):
    """The room's homes are elsewhere."""
    world.changes["alice's certificate is here"]()
    (HOMES / "alice/.ssh").mkdir()
    shutil.copy(HOMES / "root/id_ecdsa-cert.pub", HOMES / "alice/.ssh")
    for line, *part in parts():
        if len(part) == 2:
            write(world, *part)
        elif part[0] not in LEFT_OUT:
            done = world.run("#", part[0].replace("/home/", f"{HOMES}/"))
            assert done.returncode == 0, f"README.md:{line}: {part[0]}\n{done.stdout}"


def problems(world, settings):
    world.put(SETTINGS, settings)
    findings = json.loads(world.run("#", "sallyport config check --json").stdout)["findings"]
    return [f["code"] for f in findings if (f["level"], f["file"]) == ("problem", str(SETTINGS))]


def test_readmes_sources_can_be_read(world):
    text = (CHECKOUT / "README.md").read_text()
    [[path, lines]] = [part[1:] for part in parts() if " authorize " in part[-1]]
    world.put(Path(path), lines)
    sources = SOURCES.search(text)[0]
    assert problems(world, sources) == []
    assert "config_yaml" in problems(world, sources.replace("key9", "nobody"))
