"""Where the API key is while Key9's answer is awaited: not in the process that will read it."""

import re
from pathlib import Path

import keys
import program
from key9_api import API_KEY, answer


def writable(pid):
    """All that a process may write, as bytes."""
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            start, end, rights = re.match(r"(\w+)-(\w+) (\S+)", line).groups()
            if rights.startswith("rw"):
                memory.seek(int(start, 16))
                yield memory.read(int(end, 16) - int(start, 16))


def test_judge_forgets_the_api_key(lab, command_user):
    """What it parsed, what its libraries copied, what it said: all is overwritten by then."""
    lab.api.behaviours["alice"] = answer(keys.good()["ed25519"])
    copies = {}

    def watch(request):
        for proc in program.running():
            comm = (proc / "comm").read_text().strip()
            copies[comm] = sum(data.count(API_KEY.encode()) for data in writable(proc.name))
    lab.api.watch = watch
    result = lab.program.run("k9-ssh", "--user=alice", as_user=command_user)
    assert result.keys == [keys.good()["ed25519"]]
    assert copies["judge"] == 0
    assert copies["own-ca"] > 0, "the control: who asks has it"
