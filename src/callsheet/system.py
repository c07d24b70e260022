"""The composition root: the only file that names adapters and puts them together."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from callsheet import __version__
from callsheet.catalog.files import FileCatalog
from callsheet.engine.clock import SystemClock
from callsheet.engine.entropy import SystemEntropy
from callsheet.engine.local import LocalEngine, local_engine
from callsheet.journal.readonly import ReadOnlyJournal
from callsheet.journal.sqlite import SqliteJournal, SqliteOptions
from callsheet.runs.history import RunHistory
from callsheet.runs.interpreter import Interpreter
from callsheet.runs.ports import Catalog, Journal, Tools
from callsheet.runs.scenarios import PinnedScenarios
from callsheet.runs.service import RunService
from callsheet.settings import Settings
from callsheet.tools.config import read_servers
from callsheet.tools.pool import ToolPool


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """The parts at work, as ports; `engine` and `journal` also for readiness and for the server's address."""

    runs: RunService
    catalog: Catalog
    tools: Tools
    journal: SqliteJournal
    engine: LocalEngine


def journal_path(settings: Settings) -> Path:
    """The journal's database file."""
    return settings.data / "journal.db"


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
    note: Mapping[str, str] | None = None,
) -> AsyncGenerator[System, None]:
    """Everything that one process needs; what the last one left unfinished goes on at once.

    Leaving ends it in order: the engine drains, the tool servers end, the journal commits what is left.

    Args:
        settings: as `callsheet.settings.load_settings` gives them.
        environment: what tool servers and `${NAME}` in mcp.json may draw from.
        catalog: the scenarios; those of the settings' folder by default.
        resume: whether runs of earlier processes go on; without it only those that are submitted or cancelled here.
        note: what other processes can read about this one with `callsheet.journal.lock.holder`.

    Raises:
        ConfigurationInvalid: mcp.json cannot be used.
        JournalUnavailable: the data folder cannot be used, or another process uses it.
    """
    async with AsyncExitStack() as stack:
        clock, entropy = SystemClock(), SystemEntropy()
        scenarios = catalog or open_catalog(settings)
        tools = await stack.enter_async_context(open_tools(settings, environment))
        journal = await stack.enter_async_context(open_journal(settings, note))
        interpreter = Interpreter(
            journal=journal, tools=tools, clock=clock, entropy=entropy, scenarios=PinnedScenarios(journal)
        )
        engine = await stack.enter_async_context(
            local_engine(
                journal=journal,
                execute=interpreter.execute,
                max_concurrent_runs=settings.max_concurrent_runs,
                drain_timeout=settings.drain_timeout,
                resume=resume,
            )
        )
        runs = RunService(catalog=scenarios, journal=journal, engine=engine, clock=clock, entropy=entropy)
        yield System(runs=runs, catalog=scenarios, tools=tools, journal=journal, engine=engine)


@asynccontextmanager
async def open_tools(settings: Settings, environment: Mapping[str, str]) -> AsyncGenerator[ToolPool, None]:
    """The tool servers alone.

    Raises:
        ConfigurationInvalid: mcp.json cannot be used.
    """
    servers = read_servers(settings.mcp, environment) if settings.mcp.exists() else ()
    jitter = SystemEntropy().jitter
    async with ToolPool(servers, environment=environment, version=__version__, jitter=jitter) as tools:
        yield tools


def open_catalog(settings: Settings) -> Catalog:
    """The catalog alone."""
    return FileCatalog(settings.scenarios)


@asynccontextmanager
async def open_journal(
    settings: Settings, note: Mapping[str, str] | None = None
) -> AsyncGenerator[SqliteJournal, None]:
    """The journal alone, for writing.

    Raises:
        JournalUnavailable: the data folder cannot be used, or another process uses it.
    """
    options = SqliteOptions(linger=settings.journal_linger / 1000)
    async with SqliteJournal.open(journal_path(settings), options, note=dict(note or {})) as journal:
        yield journal


@asynccontextmanager
async def open_history(settings: Settings) -> AsyncGenerator[History, None]:
    """The journal for reading, beside the process that writes it.

    Raises:
        JournalUnavailable: there is none yet, or it cannot be read.
    """
    async with ReadOnlyJournal.open(journal_path(settings)) as journal:
        yield History(runs=RunHistory(journal), journal=journal)
