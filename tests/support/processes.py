"""Ending processes at moments that matter."""

import os
import select
import signal


def kill_unnoticed(pid: int) -> None:
    """Return when the process is dead, in the same turn of the event loop, which so cannot know of it yet."""
    watched = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    dead, _, _ = select.select([watched], [], [], 5)
    os.close(watched)
    assert dead
