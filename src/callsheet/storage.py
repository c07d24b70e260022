"""Where everything is kept: a data folder on one machine, or a database that the processes of a fleet share.

The only file that knows which adapters these are. What belongs to PostgreSQL is imported when `database_url` is set,
and not before: psycopg, yoyo and procrastinate take longer to import than a small run takes.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from callsheet.access.stores import AccessStores
from callsheet.catalog.combined import CombinedCatalog
from callsheet.catalog.file_revisions import FileRevisions
from callsheet.catalog.files import FileCatalog
from callsheet.catalog.saved import SavedCatalog
from callsheet.engine.cipher import FileCipher
from callsheet.engine.clock import SystemClock
from callsheet.engine.environment import OperatorEnvironment
from callsheet.engine.secrets.files import SecretFiles
from callsheet.engine.secrets.store import SecretStore
from callsheet.errors.service import ConfigurationInvalid
from callsheet.journal.memory_access import memory_access
from callsheet.journal.memory_permits import MemoryPermits
from callsheet.journal.memory_triggers import MemoryTriggerStore
from callsheet.journal.sqlite.journal import SqliteJournal, SqliteOptions
from callsheet.journal.sqlite.readonly import ReadOnlyJournal
from callsheet.runs.answers import Answers
from callsheet.runs.history import RunHistory
from callsheet.runs.permits import Permits
from callsheet.runs.ports import Catalog, Journal
from callsheet.runs.revisions import Revisions
from callsheet.runs.signals import Signals
from callsheet.runs.triggers.store import TriggerStore
from callsheet.settings import Settings


class StoredJournal(Journal, Protocol):
    """A journal that outlives the process."""

    @property
    def lost(self) -> asyncio.Event:
        """Set when nothing can be written any more before the journal is opened anew."""
        ...

    def on_commit(self, committed: Callable[[int, float], None]) -> None:
        """Have `committed` called for each batch that is durable: how many changes, and the seconds that it took."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """The stores, as ports.

    Attributes:
        signals: what other processes want of runs at work here; None where no other process executes runs.
    """

    journal: StoredJournal
    revisions: Revisions
    triggers: TriggerStore
    access: AccessStores
    permits: Permits
    signals: Signals | None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What ever ran, for reading."""

    runs: RunHistory
    journal: Journal


def key_file(settings: Settings) -> Path:
    """Where the key is that encrypts what is kept."""
    return settings.key_file or settings.data / "key"


def secret_store(settings: Settings) -> SecretStore:
    """The encrypted secrets of the data folder."""
    return SecretStore(settings.data / "secrets", FileCipher(key_file(settings), make=settings.key_file is None))


def operator_environment(
    settings: Settings, environment: Mapping[str, str], store: SecretStore | None = None
) -> OperatorEnvironment:
    """What the operator gives by name: from `environment`, else from `secrets_dir`, else from the store.

    Each looks for changes by itself: what has to know of the same secrets at the same time needs the same one, and the
    `store` through which they are changed.
    """
    files = () if settings.secrets_dir is None else (SecretFiles(settings.secrets_dir),)
    return OperatorEnvironment(environment, *files, store or secret_store(settings))


@asynccontextmanager
async def open_storage(settings: Settings, note: Mapping[str, str] | None = None) -> AsyncGenerator[Storage]:
    """All stores, for writing.

    Args:
        settings: as `callsheet.settings.load_settings` gives them.
        note: what other processes can read about this one with `callsheet.journal.sqlite.lock.holder`.

    Raises:
        ConfigurationInvalid: `database_url` cannot be read.
        JournalUnavailable: the data folder cannot be used, or another process uses it; the database cannot be reached,
            or has no tables of this version.
    """
    async with _database(settings) if settings.database_url is not None else _folder(settings, note) as storage:
        yield storage


@asynccontextmanager
async def open_journal(settings: Settings) -> AsyncGenerator[StoredJournal]:
    """The journal alone, for writing.

    Raises:
        ConfigurationInvalid: as `open_storage`.
        JournalUnavailable: as `open_storage`.
    """
    async with open_storage(settings) as storage:
        yield storage.journal


@asynccontextmanager
async def open_stored_answers(settings: Settings) -> AsyncGenerator[tuple[Answers, AccessStores]]:
    """The journal for answers alone, and the audit log of it: nobody goes on with the runs in this process.

    Raises:
        ConfigurationInvalid: as `open_storage`.
        JournalUnavailable: as `open_storage`.
    """
    async with open_storage(settings) as storage:
        yield Answers(journal=storage.journal, engine=None, clock=SystemClock()), storage.access


@asynccontextmanager
async def open_history(settings: Settings) -> AsyncGenerator[History]:
    """The journal for reading, beside the process that writes it.

    Raises:
        ConfigurationInvalid: `database_url` cannot be read.
        JournalUnavailable: there is none yet, or it cannot be read.
    """
    if settings.database_url is not None:
        async with open_journal(settings) as shared:
            yield History(runs=RunHistory(shared), journal=shared)
        return
    async with ReadOnlyJournal.open(journal_path(settings)) as journal:
        yield History(runs=RunHistory(journal), journal=journal)


@asynccontextmanager
async def open_trigger_store(settings: Settings) -> AsyncGenerator[TriggerStore]:
    """The schedules and hooks that were saved, and what was decided about slots, beside the process that writes them.

    Raises:
        ConfigurationInvalid: `database_url` cannot be read.
        JournalUnavailable: the journal cannot be read.
    """
    if settings.database_url is not None:
        from callsheet.journal.postgres.address import Address  # noqa: PLC0415 - see the top
        from callsheet.journal.postgres.trigger_store import open_triggers  # noqa: PLC0415 - see the top

        async with open_triggers(Address.parse(database_url(settings, ""))) as store:
            yield store
    elif has_journal(settings):
        async with ReadOnlyJournal.open(journal_path(settings)) as journal:
            yield journal.triggers
    else:
        yield MemoryTriggerStore()  # nothing was saved yet


@asynccontextmanager
async def open_access(settings: Settings, *, write: bool = False) -> AsyncGenerator[AccessStores]:
    """The keys, the sessions and the audit log.

    Args:
        settings: as `callsheet.settings.load_settings` gives them.
        write: whether something is to be changed; otherwise another process may write meanwhile.

    Raises:
        ConfigurationInvalid: `database_url` cannot be read.
        JournalUnavailable: the journal cannot be read; or written, where `write` is asked for.
    """
    if settings.database_url is not None:
        from callsheet.journal.postgres.access_store import open_access_stores  # noqa: PLC0415 - see the top
        from callsheet.journal.postgres.address import Address  # noqa: PLC0415 - see the top

        async with open_access_stores(Address.parse(database_url(settings, ""))) as stores:
            yield stores
    elif write:
        async with open_storage(settings) as storage:
            yield storage.access
    elif has_journal(settings):
        async with ReadOnlyJournal.open(journal_path(settings)) as journal:
            yield journal.access
    else:
        yield memory_access()  # nothing was kept yet


@asynccontextmanager
async def open_catalog(settings: Settings) -> AsyncGenerator[Catalog]:
    """The scenarios alone: the files of the folder, and what was saved.

    Raises:
        ConfigurationInvalid: `database_url` cannot be read.
    """
    if settings.database_url is None:
        yield catalog_of(settings, FileRevisions(settings.data / "scenarios"))
        return
    from callsheet.journal.postgres.address import Address  # noqa: PLC0415 - see the top
    from callsheet.journal.postgres.revisions import open_revisions  # noqa: PLC0415 - see the top

    async with open_revisions(Address.parse(database_url(settings, ""))) as revisions:
        yield catalog_of(settings, revisions)


def catalog_of(settings: Settings, revisions: Revisions) -> Catalog:
    """The files of the folder, and what was saved."""
    return CombinedCatalog(FileCatalog(settings.scenarios), SavedCatalog(revisions))


def journal_path(settings: Settings) -> Path:
    """The journal's database file, where no `database_url` is set."""
    return settings.data / "journal.db"


def has_journal(settings: Settings) -> bool:
    """Whether there is a journal that could be read, as far as that is known without asking a server."""
    return settings.database_url is not None or journal_path(settings).exists()


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


def database_name(settings: Settings) -> str | None:
    """The database, its host and its port, and nothing else of `database_url`; None when that is not set.

    Raises:
        ConfigurationInvalid: `database_url` cannot be read.
    """
    if settings.database_url is None:
        return None
    from callsheet.journal.postgres.address import Address  # noqa: PLC0415 - see the top

    return Address.parse(settings.database_url.get_secret_value()).name


async def count_workers(settings: Settings) -> int:
    """How many processes execute the runs of the database now.

    Raises:
        ConfigurationInvalid: `database_url` is not set or cannot be read.
        JournalUnavailable: the database cannot be asked.
    """
    from callsheet.engine.fleet import roll_call  # noqa: PLC0415 - see the top

    return await roll_call.count_workers(database_url(settings, _NO_WORKERS))


def needs_upgrade(settings: Settings) -> bool:
    """Whether `upgrade_database` would do something.

    Raises:
        ConfigurationInvalid: `database_url` is not set or cannot be read.
        JournalUnavailable: the database cannot be reached, or was upgraded by a newer Callsheet.
    """
    from callsheet.engine.fleet.schema import queue_needs_upgrade  # noqa: PLC0415 - see the top
    from callsheet.journal.postgres import migrate  # noqa: PLC0415 - see the top

    url = database_url(settings, _NO_UPGRADE)
    return migrate.needs_upgrade(url) or asyncio.run(queue_needs_upgrade(url))


def upgrade_database(settings: Settings) -> Sequence[str]:
    """Bring the tables of the database up to date; the names of the migrations that were missing.

    Raises:
        ConfigurationInvalid: `database_url` is not set or cannot be read.
        JournalUnavailable: the database cannot be reached or changed, or was upgraded by a newer Callsheet.
    """
    from callsheet.engine.fleet.schema import upgrade_queue  # noqa: PLC0415 - see the top
    from callsheet.journal.postgres import migrate  # noqa: PLC0415 - see the top

    url = database_url(settings, _NO_UPGRADE)
    return [*migrate.upgrade(url), *(f"{name} of the queue" for name in asyncio.run(upgrade_queue(url)))]


_NO_WORKERS: Final = "'callsheet serve' executes the runs of its data folder itself"
_NO_UPGRADE: Final = "the journal is a file and needs no upgrade"


@asynccontextmanager
async def _folder(settings: Settings, note: Mapping[str, str] | None) -> AsyncGenerator[Storage]:
    options = SqliteOptions(linger=settings.journal_linger / 1000)
    async with SqliteJournal.open(journal_path(settings), options, note=dict(note or {})) as journal:
        yield Storage(
            journal=journal,
            revisions=FileRevisions(settings.data / "scenarios"),
            triggers=journal.triggers,
            access=journal.access,
            permits=MemoryPermits(),
            signals=None,
        )


@asynccontextmanager
async def _database(settings: Settings) -> AsyncGenerator[Storage]:
    from callsheet.journal.postgres.access_store import open_access_stores  # noqa: PLC0415 - see the top
    from callsheet.journal.postgres.address import Address  # noqa: PLC0415 - see the top
    from callsheet.journal.postgres.journal import PostgresJournal, PostgresOptions  # noqa: PLC0415 - see the top
    from callsheet.journal.postgres.permits import PostgresPermits  # noqa: PLC0415 - see the top
    from callsheet.journal.postgres.revisions import open_revisions  # noqa: PLC0415 - see the top
    from callsheet.journal.postgres.trigger_store import open_triggers  # noqa: PLC0415 - see the top

    url = database_url(settings, "")
    address, options = Address.parse(url), PostgresOptions(linger=settings.journal_linger / 1000)
    async with AsyncExitStack() as stack:
        journal = await stack.enter_async_context(PostgresJournal.open(url, options))
        yield Storage(
            journal=journal,
            revisions=await stack.enter_async_context(open_revisions(address)),
            triggers=await stack.enter_async_context(open_triggers(address)),
            access=await stack.enter_async_context(open_access_stores(address)),
            permits=await stack.enter_async_context(PostgresPermits.open(url)),
            signals=journal,
        )
