"""The machine under test: its /etc/opk, and the program run as sshd would run it."""

import json
import os
import re
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import program
from forge import CLIENT, EMAIL, GITHUB, ISSUER
from idp import OTHER
from program import MAGIC, Result
from room import CACHE, HOMES, OPK, SETTINGS, USERS

DEADLINE = 3
PROVIDERS = [f"{ISSUER} {CLIENT} 24h", f"{OTHER} {CLIENT} 24h", f"{GITHUB} none 24h"]
AUTH_ID = [f"alice {EMAIL} {ISSUER}", f"alice {EMAIL} {OTHER}",
           f"alice repo:octo-org/octo-repo:ref:refs/heads/* {GITHUB}"]
LINE = re.compile(r'cert-authority(,principals="[^"]*")?(,expiry-time="\d{14}Z")?'
                  r" [a-z0-9-]+ [A-Za-z0-9+/]+=*\n")


def write(path, content, mode=0o640, owner="root", group="opksshuser"):
    """A file as opkssh wants it, unless told otherwise. Rows, text or bytes."""
    if isinstance(content, (list, tuple)):
        content = "".join(f"{row}\n" for row in content)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink() or path.exists():
        path.unlink()
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    path.chmod(mode)
    os.chown(path, USERS[owner], USERS[group])


def plugin_command(name, script, mode=0o755, owner="root"):
    """A plugin's command; returns its path."""
    path = OPK / name
    write(path, f"#!/bin/sh\n{script}\n", mode, owner, owner)
    return path


def clear(directory):
    for entry in directory.iterdir():
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


class Host:
    def __init__(self, runner, ca_file):
        self.program, self.ca_file = runner, ca_file
        self.command_user = "opksshuser"

    # Its files.

    def reset(self):
        """As a good installation has them; nothing cached."""
        clear(OPK)
        OPK.chmod(0o755)
        for name in ("alice", "bob"):
            shutil.rmtree(HOMES / name / ".opk", ignore_errors=True)
            (HOMES / name).chmod(0o700)
        SETTINGS.unlink(missing_ok=True)
        program.reset_cache()
        program.make_cache("opksshuser")
        self.providers(*PROVIDERS)
        self.auth_id(*AUTH_ID)
        self.config()

    def providers(self, *rows):
        write(OPK / "providers", rows)

    def auth_id(self, *rows):
        write(OPK / "auth_id", rows)

    def config(self, text=""):
        """config.yml, which also says whose certificates to trust."""
        write(OPK / "config.yml", f"env_vars:\n  SSL_CERT_FILE: {self.ca_file}\n{text}")

    def home_file(self, content, user="alice", **how):
        """~user/.opk/auth_id, as opkssh wants it unless told otherwise; returns its path."""
        path = HOMES / user / ".opk/auth_id"
        write(path, content, **{"mode": 0o600, "owner": user, "group": user} | how)
        path.parent.chmod(0o700)
        os.chown(path.parent, USERS[user], USERS[user])
        return path

    def plugin(self, script, name="test", **how):
        """A plugin whose command is a shell script; returns the script's path."""
        command = plugin_command(f"{name}.sh", script, **how)
        self.plugin_file(f"name: {name}\ncommand: {command}\n", f"{name}.yml")
        return command

    def plugin_file(self, text, name="test.yml", mode=0o640, owner="root"):
        write(OPK / "policy.d" / name, text, mode, owner)
        (OPK / "policy.d").chmod(0o755)

    # Its cache.

    @property
    def cache(self):
        return CACHE / self.command_user

    def age(self, seconds):
        """Make every cached key set look as if it had been fetched that long ago."""
        entries = [path for path in self.cache.iterdir() if path.read_bytes()[:8] == MAGIC]
        assert entries, "nothing is cached"
        for path in entries:
            data = path.read_bytes()
            path.write_bytes(data[:8] + (int(time.time()) - seconds).to_bytes(8, "big") + data[16:])

    # Logins.

    def arguments(self, forgery, user="alice"):
        return ["verify", user, forgery.base64, forgery.type]

    def verify(self, forgery, *more, user="alice", deadline=DEADLINE):
        """`verify %u %k %t`: the run that sshd makes."""
        result = self.program.run(*self.arguments(forgery, user), *more, f"--deadline={deadline}",
                                  as_user=self.command_user)
        assert result.seconds < deadline + program.SLACK, result
        assert result.stdout == "" or LINE.fullmatch(result.stdout), result.stdout
        for line in [*result.log, result.stderr]:
            assert forgery.base64[100:140] not in line, "the key is in the log"
            for text in forgery.texts:
                assert len(text) < 40 or text[-40:].decode() not in line, "the token is in the log"
        return result

    def allowed(self, forgery, *more, **how):
        """Must be let in; returns the result."""
        result = self.verify(forgery, *more, **how)
        assert result.stdout.endswith(f" {forgery.plain_key}\n"), result.log
        assert result.status == 0
        assert (result.decision["decision"], result.decision["reason"]) == ("allow", "ok")
        assert result.decision["source"] == "openpubkey"
        return result

    def refused(self, forgery, *reasons, **how):
        """Must not; for one of these reasons. Returns the result."""
        result = self.verify(forgery, **how)
        reason = result.decision["reason"]
        assert result.stdout == "", result
        assert result.status == 0 or reason.startswith("config_") or reason == "no_provider"
        assert result.decision["decision"] in ("deny", "error")
        assert not reasons or reason in reasons, result.log
        return result

    def at_once(self, forgeries, parallel=20, deadline=30):
        """Log in with each, so many at a time; returns the results without their logs."""
        def run(forgery):
            start = time.monotonic()
            done = subprocess.run([self.program.path, *self.arguments(forgery),
                                   f"--deadline={deadline}"],
                                  capture_output=True, text=True, timeout=60,
                                  **program.as_sshd_would(self.command_user))
            return Result(done.returncode, done.stdout, done.stderr, time.monotonic() - start, [])
        with ThreadPoolExecutor(parallel) as pool:
            return list(pool.map(run, forgeries))

    def run(self, *arguments):
        """Another subcommand, as the command user."""
        return self.program.run(*arguments, as_user=self.command_user)

    def explain(self, forgery, key_set, etc=OPK, now=None, user="alice"):
        """`explain`'s object for a login, all of it given."""
        jwks = Path(etc, "explain-jwks.json")
        jwks.write_bytes(key_set)
        done = subprocess.run(
            [self.program.path, "explain", "--user", user, "--type", forgery.type, "--key",
             forgery.base64, "--etc", etc, "--jwks", jwks, "--now", str(now or int(time.time())),
             "--json"], capture_output=True, text=True, timeout=60,
            **program.as_sshd_would("root"))
        found = json.loads(done.stdout)
        expected = {"allowed": 0, "denied": 1, "undecided": 2}[found["verdict"]]
        assert done.returncode == expected, done
        return found
