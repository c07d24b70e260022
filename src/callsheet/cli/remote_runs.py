"""Runs that a server executes, over its HTTP API; for commands beside a server, which alone may write the journal."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import cast
from urllib.parse import quote

import httpx2
import orjson

from callsheet.cli.asked_server import Server, open_server, refusal
from callsheet.errors.kinds import Unavailable
from callsheet.runs.answers import Answer
from callsheet.runs.bulk import BulkAction, BulkReport
from callsheet.runs.codec import RUN_FINISHED
from callsheet.runs.events import Record, RunId, RunStatus, StepPath
from callsheet.runs.forks import ForkWish
from callsheet.runs.ports import Journal, RunFilter
from callsheet.scenario.json import JsonObject
from callsheet.settings import Settings
from callsheet.storage import open_history


@asynccontextmanager
async def open_remote_runs(settings: Settings, url: str) -> AsyncGenerator["RemoteRuns"]:
    """The runs of the server at `url`, which has the data folder of `settings` open.

    Raises:
        JournalUnavailable: the journal cannot be read.
    """
    async with open_history(settings) as history, open_server(settings, url) as server:
        yield RemoteRuns(server, history.journal)


class RemoteRuns:
    """The `RunsAccess` port over HTTP. Every method raises `Unavailable` when the server does not answer.

    Args:
        server: is asked.
        journal: the server's own, for reading: what is too large for the event stream is taken from there.
    """

    def __init__(self, server: Server, journal: Journal) -> None:
        self._server = server
        self._journal = journal

    async def document(self, scenario_id: str) -> JsonObject:
        """See `RunsAccess`."""
        return cast("JsonObject", await self._server.ask("GET", f"/api/scenarios/{quote(scenario_id, safe='')}"))

    async def submit(self, scenario_id: str, run_input: JsonObject, priority: int = 0) -> RunId:
        """See `RunsAccess`."""
        body = orjson.dumps({"scenario_id": scenario_id, "input": run_input, "priority": priority})
        return RunId((await self._server.ask("POST", "/api/runs", body))["run_id"])

    async def follow(self, run_id: RunId) -> AsyncGenerator[Record]:
        """See `RunsAccess`.

        Raises:
            Unavailable: also when the server stops before the run has ended.
        """
        try:
            async with self._server.client.stream("GET", f"/api/runs/{run_id}/events") as response:
                if response.status_code != 200:
                    raise refusal(response.status_code, await response.aread())
                async for record in _records(response.aiter_lines()):
                    yield await self._whole(run_id, record)
                    if record.type == RUN_FINISHED:
                        return
        except httpx2.TransportError as exc:
            raise self._server.gone(exc) from exc
        raise Unavailable(
            f"The server at {self._server.client.base_url} stopped before the run ended. The run goes on when it is "
            f"started again; 'callsheet runs events {run_id} --follow' shows it."
        )

    async def start_schedule(self, name: str) -> RunId:
        """See `RunsAccess`."""
        return RunId((await self._server.ask("POST", f"/api/schedules/{quote(name, safe='')}/trigger"))["run_id"])

    async def fork(self, run_id: RunId, wish: ForkWish) -> RunId:
        """See `RunsAccess`."""
        fields = {"from_step": wish.from_step, "retry": wish.retry, "input": wish.input, "revision": wish.revision}
        return RunId((await self._server.ask("POST", f"/api/runs/{run_id}/fork", orjson.dumps(fields)))["run_id"])

    async def resume(self, run_id: RunId) -> None:
        """See `RunsAccess`."""
        await self._server.ask("POST", f"/api/runs/{run_id}/resume")

    async def delete(self, run_id: RunId) -> None:
        """See `RunsAccess`."""
        await self._server.ask("DELETE", f"/api/runs/{run_id}")

    async def bulk(self, action: BulkAction, where: RunFilter, *, latest: bool, dry_run: bool) -> BulkReport:
        """See `RunsAccess`."""
        fields = {"action": action.value, "filter": _filter(where), "latest": latest, "dry_run": dry_run}
        answer = await self._server.ask("POST", "/api/runs/bulk", orjson.dumps(fields))
        return BulkReport(
            done=tuple(answer["done"]),
            made=answer["made"],
            failed=tuple((each["run_id"], each["code"], each["detail"]) for each in answer["failed"]),
            more=answer["more"],
        )

    async def ended(self, runs: Sequence[RunId]) -> None:
        """See `RunsAccess`. The runs are the server's."""

    async def cancel(self, run_id: RunId) -> RunStatus:
        """See `RunsAccess`."""
        return RunStatus((await self._server.ask("POST", f"/api/runs/{run_id}/cancel"))["status"])

    async def answer(self, run_id: RunId, path: StepPath, answer: Answer) -> None:
        """See `AnswersAccess`."""
        fields = {"action": answer.action.value, "comment": answer.comment, "data": answer.data, "by": answer.by}
        await self._server.ask("POST", f"/api/runs/{run_id}/steps/{quote(path, safe='')}/answer", orjson.dumps(fields))

    async def knows_caller(self) -> bool:
        """See `AnswersAccess`."""
        return (await self._server.ask("GET", "/api/session"))["auth"] == "on"

    async def leave(self) -> None:
        """See `RunsAccess`. The run is the server's: there is nothing to let go."""

    async def _whole(self, run_id: RunId, record: Record) -> Record:
        if b'"omitted":' not in record.data or not orjson.loads(record.data).get("omitted"):
            return record
        return (await self._journal.read(run_id, record.seq - 1, 1))[0]


def _filter(where: RunFilter) -> dict[str, object]:
    fields = {
        "scenario_id": where.scenario_id,
        "status": None if where.status is None else sorted(where.status),
        "error_code": None if where.error_code is None else sorted(where.error_code),
        "started_after": where.started_after,
        "started_before": where.started_before,
        "finished_before": where.finished_before,
        "owner": where.owner,
        "q": where.q,
    }
    return {name: value for name, value in fields.items() if value is not None}


async def _records(lines: AsyncIterator[str]) -> AsyncGenerator[Record]:
    """The events of a stream in which every field is one line, as Callsheet's are."""
    fields: dict[str, str] = {}
    async for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        else:
            if fields.get("data"):
                yield Record(int(fields["id"]), fields["event"], fields["data"].encode())
            fields = {}
