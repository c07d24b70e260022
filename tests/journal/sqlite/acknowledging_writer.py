"""A program for test_durability: appends to several runs and prints every acknowledgement, until it is killed."""

import asyncio
import sys
from pathlib import Path

from callsheet.journal.sqlite.journal import SqliteJournal
from callsheet.runs.events import RunId
from tests.support.events import new_id, new_run, steps


async def work(journal: SqliteJournal, run_id: RunId) -> None:
    """Append for ever; print `run_id seq` after each append has returned, never before."""
    seq = (await journal.create(new_run(run_id))).last_seq
    while True:
        sys.stdout.write(f"{run_id} {seq}\n")
        sys.stdout.flush()
        await journal.append(run_id, seq, steps(run_id, 1))
        seq += 2


async def main(path: Path) -> None:
    """Work on eight runs at the same time."""
    async with SqliteJournal.open(path) as journal, asyncio.TaskGroup() as tasks:
        for _ in range(8):
            tasks.create_task(work(journal, new_id()))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
