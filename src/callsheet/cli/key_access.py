"""API keys and the audit log as commands see them: of a server that has the data folder open, else of the journal."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Final, Protocol
from urllib.parse import quote, urlencode

from callsheet.access.acts import Acts
from callsheet.access.audit import AuditFilter
from callsheet.access.desk import KeyDesk
from callsheet.access.stores import AccessStores
from callsheet.api.audit_export import ExportFormat, exported
from callsheet.api.schemas.audit import AuditList, AuditRow
from callsheet.api.schemas.keys import CreatedKey, KeyList, KeyRequest, KeyRow
from callsheet.cli.asked_server import Server, open_server, server_of
from callsheet.cli.recorded import local_acts, local_subject, recorded
from callsheet.engine.clock import SystemClock
from callsheet.engine.entropy import SystemEntropy
from callsheet.runs.codec import timestamp
from callsheet.settings import Settings
from callsheet.storage import open_access

_PAGE: Final = 100


class KeyAccess(Protocol):
    """What commands do with API keys and the audit log, which are as the HTTP API shows them."""

    async def create(self, wanted: KeyRequest) -> CreatedKey:
        """Make a key. See `KeyDesk.create`."""
        ...

    async def keys(self) -> Sequence[KeyRow]:
        """Every key, the newest first."""
        ...

    async def revoke(self, key_id: str) -> KeyRow:
        """Take a key back.

        Raises:
            NotFound: there is none of this id.
        """
        ...

    async def acts(self, where: AuditFilter, limit: int) -> Sequence[AuditRow]:
        """The newest acts, at most `limit`."""
        ...

    def export(self, where: AuditFilter, form: ExportFormat) -> AsyncGenerator[bytes]:
        """Every act. See `callsheet.api.audit_export.exported`."""
        ...


@asynccontextmanager
async def open_keys(settings: Settings, *, write: bool = False) -> AsyncGenerator[KeyAccess]:
    """The keys and the log: through the server that has the data folder open, else of the journal.

    Args:
        settings: where the data folder is.
        write: whether something is to be changed.

    Raises:
        ConfigurationInvalid: `database_url` cannot be read.
        JournalUnavailable: the journal cannot be read; or written, where `write` is asked for and there is no server.
    """
    server = server_of(settings)
    if server is not None:
        async with open_server(settings, server.note["url"]) as asked:
            yield RemoteKeys(asked)
        return
    async with open_access(settings, write=write) as stores, local_acts(stores.audit) as acts:
        yield LocalKeys(stores, acts)


class LocalKeys:
    """The `KeyAccess` port over stores of this process. What is changed is in the audit log."""

    def __init__(self, stores: AccessStores, acts: Acts) -> None:
        self._stores = stores
        self._acts = acts
        random_bytes = SystemEntropy().random_bytes
        self._desk = KeyDesk(keys=stores.keys, clock=SystemClock(), random_bytes=random_bytes)

    async def create(self, wanted: KeyRequest) -> CreatedKey:
        """See `KeyAccess`."""
        wish = wanted.wish()
        details = {"name": wish.name, "role": wish.role.value}
        async with recorded(self._acts, "key.create", details=details) as act:
            made = await self._desk.create(wish, local_subject())
            act.made(made.key.key_id)
        return CreatedKey.made(made)

    async def keys(self) -> Sequence[KeyRow]:
        """See `KeyAccess`."""
        return [KeyRow.of(key) for key in await self._desk.list()]

    async def revoke(self, key_id: str) -> KeyRow:
        """See `KeyAccess`."""
        async with recorded(self._acts, "key.revoke", key_id):
            return KeyRow.of(await self._desk.revoke(key_id))

    async def acts(self, where: AuditFilter, limit: int) -> Sequence[AuditRow]:
        """See `KeyAccess`."""
        return [AuditRow.of(entry) for entry in await self._stores.audit.list(where, limit)]

    def export(self, where: AuditFilter, form: ExportFormat) -> AsyncGenerator[bytes]:
        """See `KeyAccess`."""
        return exported(self._stores.audit, where, form)


class RemoteKeys:
    """The `KeyAccess` port over HTTP. Every method raises `Unavailable` when the server does not answer."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def create(self, wanted: KeyRequest) -> CreatedKey:
        """See `KeyAccess`."""
        body = wanted.model_dump_json(exclude_none=True).encode()
        return CreatedKey.model_validate(await self._server.ask("POST", "/api/keys", body))

    async def keys(self) -> Sequence[KeyRow]:
        """See `KeyAccess`."""
        return KeyList.model_validate(await self._server.ask("GET", "/api/keys")).keys

    async def revoke(self, key_id: str) -> KeyRow:
        """See `KeyAccess`."""
        return KeyRow.model_validate(await self._server.ask("DELETE", f"/api/keys/{quote(key_id, safe='')}"))

    async def acts(self, where: AuditFilter, limit: int) -> Sequence[AuditRow]:
        """See `KeyAccess`."""
        found: list[AuditRow] = []
        asked, cursor = _query(where), ""
        while len(found) < limit:
            page = asked | {"limit": str(min(_PAGE, limit - len(found)))} | ({"cursor": cursor} if cursor else {})
            answer = AuditList.model_validate(await self._server.ask("GET", f"/api/audit?{urlencode(page)}"))
            found += answer.entries
            cursor = answer.next_cursor or ""
            if not cursor:
                break
        return found

    def export(self, where: AuditFilter, form: ExportFormat) -> AsyncGenerator[bytes]:
        """See `KeyAccess`."""
        return self._server.pieces(f"/api/audit/export?{urlencode(_query(where) | {'format': form.value})}")


def _query(where: AuditFilter) -> dict[str, str]:
    fields = {
        "subject": where.subject,
        "action": where.action,
        "target": where.target,
        "after": None if where.after is None else timestamp(where.after),
        "before": None if where.before is None else timestamp(where.before),
    }
    return {name: value for name, value in fields.items() if value is not None}
