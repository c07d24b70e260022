"""A whole system in a folder, with a real tool server, its HTTP side, and what Prometheus would see of it."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from opentelemetry.sdk.trace import SpanProcessor
from prometheus_client.parser import text_string_to_metric_families

from callsheet.api.app import create_app
from callsheet.api.draining import Draining
from callsheet.api.gate import Gate
from callsheet.api.options import ApiOptions
from callsheet.api.parts import Parts
from callsheet.cli.endpoint import endpoint_parts
from callsheet.engine.clock import SystemClock
from callsheet.engine.entropy import SystemEntropy
from callsheet.engine.secrets.desk import MemorySecrets
from callsheet.mcp_endpoint.server import Endpoint
from callsheet.runs.events import RunId
from callsheet.scenario.json import JsonObject
from callsheet.settings import load_settings
from callsheet.system import System, open_system
from callsheet.telemetry.assembly import Wanted
from tests.support.service import furnish, program

RAW = Path(__file__).parents[1] / "support/servers/raw.py"

Labels = frozenset[tuple[str, str]]


class Scraped:
    """The samples of one scrape, by name and labels."""

    def __init__(self, text: str) -> None:
        self.families = {family.name: family for family in text_string_to_metric_families(text)}
        self.samples: dict[tuple[str, Labels], float] = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in self.families.values()
            for sample in family.samples
        }

    def value(self, name: str, **labels: str) -> float | None:
        """The sample with exactly these labels."""
        return self.samples.get((name, frozenset(labels.items())))

    def total(self, name: str, **labels: str) -> float:
        """The sum of the samples that have these labels among theirs."""
        return sum(
            value for (known, theirs), value in self.samples.items() if known == name and set(labels.items()) <= theirs
        )

    @property
    def names(self) -> set[str]:
        """Every sample's name."""
        return {name for name, _ in self.samples}


@dataclass(frozen=True, kw_only=True)
class Place:
    """One system, and a client of its HTTP side."""

    system: System
    client: httpx2.AsyncClient
    folder: Path

    async def scrape(self) -> Scraped:
        """What Prometheus sees now."""
        response = await self.client.get("/metrics")
        assert response.status_code == 200, response.text
        return Scraped(response.text)

    async def run(self, scenario_id: str, run_input: JsonObject | None = None) -> str:
        """A run to its end, through the HTTP side; its id."""
        answer = await self.client.post("/api/runs", json={"scenario_id": scenario_id, "input": run_input or {}})
        assert answer.status_code == 202, answer.text
        run_id = answer.json()["run_id"]
        await self.end_of(run_id)
        return run_id

    async def endpoint(self) -> Endpoint:
        """The MCP endpoint of the system."""
        gate = Gate.over(self.system.access, clock=SystemClock(), entropy=SystemEntropy())
        endpoint = Endpoint(endpoint_parts(self.system, load_settings({}, folder=self.folder), gate.acts))
        await endpoint.prepare()
        return endpoint

    async def end_of(self, run_id: str) -> None:
        """Return when the run has ended, and was let go here."""
        async with asyncio.timeout(20):
            async for _ in self.system.runs.follow(RunId(run_id), 0):
                pass


def parts_of(system: System) -> Parts:
    """The HTTP side's parts of a system."""
    gate = Gate.over(system.access, clock=SystemClock(), entropy=SystemEntropy())
    return Parts(
        secrets=MemorySecrets(),
        runs=system.runs,
        answers=system.answers,
        catalog=system.catalog,
        saved=system.saved,
        tools=system.tools,
        playground=system.playground,
        triggers=system.triggers,
        hooks=system.hooks,
        journal_check=system.journal.check,
        engine_check=system.engine.check,
        draining=Draining(),
        gate=gate,
        options=ApiOptions(version="1.2.3"),
        scrape=system.telemetry.scrape(
            lambda: system.engine.queued, lambda: system.engine.running, lambda: gate.acts.lost
        ),
        observer=system.telemetry.requests,
    )


def chain(scenario_id: str, *tools: str, server: str | None = "raw", **step: object) -> JsonObject:
    """A scenario of tool steps, one after the other."""
    where = {} if server is None else {"server": server}
    steps = [{"name": f"{tool}_{n}", "type": "tool", "tool": tool, **where, **step} for n, tool in enumerate(tools)]
    return document(scenario_id, *steps)


def document(scenario_id: str, *steps: Mapping[str, object]) -> JsonObject:
    """A scenario of these steps."""
    whole = {"schema_version": "1", "scenario_id": scenario_id, "name": scenario_id, "steps": steps}
    found: JsonObject = json.loads(json.dumps(whole))
    return found


@asynccontextmanager
async def opened(
    folder: Path,
    scenarios: Sequence[JsonObject],
    servers: Mapping[str, JsonObject] | None = None,
    *,
    furnished: bool = False,
    metrics: bool = True,
    spans: SpanProcessor | None = None,
) -> AsyncGenerator[Place]:
    """A system in `folder`, whose tool server `raw` is `tests/support/servers/raw.py`."""
    if not furnished:
        known = {"raw": program(RAW)} if servers is None else servers
        furnish(folder, scenarios=scenarios, servers=known, settings={})
    async with AsyncExitStack() as stack:
        settings = load_settings({"traces": "off" if spans is None else "otlp"}, folder=folder)
        system = await stack.enter_async_context(open_system(settings, {}, wanted=Wanted(metrics=metrics, spans=spans)))
        transport = httpx2.ASGITransport(app=create_app(parts_of(system)))
        client = httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080")
        yield Place(system=system, client=await stack.enter_async_context(client), folder=folder)
