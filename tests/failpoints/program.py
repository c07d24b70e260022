"""Tells the story to the real system in a process that dies at a failpoint, and again in one that does not.

    python program.py < CASES

Each line of standard input is a case, `{"folder": …, "database": …, "transition": …, "moment": …}`, where the database
is the URL of one on PostgreSQL, or null for a file in the folder; it begins at once. Each line of output tells what
came of one: `{"folder": …, "died": …, "fired": …, "stored": …, "ended": …}`, with the exit statuses of both processes,
whether the failpoint says that it fired, and how often the database had the transition in between.

The product has no hooks for this. What opens the system gives its journal another writer: the real one, which is told
to die. Every process is a fork of this one, which has imported everything and begun nothing.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from loguru import logger
from pydantic import SecretStr

from callsheet.settings import Settings
from callsheet.system import System, open_system
from tests.failpoints.dying import Database, Failpoint
from tests.failpoints.on_postgres import OnPostgres
from tests.failpoints.on_sqlite import OnSqlite
from tests.failpoints.points import TRANSITIONS, Moment, Transition
from tests.failpoints.story import SCENARIOS, Story
from tests.support.service import ROOT, furnish, program

TOOLS = ROOT / "tests" / "support" / "servers" / "deduplicating.py"
SECONDS = 250
"""After which a process ends that hangs."""


@asynccontextmanager
async def opened(folder: Path, url: str | None) -> AsyncGenerator[System]:
    """The real system on the folder."""
    settings = Settings(
        data=folder / "data",
        scenarios=folder / "scenarios",
        mcp=folder / "mcp.json",
        drain_timeout=0,
        database_url=None if url is None else SecretStr(url),
    )
    async with open_system(settings, {}) as system:
        yield system


async def tell(folder: Path, url: str | None) -> None:
    """The story, from its beginning."""
    async with opened(folder, url) as system:
        await Story(system, folder).tell()


def begin(work: Callable[[], None]) -> int:
    """The number of a fork of this process that does `work`."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        signal.alarm(SECONDS)
        work()
        status = 0
    except BaseException:  # noqa: BLE001 - nothing may come back from here into the parent's work
        logger.exception("The story did not come to its end.")
    finally:
        os._exit(status)


def in_a_process(work: Callable[[], None]) -> int:
    """The exit status of a fork of this process that did `work`."""
    return os.waitstatus_to_exitcode(os.waitpid(begin(work), 0)[1])


def attempt(database: Database, folder: Path, transition: Transition, moment: Moment) -> dict[str, object]:
    """One case."""
    tools = program(TOOLS, "--ledger", folder / "tools.jsonl", "--doom", folder / "doom")
    furnish(folder, scenarios=SCENARIOS, servers={"tools": tools}, settings={})

    def doomed() -> None:
        database.arm(Failpoint(folder, transition, moment))
        undisturbed()

    def undisturbed() -> None:
        database.hurry()
        asyncio.run(tell(folder, database.url))

    died = in_a_process(doomed)
    fired = (folder / ("doom.struck" if moment is Moment.EFFECT else "fired")).exists()
    found = int(database.query(transition.stored)[0][0])
    ended = in_a_process(undisturbed)
    return {"died": died, "fired": fired, "stored": found, "ended": ended}


def carry_out(case: dict[str, Any]) -> None:
    """One case, of which the result is told."""
    folder, url = Path(case["folder"]), case["database"]
    database = OnSqlite(folder) if url is None else OnPostgres(url)
    result: dict[str, object] = {}
    try:
        result = attempt(database, folder, TRANSITIONS[case["transition"]], Moment[case["moment"]])
    finally:
        os.write(1, orjson.dumps({"folder": case["folder"], **result}) + b"\n")


def main() -> int:
    """All cases; 1 when one of them was not carried out."""
    begun = [begin(partial(carry_out, orjson.loads(line))) for line in sys.stdin.buffer]
    return int(any(os.waitpid(pid, 0)[1] for pid in begun))


if __name__ == "__main__":
    sys.exit(main())
