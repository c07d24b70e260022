"""Starts a stdio server so that it dies with us: a program of its own, run by path, that becomes the server.

    python -I -S launcher.py PARENT UNSET PROGRAM ARGV0 [ARGUMENT ...]

PARENT is our process id; UNSET names a variable that this Python itself may have set (PEP 538), or is empty.

On Linux the kernel kills whoever called prctl(PR_SET_PDEATHSIG) when its parent dies, and this stays so over exec
(prctl(2)). It is asked for here, between fork and exec, because the same in a `preexec_fn` would run Python in the
child of a process with threads, which may hang for ever.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Arrange the end, and become the server."""
    parent, unset, program, *arguments = sys.argv[1:]
    os.environ.pop(unset, None)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):  # it died before we asked
        os._exit(1)
    try:
        os.execv(program, arguments)  # noqa: S606 - that is what this program is for
    except OSError as error:
        os.write(2, f"{program}: {error.strerror}\n".encode())
        os._exit(126)


if __name__ == "__main__":
    main()
