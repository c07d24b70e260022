"""The client: submits runs until they are accepted and answers what they ask, whatever happens to the service.

Its ledger has a line for each run and each answer that the service took, on disk before the client goes on.
"""

import asyncio
import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx2
import orjson

from tests.chaos.documents import LOADS
from tests.chaos.evidence import Accepted, Event
from tests.e2e.load import parse

PAUSE = 0.1
"""Seconds before a request that was not answered is made again."""

LOOK = 0.3
"""Seconds between two looks for runs that ask."""

UNFINISHED = "queued,running,waiting"
AT_ONCE = 16


class ClientFailed(Exception):
    """The service said something that it may not say."""


class Client:
    """One client.

    Args:
        http: for many requests at once.
        urls: where the service can be reached now; empty while it cannot.
        ledger: the ledger's file.
        dice: choose the scenarios and where a request goes.
    """

    def __init__(
        self, http: httpx2.AsyncClient, urls: Callable[[], Sequence[str]], ledger: Path, dice: random.Random
    ) -> None:
        self._http = http
        self._urls = urls
        self._ledger = ledger
        self._dice = dice
        self._allowed = 0
        self._taken = 0
        self._more = asyncio.Condition()
        self.accepted: list[Accepted] = []
        self.answers: dict[str, str] = {}
        self.refused = 0
        self.unanswered = 0

    async def allow(self, runs: int) -> None:
        """Let so many runs be submitted in all."""
        async with self._more:
            self._allowed = runs
            self._more.notify_all()

    async def submit(self, runs: int) -> None:
        """Submit runs, as they are allowed, until there are so many."""
        scenarios = [load.scenario_id for load in LOADS.values() for _ in range(load.weight)]
        while self._taken < runs:
            number, self._taken = self._taken, self._taken + 1
            async with self._more:
                await self._more.wait_for(lambda number=number: number < self._allowed)
            await self._submit(f"run-{number}", self._dice.choice(scenarios))

    async def answer(self) -> None:
        """Approve whatever is asked, for ever."""
        while True:
            for row in await self._asking():
                await self._approve(row["run_id"], LOADS[row["scenario_id"]].asks)
            await asyncio.sleep(LOOK)

    async def unfinished(self) -> int:
        """How many runs have not ended; 200 for more."""
        return len((await self._page({"status": UNFINISHED, "limit": "200"}))["runs"])

    async def rows(self) -> list[Event]:
        """All runs."""
        found: list[Event] = []
        cursor: dict[str, str] = {}
        while True:
            page = await self._page({"limit": "200", **cursor})
            found += page["runs"]
            if page["next_cursor"] is None:
                return found
            cursor = {"cursor": page["next_cursor"]}

    async def journals(self, run_ids: Sequence[str]) -> dict[str, list[Event]]:
        """The events of runs that have ended."""
        found: dict[str, list[Event]] = {}
        left = list(run_ids)

        async def some() -> None:
            while left:
                run_id = left.pop()
                response = await self._http.get(f"{self._url()}/api/runs/{run_id}/events")
                if response.status_code != 200:
                    raise ClientFailed(f"The events of run {run_id} are not given: {response.text}")
                found[run_id] = [parse(block) for block in response.text.split("\n\n") if block]

        async with asyncio.TaskGroup() as tasks:
            for _ in range(AT_ONCE):
                tasks.create_task(some())
        return found

    async def _submit(self, key: str, scenario_id: str) -> None:
        body: dict[str, Any] = {"scenario_id": scenario_id, "input": {}}
        while True:
            response = await self._post("/api/runs", body, {"Idempotency-Key": key})
            if response is None:
                await asyncio.sleep(PAUSE)
                continue
            if response.status_code != 202:
                raise ClientFailed(f"The submission of {key} was answered {response.status_code}: {response.text}")
            run_id: str = response.json()["run_id"]
            self._write({"key": key, "run_id": run_id, "scenario_id": scenario_id})
            self.accepted.append(Accepted(key=key, run_id=run_id, scenario_id=scenario_id))
            return

    async def _approve(self, run_id: str, path: str | None) -> None:
        comment = f"answer {len(self.answers)}.{self.unanswered}"
        body = {"approved": True, "by": "ada", "comment": comment}
        response = await self._post(f"/api/runs/{run_id}/steps/{path}/answer", body, {})
        if response is None or response.status_code == 409:
            return  # it is seen again, or an earlier answer came through though nobody was told
        if response.status_code != 200:
            raise ClientFailed(f"An answer to run {run_id} was answered {response.status_code}: {response.text}")
        self._write({"answer": comment, "run_id": run_id})
        self.answers[run_id] = comment

    async def _asking(self) -> list[Event]:
        """Runs that wait for an answer and got none that we know of."""
        asking = [load.scenario_id for load in LOADS.values() if load.asks is not None]
        try:
            pages = [await self._page({"status": "waiting", "scenario_id": each, "limit": "200"}) for each in asking]
        except (httpx2.TransportError, ClientFailed):
            return []
        return [row for page in pages for row in page["runs"] if row["run_id"] not in self.answers]

    async def _page(self, query: dict[str, str]) -> Any:
        response = await self._http.get(f"{self._url()}/api/runs", params=query)
        if response.status_code != 200:
            raise ClientFailed(f"The list of runs is not given: {response.text}")
        return response.json()

    async def _post(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> httpx2.Response | None:
        """The answer; None when there was none, or the service said that it cannot now."""
        try:
            response = await self._http.post(f"{self._url()}{path}", json=body, headers=headers)
        except (httpx2.TransportError, ClientFailed):
            self.unanswered += 1
            return None
        if response.status_code == 503:
            if "retry-after" not in response.headers:
                raise ClientFailed(f"503 without Retry-After: {response.text}")
            self.refused += 1
            return None
        return response

    def _url(self) -> str:
        urls = self._urls()
        if not urls:
            raise ClientFailed("Nobody serves now.")
        return self._dice.choice(urls)

    def _write(self, entry: dict[str, str]) -> None:
        with self._ledger.open("ab") as file:
            file.write(orjson.dumps(entry) + b"\n")
            file.flush()
            os.fsync(file.fileno())
