"""Runs a command that dies with the process that started this: `python leash.py COMMAND …`.

Chaos may be killed itself, and must not leave behind what it started.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(command: list[str]) -> None:
    """Become the command."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() == parent:  # else it died before the leash was on
        os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
