"""The app over parts in memory: what the tests of the HTTP side stand on."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from callsheet.access.mandate import Mandate
from callsheet.access.principal import PRINCIPAL, Principal
from callsheet.access.stores import AccessStores
from callsheet.api.app import create_app
from callsheet.api.draining import Draining
from callsheet.api.effective import Effective
from callsheet.api.gate import Gate
from callsheet.api.options import ApiOptions
from callsheet.api.parts import Parts
from callsheet.catalog.combined import CombinedCatalog
from callsheet.catalog.memory_revisions import MemoryRevisions
from callsheet.catalog.memory_triggers import MemoryTriggerFiles
from callsheet.catalog.saved import SavedCatalog
from callsheet.engine.cipher import KEY_BYTES, KeyCipher
from callsheet.engine.clock import SystemClock
from callsheet.engine.entropy import SystemEntropy
from callsheet.engine.environment import OperatorEnvironment
from callsheet.engine.secrets.desk import MemorySecrets
from callsheet.errors.journal import JournalUnavailable
from callsheet.errors.scenarios import ScenarioNotFound
from callsheet.errors.tools import ServerUnavailable
from callsheet.journal.memory import MemoryJournal
from callsheet.journal.memory_access import memory_access
from callsheet.journal.memory_triggers import MemoryTriggerStore
from callsheet.lint.drift import Drift
from callsheet.lint.signatures import ToolSignature, Use
from callsheet.runs.acceptance import Acceptance
from callsheet.runs.admission import Admission, Room
from callsheet.runs.answers import Answers
from callsheet.runs.events import Event, Revision, RunId, RunSummary
from callsheet.runs.playground import Playground
from callsheet.runs.ports import CatalogEntry, Clock, NewRun
from callsheet.runs.revisions import Revisions
from callsheet.runs.saving import SavedScenarios
from callsheet.runs.service import RunService
from callsheet.runs.tools import ToolCall, ToolDescription, ToolInfo, ToolListing, ToolResult, Tools, ToolServerState
from callsheet.runs.triggers.desk import TriggerDesk
from callsheet.runs.triggers.entries import Triggers
from callsheet.runs.triggers.hooks import Hooks
from callsheet.scenario.codec import decode_json, digest
from callsheet.scenario.diagnostics import Diagnostic
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.parse import parse_scenario
from callsheet.tools.routing import missing_tool, unknown_server
from tests.support.events import new_run

NEWS = "news_source_discovery_v1"
ARTICLE: JsonObject = {"url": "http://127.0.0.1:1/an-article.html"}

_NEWS_FILE = Path(__file__).parents[2] / "examples/news/scenarios" / f"{NEWS}.json"


def news_document() -> JsonObject:
    """The seed's scenario."""
    document = decode_json(_NEWS_FILE.read_bytes())
    assert isinstance(document, dict)
    return document


def entry_of(scenario_id: str, document: Json, *, source: str = "") -> CatalogEntry:
    """A catalog's entry for a document, broken or not."""
    parsed = parse_scenario(document)
    return CatalogEntry(
        scenario_id=scenario_id,
        source=source or f"scenarios/{scenario_id}.json",
        document=document if isinstance(document, dict) else None,
        scenario=parsed.scenario,
        revision=Revision(digest(document)),
        problems=parsed.diagnostics,
    )


def unreadable(scenario_id: str) -> CatalogEntry:
    """A file that is no JSON at all."""
    problem = Diagnostic(code="E100", pointer="", message="The JSON is broken: Expecting value.", line=3, column=7)
    return CatalogEntry(
        scenario_id=scenario_id,
        source=f"scenarios/{scenario_id}.json",
        document=None,
        scenario=None,
        revision=Revision(""),
        problems=(problem,),
    )


class Shelf:
    """The `Catalog` port over given entries."""

    def __init__(self, *entries: CatalogEntry) -> None:
        self._entries = {entry.scenario_id: entry for entry in entries}

    async def list(self) -> Sequence[CatalogEntry]:
        return [self._entries[name] for name in sorted(self._entries)]

    async def get(self, scenario_id: str) -> CatalogEntry:
        try:
            return self._entries[scenario_id]
        except KeyError:
            raise ScenarioNotFound(f"There is no scenario '{scenario_id}'.") from None


class NothingGiven:
    """The `Environment` port of an operator who set nothing."""

    def variable(self, name: str) -> str | None:
        return None

    def secret(self, name: str) -> str | None:
        return None

    def secrets(self) -> Mapping[str, str]:
        return {}


class StillEngine:
    """The `Engine` port; executes nothing, so that a test writes a run's events itself."""

    def __init__(self) -> None:
        self.dispatched: list[RunId] = []
        self.cancelled: list[RunId] = []

    async def dispatch(self, run_id: RunId, *, scenario_id: str | None = None, priority: int = 0) -> None:
        self.dispatched.append(run_id)

    async def cancel(self, run_id: RunId) -> None:
        self.cancelled.append(run_id)


class Watched(MemoryJournal):
    """A journal that knows how many followers wait in it now."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = 0
        self.someone_waits = asyncio.Event()

    async def wait(self, run_id: RunId, after: int) -> None:
        self.waiting += 1
        self.someone_waits.set()
        try:
            await super().wait(run_id, after)
        finally:
            self.waiting -= 1


class FullDisk(Watched):
    """A journal that can be read and not written."""

    async def create(self, run: NewRun) -> RunSummary:
        raise JournalUnavailable("The journal cannot be written: no space left on device.")

    async def request_cancel(self, run_id: RunId) -> RunSummary:
        raise JournalUnavailable("The journal cannot be written: no space left on device.")

    async def check(self) -> None:
        raise JournalUnavailable("The journal cannot be written: no space left on device.")


class SomeTools:
    """The `Tools` port over servers of which some may be dead."""

    locked: ToolSignature | None = None
    drift: Drift | None = None

    def __init__(self, *tools: ToolInfo, alive: Sequence[str] = (), dead: Sequence[str] = ()) -> None:
        self._listing = ToolListing(tools=tools, unavailable=dict.fromkeys(dead, "Connection refused."))
        self._states = [ToolServerState(name=name, transport="stdio", connected=True) for name in alive] + [
            ToolServerState(name=name, transport="http", connected=False, error="Connection refused.") for name in dead
        ]

    async def list(self) -> ToolListing:
        return self._listing

    async def recent(self) -> ToolListing:
        return self._listing

    async def describe(self, server: str, tool: str) -> ToolDescription:
        states = {state.name: state for state in self._states}
        if server not in states:
            raise unknown_server(server, tool, states)
        if (error := states[server].error) is not None:
            raise ServerUnavailable(error, server=server, tool=tool)
        offered = {each.name: each for each in self._listing.tools if each.server == server}
        if tool not in offered:
            raise missing_tool(server, tool, offered)
        return ToolDescription(tool=offered[tool], locked=self.locked, drift=self.drift)

    def servers(self) -> Sequence[ToolServerState]:
        return self._states

    def holds(self, run_id: RunId) -> bool:
        return False

    def refused(self, uses: Iterable[Use]) -> Sequence[Drift]:
        return ()

    def release(self, run_id: RunId) -> None:
        raise AssertionError(f"Nothing ends a run here, but {run_id} ended.")

    async def call(self, call: ToolCall) -> ToolResult:
        raise AssertionError(f"Nothing calls a tool here, but {call} came.")


class Acting:
    """Middleware behind all others: the caller is who the header `X-Test-Caller` names, when there is one."""

    def __init__(self, app: ASGIApp, people: Mapping[str, Principal]) -> None:
        self._app = app
        self._people = people

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        named = dict(scope.get("headers", ())).get(b"x-test-caller")
        if named is not None:
            scope = {**scope, PRINCIPAL: self._people[named.decode()]}
        await self._app(scope, receive, send)


@dataclass(kw_only=True)
class House:
    """An app and the parts behind it.

    Attributes:
        people: callers by the names under which `client` takes them.
    """

    people: dict[str, Principal] = field(default_factory=dict[str, Principal])

    journal: Watched = field(default_factory=Watched)
    catalog: Shelf = field(default_factory=lambda: Shelf(entry_of(NEWS, news_document())))
    revisions: Revisions = field(default_factory=MemoryRevisions)
    tools: Tools = field(default_factory=SomeTools)
    options: ApiOptions = field(default_factory=lambda: ApiOptions(version="1.2.3"))
    engine: StillEngine = field(default_factory=StillEngine)
    draining: Draining = field(default_factory=Draining)
    triggers: MemoryTriggerStore = field(default_factory=MemoryTriggerStore)
    trigger_files: MemoryTriggerFiles = field(default_factory=MemoryTriggerFiles)
    effective: Effective = field(default_factory=Effective)
    access: AccessStores = field(default_factory=memory_access)
    secret_desk: MemorySecrets = field(default_factory=MemorySecrets)
    asks: bool = False
    clock: Clock = field(default_factory=SystemClock)
    gate: Gate = field(init=False)
    secrets: dict[str, str] = field(default_factory=dict[str, str])
    room: Room | None = None
    rings: int = 0
    web: BaseRoute | None = None
    mcp: ASGIApp | None = None
    runs: RunService = field(init=False)
    app: FastAPI = field(init=False)

    def __post_init__(self) -> None:
        catalog, clock = CombinedCatalog(self.catalog, SavedCatalog(self.revisions)), self.clock
        self.gate = Gate.over(
            self.access,
            clock=clock,
            entropy=SystemEntropy(),
            asks=self.asks,
            guesses=self.options.rates and self.options.rates.guesses,
        )
        self.runs = RunService(
            acceptance=Acceptance(catalog, NothingGiven(), self.tools),
            journal=self.journal,
            engine=self.engine,
            clock=clock,
            entropy=SystemEntropy(),
            admission=Admission(self.journal, lambda: len(self.engine.dispatched), self.room),
        )
        triggers = Triggers(files=self.trigger_files, store=self.triggers)
        parts = Parts(
            triggers=TriggerDesk(
                triggers=triggers,
                store=self.triggers,
                catalog=catalog,
                runs=self.runs,
                clock=clock,
                changed=self._ring,
            ),
            hooks=Hooks(triggers=triggers, environment=OperatorEnvironment(self.secrets), runs=self.runs, clock=clock),
            runs=self.runs,
            answers=Answers(journal=self.journal, engine=self.engine, clock=clock),
            catalog=catalog,
            saved=SavedScenarios(catalog=catalog, revisions=self.revisions, clock=clock),
            tools=self.tools,
            secrets=self.secret_desk,
            playground=Playground(tools=self.tools, cipher=KeyCipher(bytes(KEY_BYTES)), clock=clock),
            journal_check=self.journal.check,
            draining=self.draining,
            gate=self.gate,
            options=self.options,
            effective=self.effective,
        )
        self.app = create_app(parts, mcp=self.mcp, web=self.web)
        self.app.user_middleware.append(Middleware(Acting, people=self.people))

    def _ring(self) -> None:
        self.rings += 1

    @asynccontextmanager
    async def client(self, name: str | None = None) -> AsyncGenerator[httpx2.AsyncClient]:
        """A client in this process; reads a stream to its end before it answers. It calls as `people[name]`."""
        headers = {} if name is None else {"X-Test-Caller": name}
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080", headers=headers) as client:
            yield client

    async def run(self, *events: Event, owner: str = "", scenario_id: str = NEWS) -> RunId:
        """A stored run; `events` follow its first and must name its id: see `started`."""
        run_id = events[0].run_id if events else None
        new = new_run(run_id, scenario_id=scenario_id, mandate=Mandate(owner=owner))
        created = await self.journal.create(new)
        if events:
            await self.journal.append(created.run_id, 1, events)
        return created.run_id


def problems_of(response: httpx2.Response) -> list[dict[str, str]]:
    """The `problems` of an error, after its shape was checked."""
    body = json.loads(response.content)
    assert isinstance(body["detail"], str)
    assert body["detail"]
    return body.get("problems", [])
