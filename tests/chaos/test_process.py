"""Chaos leaves nothing behind, however it ends itself."""

import asyncio
import os
import select
import signal
import sys
from pathlib import Path

import pytest

from tests.chaos.process import LEASH, DidNot, Process

PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, sys.argv[1], sys.executable, "-c", "print('on', flush=True); input()"],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
child.stdout.readline()
print(child.pid, flush=True)
input()
"""
"""A program that starts another one on the leash, waits until that is at work, tells its number, and waits."""


async def test_a_process_on_the_leash_dies_with_who_started_it() -> None:
    pipe = asyncio.subprocess.PIPE
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", PARENT, str(LEASH), stdin=pipe, stdout=pipe)
    assert parent.stdout is not None
    child = os.pidfd_open(int(await parent.stdout.readline()))
    parent.kill()
    await parent.wait()

    dead, _, _ = select.select([child], [], [], 10)

    os.close(child)
    assert dead


async def test_a_process_that_ends_instead_of_beginning_says_why(tmp_path: Path) -> None:
    process = _process(tmp_path, "print('no such thing')")
    await process.spawn()

    with pytest.raises(DidNot, match=r"p\.1 ended instead of beginning:\nno such thing"):
        await process.ready()


async def test_every_process_of_a_place_is_named_and_heard_anew(tmp_path: Path) -> None:
    process = _process(
        tmp_path,
        "import os; print('at', os.environ['CHAOS_PROCESS'], flush=True); import signal; signal.pause()",
        says="at (.+)",
    )
    for number in (1, 2):
        await process.spawn()
        await process.ready()
        assert (process.url, process.label) == (f"p.{number}", f"p.{number}")
        process.freeze()
        process.thaw()
        assert await process.kill() == -signal.SIGKILL
        assert process.url is None


async def test_a_process_that_was_asked_to_end_tells_how_it_ended(tmp_path: Path) -> None:
    process = _process(tmp_path, "import signal; print('on', flush=True); signal.pause()")
    await process.spawn()
    await process.ready()

    assert await process.terminate() == -signal.SIGTERM
    assert not process.alive


def _process(folder: Path, code: str, says: str = "on") -> Process:
    return Process("p", [sys.executable, "-c", code], folder=folder, log=folder / "log", says=says)
