"""The composition root: the only file that names adapters and puts them together."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from callsheet import __version__
from callsheet.access.secrets import SecretDesk
from callsheet.access.stores import AccessStores
from callsheet.catalog.trigger_files import FolderTriggers
from callsheet.engine.cipher import FileCipher, KeyCipher, key_of
from callsheet.engine.clock import SystemClock
from callsheet.engine.entropy import SystemEntropy
from callsheet.engine.environment import OperatorEnvironment
from callsheet.engine.local import local_engine
from callsheet.engine.secrets.desk import StoredSecrets
from callsheet.engine.sweeping import sweeping
from callsheet.engine.timetable import Timetable, timetable
from callsheet.errors.service import ConfigurationInvalid
from callsheet.journal.memory_permits import MemoryPermits
from callsheet.runs.acceptance import Acceptance
from callsheet.runs.admission import Admission, Room
from callsheet.runs.answers import Answers
from callsheet.runs.interpreter import Interpreter
from callsheet.runs.limits import ScenarioLimits
from callsheet.runs.permits import Permits
from callsheet.runs.playground import Playground
from callsheet.runs.ports import Catalog, Cipher, Engine, Environment, Journal
from callsheet.runs.redaction.known import KnownSecrets
from callsheet.runs.saving import SavedScenarios
from callsheet.runs.service import RunService
from callsheet.runs.tools import Tools
from callsheet.runs.triggers.desk import TriggerDesk
from callsheet.runs.triggers.entries import Triggers
from callsheet.runs.triggers.hooks import Hooks
from callsheet.runs.triggers.scheduler import Scheduler
from callsheet.settings import Settings
from callsheet.storage import (
    Storage,
    StoredJournal,
    catalog_of,
    database_url,
    key_file,
    open_storage,
    operator_environment,
    secret_store,
)
from callsheet.telemetry.assembly import NOTHING, Telemetry, Wanted, open_telemetry
from callsheet.tools.config import read_servers
from callsheet.tools.lockfile import LOCKFILE
from callsheet.tools.oauth.sign_in import SignIn
from callsheet.tools.oauth.tokens import FileTokens, TokenStore
from callsheet.tools.pool import ToolPool
from callsheet.tools.routing import did_you_mean
from callsheet.tools.servers import HttpServer, ServerConfig
from callsheet.tools.signing import sign_in_of
from callsheet.tools.transports.tls import SharedTls


class RunningEngine(Engine, Protocol):
    """An engine of this process."""

    @property
    def draining(self) -> bool:
        """Whether it begins nothing new."""
        ...

    @property
    def running(self) -> int:
        """How many runs are at work in this process."""
        ...

    @property
    def queued(self) -> int:
        """How many runs wait for a free place in this process."""
        ...

    async def check(self) -> int:
        """How many processes execute whatever run is due; for `/readyz`.

        Raises:
            Unavailable: this one takes up nothing that it should, or the queue that they share cannot be reached.
        """
        ...

    async def drain(self, timeout: float) -> None:
        """Begin nothing new, wait `timeout` seconds for the steps at work, then let go of them too."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """The parts at work, as ports; `engine` and `journal` also for readiness and for the server's address.

    Attributes:
        telemetry: sees what happens here.
        trusted: the tool servers whose annotations the operator believes (`trustAnnotations`).
    """

    runs: RunService
    answers: Answers
    catalog: Catalog
    saved: SavedScenarios
    tools: Tools
    journal: StoredJournal
    engine: RunningEngine
    cipher: Cipher
    trusted: frozenset[str]
    playground: Playground
    triggers: TriggerDesk
    hooks: Hooks
    access: AccessStores
    secrets: SecretDesk
    telemetry: Telemetry


@asynccontextmanager
async def open_system(
    settings: Settings,
    environment: Mapping[str, str],
    *,
    catalog: Catalog | None = None,
    resume: bool = True,
    worker: bool = True,
    wanted: Wanted = NOTHING,
    note: Mapping[str, str] | None = None,
) -> AsyncGenerator[System, None]:
    """Everything that one process needs; what the last one left unfinished goes on at once.

    Leaving ends it in order: the engine drains, the tool servers end, the journal commits what is left.

    Args:
        settings: as `callsheet.settings.load_settings` gives them.
        environment: what tool servers and `${NAME}` in mcp.json may draw from.
        catalog: the scenarios; those of the settings' folder by default.
        resume: whether runs of earlier processes go on; without it only those that are submitted or cancelled here.
        worker: whether runs are executed in this process; without it others have to, on the same database.
        wanted: what the process tells of itself beside its log.
        note: what other processes can read about this one with `callsheet.journal.sqlite.lock.holder`.

    Raises:
        ConfigurationInvalid: mcp.json cannot be used; or nobody could execute runs, without a worker and a database.
        JournalUnavailable: the data folder or the database cannot be used, or another process uses the folder.
    """
    async with AsyncExitStack() as stack:
        clock, storage = SystemClock(), await stack.enter_async_context(open_storage(settings, note))
        given, known, desk = _secrets(settings, environment)
        servers = open_tools(settings, environment, permits=storage.permits, known=known)
        telemetry = await stack.enter_async_context(_observed(servers, storage, settings, wanted))
        journal, tools = telemetry.journal, telemetry.tools
        scenarios = catalog or catalog_of(settings, storage.revisions)
        cipher, acceptance = _cipher(settings), Acceptance(scenarios, given, tools, known)
        interpreter = _interpreter(journal, tools, given, acceptance, cipher)
        engine = await stack.enter_async_context(
            _engine(settings, storage, interpreter, telemetry, scenarios, resume=resume, worker=worker)
        )
        await stack.enter_async_context(sweeping(journal, clock, settings.retention if resume and worker else {}))
        runs = _runs(settings, journal, engine, acceptance)
        triggers = Triggers(files=FolderTriggers(settings.scenarios), store=storage.triggers)
        table = await stack.enter_async_context(_timetable(triggers, storage, runs, resume=resume))
        yield System(
            runs=runs,
            answers=Answers(journal=journal, engine=engine, clock=clock, secrets=known),
            catalog=scenarios,
            saved=SavedScenarios(catalog=scenarios, revisions=storage.revisions, clock=clock),
            tools=tools,
            journal=storage.journal,
            engine=engine,
            telemetry=telemetry,
            cipher=cipher,
            trusted=_trusted(settings, environment),
            playground=Playground(tools=tools, cipher=cipher, clock=clock),
            triggers=_desk(triggers, storage, scenarios, runs, table),
            hooks=Hooks(triggers=triggers, environment=given, runs=runs, clock=clock),
            access=storage.access,
            secrets=desk,
        )


def _runs(settings: Settings, journal: Journal, engine: RunningEngine, acceptance: Acceptance) -> RunService:
    # Where nobody is asked who they are, everybody is one caller, and has all the room.
    per_owner = settings.max_runs_per_key if settings.auth == "on" else None
    return RunService(
        acceptance=acceptance,
        journal=journal,
        engine=engine,
        clock=SystemClock(),
        entropy=SystemEntropy(),
        admission=Admission(journal, lambda: engine.queued, Room(per_owner=per_owner, queued=settings.max_queued_runs)),
    )


def _cipher(settings: Settings) -> KeyCipher:
    return KeyCipher(key_of(key_file(settings), make=settings.key_file is None))


@asynccontextmanager
async def _observed(
    servers: AbstractAsyncContextManager[Tools], storage: Storage, settings: Settings, wanted: Wanted
) -> AsyncGenerator[Telemetry]:
    """The tool servers and the journal, seen by whoever watches."""
    traces = settings.traces != "off"
    async with (
        servers as pool,
        open_telemetry(storage.journal, pool, version=__version__, wanted=wanted, traces=traces) as telemetry,
    ):
        storage.journal.on_commit(telemetry.committed)
        yield telemetry


def _interpreter(
    journal: Journal, tools: Tools, environment: Environment, acceptance: Acceptance, cipher: Cipher
) -> Interpreter:
    return Interpreter.over(
        journal=journal,
        tools=tools,
        clock=SystemClock(),
        entropy=SystemEntropy(),
        environment=environment,
        acceptance=acceptance,
        cipher=cipher,
    )


@asynccontextmanager
async def _timetable(
    triggers: Triggers, storage: Storage, runs: RunService, *, resume: bool
) -> AsyncGenerator[Timetable | None]:
    """What starts the runs of schedules; nothing in a process that ends with its own run."""
    if not resume:
        yield None
        return
    clock = SystemClock()
    scheduler = Scheduler(
        triggers=triggers,
        store=storage.triggers,
        runs=runs,
        journal=storage.journal,
        clock=clock,
        entropy=SystemEntropy(),
    )
    async with timetable(scheduler, storage.journal, clock) as table:
        yield table


def _desk(
    triggers: Triggers, storage: Storage, catalog: Catalog, runs: RunService, table: Timetable | None
) -> TriggerDesk:
    return TriggerDesk(
        triggers=triggers,
        store=storage.triggers,
        catalog=catalog,
        runs=runs,
        clock=SystemClock(),
        changed=table and table.ring,
    )


def _trusted(settings: Settings, environment: Mapping[str, str]) -> frozenset[str]:
    servers = _servers(settings, environment)
    return frozenset(server.name for server in servers if server.options.trust_annotations)


def _engine(
    settings: Settings,
    storage: Storage,
    interpreter: Interpreter,
    telemetry: Telemetry,
    catalog: Catalog,
    *,
    resume: bool,
    worker: bool,
) -> AbstractAsyncContextManager[RunningEngine]:
    if not worker:
        database_url(settings, "nobody else could execute the runs of a process without a worker")
    limits = ScenarioLimits(catalog, interpreter.clock)
    if storage.signals is None:
        return local_engine(
            journal=telemetry.journal,
            execute=telemetry.around(interpreter.execute),
            clock=interpreter.clock,
            max_concurrent_runs=settings.max_concurrent_runs,
            drain_timeout=settings.drain_timeout,
            limits=limits,
            resume=resume,
        )
    # Not on top: who needs nothing but a file need not wait for procrastinate to be imported.
    from callsheet.engine.fleet.engine import fleet_engine  # noqa: PLC0415

    return fleet_engine(
        url=database_url(settings, "there is no queue of runs"),
        journal=telemetry.journal,
        signals=storage.signals,
        execute=telemetry.around(interpreter.execute),
        clock=interpreter.clock,
        max_concurrent_runs=settings.max_concurrent_runs,
        drain_timeout=settings.drain_timeout,
        holds=interpreter.tools.holds,
        worker=worker,
        resume=resume,
        permits=storage.permits,
        limits=limits,
    )


@asynccontextmanager
async def open_tools(
    settings: Settings,
    environment: Mapping[str, str],
    *,
    only: str | None = None,
    permits: Permits | None = None,
    known: KnownSecrets | None = None,
) -> AsyncGenerator[ToolPool, None]:
    """The tool servers alone; of all of them the one that is called `only`, when there is such a one.

    `permits` counts the calls of all processes; without it, those of this one are all there are. `known` are the
    secrets that are taken out of what the servers say; those that there are by default.

    Raises:
        ConfigurationInvalid: mcp.json cannot be used.
    """
    servers = _servers(settings, environment)
    known = known or _known_secrets(settings, environment, operator_environment(settings, environment))
    servers = [server for server in servers if server.name == only] or servers
    jitter = SystemEntropy().jitter
    children, lockfile = settings.data / "children", settings.mcp.with_name(LOCKFILE)
    async with ToolPool(
        servers,
        environment=environment,
        version=__version__,
        jitter=jitter,
        children=children,
        lockfile=lockfile,
        tokens=_tokens(settings),
        permits=permits or MemoryPermits(),
        known=known.everything,
    ) as tools:
        yield tools


def open_sign_in(settings: Settings, environment: Mapping[str, str], server: str) -> SignIn | None:
    """How the tool server is signed in to; None when nobody does.

    Raises:
        ConfigurationInvalid: mcp.json cannot be used, or no server has this name.
    """
    found = _server(settings, environment, server)
    return sign_in_of(found, _tokens(settings), SharedTls()) if isinstance(found, HttpServer) else None


def _secrets(
    settings: Settings, environment: Mapping[str, str]
) -> tuple[OperatorEnvironment, KnownSecrets, StoredSecrets]:
    """What scenarios are given, what is taken out, and where it is changed: of one look at what there is."""
    store = secret_store(settings)
    given = operator_environment(settings, environment, store)
    return given, _known_secrets(settings, environment, given), StoredSecrets(given, store)


def _known_secrets(settings: Settings, environment: Mapping[str, str], given: OperatorEnvironment) -> KnownSecrets:
    """The secrets that this process knows: those of the operator, and those that `mcp.json` gives tool servers."""
    return KnownSecrets(given, {server.name: server.secrets for server in _servers(settings, environment)})


def _servers(settings: Settings, environment: Mapping[str, str]) -> Sequence[ServerConfig]:
    if not settings.mcp.exists():
        return ()
    return read_servers(settings.mcp, environment, operator_environment(settings, environment).secret)


def _tokens(settings: Settings) -> TokenStore:
    cipher = FileCipher(key_file(settings), make=settings.key_file is None)
    return FileTokens(settings.data / "tokens", cipher)


def _server(settings: Settings, environment: Mapping[str, str], name: str) -> ServerConfig:
    servers = _servers(settings, environment)
    found = {server.name: server for server in servers}
    if name not in found:
        raise ConfigurationInvalid(f"No tool server is called {name!r}.{did_you_mean(name, found)}")
    return found[name]
