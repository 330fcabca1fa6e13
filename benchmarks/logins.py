"""Whole logins by ssh: with the key in authorized_keys, through opkssh, through us, and through
cat, which knows what we would print: what sshd itself adds when it runs a command."""

import statistics

import room
import runs
import sshd
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from figures import OURS, figure, progress
from machine import Offered
from runs import Command, spread

VERSION = "sid"     # the one that opkssh is packaged with


def write_identity():
    """The key and certificate as `opkssh login` leaves them; returns the key's path."""
    key = room.SCRATCH / "id_bench"
    private = Offered.good.user.private
    key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    key.chmod(0o600)
    key.with_name("id_bench.pub").write_text(f"{Offered.good.plain_key}\n")
    key.with_name("id_bench-cert.pub").write_text(f"{Offered.good.type} {Offered.good.base64}\n")
    return key


def sshds(machine):
    """By what they get their keys from."""
    keys = room.SCRATCH / "authorized_keys"
    keys.write_text(f"{Offered.good.plain_key}\n")
    words = "verify %u %k %t"
    known = room.SCRATCH / "known_line"
    known.write_text(machine.ours(Offered.good).output().stdout)
    return {"plain": sshd.Sshd(VERSION, "none", "nobody", keys_file=keys),
            "opkssh": sshd.Sshd(VERSION, f"{machine.opkssh} {words}", "opksshuser"),
            "cat": sshd.Sshd(VERSION, f"/bin/cat {known}", "opksshuser"),
            OURS: sshd.Sshd(VERSION, f"{machine.path} {words}", "opksshuser")}


def all_cases(machine, rounds):
    progress("logins")
    key = write_identity()
    servers = sshds(machine)
    found = runs.by_turns({name: Command(server.client(key, "alice", "true"), "root")
                           for name, server in servers.items()}, rounds)
    walls = {name: [run.wall for run in each] for name, each in found.items()}
    assert all(run.status == 0 for each in found.values() for run in each)
    for name, server in servers.items():
        server.stop()
        figure(f"ssh_login_wall_{name}", statistics.median(walls[name]), "ms")
        figure(f"ssh_login_wall_{name}_spread", spread(walls[name]), "ms")
    added = {}
    for name in (OURS, "opkssh", "cat"):
        # In each round: what is slow for a while is so for both.
        more = [wall - plain for wall, plain in zip(walls[name], walls["plain"])]
        added[name] = statistics.median(more)
        figure(f"ssh_login_added_{name}", added[name], "ms")
        figure(f"ssh_login_added_{name}_spread", spread(more), "ms")
    for peer in ("opkssh", "cat"):
        figure(f"ssh_login_added_vs_{peer}", added[OURS] / added[peer], "ratio")
