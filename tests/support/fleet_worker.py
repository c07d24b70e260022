"""A process that executes runs of the queue, with a toy instead of the interpreter: it writes down what happens.

`python -m tests.support.fleet_worker URL LEDGER [ROOM]`. A run lasts until it is interrupted, unless its name begins
with "short". What is appended to the ledger: the process, what happened, the run.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from callsheet.engine.clock import SystemClock
from callsheet.engine.fleet.engine import fleet_engine
from callsheet.engine.fleet.timing import Timing
from callsheet.journal.memory import MemoryJournal
from callsheet.runs.control import Control, Interrupted
from callsheet.runs.events import RunId
from callsheet.runs.ports import Engine


async def work(url: str, ledger: Path, room: int) -> None:
    """Work until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    descriptor = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(what: str, run_id: str) -> None:
        os.write(descriptor, f"{os.getpid()} {what} {run_id}\n".encode())

    async def execute(run_id: RunId, control: Control, engine: Engine) -> None:
        note("began", run_id)
        try:
            with control:
                await asyncio.sleep(0.01 if run_id.startswith("short") else 3600)
        except Interrupted as interrupted:
            note(interrupted.wish.name, run_id)
        else:
            note("ended", run_id)

    journal = MemoryJournal()
    async with fleet_engine(
        url=url,
        journal=journal,
        signals=journal,
        execute=execute,
        clock=SystemClock(),
        max_concurrent_runs=room,
        drain_timeout=0,
        timing=Timing(),
    ):
        note("works", "-")
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], Path(sys.argv[2]), int((*sys.argv, "10")[3])))
