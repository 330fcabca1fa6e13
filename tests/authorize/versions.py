"""Two versions of the program, and an installation that dpkg changes from one to the other."""

import re
import shutil
import subprocess
from pathlib import Path

import room

PREFIX = Path("/opt/upgraded")
PROGRAM = PREFIX / "bin/sallyport"
WORKERS = {"sallyport-parse": "parseproc", "sallyport-net": "netproc",
           "sallyport-home": "homeproc"}


class Version:
    """One build, as a Debian package would have it: its files below a directory, and a .deb."""

    def __init__(self, number, build):
        self.build = build
        self.id = re.search('BUILD_NAME "(.*)"', (build / "ipc/build.h").read_text())[1]
        self.tree = room.SCRATCH / f"version-{number}"
        self.root = self.tree / PREFIX.relative_to("/")
        self.workers = self.root / "libexec/sallyport" / self.id
        self.workers.mkdir(parents=True)
        (self.workers.parent / "empty").mkdir(0o555)
        (self.root / "bin").mkdir()
        shutil.copy(build / "parent/sallyport", self.root / "bin")
        for name, folder in WORKERS.items():
            shutil.copy(build / folder / name, self.workers)
        (self.tree / "DEBIAN").mkdir()
        (self.tree / "DEBIAN/control").write_text(
            f"Package: upgraded\nVersion: {number}\nArchitecture: all\n"
            "Maintainer: A Test <test@localhost>\nDescription: sallyport\n")
        self.package = self.tree.with_suffix(".deb")
        subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "--build", self.tree,
                        self.package], check=True, stdout=subprocess.DEVNULL)


def build_another():
    """This tree with the next version's number, built, as far as logins need it."""
    tree, build = room.SCRATCH / "tree", room.SCRATCH / "build"
    def ignored(directory, names):
        top = directory == str(room.CHECKOUT)
        return [name for name in names if top and (name == ".git" or name.startswith("build"))]
    shutil.copytree(room.CHECKOUT, tree, symlinks=True, ignore=ignored)
    path = tree / "meson.build"
    text = path.read_text()
    changed = re.sub(r"version: '([\d.]+)'", r"version: '\1.1'", text, count=1)
    assert changed != text
    path.write_text(changed)
    programs = ["parent/sallyport", *(f"{folder}/{name}" for name, folder in WORKERS.items())]
    for command in (["meson", "setup", build, tree], ["ninja", "-C", build, *programs]):
        done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == 0, done.stdout[-3000:]
    return build


class Installation:
    def __init__(self):
        self.database = room.SCRATCH / "dpkg"
        for name in ("updates", "info"):
            (self.database / name).mkdir(parents=True)
        (self.database / "status").touch()

    def dpkg(self, *arguments):
        done = subprocess.run(["dpkg", "--admindir", self.database, "--log=/dev/null", *arguments],
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == 0, done.stdout

    def install(self, version):
        self.dpkg("--force-downgrade", "--install", version.package)

    def put(self, source, target):
        """One file, as dpkg does it."""
        new = target.with_name(f"{target.name}.dpkg-new")
        target.parent.mkdir(exist_ok=True)
        shutil.copy(source, new)
        new.rename(target)

    def put_program(self, version):
        self.put(version.root / "bin/sallyport", PROGRAM)

    def put_workers(self, version, named_as=None):
        """In the directory of the build that they are of, or pretend to be of."""
        for path in version.workers.iterdir():
            self.put(path, PREFIX / "libexec/sallyport" / (named_as or version).id / path.name)
