"""Requests with `auth = "on"` and an API key, against the same with `auth = "off"`: what it costs to know who calls.

Both are `callsheet serve`, on SQLite and on PostgreSQL. Nothing is executed: there is room for one run, whose tool
never answers. What an entry of the audit log costs a submission is measured beside it, in a process of its own.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import orjson

from benches.documents import chain, write_folder
from benches.findings import Finding, at_least
from benches.interpreter import Runs
from benches.pairing import Load, alternate, difference, each, ratio
from benches.samples import Sample, drive
from benches.service import SERVERS
from benches.sides.commands import ROOT
from benches.sides.fleet import database_server
from benches.sides.served import Ask, Served, free_port, listening, submission
from benches.sides.wire import Wires
from callsheet.access.acts import Acts, Intent
from callsheet.access.principal import LOCAL
from callsheet.engine.clock import SystemClock
from callsheet.engine.entropy import SystemEntropy
from callsheet.journal.sqlite.journal import SqliteJournal

SETTINGS: Final = (
    "max_concurrent_runs = 1\ndrain_timeout = 0\nmax_runs_per_key = 100000\nmax_queued_runs = 1000000\n"
    'key_rate = "1000000/second"\nsource_rate = "1000000/second"\n'
)
"""Room for whatever is submitted: what is refused costs nothing."""

_LISTED: Final = 50
"""Runs in an answer to `GET /api/runs`."""

_TARGET: Final = 0.9


async def measure(*, quick: bool) -> list[Finding]:
    """Listing and submitting, at 1 and at 50 requests at a time; then the audit log alone."""
    findings = await _requests("SQLite", quick=quick)
    async with database_server() as server:
        findings += await _requests("PostgreSQL", quick=quick, urls=(server.database(), server.database()))
    return findings + await _entries(quick=quick)


async def listing(wires: Wires) -> None:
    """A page of runs."""
    async with wires.one() as wire:
        await wire.get(f"/api/runs?limit={_LISTED}")


async def _requests(name: str, *, quick: bool, urls: tuple[str, str] | None = None) -> list[Finding]:
    asked: dict[str, Ask] = {"GET": listing, "POST": submission}
    findings: list[Finding] = []
    async with AsyncExitStack() as stack:
        on = await stack.enter_async_context(_serving(auth=True, url=None if urls is None else urls[0]))
        off = await stack.enter_async_context(_serving(auth=False, url=None if urls is None else urls[1]))
        for served in (on, off):
            await served.asking(submission).block(_LISTED, 10)
        for concurrency in (1, 50):
            for method, ask in asked.items():
                count = (50 if concurrency == 1 else 150) // (2 if quick else 1)
                load = Load(runs=count, concurrency=concurrency, blocks=3 if quick else 20)
                samples = await alternate({"on": on.asking(ask), "off": off.asking(ask)}, load)
                findings += _findings(f"{name}, {method}, {concurrency} at a time", method, samples)
    return findings


def _findings(name: str, method: str, samples: dict[str, list[Sample]]) -> list[Finding]:
    on, off = samples["on"], samples["off"]
    return [
        Finding(
            name=f"{name}: requests per second",
            unit="x",
            spread=ratio(on, off, lambda sample: sample.rate),
            target=at_least(_TARGET) if method == "GET" else None,
        ),
        Finding(
            name=f"{name}: processor time",
            unit="x",
            spread=ratio(on, off, lambda sample: sample.cpu_per_run),
        ),
        Finding(
            name=f"{name}: processor time added",
            unit="us",
            spread=difference(on, off, lambda sample: sample.cpu_per_run * 1e6),
        ),
    ]


@asynccontextmanager
async def _serving(*, auth: bool, url: str | None) -> AsyncGenerator[Served]:
    """`callsheet serve` in a folder of its own, which asks for a key or does not."""
    with tempfile.TemporaryDirectory(prefix="callsheet-bench-") as name:
        folder = Path(name)
        write_folder(folder, chain(tool="nap", steps=1), [sys.executable, str(SERVERS / "raw.py")])
        known = SETTINGS + ("" if url is None else f"database_url = {orjson.dumps(url).decode()}\n")
        (folder / "callsheet.toml").write_text(known + ('auth = "on"\n' if auth else ""), encoding="utf-8")
        if url is not None:
            await _callsheet(folder, "db", "upgrade")
        key = ""
        if auth:
            made = await _callsheet(folder, "keys", "create", "bench", "--role", "author", "--json")
            key = str(orjson.loads(made)["key"])
        port = free_port()
        async with listening(port, "-m", "callsheet", "serve", "-C", name, "--port", str(port)) as process:
            yield Served(port, process.pid, submission, key=key)


async def _callsheet(folder: Path, *arguments: str) -> bytes:
    command = [sys.executable, "-m", "callsheet", *arguments, "-C", str(folder)]
    done = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, check=True, capture_output=True)
    return done.stdout


class Submissions:
    """Runs that are accepted, as a `Side`: each an act of the audit log, or none."""

    def __init__(self, journal: SqliteJournal, acts: Acts | None) -> None:
        self._runs = Runs(journal, max_concurrent_runs=0)
        self._acts = acts

    async def one(self) -> None:
        """One run."""
        if self._acts is None:
            await self._runs.begin()
            return
        async with self._acts.doing(LOCAL, Intent(action="run.start", source="127.0.0.1", target="chain")) as deed:
            deed.made(await self._runs.begin())

    async def block(self, runs: int, concurrency: int) -> Sample:
        """See `Side`. The outcomes are written by the end of the block."""
        cpu = time.process_time()
        seconds, latencies = await drive(self.one, runs, concurrency)
        if self._acts is not None:
            await self._acts.settle()
        return Sample(runs=runs, seconds=seconds, cpu=time.process_time() - cpu, latencies=latencies)


async def _entries(*, quick: bool) -> list[Finding]:
    """What an act and its outcome add to a submission in one process, without HTTP."""
    findings: list[Finding] = []
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="callsheet-bench-")))
        with_log = await stack.enter_async_context(SqliteJournal.open(folder / "log.db"))
        without = await stack.enter_async_context(SqliteJournal.open(folder / "none.db"))
        acts = Acts(log=with_log.access.audit, clock=SystemClock(), new_id=SystemEntropy().run_id)
        sides = {"log": Submissions(with_log, acts), "none": Submissions(without, None)}
        for concurrency in (1, 50):
            load = Load(runs=100 if quick else 200, concurrency=concurrency, blocks=3 if quick else 20)
            samples = await alternate(sides, load)
            findings += [
                Finding(
                    name=f"an entry of the audit log, {concurrency} at a time: {what}",
                    unit="us",
                    spread=difference(samples["log"], samples["none"], figure),
                )
                for what, figure in (("processor time", _cpu), ("p50 of a submission", _p50))
            ]
            findings.append(
                Finding(
                    name=f"a submission without it, {concurrency} at a time: processor time",
                    unit="us",
                    spread=each(samples["none"], _cpu),
                )
            )
    return findings


def _cpu(sample: Sample) -> float:
    return sample.cpu_per_run * 1e6


def _p50(sample: Sample) -> float:
    return sample.p50 * 1e6
