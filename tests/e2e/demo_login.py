"""The demonstration that ./demo shows, told step by step. Runs in the room."""

import sys

import demo_key9
import demo_opk
import program
import sshd as real_sshd
from key9_api import Api
from name_server import NameServer


def main():
    NameServer()
    api, log = Api(), program.Log()
    program.reset_cache()
    version = next(v for v in real_sshd.VERSIONS if real_sshd.unpacked(v))
    good = (demo_key9.demo(api, log, version)
            and demo_opk.demo(api.certificates, log, version))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
