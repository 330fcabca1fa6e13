"""Google's helper for the same job: it asks the metadata address of its cloud by plain http, so
here we ask for as many keys by plain http, too."""

import json

import key9
import room
import runs
from figures import OURS, progress, side_by_side
from key9_api import Listener, read_request, response
from runs import Command

PROGRAM = "oslogin/usr/bin/google_authorized_keys"
SIZE = 10


def answer(path):
    if "/authorize?" in path:
        return {"success": True}
    keys = {str(i): {"key": key} for i, key in enumerate(key9.key_lines()[:SIZE])}
    account = {"primary": True, "username": "alice", "uid": "23002", "gid": "23002",
               "homeDirectory": "/home/alice", "shell": "/bin/sh"}
    return {"loginProfiles": [{"name": "1", "posixAccounts": [account], "sshPublicKeys": keys}]}


def serve(connection):
    request = read_request(connection)
    connection.sendall(response(json.dumps(answer(request.path)).encode()))


def all_cases(machine, rounds):
    program = room.peer(PROGRAM)
    if program is None:
        progress("no google_authorized_keys")
        return
    progress("oslogin")
    listener = Listener(room.METADATA_ADDRESS, 80, serve)
    key9.configure(machine, [SIZE], "plain loopback", "127.0.0.1")
    commands = {OURS: key9.ours(machine, SIZE), "google": Command([program, "alice"], "nobody")}
    for command in commands.values():
        done = command.output()
        assert len(done.stdout.splitlines()) == SIZE, done
    side_by_side("key9_http", runs.by_turns(commands, rounds))
    listener.down()
