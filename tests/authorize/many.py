"""A machine with several sources: its files, and `authorize` run as sshd would run it."""

import keys
import program
from forge import Forgery
from key9_api import answer
from room import SCRATCH
from runs import Run

DEADLINE = 3
SOURCES = ["openpubkey", "key9", "chain"]


class Many:
    def __init__(self, names, api, idp, host):
        self.names, self.api, self.idp, self.host = names, api, idp, host
        self.program = host.program
        self.certificate = Forgery()
        self.plain, self.chained = keys.new_ed25519(), keys.new_ed25519()
        self.directory = SCRATCH / "many"
        self.directory.mkdir()

    def reset(self, command_user):
        self.command_user = self.host.command_user = command_user
        self.api.reset()
        self.idp.reset()
        self.host.reset()
        program.write_config(program.k9_sections(self.api, command_user), group=command_user)
        self.api.behaviours["alice"] = answer(self.plain)
        self.chain(f"echo '{self.chained}'")
        self.settings()
        self.program.log.take()

    # Its files.

    def chain(self, script, mode=0o755):
        """What the chained command does: a shell script; returns its path."""
        path = self.directory / "chained"
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(mode)
        return path

    @property
    def chain_user(self):
        return "nobody" if self.command_user == "root" else self.command_user

    def settings(self, before="", command=None, **more):
        """sallyport.yaml: all three sources; `more` has rows for one of them."""
        rows = {name: [] for name in SOURCES}
        rows["chain"] = [f"command: {command or self.directory / 'chained'} %u",
                         f"user: {self.chain_user}"]
        text = f"{before}sources:\n"
        for name in SOURCES:
            text += f"  - source: {name}\n"
            text += "".join(f"    {row}\n" for row in [*rows[name], *more.get(name, [])])
        program.write_settings(text)

    # Logins.

    @property
    def words(self):
        return [f"--deadline={DEADLINE}", "--home=/opt/home/alice", "--uid=23002"]

    def arguments(self, type, key, *more, user="alice"):
        return ["authorize", f"--user={user}", f"--type={type}", f"--key={key}", *self.words,
                *more]

    def run(self, type, key, *more, **how):
        result = self.program.run(*self.arguments(type, key, *more, **how),
                                  as_user=self.command_user)
        assert result.seconds < DEADLINE + program.SLACK, result
        for line in result.log:
            assert key[30:] not in line, "the key is in the log"
        return Run(result)

    def by_certificate(self, *more, forgery=None, **how):
        forgery = forgery or self.certificate
        return self.run(forgery.type, forgery.base64, *more, **how)

    def by_key(self, *more, key=None, **how):
        return self.run(*(key or self.plain).split()[:2], *more, **how)

    @property
    def authority_line(self):
        """What OpenPubkey has for the good certificate."""
        return f'cert-authority,principals="opkssh-wildcard" {self.certificate.plain_key}'
