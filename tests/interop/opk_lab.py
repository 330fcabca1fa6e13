"""Providers, the real client's logins, and opkssh's files on the server."""

import shutil
from typing import NamedTuple

import program
import room
from client import Client
from provider import GitHub, Provider

COMMAND_USERS = ["opksshuser", "root"]
HOME_RULES = ".opk/auth_id"


class Kind(NamedTuple):
    """What a login was made with. By GQ256 one knows GitHub's tokens."""
    algorithm: str
    key_type: str
    access_token: bool = False

    def __str__(self):
        return f"{self.algorithm}-{self.key_type}{'-access_token' * self.access_token}"

    @property
    def provider_row(self):
        """What /etc/opk/providers has to say for it."""
        if self.algorithm == "GQ256":
            return f"{GitHub.ISSUER} github 24h"
        return f"{Provider.ISSUER} {self.algorithm} 24h"

    @property
    def auth_id_row(self):
        """What auth_id has to say to let it be alice. The team is told to those only who ask for
        it with the access token."""
        if self.algorithm == "GQ256":
            return f"alice repo:octo-org/octo-repo:ref:refs/heads/* {GitHub.ISSUER}"
        identity = "oidc:team:operators" if self.access_token else "alice@example.com"
        return f"alice {identity} {Provider.ISSUER}"


KINDS = [*(Kind(algorithm, key_type, access_token) for algorithm in Provider.ALGORITHMS
           for key_type in ("ecdsa", "ed25519") for access_token in (False, True)),
         Kind("GQ256", "ecdsa"), Kind("GQ256", "ed25519")]


def write(name, *rows):
    """One of /etc/opk's files, with the owner and mode that opkssh wants."""
    program.write_config("".join(f"{row}\n" for row in rows), "opksshuser", room.OPK / name)


def write_rules(kind):
    """Let a login of this kind be alice, and nothing else."""
    write("providers", kind.provider_row)
    write("auth_id", kind.auth_id_row)


class OpkLab:
    def __init__(self, certificates):
        self.provider = Provider(certificates)
        self.github = GitHub(certificates)
        self.client = Client(certificates.ca_file)
        self._ca_file = certificates.ca_file
        self._logins = {}

    def reset(self):
        """As installed: no rules yet. The providers' certificates are of the room's authority."""
        shutil.rmtree(room.OPK)
        room.OPK.mkdir()
        shutil.rmtree((room.HOMES / "alice" / HOME_RULES).parent, ignore_errors=True)
        write("config.yml", "env_vars:", f"  SSL_CERT_FILE: {self._ca_file}")

    def login(self, kind, account="alice"):
        """The key and certificate of a login that was made now or before."""
        if (kind, account) not in self._logins:
            self._logins[kind, account] = self.new_login(kind, account)
        return self._logins[kind, account]

    def new_login(self, kind, account="alice"):
        name = f"id_{len(self._logins)}_{account}_{kind}"
        if kind.algorithm == "GQ256":
            return self.client.github_login(self.github, kind.key_type, name)
        return self.client.login(self.provider.issuer, kind.algorithm, kind.key_type,
                                 kind.access_token, account, name)
