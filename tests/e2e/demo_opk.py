"""./demo, second part: OpenPubkey, with the real opkssh for a client."""

import sys

import program
import room
import sshd as real_sshd
from demo_text import logged_in, say, show, show_failure, show_log

sys.path.append(str(room.CHECKOUT / "tests/interop"))

import opk_lab  # noqa: E402


def demo(certificates, log, version):
    """True if all of it went as it should."""
    command = f"{program.program_path()} verify %u %k %t"
    sshd = real_sshd.Sshd(version, command, "opksshuser")
    opk = opk_lab.OpkLab(certificates)
    opk.reset()
    kind = opk_lab.Kind("ES256", "ed25519")

    say("The same without any list of keys: OpenPubkey. Now there are in the room:")
    show(f"sshd {version}, whose only source of keys is\n"
         f"  AuthorizedKeysCommand {command}\n"
         f"an OpenID provider (npm's oidc-provider) at {opk.provider.issuer}\n"
         f"the client that people run: {opk.client.version()}")

    say("4. alice signs in at the provider, `opkssh login`. It leaves a key and a certificate\n"
        "   that holds what the provider said about her:")
    identity = opk.login(kind)
    show("\n".join(identity.log.splitlines()[-3:]))

    say("5. Nothing says yet who that may be here. ssh alice@127.0.0.1:")
    opk_lab.write("providers", kind.provider_row)
    opk_lab.write("auth_id")
    refused = sshd.login(identity.key)
    show(refused.stderr)
    say("   The log says why (ssh offers the key without its certificate first):")
    show_log(log.take())

    say("6. A line is added to /etc/opk/auth_id, one of the files that opkssh reads, too:")
    opk_lab.write("auth_id", kind.auth_id_row)
    for name in ("providers", "auth_id"):
        show(f"{name}: {(room.OPK / name).read_text()}")
    say("   ssh alice@127.0.0.1 'echo Hello from $(id -un)':")
    login = sshd.login(identity.key, command="echo Hello from $(id -un)")
    show(login.stdout + login.stderr)
    say("   The log:")
    lines = log.take()
    show_log(lines)
    sshd.stop()
    opk.provider.stop()
    return (refused.returncode == 255 and logged_in(login, lines)) or show_failure(sshd)
