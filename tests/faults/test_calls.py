"""Every n-th system call of every process fails once, every n-th read or write of a file or a
stream moves one byte, and every n-th block of memory cannot be had."""

import errno

import pytest

from injected import Faults, allocators
from injector import PARENT
from logins import LOGINS, verify_refused

ERRORS = [f"error={number}" for number in (
    errno.EINTR, errno.EAGAIN, errno.ENOMEM, errno.EIO, errno.EMFILE, errno.ENOSPC)]

each_login = pytest.mark.parametrize(
    "login", [(name, user) for name in LOGINS for user in ("root", "key9")], ids="-".join,
    indirect=True)


@each_login
def test_a_call_fails(login):
    faults = Faults(login)
    faults.sweep("call", ERRORS, sample=3)
    faults.check()


@pytest.mark.parametrize("login", [("verify-warm", "root"), ("k9", "root")], ids="-".join,
                         indirect=True)
def test_there_are_too_many_mounts(login):
    """Whoever has made them takes no worker its own root."""
    faults = Faults(login)
    mounting = [who for who, names in faults.calls.items() if "mount" in names]
    assert mounting
    for who in mounting:
        faults.every(who, "call:mount", f"error={errno.ENOSPC}")
    faults.check()


@each_login
def test_one_byte_is_read_or_written(login):
    faults = Faults(login)
    faults.sweep("transfer", ["short"], sample=3)
    # Our own can take it; loaders, and copying into a private root, give up.
    faults.sweep("transfer", ["short"], sample=3, processes=[PARENT], harmless=True)
    faults.check()


@each_login
def test_there_is_no_memory(login):
    """Of all that our processes ask a C library or their own arena for."""
    faults = Faults(login)
    for event in allocators():
        faults.sweep(event, ["null"], sample=6)
    faults.check()


@pytest.mark.parametrize("command_user", ["root", "key9"])
def test_a_plugin_is_heard_only_in_part(lab, whole_opk_idp, command_user):
    """What it says begins with a yes, and is none."""
    whole_opk_idp.reset()
    faults = Faults(verify_refused(lab, whole_opk_idp, command_user,
                                   plugin="printf allow; sleep 0.1; echo ed"))
    (runner,) = [who for who, names in faults.calls.items() if "waitid" in names]
    for error in ERRORS:
        faults.every(runner, "call:read", error)
    faults.check()
