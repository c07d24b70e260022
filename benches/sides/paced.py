"""A service with a run of 500 steps whose events come at the pace that standard input asks for.

    python paced.py FOLDER

Nothing is executed: the events are written through the service's own journal, so that all behind it is as always: the
commit, the stream, the browser. It prints its address, and then answers each line of standard input with one:

    run            a new run, which has only been accepted: its id
    pace ID RATE   so many events of that run each second, until every leaf has begun and ended: how long it took
"""

import asyncio
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from callsheet.api.binding import listen
from callsheet.cli import serving
from callsheet.runs.events import Event, Revision, RunId, RunStarted, StepFinished, StepPath, StepStarted, StepStatus
from callsheet.runs.journal import Journal, NewRun
from callsheet.scenario.codec import canonical, digest
from callsheet.scenario.json import Json, JsonObject
from callsheet.settings import environment, load_settings
from callsheet.system import open_system

BLOCKS, INSIDE = 50, 9
"""A scenario may have 200 steps; the journal and the page know nothing of that."""


def large() -> JsonObject:
    """A document of 500 steps: blocks with steps inside."""
    steps: list[Json] = [
        {
            "name": f"block_{block}",
            "type": "sequence",
            "steps": [
                {"name": f"step_{block}_{number}", "type": "tool", "server": "news", "tool": "fetch_article"}
                for number in range(INSIDE)
            ],
        }
        for block in range(BLOCKS)
    ]
    return {"schema_version": "1", "scenario_id": "large", "name": "500 steps", "steps": steps}


async def begin(journal: Journal) -> RunId:
    """A run that has only been accepted."""
    document, run_id = large(), RunId(str(uuid.uuid4()))
    started = RunStarted(
        run_id=run_id,
        scenario_id="large",
        started_at=datetime.now(UTC),
        revision=Revision(digest(document)),
        input={},
    )
    await journal.create(NewRun(started=started, definition=canonical(document)))
    return run_id


async def pace(journal: Journal, run_id: RunId, rate: float) -> float:
    """Write its events at their times, and say how long that took, in seconds."""
    begun = time.perf_counter()
    for number, event in enumerate(events(run_id)):
        await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
        await journal.append(run_id, 1 + number, [event()])
    return time.perf_counter() - begun


def events(run_id: RunId) -> Iterator[partial[Event]]:
    """Every leaf begins, and ends a while later; each event is made when its time has come."""
    leaves = [(block, number) for block in range(BLOCKS) for number in range(INSIDE)]
    for block, number in leaves:
        yield partial(_started, run_id, block, number)
    for block, number in leaves:
        yield partial(_finished, run_id, block, number)


def _started(run_id: RunId, block: int, number: int) -> Event:
    return StepStarted(
        run_id=run_id,
        step_name=f"step_{block}_{number}",
        index=number,
        started_at=datetime.now(UTC),
        step_path=StepPath(f"block_{block}.step_{block}_{number}"),
        step_type="tool",
    )


def _finished(run_id: RunId, block: int, number: int) -> Event:
    now = datetime.now(UTC)
    return StepFinished(
        run_id=run_id,
        step_name=f"step_{block}_{number}",
        index=number,
        status=StepStatus.SUCCESS,
        started_at=now,
        finished_at=now,
        message="",
        step_path=StepPath(f"block_{block}.step_{block}_{number}"),
        attempts=1,
    )


async def main(folder: Path) -> None:
    """Serve until standard input ends."""
    serving.open_system = partial(open_system, resume=False)  # pyright: ignore[reportPrivateImportUsage]
    settings = load_settings(folder=folder)
    async with serving.serving(settings, environment(), listen(settings.host, 0)) as service:
        print(service.url, flush=True)
        while words := (await asyncio.to_thread(sys.stdin.readline)).split():
            match words:
                case ["run"]:
                    print(await begin(service.system.journal), flush=True)
                case ["pace", run_id, rate]:
                    print(await pace(service.system.journal, RunId(run_id), float(rate)), flush=True)
                case _:
                    raise ValueError(words)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
