"""./demo, first part: keys from a Key9 API."""

import subprocess

import program
import room
import sshd as real_sshd
from demo_text import logged_in, say, show, show_failure, show_log
from key9_api import answer


def demo(api, log, version):
    """True if all of it went as it should."""
    path = program.program_path()
    program.write_config(program.k9_sections(api, "key9"), group="key9")
    sshd = real_sshd.Sshd(version, f"{path} k9-ssh --user=%u", "key9")
    key = real_sshd.new_key(room.SCRATCH / "id_alice")

    say("A room of its own: private files, users and network, gone when this ends. In it:")
    show(f"sshd {version}, whose only source of keys is\n"
         f"  AuthorizedKeysCommand {path} k9-ssh --user=%u\n"
         f"a Key9 API at {api.url()}\n"
         f"the user alice, who has no authorized_keys file, and a new key for her")

    say("1. What cages the processes on this machine, started as sshd will start them:")
    status = subprocess.run([path, "status"], **program.as_sshd_would("key9"), text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    show(status.stdout)

    say("2. Key9 does not know the new key yet. ssh alice@127.0.0.1:")
    api.behaviours["alice"] = answer()
    refused = sshd.login(key)
    show(refused.stderr)
    say("   The log says why:")
    show_log(log.take())

    say("3. The key is added at Key9. ssh alice@127.0.0.1 'echo Hello from $(id -un)':")
    api.behaviours["alice"] = answer(f"{real_sshd.public_key(key)} alice@laptop")
    login = sshd.login(key, command="echo Hello from $(id -un)")
    show(login.stdout + login.stderr)
    say("   The log (sshd asks twice: when the key is offered, and when it has signed):")
    lines = log.take()
    show_log(lines)
    sshd.stop()
    return (refused.returncode == 255 and logged_in(login, lines)) or show_failure(sshd)
