"""Upgrades with logins running: none fails, whenever it began."""

import subprocess
import threading
import time

import pytest

import idp
import program
from forge import ISSUER
from room_lab import build_directory
from versions import PREFIX, PROGRAM, Installation, Version, build_another

UPGRADES, CLIENTS = 24, 8
# How long the program waits for workers that have not come yet (parent/worker_files.c).
WAITS = 5


@pytest.fixture(scope="session")
def versions():
    return Version(1, build_directory()), Version(2, build_another())


@pytest.fixture(scope="session")
def whole_installation():
    return Installation()


@pytest.fixture
def old_and_new(lab, versions, whole_installation):
    """The machine has the first version."""
    whole_installation.install(versions[0])
    yield whole_installation, *versions
    whole_installation.dpkg("--purge", "upgraded")
    subprocess.run(["rm", "-rf", PREFIX], check=True)


class Logins:
    """What sshd may ask for, and what it must hear."""

    def __init__(self, lab):
        self.lab = lab
        self.identity = program.as_sshd_would(lab.command_user)
        key = lab.plain.split()
        cert = [lab.certificate.base64, lab.certificate.type]
        self.kinds = {
            "verify": ["verify", "alice", *cert, "--home=/opt/home/alice", "--uid=23002"],
            "k9-ssh": ["k9-ssh", "--user=alice"],
            "by key": ["authorize", "--user=alice", f"--type={key[0]}", f"--key={key[1]}"],
            "by certificate": ["authorize", "--user=alice", f"--type={cert[1]}",
                               f"--key={cert[0]}", *lab.words],
        }
        self.expected = {kind: self.finish(self.start(kind, lab.program.path))
                         for kind in self.kinds}
        assert all(status == 0 and out for status, out in self.expected.values()), self.expected

    def start(self, kind, path=PROGRAM, **how):
        return subprocess.Popen([path, *self.kinds[kind], "--deadline=20"], text=True,
                                stdout=subprocess.PIPE, **self.identity, **how)

    @staticmethod
    def finish(process):
        out = process.communicate(timeout=60)[0]
        return process.returncode, out

    def good(self, kind, process):
        assert self.finish(process) == self.expected[kind], (kind, self.lab.program.log.take())


class Clients:
    """So many at once, each logging in again and again; what they got instead of their lines."""

    def __init__(self, logins):
        self.logins, self.wrong, self.count, self.over = logins, [], 0, False
        kinds = list(logins.kinds)
        self.threads = [threading.Thread(target=self.log_in, args=[kinds[i % len(kinds)]])
                        for i in range(CLIENTS)]

    def log_in(self, kind):
        while not self.over:
            result = self.logins.finish(self.logins.start(kind))
            self.count += 1
            if result != self.logins.expected[kind]:
                self.wrong.append((kind, result))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over = True
        for thread in self.threads:
            thread.join()


def test_no_login_fails_while_dpkg_goes_to_and_fro(lab, command_user, old_and_new):
    installation, old, new = old_and_new
    logins, log = Logins(lab), []
    with Clients(logins) as clients:
        for number in range(UPGRADES):
            before = clients.count
            installation.install((new, old)[number % 2])
            while clients.count < before + 2 * CLIENTS and not clients.wrong:
                time.sleep(0.01)
            log += lab.program.log.take()
    assert not clients.wrong, (clients.wrong[:3], log[-20:])
    assert clients.count >= UPGRADES * 2 * CLIENTS
    log += lab.program.log.take()
    assert [line for line in log if "decision=" in line]
    assert not [line for line in log if "decision=allow" not in line and "decision=" in line
                and "reason=no_keys" not in line], log


def held(behaviour, go):
    """Not before `go` is set."""
    def later(connection):
        go.wait(15)
        return behaviour(connection)
    return later


@pytest.mark.parametrize("kind", ["verify", "k9-ssh", "by key", "by certificate"])
def test_login_in_flight_goes_on_with_its_own_workers(lab, old_and_new, kind):
    """Cold, with slow servers: it starts workers when their files are long gone."""
    installation, old, new = old_and_new
    logins = Logins(lab)
    program.reset_cache()
    page = idp.page(idp.discovery_url(ISSUER))
    go = threading.Event()
    lab.idp.pages[page] = held(lab.idp.pages[page], go)
    lab.api.behaviours["alice"] = held(lab.api.behaviours["alice"], go)
    running = logins.start(kind)
    time.sleep(0.5)
    installation.install(new)
    assert running.poll() is None and not (PREFIX / "libexec/sallyport" / old.id).exists()
    go.set()
    logins.good(kind, running)


@pytest.mark.parametrize("kind", ["verify", "k9-ssh", "by key", "by certificate"])
def test_started_just_before_its_files_go(lab, old_and_new, kind):
    """Between its own start and its first look at the workers, all is replaced."""
    installation, old, new = old_and_new
    logins = Logins(lab)
    with open(PROGRAM, "rb") as program_file:
        installation.install(new)
        fd = program_file.fileno()
        logins.good(kind, logins.start(kind, f"/proc/self/fd/{fd}", pass_fds=[fd]))


def test_new_program_waits_for_its_workers(lab, old_and_new):
    installation, old, new = old_and_new
    logins = Logins(lab)
    installation.put_program(new)
    running = [logins.start(kind) for kind in logins.kinds]
    time.sleep(0.5)
    assert all(process.poll() is None for process in running)
    installation.put_workers(new)
    for kind, process in zip(logins.kinds, running):
        logins.good(kind, process)


def refused(lab, logins):
    """The reasons, of each kind of login."""
    lab.program.log.take()
    running = [logins.start(kind) for kind in logins.kinds]
    assert [logins.finish(process) for process in running] == [(1, "")] * len(running)
    found = [program.fields(line) for line in lab.program.log.take() if "decision=" in line]
    assert len(found) == len(running) and {f["decision"] for f in found} == {"error"}
    return {f["reason"] for f in found}


def test_workers_that_never_come_are_told_of(lab, old_and_new):
    installation, old, new = old_and_new
    logins = Logins(lab)
    installation.put_program(new)
    start = time.monotonic()
    assert refused(lab, logins) == {"worker_start"}
    assert WAITS <= time.monotonic() - start < WAITS + 2


def test_workers_of_another_build_are_not_listened_to(lab, old_and_new):
    installation, old, new = old_and_new
    logins = Logins(lab)
    installation.put_workers(new, named_as=old)
    assert refused(lab, logins) == {"worker_version"}
