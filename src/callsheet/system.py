"""The composition root: the only file that names adapters and puts them together."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from callsheet import __version__
from callsheet.catalog.combined import CombinedCatalog
from callsheet.catalog.file_revisions import FileRevisions
from callsheet.catalog.files import FileCatalog
from callsheet.catalog.saved import SavedCatalog
from callsheet.catalog.trigger_files import FolderTriggers
from callsheet.engine.cipher import FileCipher, KeyCipher, key_of
from callsheet.engine.clock import SystemClock
from callsheet.engine.entropy import SystemEntropy
from callsheet.engine.environment import OperatorEnvironment
from callsheet.engine.local import LocalEngine, local_engine
from callsheet.engine.sweeping import sweeping
from callsheet.engine.timetable import timetable
from callsheet.errors import ConfigurationInvalid
from callsheet.journal.memory_permits import MemoryPermits
from callsheet.journal.sqlite.journal import SqliteJournal, SqliteOptions
from callsheet.journal.sqlite.readonly import ReadOnlyJournal
from callsheet.runs.acceptance import Acceptance
from callsheet.runs.answers import Answers
from callsheet.runs.history import RunHistory
from callsheet.runs.interpreter import Interpreter
from callsheet.runs.limits import ScenarioLimits
from callsheet.runs.permits import Permits
from callsheet.runs.playground import Playground
from callsheet.runs.ports import Catalog, Cipher, Engine, Journal
from callsheet.runs.revisions import Revisions
from callsheet.runs.saving import SavedScenarios
from callsheet.runs.service import RunService
from callsheet.runs.signals import Signals
from callsheet.runs.tools import Tools
from callsheet.runs.triggers.desk import TriggerDesk
from callsheet.runs.triggers.entries import Triggers
from callsheet.runs.triggers.hooks import Hooks
from callsheet.runs.triggers.scheduler import Scheduler
from callsheet.settings import Settings
from callsheet.tools.config import read_servers
from callsheet.tools.lockfile import LOCKFILE
from callsheet.tools.oauth.sign_in import SignIn
from callsheet.tools.oauth.tokens import FileTokens, TokenStore
from callsheet.tools.pool import ToolPool
from callsheet.tools.routing import did_you_mean
from callsheet.tools.servers import HttpServer, ServerConfig
from callsheet.tools.signing import sign_in_of
from callsheet.tools.transports.tls import SharedTls


class StoredJournal(Journal, Protocol):
    """A journal that outlives the process."""

    @property
    def lost(self) -> asyncio.Event:
        """Set when nothing can be written any more before the journal is opened anew."""
        ...


class SharedJournal(StoredJournal, Signals, Protocol):
    """A journal that several processes write."""


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

    async def drain(self, timeout: float) -> None:
        """Begin nothing new, wait `timeout` seconds for the steps at work, then let go of them too."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """The parts at work, as ports; `engine` and `journal` also for readiness and for the server's address.

    Attributes:
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


def journal_path(settings: Settings) -> Path:
    """The journal's database file, where no `database_url` is set."""
    return settings.data / "journal.db"


def has_journal(settings: Settings) -> bool:
    """Whether there is a journal that could be read, as far as that is known without asking a server."""
    return settings.database_url is not None or journal_path(settings).exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What ever ran, for reading."""

    runs: RunHistory
    journal: Journal


@asynccontextmanager
async def open_system(
    settings: Settings,
    environment: Mapping[str, str],
    *,
    catalog: Catalog | None = None,
    resume: bool = True,
    worker: bool = True,
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
        note: what other processes can read about this one with `callsheet.journal.sqlite.lock.holder`.

    Raises:
        ConfigurationInvalid: mcp.json cannot be used; or nobody could execute runs, without a worker and a database.
        JournalUnavailable: the data folder or the database cannot be used, or another process uses the folder.
    """
    if not worker:
        database_url(settings, "nobody else could execute the runs of a process without a worker")
    async with AsyncExitStack() as stack:
        clock, entropy = SystemClock(), SystemEntropy()
        revisions = open_revisions(settings)
        scenarios = catalog or open_catalog(settings, revisions)
        permits = await stack.enter_async_context(open_permits(settings))
        tools = await stack.enter_async_context(open_tools(settings, environment, permits=permits))
        journal = await stack.enter_async_context(open_journal(settings, note))
        given = OperatorEnvironment(environment)
        cipher = KeyCipher(key_of(_key_file(settings), make=settings.key_file is None))
        acceptance = Acceptance(scenarios, given, tools)
        interpreter = Interpreter.over(
            journal=journal,
            tools=tools,
            clock=clock,
            entropy=entropy,
            environment=given,
            acceptance=acceptance,
            cipher=cipher,
        )
        limits = ScenarioLimits(scenarios, clock)
        engine = await stack.enter_async_context(
            _local_engine(settings, journal, interpreter, limits, clock, resume=resume)
            if isinstance(journal, SqliteJournal)
            else _fleet_engine(
                settings, journal, interpreter, clock, tools, permits, limits, resume=resume, worker=worker
            )
        )
        await stack.enter_async_context(sweeping(journal, clock, settings.retention if resume and worker else {}))
        runs = RunService(acceptance=acceptance, journal=journal, engine=engine, clock=clock, entropy=entropy)
        answers = Answers(journal=journal, engine=engine, clock=clock)
        saved = SavedScenarios(catalog=scenarios, revisions=revisions, clock=clock)
        triggers = Triggers(files=FolderTriggers(settings.scenarios), store=journal.triggers)
        scheduler = Scheduler(
            triggers=triggers, store=journal.triggers, runs=runs, journal=journal, clock=clock, entropy=entropy
        )
        # Who executes runs starts them, too; a process that ends with its own run does not.
        table = await stack.enter_async_context(timetable(scheduler, journal, clock)) if resume else None
        yield System(
            runs=runs,
            answers=answers,
            catalog=scenarios,
            saved=saved,
            tools=tools,
            journal=journal,
            engine=engine,
            cipher=cipher,
            trusted=_trusted(settings, environment),
            playground=Playground(tools=tools, cipher=cipher, clock=clock),
            triggers=TriggerDesk(
                triggers=triggers,
                store=journal.triggers,
                catalog=scenarios,
                runs=runs,
                clock=clock,
                changed=table and table.ring,
            ),
            hooks=Hooks(triggers=triggers, environment=given, runs=runs, clock=clock),
        )


def _trusted(settings: Settings, environment: Mapping[str, str]) -> frozenset[str]:
    servers = read_servers(settings.mcp, environment) if settings.mcp.exists() else ()
    return frozenset(server.name for server in servers if server.options.trust_annotations)


def _local_engine(
    settings: Settings,
    journal: Journal,
    interpreter: Interpreter,
    limits: ScenarioLimits,
    clock: SystemClock,
    *,
    resume: bool,
) -> AbstractAsyncContextManager[LocalEngine]:
    return local_engine(
        journal=journal,
        execute=interpreter.execute,
        clock=clock,
        max_concurrent_runs=settings.max_concurrent_runs,
        drain_timeout=settings.drain_timeout,
        limits=limits,
        resume=resume,
    )


def _fleet_engine(
    settings: Settings,
    journal: SharedJournal,
    interpreter: Interpreter,
    clock: SystemClock,
    tools: Tools,
    permits: Permits,
    limits: ScenarioLimits,
    *,
    resume: bool,
    worker: bool,
) -> AbstractAsyncContextManager[RunningEngine]:
    # Not on top: who needs nothing but a file need not wait for procrastinate to be imported.
    from callsheet.engine.fleet.engine import fleet_engine  # noqa: PLC0415

    return fleet_engine(
        url=database_url(settings, "there is no queue of runs"),
        journal=journal,
        signals=journal,
        execute=interpreter.execute,
        clock=clock,
        max_concurrent_runs=settings.max_concurrent_runs,
        drain_timeout=settings.drain_timeout,
        holds=tools.holds,
        worker=worker,
        resume=resume,
        permits=permits,
        limits=limits,
    )


@asynccontextmanager
async def open_permits(settings: Settings) -> AsyncGenerator[Permits]:
    """What counts the work that has a limit: of all processes on the database, or of this one where there is none."""
    if settings.database_url is None:
        yield MemoryPermits()
        return
    from callsheet.journal.postgres.permits import PostgresPermits  # noqa: PLC0415 - as in `_fleet_engine`

    async with PostgresPermits.open(settings.database_url.get_secret_value()) as permits:
        yield permits


@asynccontextmanager
async def open_tools(
    settings: Settings, environment: Mapping[str, str], *, only: str | None = None, permits: Permits | None = None
) -> AsyncGenerator[ToolPool, None]:
    """The tool servers alone; of all of them the one that is called `only`, when there is such a one.

    `permits` counts the calls of all processes; without it, those of this one are all there are.

    Raises:
        ConfigurationInvalid: mcp.json cannot be used.
    """
    servers = read_servers(settings.mcp, environment) if settings.mcp.exists() else ()
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
    ) as tools:
        yield tools


def open_sign_in(settings: Settings, environment: Mapping[str, str], server: str) -> SignIn | None:
    """How the tool server is signed in to; None when nobody does.

    Raises:
        ConfigurationInvalid: mcp.json cannot be used, or no server has this name.
    """
    found = _server(settings, environment, server)
    return sign_in_of(found, _tokens(settings), SharedTls()) if isinstance(found, HttpServer) else None


def _tokens(settings: Settings) -> TokenStore:
    cipher = FileCipher(_key_file(settings), make=settings.key_file is None)
    return FileTokens(settings.data / "tokens", cipher)


def _key_file(settings: Settings) -> Path:
    return settings.key_file or settings.data / "key"


def _server(settings: Settings, environment: Mapping[str, str], name: str) -> ServerConfig:
    servers = read_servers(settings.mcp, environment) if settings.mcp.exists() else ()
    found = {server.name: server for server in servers}
    if name not in found:
        raise ConfigurationInvalid(f"No tool server is called {name!r}.{did_you_mean(name, found)}")
    return found[name]


def open_catalog(settings: Settings, revisions: Revisions | None = None) -> Catalog:
    """The catalog alone: the files of the folder, and what was saved."""
    saved = SavedCatalog(revisions or open_revisions(settings))
    return CombinedCatalog(FileCatalog(settings.scenarios), saved)


def open_revisions(settings: Settings) -> Revisions:
    """The saved scenarios alone."""
    return FileRevisions(settings.data / "scenarios")


@asynccontextmanager
async def open_journal(
    settings: Settings, note: Mapping[str, str] | None = None
) -> AsyncGenerator[SqliteJournal | SharedJournal, None]:
    """The journal alone, for writing.

    Raises:
        ConfigurationInvalid: `database_url` cannot be read.
        JournalUnavailable: the data folder cannot be used, or another process uses it; the database cannot be reached,
            or has no tables of this version.
    """
    if settings.database_url is not None:
        async with _open_postgres(settings, settings.database_url.get_secret_value()) as journal:
            yield journal
        return
    options = SqliteOptions(linger=settings.journal_linger / 1000)
    async with SqliteJournal.open(journal_path(settings), options, note=dict(note or {})) as journal:
        yield journal


@asynccontextmanager
async def open_stored_answers(settings: Settings) -> AsyncGenerator[Answers]:
    """The journal for answers alone: they are stored, and nobody goes on with the runs in this process.

    Raises:
        JournalUnavailable: the data folder cannot be used, or another process uses it.
    """
    async with open_journal(settings) as journal:
        yield Answers(journal=journal, engine=None, clock=SystemClock())


@asynccontextmanager
async def open_history(settings: Settings) -> AsyncGenerator[History, None]:
    """The journal for reading, beside the process that writes it.

    Raises:
        JournalUnavailable: there is none yet, or it cannot be read.
    """
    if settings.database_url is not None:
        async with open_journal(settings) as shared:
            yield History(runs=RunHistory(shared), journal=shared)
        return
    async with ReadOnlyJournal.open(journal_path(settings)) as journal:
        yield History(runs=RunHistory(journal), journal=journal)


def _open_postgres(settings: Settings, url: str) -> AbstractAsyncContextManager[SharedJournal]:
    # Not on top: psycopg takes a fifth of a second to import, and one machine needs nothing but a file.
    from callsheet.journal.postgres.journal import PostgresJournal, PostgresOptions  # noqa: PLC0415

    return PostgresJournal.open(url, PostgresOptions(linger=settings.journal_linger / 1000))


def needs_upgrade(settings: Settings) -> bool:
    """Whether `upgrade_database` would do something.

    Raises:
        ConfigurationInvalid: `database_url` is not set or cannot be read.
        JournalUnavailable: the database cannot be reached, or was upgraded by a newer Callsheet.
    """
    # Not on top: see above; yoyo, too, is slow to import.
    from callsheet.journal.postgres import migrate  # noqa: PLC0415

    url = _database_url(settings)
    return migrate.needs_upgrade(url) or asyncio.run(_queue_needs_upgrade(url))


def upgrade_database(settings: Settings) -> Sequence[str]:
    """Bring the tables of the database up to date; the names of the migrations that were missing.

    Raises:
        ConfigurationInvalid: `database_url` is not set or cannot be read.
        JournalUnavailable: the database cannot be reached or changed, or was upgraded by a newer Callsheet.
    """
    from callsheet.journal.postgres import migrate  # noqa: PLC0415 - as in `needs_upgrade`

    url = _database_url(settings)
    return [*migrate.upgrade(url), *asyncio.run(_upgrade_queue(url))]


async def _queue_needs_upgrade(url: str) -> bool:
    from callsheet.engine.fleet.schema import queue_needs_upgrade  # noqa: PLC0415 - as in `_fleet_engine`

    return await queue_needs_upgrade(url)


async def _upgrade_queue(url: str) -> Sequence[str]:
    from callsheet.engine.fleet.schema import upgrade_queue  # noqa: PLC0415 - as in `_fleet_engine`

    return [f"{name} of the queue" for name in await upgrade_queue(url)]


def _database_url(settings: Settings) -> str:
    return database_url(settings, "the journal is a file and needs no upgrade")


def database_url(settings: Settings, otherwise: str) -> str:
    """Where the database is.

    Raises:
        ConfigurationInvalid: nobody said; `otherwise` is what that means.
    """
    if settings.database_url is None:
        raise ConfigurationInvalid(
            f"The setting 'database_url' is not set (postgresql://user@host/database): without it, {otherwise}."
        )
    return settings.database_url.get_secret_value()
