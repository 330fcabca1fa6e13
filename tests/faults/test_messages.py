"""Every message from one process of ours to another is lost, cut, sent twice, or late."""

import pytest

from injected import Faults

each_login = pytest.mark.parametrize("login", [
    ("verify-cold", "root"), ("verify-home", "key9"), ("verify-refused", "root"),
    ("k9", "key9"), ("k9-stale", "root"), ("authorize", "key9"), ("authorize-certificate", "root")], ids="-".join, indirect=True)


@each_login
def test_a_message_is_cut_or_sent_twice(login):
    faults = Faults(login)
    faults.sweep("message", ["cut", "twice"], sample=8)
    faults.check()


@each_login
def test_a_message_is_lost_or_far_too_late(login):
    faults = Faults(login)
    faults.sweep("message", ["drop", "hold=1200"], sample=2, deadline=1)
    faults.check()


@each_login
def test_a_message_is_late(login):
    """But before the deadline: nobody minds."""
    faults = Faults(login)
    faults.sweep("message", ["hold=200"], sample=2, deadline=5, harmless=True)
    faults.check()
