"""What an owned process can do, and what it cannot.

Every attack works where nothing holds it: that is the control. In the cages most of them end the
process, in the middle of a login that is then refused, by its filter ("killed"). The tables below
say of each cage which do not, and what stops them instead; what is "won" there is what an owner of
the process can do, and stands in SECURITY.md.

With SALLYPORT_DEEP set, every attack by every worker, in every role, as either command user, on
either kind of machine; else each by each worker.
"""

import itertools
import os

import pytest

import opk_login
import program
from machine import ENDLESS, NAMES, POINTS, Owned, build_workers, outside, serve_victims
from provider_api import ETC
from room import CHECKOUT
from room_lab import compile_c
from running import behind

DEEP = "SALLYPORT_DEEP" in os.environ
COMMAND_USERS = ["key9", "root"]
# As it is; and where an administrator, or an old kernel, allows none to those who are not root.
MACHINES = ["user namespaces", "no user namespaces"]


@pytest.fixture(scope="session")
def doubles(whole_lab):
    sockets = serve_victims()
    yield build_workers()
    for each in sockets:
        each.close()


@pytest.fixture(scope="session")
def deprived():
    return compile_c("deprived", CHECKOUT / "tests/cages/deprived.c")


@pytest.fixture
def owned(lab, whole_opk_idp, doubles, deprived):
    """Makes attacks in logins of this command user on a machine of that kind."""
    whole_opk_idp.reset()
    opk_login.write_rules(whole_opk_idp)

    def on(machine, command_user):
        program.write_config(lab.sections(command_user), group=command_user)

        def run(*arguments):
            return lab.program.run(*arguments, as_user=command_user)
        return Owned(lab, doubles, run if machine == "user namespaces" else
                     behind(lab, deprived, command_user))
    return on


@pytest.fixture
def files(lab, doubles):
    """Of a host with both sources, for where no login is needed."""
    program.write_config(lab.sections("key9"), group="key9")
    program.write_config("alice alice@example.com https://idp.example\n", "root", ETC / "auth_id",
                         mode=0o644)


@pytest.mark.parametrize("name", NAMES)
def test_control(files, name):
    assert outside("none", name, "root") == "won"


# The workers. What is not named is killed.

CONNECTED = {
    "find an inherited descriptor": "EBADF",
    "take all memory": "ENOMEM",
    "take all descriptors": "EMFILE",
}
RESOLVING = CONNECTED | {
    "read /etc/hosts": "won",
    "read /etc/shadow": "ENOENT",
    "read the API key's file": "ENOENT",
    "read /etc/passwd": "ENOENT",
    "see that a file is there": "ENOENT",
    "join the parent's network": "ENOENT",
    "open the parent's memory to read": "ENOENT",
    "open the sibling's memory to read": "ENOENT",
    "call the source": "won",
    "call the metadata address at the source's port": "won",
    "call another port on loopback": "EACCES",
    "call the metadata address": "EACCES",
    "send a datagram to loopback": "won",
    "send a datagram to the metadata address": "won",
}
ASKED = RESOLVING | {
    "call another port on loopback": "won",
    "call the metadata address": "won",
}
LEFT = {"netproc, asked": ASKED, "netproc, resolving": RESOLVING, "netproc, connected": CONNECTED}


def expected(who, machine, command_user):
    left = LEFT.get(who, {})
    if (machine, command_user) == ("no user namespaces", "key9"):
        # No root of its own: Landlock is what keeps files from it, but not their names and owners.
        left = {name: "EACCES" if what == "ENOENT" else what for name, what in left.items()}
        if "see that a file is there" in left:
            left["see that a file is there"] = "won"
    return dict.fromkeys(NAMES, "killed") | left


def cases():
    ways = list(itertools.product(MACHINES, COMMAND_USERS))
    if DEEP:
        return [(who, machine, user, NAMES) for who in POINTS for machine, user in ways]
    parse = [who for who in POINTS if "netproc" not in who]
    return [*((who, *ways[number % len(ways)], NAMES[number::len(parse)]) for number, who in enumerate(parse)),
            ("netproc, asked", "user namespaces", "key9", NAMES),
            ("netproc, resolving", "user namespaces", "root", NAMES),
            ("netproc, resolving", "no user namespaces", "key9", NAMES),
            ("netproc, connected", "no user namespaces", "key9", NAMES)]


@pytest.mark.parametrize("who,machine,command_user,names", [
    pytest.param(*case, id="-".join(case[:3])) for case in cases()])
def test_worker(owned, who, machine, command_user, names):
    login = owned(machine, command_user)
    everything = expected(who, machine, command_user)
    assert {name: login.attack(who, name) for name in names} == {
        name: everything[name] for name in names}


@pytest.mark.parametrize("who", ["judge", "opk-judge", "netproc, connected"])
def test_processor(owned, who):
    """The login's deadline ends it."""
    login = owned("user namespaces", "key9")
    assert login.attack(who, ENDLESS, "--deadline=1") == "ended at the deadline"


if DEEP:
    @pytest.mark.parametrize("who", ["judge", "opk-judge"])
    def test_processor_limit(owned, who):
        """And where that is later, its own limit of five seconds of a processor. (Who waits for
        netproc waits no longer than Key9 may take.)"""
        login = owned("user namespaces", "root")
        assert "SIGKILL" in login.attack(who, ENDLESS, "--deadline=30")


# The others of a login. What is not named is killed.

NO_WRITE = dict.fromkeys([
    "write a rule", "write beside the program", "write where everybody may",
    "open the parent's memory", "open the sibling's memory", "open its own memory",
    "open the parent's memory to read", "open the sibling's memory to read",
    "open the parent's stdout", "fill its root", "join the parent's network"], "EACCES")
PARENT = NO_WRITE | {
    "read /etc/shadow": "EACCES",
    "read the API key's file": "won",
    "read /etc/passwd": "won",
    "read /etc/hosts": "won",
    "see that a file is there": "won",
    "write the cache": "won",
    "take all memory": "won",
}
NARROW = PARENT | dict.fromkeys([
    "read the API key's file", "read /etc/passwd", "read /etc/hosts"], "EACCES")
# Started as root it has an id of its own. (The files tried are key9's.)
OF_ROOT = {"read the API key's file": "EACCES", "write the cache": "EACCES"}
# A login's processes let nobody trace them, not even their own user.
NO_LOOK = dict.fromkeys([
    "open the parent's memory", "open the sibling's memory", "open the parent's memory to read",
    "open the sibling's memory to read", "join the parent's network"], "EACCES")
NO_TRACE = NO_LOOK | dict.fromkeys([
    "trace the parent", "trace the sibling", "read the sibling's memory",
    "write the sibling's memory", "take the sibling's descriptor"], "EPERM")
STARTER = dict.fromkeys(NAMES, "won") | NO_LOOK | dict.fromkeys([
    "call another port by MPTCP", "call another port by fast open", "make a raw socket",
    "make a netlink socket", "call a service's unix socket",
    "send to a service's unix socket from a pair", "send to the log from a pair",
    "send past whom it is connected to", "serve",
    "pass a descriptor to the parent", "queue a signal for the parent",
    "signal the parent by ioctl", "trace the parent", "trace the sibling",
    "read the sibling's memory", "write the sibling's memory", "take the sibling's descriptor",
    "run a shell", "leave the session"], "killed")
# What the command user may not, whoever runs in his name.
OF_KEY9 = dict.fromkeys([
    "read /etc/shadow", "write a rule", "write beside the program", "open its own memory",
    "open the parent's stdout"], "EACCES") | dict.fromkeys([
        "leave its root", "change mounts", "become root"], "EPERM")
# It has few capabilities, and what is not root's, or another process's, needs others.
STARTER_OF_ROOT = dict.fromkeys(["write the cache", "open the parent's stdout"], "EACCES")
# Home until it has become the user, who owns it then: as the starter, but that it writes no file
# (SIGXFSZ), and it starts in an empty directory.
HOME = STARTER | {"fill its root": "ended 0x6500"}
HOME_OF_ROOT = STARTER_OF_ROOT | {"leave its root": "ENOENT"}
# The runner of plugins has no filter: it is what its id may that counts.
BARE = dict.fromkeys(NAMES, "won") | OF_KEY9 | NO_TRACE | dict.fromkeys([
    "make a raw socket", "send past whom it is connected to"], "EPERM")
BARE_OF_ROOT = OF_ROOT | dict.fromkeys([
    "signal the parent", "signal the sibling", "limit the sibling",
    "queue a signal for the parent"], "EPERM")
OTHERS = {
    ("parent", "key9"): PARENT,
    ("parent", "root"): PARENT | OF_ROOT,
    ("parent-narrow", "key9"): NARROW,
    ("parent-narrow", "root"): NARROW | OF_ROOT,
    ("starter", "key9"): STARTER | OF_KEY9,
    ("starter", "root"): STARTER | STARTER_OF_ROOT,
    ("home", "key9"): HOME | OF_KEY9,
    ("home", "root"): HOME | HOME_OF_ROOT,
    ("bare", "key9"): BARE,
    ("bare", "root"): BARE | BARE_OF_ROOT,
}
# These cages are shut by the probe, which has other descriptors open than the program would.
NOT_HERE = "find an inherited descriptor"


@pytest.mark.parametrize("cage,command_user", OTHERS)
def test_other_process(files, cage, command_user):
    names = [name for name in NAMES if name != NOT_HERE]
    left = dict.fromkeys(NAMES, "killed") | OTHERS[cage, command_user]
    assert {name: outside(cage, name, command_user) for name in names} == {
        name: left[name] for name in names}
