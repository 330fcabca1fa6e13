"""Logins into which injector.c puts one fault each, and what must hold of every one of them."""

import errno
import functools
import os
import random
import re
import subprocess
import time
from collections import Counter, defaultdict

import program
from injector import PARENT, Fault, Injector

DEEP = "SALLYPORT_DEEP" in os.environ       # every fault, not some
INJECTED = defaultdict(Counter)     # event: fault: how often, in this session
TRIED = set()       # (process, first or last call of that name), in this session

# Calls that shut a cage: without any of these no login. In prctl's numbers: death with the
# parent, not dumpable, bounding set, no new privileges.
WALLS = {"unshare", "mount", "umount2", "pivot_root", "chroot", "setgroups", "setresgid",
         "setresuid", "capset", "seccomp", "landlock_create_ruleset", "landlock_add_rule",
         "landlock_restrict_self", "prlimit64", "prctl-1", "prctl-4", "prctl-23", "prctl-24",
         "prctl-38"}
SIGTERM, SIGKILL, SIGSTOP = "signal=15", "signal=9", "signal=19"
ENDS = {SIGTERM: 128 + 15, SIGKILL: 128 + 9}     # the status of whom it ends
LAST_RESORT = 1     # s after its deadline: then the parent ends, whatever it is doing
# What a line for the log takes.
TO_THE_LOG = {"socket-log", "connect-log", "sendto-log"}


def output(*command):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout


def allocators():
    """Where memory comes from in our executables, as an event of injector.c: a C library that
    some share, or their own."""
    executables = [path for path in program.PREFIX.rglob("sallyport*")
                   if path.is_file() and path.read_bytes().startswith(b"\x7fELF")]
    shared = [path for path in executables if "NEEDED" in output("readelf", "-d", path)]
    libraries = {os.path.realpath(library) for path in shared
                 for library in re.findall(r"libc\.so\S* => (\S+)", output("ldd", path))}
    for file in sorted({*map(str, executables)} - {*map(str, shared)} | libraries):
        symbols = output("nm", "--defined-only", *["-D"] * (file in libraries), file)
        found = re.findall(r"^0*([0-9a-f]+) \w (?:malloc|calloc|realloc)(?:@.*)?$", symbols, re.M)
        assert len(found) == 3, file
        yield f"{file}+{','.join(found)}"


class Faults:
    """Of one login. `violations`: (fault, what does not hold, result)."""

    def __init__(self, login):
        self.login = login
        self.injector = Injector(login.lab.log)
        self.violations = []
        self.calls = self.events("call")

    def inject(self, fault, deadline):
        self.login.restore_cache()
        return self.injector.inject(fault, self.login.arguments(deadline), self.login.command_user)

    def events(self, event):
        """process: the names of its events, in a login that is only watched."""
        result = self.inject(Fault("*", event, 0, "list"), deadline=5)
        found = defaultdict(list)
        for line in result.stderr.splitlines():
            path, name = line.split()
            found[path].append(name)
        assert self.login.is_right(result), result
        return found

    def put(self, who, event, k, how, deadline=3, harmless=False, lines=None):
        """Put one in; returns whether there was a k-th event. `harmless`: not even the login
        may fail for it. `lines`: what it must print, if not either all or nothing."""
        fault = Fault(who, event, k, how)
        limit = deadline + fault.pause + program.SLACK
        result = self.inject(fault, deadline)
        if result.seconds > limit:      # A busy machine? Then it is not so twice.
            result = self.inject(fault, deadline)
        if result.stderr:
            fault = fault._replace(at=result.stderr.split()[1])
            kind = "allocation" if "+" in event else event.partition(":")[0]
            INJECTED[kind][how.partition("=")[0]] += 1
        must_be_right = fault.at is None or harmless and not self.before_main(fault)
        if must_be_right and not self.login.is_right(result):
            result = self.inject(fault, deadline=5)
            came_now = fault.at is None and result.stderr
            if not came_now and not self.login.is_right(result):
                self.violations.append((fault, "not right", result))
        elif result.seconds > limit:
            self.violations.append((fault, "longer than its deadline", result))
        if lines not in (None, result.stdout):
            self.violations.append((fault, f"not {lines!r}", result))
        self.violations += [(fault, what, result) for what in (
            *self.wrong_output(fault, result), *self.wrong_decision(fault, result, deadline),
            *self.wrong_after(fault, deadline))]
        return fault.at is not None

    def wrong_output(self, fault, result):
        """Either the right lines and 0, or nothing."""
        if not self.login.is_allowed(result.stdout):
            yield "other lines"
        if result.stdout == self.login.lines != "" and fault.how.startswith("error") and self.is_wall(fault):
            # It looks like a machine that may have no namespaces.
            told = any("missing=" in line for line in result.log)
            if (fault.at, fault.how) != ("unshare", f"error={errno.ENOSPC}") or not told:
                yield "lines without a wall"
        # Any other would say that somebody has something to mend.
        ended = ENDS.get(fault.how, 0) if fault.who == PARENT else 0
        if result.status not in (0, ended) and not self.before_main(fault):
            yield f"status {result.status}"

    def wrong_decision(self, fault, result, deadline):
        """One, and it is what has been done; unless the parent could not say so."""
        decisions = self.login.decisions(result)
        silent = fault.who == PARENT and (
            fault.how in ENDS or fault.pause > deadline or fault.at in TO_THE_LOG or
            self.before_main(fault))
        if len(decisions) != 1 and not (silent and len(decisions) == 0):
            yield "not one decision"
        elif decisions and (decisions[0]["decision"] == "allow") != (result.stdout != ""):
            yield "printed and logged differ"

    def wrong_after(self, fault, deadline):
        """What it leaves behind is sound, and the next login right."""
        ended = (fault.how in (*ENDS, SIGSTOP) or      # or stopped, until somebody ended it
                 fault.pause > deadline + LAST_RESORT)
        if not self.login.cache_has_changed():
            return
        try:
            entries = self.login.entries()
        except AssertionError:
            yield "a damaged entry in the cache"
            return
        if any(entry.body != self.login.content.get(name, b"") for name, entry in entries):
            yield "other content in the cache"
        if self.login.left_behind() and fault.at != "unlinkat" and not ended:
            yield "a file left behind in the cache"
        if not self.login.is_right(self.login.next_one()):
            yield "the next login is not right"
        if any(entry.fetched > time.time() for _, entry in self.login.entries()):
            yield "an entry of the future stays in the cache"

    def is_wall(self, fault):
        """Nobody needs a process that says nothing, and the first look at a bounding set is
        libcap-ng's own, at a limit the C library's."""
        if fault.at not in WALLS or fault.who not in self.speakers:
            return False
        return fault.at not in ("prctl-23", "prlimit64") or fault.k > 1

    @functools.cached_property
    def speakers(self):
        return {PARENT, *self.events("message")}

    def before_main(self, fault):
        """The loader has no other way to say no. Our own first calls are about signals."""
        loading = self.calls[PARENT][:self.calls[PARENT].index("rt_sigaction")]
        if fault.event == "transfer":
            return fault.who == PARENT and fault.k <= sum(
                name in ("read", "pread64") for name in loading)
        return fault.who == PARENT and fault.k <= loading.count(fault.event.partition(":")[2])

    def check(self):
        """What has not held, for whoever must find out why."""
        assert not self.violations, "\n".join(
            f"{what}: {tuple(fault)} {tuple(result)}" for fault, what, result in self.violations)

    # Many of them.

    def every(self, who, event, *hows, **more):
        """One of these at each event of a process, until there are no more."""
        chance = random.Random(f"{who} {event} in {self.login.name}")
        k = 1
        while self.put(who, event, k, chance.choice(hows), **more):
            k += 1

    def sweep(self, event, hows, sample, processes=None, **more):
        """Each of these faults at each event of each process, but for calls, which are too many,
        one of them; or (not DEEP) one of them at each of a sample of as many, and at the first and
        last call of each name."""
        found = self.events(event)
        found = {who: found[who] for who in sorted(processes or found)}
        if event in ("call", "step"):   # Now and then there is one more, but not of each name.
            found = {who: by_name(event, names) for who, names in found.items()}
        else:
            found = {who: {event: len(names)} for who, names in found.items()}
        events = [(who, event, last) for who in found for event, last in found[who].items()]
        if DEEP:
            apart = [hows] if event == "call" else [[how] for how in hows]
            for who, event, _ in events:
                for some in apart:
                    self.every(who, event, *some, **more)
            return
        chance = random.Random(f"{event} in {self.login.name}")
        all_ks = [(who, event, k) for who, event, last in events for k in range(1, last + 1)]
        chosen = chance.sample(all_ks, min(sample, len(all_ks)))
        if event == "call":
            chosen += first_and_last(events)
        for who, event, k in chosen:
            self.put(who, event, k, chance.choice(hows), **more)


def by_name(event, names):
    """event of injector.c: how many there are."""
    return {f"{event}:{name}": count for name, count in sorted(Counter(names).items())}


def first_and_last(events):
    """Those that no login before has had."""
    for who, event, last in events:
        for which, k in {"last": last, "first": 1}.items():
            if (who, event, which) not in TRIED and (which == "first" or last > 1):
                TRIED.add((who, event, which))
                yield who, event, k
