"""debian/ and packaging/ agree with the code and with each other; what only building shows is
test_deb.py's."""

import re
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
DEBIAN, PACKAGING = TOP / "debian", TOP / "packaging"
OTHERS = [PACKAGING / "sallyport.spec", PACKAGING / "PKGBUILD"]


def text(path):
    return (TOP / path).read_text()


def one(pattern, path):
    found = re.findall(pattern, text(path), re.M)
    assert len(set(found)) == 1, (pattern, path, found)
    return found[0]


def test_one_version_everywhere():
    version = one(r"^  version: '(.*)'", "meson.build")
    assert re.match(r"sallyport \((.*)-\d+\)", text("debian/changelog")).group(1) == version
    assert one(r"^Version: +(.*)", "packaging/sallyport.spec") == version
    assert one(r"^pkgver=(.*)", "packaging/PKGBUILD") == version


def test_build_needs_what_check_installs_to_build():
    listed = re.search(r'build_packages="(.*?)"', text("tests/e2e/steps.sh"), re.S).group(1).split()
    # Of Debian's build-essential, or essential; not needed to make a package; meson has it.
    there = {"gcc", "g++", "libc6-dev", "dpkg-dev", "patch", "xz-utils", "ca-certificates",
             "ninja-build", "pkg-config"}
    field = re.search(r"^Build-Depends: (.*?)^\S", text("debian/control"), re.S | re.M).group(1)
    names = {item.split()[0] for item in field.split(",")}
    assert names == set(listed) - there | {"debhelper-compat", "dh-sequence-installsysusers",
                                           "pkgconf"}


@pytest.mark.parametrize("name", ["install", "docs", "examples"])
def test_what_the_package_lists_is_there(name):
    for line in text(f"debian/sallyport.{name}").splitlines():
        assert list(TOP.glob(line.split()[0])), line


def test_everything_in_packaging_is_shipped():
    listed = [line.split()[0] for name in ("install", "examples")
              for line in text(f"debian/sallyport.{name}").splitlines()]
    shipped = {path for name in listed for found in TOP.glob(name)
               for path in [found, *found.rglob("*")]}
    # Units are debhelper's to install, under the names that it looks for.
    shipped |= {path.resolve() for path in DEBIAN.iterdir() if path.is_symlink()}
    assert {path for path in PACKAGING.rglob("*") if path.parent != PACKAGING and path.is_file()} \
        <= shipped


def test_no_script_does_more_than_clean_up():
    scripts = [path for path in DEBIAN.iterdir()
               if path.name.split(".")[-1] in ("preinst", "postinst", "prerm", "postrm", "config")]
    does = {path.name.split(".")[1]: [
        line.strip() for line in path.read_text().splitlines() if line and line[0] != "#"]
        for path in scripts}
    assert does == {
        "prerm": ["set -e", 'if [ "$1" = remove ]; then', "/usr/bin/sallyport setup sshd --undo", "fi"],
        "postrm": ["set -e", 'if [ "$1" = purge ]; then',
                   "rm -rf /var/cache/sallyport /etc/sallyport", "fi"]}
    rules = text("debian/rules")
    assert re.search(r"dh_installsystemd .*--no-enable --no-start\n", rules)
    for path in [*DEBIAN.rglob("*"), *PACKAGING.rglob("*")]:
        if path.is_file():
            assert not re.search(r"sudoers|usermod|adduser|chmod [ug+]*s|setcap cap_|4755",
                                 path.read_text()), path


def test_one_user_everywhere():
    user = one(r"^u (\S+) ", "packaging/sysusers.d/sallyport.conf")
    assert one(r"^User=(.*)", "packaging/systemd/sallyport-refresh.service") == user
    assert one(r"^#?AuthorizedKeysCommandUser (.*)",
               "packaging/sshd_config.d/10-sallyport.conf") == user
    cache = one(r'^#define CACHE_ROOT "(.*)"', "parent/cache.c")
    assert [line.split()[1:5] for line in text("packaging/tmpfiles.d/sallyport.conf").splitlines()
            if line[0] != "#"] == [[cache, "0755", "root", "root"],
                                   [f"{cache}/{user}", "0700", user, user]]
    assert one(r"^ReadWritePaths=(.*)",
               "packaging/systemd/sallyport-refresh.service") == f"{cache}/{user}"
    # It is in no group but its own: no line "m".
    assert not re.search(r"^m", text("packaging/sysusers.d/sallyport.conf"), re.M)


def test_the_example_and_the_service_run_what_there_is():
    known = re.findall(r'^\t\{ "([a-z0-9-]+)", \w+_main,', text("parent/main.c"), re.M)
    assert len(known) > 5
    example = text("packaging/sshd_config.d/10-sallyport.conf")
    ran = re.findall(r"AuthorizedKeysCommand /usr/bin/sallyport (\S+)", example) + \
        re.findall(r"^ExecStart=/usr/bin/sallyport (\S+)",
                   text("packaging/systemd/sallyport-refresh.service"), re.M)
    assert len(ran) == 3 and set(ran) <= set(known)
    # An sshd before 9.4 dies of it.
    assert not re.search(r"^#?Auth.*%C", example, re.M)


def test_the_service_has_time_for_every_provider():
    """Each may take its deadline, and is ended a second later."""
    providers = int(one(r"^#define PROVIDERS_MAX (\d+)", "ipc/limits.h"))
    deadline = int(one(r"^#define REFRESH_DEADLINE_S (\d+)", "parent/refresh.c"))
    minutes = int(one(r"^TimeoutStartSec=(\d+)min$",
                      "packaging/systemd/sallyport-refresh.service"))
    assert minutes * 60 > providers * (deadline + 1)


def test_policies_leave_root_what_the_cages_need():
    kept = re.search(r"starter_caps\[\] = \{(.*?)\}", text("seccomp/cage.c"), re.S)[1]
    # And for the cache directory, which the parent makes.
    needed = {name.lower() for name in re.findall(r"CAP_(\w+)", kept)} | {"chown"}
    profile = text("packaging/apparmor/usr.bin.sallyport")
    assert needed <= set(re.findall(r"^  capability (\w+),$", profile, re.M))
    module = text("packaging/selinux/sallyport.te")
    assert needed <= set(re.search(r"self:capability \{(.*?)\}", module, re.S)[1].split())


def test_no_wrap_is_unknown_to_the_copyright_file():
    held = text("debian/copyright")
    for wrap in (TOP / "subprojects").glob("*.wrap"):
        archive = one(r"^source_filename = (.*)", wrap.relative_to(TOP))
        assert f"packagecache/{archive.split('_')[0]}_*" in held, archive


def test_every_override_is_argued():
    lines = text("debian/sallyport.lintian-overrides").splitlines()
    tags = [line.split()[1] if line[0] != "#" else "#" for line in lines]
    for before, tag in zip(["", *tags], tags):
        assert before in ("#", tag) or tag == "#", f"{tag} has no comment before it"


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.name)
def test_others_build_the_same_tree_the_same_way(path):
    said = path.read_text()
    for option in ("--wrap-mode=nodownload", "--buildtype=debugoptimized"):
        assert option in said
    for shipped in ("packaging/systemd/sallyport-refresh.*", "packaging/sysusers.d/sallyport.conf",
                    "packaging/tmpfiles.d/sallyport.conf",
                    "packaging/sshd_config.d/10-sallyport.conf"):
        assert shipped in said and list(TOP.glob(shipped))


def test_no_package_leaves_an_sshd_that_runs_what_is_gone():
    for path in ("debian/sallyport.prerm", "packaging/sallyport.install"):
        assert "/usr/bin/sallyport setup sshd --undo\n" in text(path), path
    # Of a scriptlet of rpm's only the last status counts.
    assert "/usr/bin/sallyport setup sshd --undo || exit 1\n" in text("packaging/sallyport.spec")
    assert one("^install=(.*)", "packaging/PKGBUILD") == "sallyport.install"


@pytest.mark.parametrize("path", [PACKAGING / "PKGBUILD", PACKAGING / "debian-source",
                                  DEBIAN / "sallyport.prerm", DEBIAN / "sallyport.postrm",
                                  PACKAGING / "sallyport.install",
                                  TOP / "tests/packages/chroots"], ids=lambda path: path.name)
def test_shell_is_shell(path):
    subprocess.run(["bash" if path.name == "PKGBUILD" else "sh", "-n", path], check=True)
