"""What `ninja install` puts where, and that an uncaged build puts nothing anywhere."""
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("SALLYPORT_BUILD", TOP / "build")).resolve()


def install(build, destination):
    # --no-rebuild: what would be installed does not depend on what is built already.
    return subprocess.run(["meson", "install", "--no-rebuild", "-C", build, "--destdir", destination],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def files(directory):
    return {str(path.relative_to(directory)): path for path in directory.rglob("*") if not path.is_dir()}


def test_ordinary_build_installs_five_programs_and_what_tells_of_them(tmp_path):
    done = install(BUILD, tmp_path)
    assert done.returncode == 0, done.stdout
    options = json.loads(subprocess.run(["meson", "introspect", "--buildoptions", BUILD], check=True,
                                        text=True, stdout=subprocess.PIPE).stdout)
    prefix = next(o["value"] for o in options if o["name"] == "prefix").lstrip("/")
    found = files(tmp_path)
    build = re.search('BUILD_NAME "([0-9a-f]{16})"', (BUILD / "ipc/build.h").read_text()).group(1)
    programs = {f"{prefix}/bin/sallyport",
                f"{prefix}/libexec/sallyport/sallyport-admin",
                *(f"{prefix}/libexec/sallyport/{build}/sallyport-{name}"
                  for name in ("home", "net", "parse"))}
    texts = {f"{prefix}/share/{name}" for name in (
        "man/man5/sallyport.yaml.5", "man/man8/sallyport.8", "man/man8/sallyport-explain.8",
        "bash-completion/completions/sallyport", "zsh/site-functions/_sallyport",
        "fish/vendor_completions.d/sallyport.fish")}
    assert set(found) == programs | texts
    # Neither setuid nor writable by anybody but the owner.
    assert {oct(found[name].stat().st_mode & 0o7777) for name in programs} == {"0o755"}
    assert {oct(found[name].stat().st_mode & 0o7777) for name in texts} == {"0o644"}
    # What workers take as their root: nothing in it, and nobody writes there.
    empty = tmp_path / prefix / "libexec/sallyport/empty"
    assert list(empty.iterdir()) == [] and oct(empty.stat().st_mode & 0o7777) == "0o555"


@pytest.mark.parametrize("compiler,options", [
    ("gcc", ["-Db_sanitize=address,undefined"]),
    ("clang", ["-Db_sanitize=undefined"]),
    ("clang", ["-Dfuzz=true"]),
])
def test_uncaged_build_refuses_to_install(tmp_path, compiler, options):
    build, destination = tmp_path / "build", tmp_path / "destination"
    done = subprocess.run(["meson", "setup", *options, build, TOP], text=True,
                          env={**os.environ, "CC": compiler},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    done = install(build, destination)
    assert done.returncode != 0
    assert "without its cages and is never installed" in done.stdout
    assert not destination.exists() or not files(destination)


def test_same_id_for_two_processes_is_refused(tmp_path):
    done = subprocess.run(["meson", "setup", "-Dnet_id=65523", tmp_path / "build", TOP], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode != 0 and "must differ" in done.stdout
