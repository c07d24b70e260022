"""One trial: a fleet, a load, a saboteur, and the judge over what is left."""

import asyncio
import random
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx2
import orjson

from tests.chaos.calls import Calls
from tests.chaos.client import Client
from tests.chaos.evidence import Evidence, Least
from tests.chaos.fleet import Fleet
from tests.chaos.fleets import FLEETS
from tests.chaos.judge import Findings, judge
from tests.chaos.saboteur import Saboteur

SUBMITTERS = 6
LOOK = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is tried.

    Attributes:
        seconds: after which it has failed, whatever happens.
        folder: for everything that is written.
    """

    fleet: str
    runs: int
    seconds: float
    seed: int
    least: Least
    folder: Path


async def attempt(plan: Plan) -> Findings:
    """Do it.

    Raises:
        Broken: a promise was not kept.
        TimeoutError: it did not come to an end.
        DidNot: a process did not begin or end in time.
    """
    ledger = plan.folder / "tools.jsonl"
    async with asyncio.timeout(plan.seconds), FLEETS[plan.fleet](plan.folder, ledger) as fleet:
        evidence = await _evidence(plan, fleet, Calls(path=ledger))
    return judge(evidence, plan.least)


async def _evidence(plan: Plan, fleet: Fleet, calls: Calls) -> Evidence:
    dice = random.Random(plan.seed)
    saboteur = Saboteur(fleet, calls, random.Random(dice.random()))
    async with _http() as http:
        client = Client(http, fleet.urls, plan.folder / "client.jsonl", random.Random(dice.random()))
        async with _progress(plan, client, saboteur, calls):
            await _chaos(plan, fleet, client, saboteur)
            rows = await client.rows()
            journals = await client.journals([row["run_id"] for row in rows])
    for process in fleet.processes:
        await process.terminate()
    calls.read_on()
    for strike in saboteur.strikes:
        _write(plan.folder / "strikes.jsonl", asdict(strike))
    return Evidence(
        accepted=client.accepted,
        answers=client.answers,
        rows=rows,
        journals=journals,
        calls=calls,
        strikes=saboteur.strikes,
        ready=saboteur.ready,
        stored=fleet.stored_wrongly(),
    )


def _write(path: Path, entry: dict[str, object]) -> None:
    with path.open("ab") as file:
        file.write(orjson.dumps(entry) + b"\n")


async def _chaos(plan: Plan, fleet: Fleet, client: Client, saboteur: Saboteur) -> None:
    """The load and the strikes, and after them the end of every run."""
    for process in fleet.processes:
        await saboteur.start(process)
    answering = asyncio.create_task(client.answer())
    try:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(SUBMITTERS):
                tasks.create_task(client.submit(plan.runs))
            tasks.create_task(saboteur.work(plan.least, lambda share: client.allow(round(share * plan.runs))))
        while await client.unfinished():
            if answering.done():
                answering.result()
            await asyncio.sleep(LOOK)
    finally:
        answering.cancel()
        await saboteur.close()


@asynccontextmanager
async def _http() -> AsyncGenerator[httpx2.AsyncClient]:
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx2.AsyncClient(timeout=30, limits=limits) as http:
        yield http


@asynccontextmanager
async def _progress(plan: Plan, client: Client, saboteur: Saboteur, calls: Calls) -> AsyncGenerator[None]:
    """Say on stderr how far it is: once a second on a terminal, and every ten seconds elsewhere."""
    began = time.monotonic()
    end, pause = ("\r", 1) if sys.stderr.isatty() else ("\n", 10)

    def tell() -> None:
        calls.read_on()
        strikes, runs = f"{len(saboteur.strikes)} strikes", f"{len(client.accepted)} of {plan.runs} runs accepted"
        passed = time.monotonic() - began
        sys.stderr.write(f"{plan.fleet}: {passed:4.0f} s, {runs}, {len(calls.all)} tool calls, {strikes} {end}")
        sys.stderr.flush()

    async def keep_telling() -> None:
        while True:
            tell()
            await asyncio.sleep(pause)

    telling = asyncio.create_task(keep_telling())
    try:
        yield
    finally:
        telling.cancel()
        tell()
        sys.stderr.write("\n")
