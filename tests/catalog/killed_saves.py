"""Saves scenarios in children that are killed at one line of `callsheet.catalog` after the other.

For each line: what is there before and after the kill, as another process sees it, and after one more save, as a line
of JSON. Called with a folder and, if a scenario is to exist before each kill, with its name.
"""

import asyncio
import json
import os
import shutil
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

from callsheet.catalog import file_revisions, revision_files
from callsheet.catalog.file_revisions import FileRevisions
from callsheet.runs.revisions import Presence, SavedRevision
from tests.support.events import NOON
from tests.support.scenarios import scenario

OURS = {file_revisions.__file__, revision_files.__file__}
SECONDS_OF_A_SAVE = 60
"""Then a child that hangs is ended by its own alarm, and reported."""


async def save(root: Path, name: str) -> None:
    """Save over whatever is there."""
    expected = Presence.UNSAID if await look(root) is None else Presence.PRESENT
    await FileRevisions(root).save("mine", scenario(scenario_id="mine", name=name), expected, NOON)


async def look(root: Path) -> Any:
    """The name of the saved scenario."""
    found = await FileRevisions(root).latest("mine")
    if found is None:
        return None
    return found.document["name"] if isinstance(found, SavedRevision) else found.reason


async def look_and_save(root: Path) -> dict[str, Any]:
    """What is there, and what is there after one more save."""
    after = await look(root)
    await save(root, "Three")
    return {"after": after, "next": await look(root)}


def killed_at(root: Path, line: int) -> bool:
    """Save in a child that dies at the `line`th line; whether it did."""
    child = os.fork()  # each `asyncio.run` has ended its threads
    if child == 0:
        signal.alarm(SECONDS_OF_A_SAVE)
        left = line

        def trace(frame: FrameType, event: str, _: object) -> Any:
            nonlocal left
            if frame.f_code.co_filename not in OURS:
                return None
            if event == "line":
                left -= 1
                if left < 0:
                    os._exit(9)
            return trace

        sys.settrace(trace)
        threading.settrace(trace)
        asyncio.run(save(root, "Two"))
        os._exit(0)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if ended not in (0, 9):
        sys.exit(f"the save that was to end at line {line} ended with {ended}")
    return ended == 9


def main(folder: Path, before: str | None) -> None:
    """Every line."""
    start = folder / "start"
    start.mkdir()
    if before is not None:
        asyncio.run(save(start / "scenarios", before))
    line, dead = 0, True
    while dead:
        root = shutil.copytree(start, folder / f"{line}") / "scenarios"
        dead = killed_at(root, line)
        report = {"before": before, **asyncio.run(look_and_save(root))}
        sys.stdout.write(f"{json.dumps(report)}\n")
        sys.stdout.flush()  # else the next fork has it too
        line += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
