"""The demonstration that ./demo shows, told step by step. Runs in the room."""

import subprocess
import sys

import program
import room
import sshd as real_sshd
from key9_api import Api, answer
from name_server import NameServer


def say(text):
    print(f"\n{text}")


def show(text):
    print("".join(f"    {line}\n" for line in text.strip().splitlines()), end="")


def show_log(lines):
    show("\n".join(line.split(">", 1)[1] for line in lines))     # without the priority


def main():
    NameServer()
    api, log = Api(), program.Log()
    path = program.program_path()
    program.reset_cache()
    program.write_config(program.k9_sections(api, "key9"), group="key9")
    version = next(v for v in real_sshd.VERSIONS if real_sshd.unpacked(v))
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

    allowed = any("decision=allow" in line for line in lines)
    if refused.returncode == 255 and login.stdout == "Hello from alice\n" and allowed:
        return 0
    say("This is not as it should be. What sshd said:")
    show(sshd.log())
    return 1


if __name__ == "__main__":
    sys.exit(main())
