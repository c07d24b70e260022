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


@asynccontextmanager
async def open_system(settings: Settings, environment: Mapping[str, str]) -> AsyncGenerator[System, None]:
    """Everything that one process needs; what the last one left unfinished goes on at once.

    Leaving ends it in order: the engine drains, the tool servers end, the journal commits what is left.

    Args:
        settings: as `callsheet.settings.load_settings` gives them.
        environment: what tool servers and `${NAME}` in mcp.json may draw from.

    Raises:
        ConfigurationInvalid: mcp.json cannot be used.
        JournalUnavailable: the data folder cannot be used, or another process uses it.
    """
    async with AsyncExitStack() as stack:
        clock, entropy = SystemClock(), SystemEntropy()
        catalog = FileCatalog(settings.scenarios)
        tools = await stack.enter_async_context(open_tools(settings, environment))
        options = SqliteOptions(linger=settings.journal_linger / 1000)
        journal = await stack.enter_async_context(SqliteJournal.open(journal_path(settings), options))
        interpreter = Interpreter(
            journal=journal, tools=tools, clock=clock, entropy=entropy, scenarios=PinnedScenarios(journal)
        )
        engine = await stack.enter_async_context(
            local_engine(
                journal=journal,
                execute=interpreter.execute,
                max_concurrent_runs=settings.max_concurrent_runs,
                drain_timeout=settings.drain_timeout,
            )
        )
        runs = RunService(catalog=catalog, journal=journal, engine=engine, clock=clock, entropy=entropy)
        yield System(runs=runs, catalog=catalog, tools=tools, journal=journal, engine=engine)


@asynccontextmanager
async def open_tools(settings: Settings, environment: Mapping[str, str]) -> AsyncGenerator[ToolPool, None]:
    """The tool servers alone.

    Raises:
        ConfigurationInvalid: mcp.json cannot be used.
    """
    servers = read_servers(settings.mcp, environment) if settings.mcp.exists() else ()
    async with ToolPool(servers, environment=environment, version=__version__) as tools:
        yield tools


def open_catalog(settings: Settings) -> Catalog:
    """The catalog alone."""
    return FileCatalog(settings.scenarios)


@asynccontextmanager
async def open_history(settings: Settings) -> AsyncGenerator[Journal, None]:
    """The journal for reading, beside the process that writes it.

    Raises:
        JournalUnavailable: there is none yet, or it cannot be read.
    """
    async with ReadOnlyJournal.open(journal_path(settings)) as journal:
        yield journal
