#!/usr/bin/python3
"""The room: where everything runs that needs a real sshd, real user ids or fixed paths.

sshd refuses an AuthorizedKeysCommand below /tmp or a home directory, the program under
test reads /etc, writes /dev/log and wants a root-owned prefix. So all of it runs in
private mount, network and process namespaces: what is made here exists for the command
run in the room only, and ends with it. The host keeps no file, process or port of it.

    room.py [--stage DIR] [--] COMMAND...

runs COMMAND in the room, with an empty environment but for PATH, HOME, TMPDIR, CI and
SALLYPORT_*. The room holds a root-owned copy of the program: of DIR (laid out as by
`DESTDIR=DIR meson install`), or else of what $SALLYPORT_BUILD (default: build/) installs.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]

PREFIX = Path("/opt/sallyport-test")    # the staged copy
HOMES = Path("/opt/home")
SCRATCH = Path("/run/room")             # test files, $TMPDIR
CONFIG = Path("/opt/k9/etc/k9.yaml")    # the program's default path
SETTINGS = Path("/etc/sallyport/sallyport.yaml")
CACHE = Path("/var/cache/sallyport")
OPK = Path("/etc/opk")                  # opkssh's files, which `verify` reads

# Ids far from those that a distribution gives out, and from the workers' own.
USERS = {"root": 0, "sshd": 23000, "key9": 23001, "alice": 23002, "bob": 23003,
         "opksshuser": 23004, "nobody": 65534}

# An address that is neither loopback nor of this world (RFC 5737), and the one that
# cloud machines keep their secrets at: both answer in here.
API_ADDRESS = "192.0.2.10"
METADATA_ADDRESS = "169.254.169.254"

MS_RDONLY, MS_BIND, MS_REC, MNT_DETACH = 1, 4096, 16384, 2
libc = ctypes.CDLL(None, use_errno=True)


def mount(source, target, kind="", flags=0, options=""):
    """mount(2). Without a kind: bind source to target."""
    if not kind:
        flags |= MS_BIND | MS_REC
    args = [os.fsencode(str(a)) for a in (source, target, kind)]
    if libc.mount(*args, ctypes.c_ulong(flags), os.fsencode(options)) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), str(target))


def unmount(target):
    if libc.umount2(os.fsencode(str(target)), MNT_DETACH) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), str(target))


def make_private(directory, without=()):
    """Give the room its own writable `directory`, with the host's entries bound into it.

    The entries in `without` are left out, for the room to write its own. What is inside
    the others is still the host's: nobody here writes there.
    """
    host = Path("/mnt")
    mount(directory, host)
    mount("tmpfs", directory, "tmpfs", options="mode=755")
    for entry in os.scandir(host):
        target = Path(directory, entry.name)
        if entry.name in without:
            continue
        if entry.is_symlink():
            target.symlink_to(os.readlink(entry.path))
            continue
        if entry.is_dir():
            target.mkdir()
        else:
            target.touch()
        mount(entry.path, target)
    unmount(host)


def write_etc():
    """The few files of /etc that the room needs to be its own."""
    passwd, group = [], []
    for name, uid in USERS.items():
        shell = "/bin/sh" if name in ("root", "alice", "bob") else "/usr/sbin/nologin"
        home = "/run/sshd" if name == "sshd" else HOMES / name
        passwd.append(f"{name}:x:{uid}:{uid}::{home}:{shell}\n")
        group.append(f"{name}:x:{uid}:\n")
    files = {
        "passwd": passwd,
        "group": group,
        "shadow": [f"{name}:*:19000:0:99999:7:::\n" for name in USERS],
        "hosts": ["127.0.0.1 localhost\n", f"{API_ADDRESS} hosts.key9.test\n"],
        "resolv.conf": ["nameserver 127.0.0.1\n"],
        "nsswitch.conf": ["passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n"],
    }
    without = [*files, "gshadow", "nologin", "sallyport", "k9.yaml", OPK.name, "ld.so.preload"]
    make_private("/etc", without)
    for name, lines in files.items():
        Path("/etc", name).write_text("".join(lines))
    Path("/etc/shadow").chmod(0o600)


def stage_program(stage):
    """A copy that only root can write, as the program demands of the place it is run from."""
    shutil.copytree(stage, PREFIX, symlinks=True)
    for path in [PREFIX, *PREFIX.rglob("*")]:
        os.lchown(path, 0, 0)
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~0o022)


def build_room(stage):
    os.umask(0o022)
    write_etc()
    make_private("/dev", without=["log"])
    make_private("/opt", without=[PREFIX.name, HOMES.name, "k9"])
    make_private("/var/cache", without=[CACHE.name])
    for directory in ("/run", "/var/log"):      # sshd's own directory, and its btmp
        mount("tmpfs", directory, "tmpfs", options="mode=755")

    for directory in (SCRATCH / "tmp", Path("/run/sshd"), HOMES, CONFIG.parent, CACHE, OPK):
        directory.mkdir(parents=True)
    for name in ("root", "alice", "bob", "key9", "opksshuser"):
        home = HOMES / name
        home.mkdir(0o700)
        os.chown(home, USERS[name], USERS[name])
    if stage:
        stage_program(stage)

    commands = ["link set lo up", f"addr add {API_ADDRESS}/24 dev lo",
                f"addr add {METADATA_ADDRESS}/32 dev lo"]
    subprocess.run(["ip", "-batch", "-"], input="\n".join(commands), text=True, check=True)
    # The kernel lets ten log datagrams wait for their reader; a busy test has more.
    Path("/proc/sys/net/unix/max_dgram_qlen").write_text("1000")


def run_as_init(command):
    """Run the command and reap the orphans that come to process 1. When it ends, all end."""
    child = os.fork()
    if child == 0:
        os.execvp(command[0], command)
    while True:
        pid, status = os.wait()
        if pid == child:
            return os.waitstatus_to_exitcode(status)


def install_stage():
    """`meson install` into the build directory; the room copies from there."""
    build = Path(os.environ.get("SALLYPORT_BUILD", CHECKOUT / "build")).resolve()
    if not (build / "build.ninja").exists():
        sys.exit(f"{build} is not built yet: run `meson setup build && ninja -C build` first")
    stage = build / "stage"
    shutil.rmtree(stage, ignore_errors=True)
    subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--quiet"], check=True,
                   env={**os.environ, "DESTDIR": str(stage)}, stdout=subprocess.DEVNULL)
    return stage


def command_line(command, stage=None):
    """The command that runs `command` in a room made around `stage`."""
    keep = {name: value for name, value in os.environ.items()
            if name == "CI" or name.startswith("SALLYPORT_")}
    keep |= {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(HOMES / "root"),
             "LANG": "C.UTF-8", "TMPDIR": str(SCRATCH / "tmp"), "PYTHONDONTWRITEBYTECODE": "1",
             "SALLYPORT_IN_ROOM": "1"}
    return [*([] if os.geteuid() == 0 else ["sudo"]),
            "unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "--",
            "env", "-i", *(f"{name}={value}" for name, value in keep.items()),
            "/usr/bin/python3", str(HERE / "room.py"), "--inside", str(stage or ""), *command]


def peers_directory():
    """Where fetch-peers keeps what it unpacked. A failure is told by the tests that need it."""
    if "SALLYPORT_PEERS" in os.environ:
        return os.environ["SALLYPORT_PEERS"]
    return subprocess.run([HERE / "fetch-peers"], stdout=subprocess.PIPE, text=True).stdout.strip()


def peer(path):
    """The absolute path of something that fetch-peers unpacked, or None."""
    found = Path(os.environ["SALLYPORT_PEERS"] or "/nonexistent", path)
    return found if found.exists() else None


def enter(command, stage=None):
    """Replace this process by `command` in a new room."""
    stage = Path(stage).resolve() if stage else install_stage()
    os.environ["SALLYPORT_PEERS"] = peers_directory()
    arguments = command_line(command, stage)
    os.execvp(arguments[0], arguments)


def enter_pytest(config):
    """Called by a conftest.py: run this same pytest in a room. Returns once it is inside.

    Where no room can be made, returns the reason.
    """
    if "SALLYPORT_IN_ROOM" in os.environ:
        return None
    try:
        subprocess.run(command_line(["true"]), stdin=subprocess.DEVNULL, check=True, text=True,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except (OSError, subprocess.CalledProcessError) as error:
        return f"no room can be made here: {error} {getattr(error, 'output', '')}".strip()
    config.pluginmanager.getplugin("capturemanager").suspend_global_capture(in_=True)
    enter(["/usr/bin/python3", "-m", "pytest", "-p", "no:cacheprovider",
           *config.invocation_params.args], os.environ.get("SALLYPORT_STAGE"))


def missing(reason):
    """A peer is missing: a failure where all of them are promised, elsewhere a reasoned skip."""
    import pytest       # which the room itself has no need of
    if "CI" in os.environ:
        pytest.fail(reason)
    pytest.skip(reason)


def main(arguments):
    if arguments[:1] == ["--inside"]:
        build_room(arguments[1])
        return run_as_init(arguments[2:])
    stage = os.environ.get("SALLYPORT_STAGE")
    if arguments[:1] == ["--stage"]:
        stage, arguments = arguments[1], arguments[2:]
    if arguments[:1] == ["--"]:
        arguments = arguments[1:]
    if not arguments:
        sys.exit(__doc__)
    enter(arguments, stage)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
