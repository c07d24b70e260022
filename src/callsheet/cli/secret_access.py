"""Secrets as commands see them: of a server that has the data folder open, else of the folder itself."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Protocol

from callsheet.access.acts import Acts
from callsheet.access.secrets import SecretDesk
from callsheet.api.schemas.secrets import SecretList, SecretRow, SecretValue
from callsheet.cli.asked_server import Server, open_server, server_of
from callsheet.cli.failures import say
from callsheet.cli.recorded import local_acts, recorded
from callsheet.engine.secrets.desk import StoredSecrets
from callsheet.engine.secrets.store import check_name
from callsheet.errors.journal import JournalUnavailable
from callsheet.errors.kinds import Invalid
from callsheet.settings import Settings, environment
from callsheet.storage import open_access, operator_environment, secret_store


class SecretAccess(Protocol):
    """What commands do with secrets, which are as the HTTP API shows them."""

    async def secrets(self) -> Sequence[SecretRow]:
        """Every secret, by name."""
        ...

    async def set(self, name: str, secret: str) -> SecretRow:
        """Keep a secret. See `SecretDesk.set`."""
        ...

    async def remove(self, name: str) -> None:
        """Remove a secret. See `SecretDesk.remove`."""
        ...


@asynccontextmanager
async def open_secrets(settings: Settings) -> AsyncGenerator[SecretAccess]:
    """The secrets: through the server that has the data folder open, else of the folder.

    Raises:
        JournalUnavailable: nobody can tell whether there is a server.
    """
    server = server_of(settings)
    if server is not None:
        async with open_server(settings, server.note["url"]) as asked:
            yield RemoteSecrets(asked)
        return
    store = secret_store(settings)
    yield LocalSecrets(settings, StoredSecrets(operator_environment(settings, environment(), store), store))


class LocalSecrets:
    """The `SecretAccess` port over a data folder that no server has open. What is changed is in the audit log."""

    def __init__(self, settings: Settings, desk: SecretDesk) -> None:
        self._settings = settings
        self._desk = desk

    async def secrets(self) -> Sequence[SecretRow]:
        """See `SecretAccess`."""
        return [SecretRow.of(entry) for entry in await self._desk.list()]

    async def set(self, name: str, secret: str) -> SecretRow:
        """See `SecretAccess`."""
        async with self._audited("secret.set", name):
            return SecretRow.of(await self._desk.set(name, secret))

    async def remove(self, name: str) -> None:
        """See `SecretAccess`."""
        async with self._audited("secret.remove", name):
            await self._desk.remove(name)

    @asynccontextmanager
    async def _audited(self, action: str, name: str) -> AsyncGenerator[None]:
        async with AsyncExitStack() as stack:
            acts = await self._acts(stack)
            if acts is None:
                say("This is not in the audit log: another process has the journal open.")
            else:
                await stack.enter_async_context(recorded(acts, action, name))
            yield

    async def _acts(self, stack: AsyncExitStack) -> Acts | None:
        """None while a process without an address, such as `callsheet run`, has the journal."""
        try:
            stores = await stack.enter_async_context(open_access(self._settings, write=True))
        except JournalUnavailable:
            return None
        return await stack.enter_async_context(local_acts(stores.audit))


class RemoteSecrets:
    """The `SecretAccess` port over HTTP. Every method raises `Unavailable` when the server does not answer."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def secrets(self) -> Sequence[SecretRow]:
        """See `SecretAccess`."""
        return SecretList.model_validate(await self._server.ask("GET", "/api/secrets")).secrets

    async def set(self, name: str, secret: str) -> SecretRow:
        """See `SecretAccess`."""
        body = SecretValue(value=secret).model_dump_json().encode()
        return SecretRow.model_validate(await self._server.ask("PUT", _path(name), body))

    async def remove(self, name: str) -> None:
        """See `SecretAccess`."""
        await self._server.ask("DELETE", _path(name))


def _path(name: str) -> str:
    try:
        check_name(name)
    except ValueError as exc:
        raise Invalid(str(exc)) from None
    return f"/api/secrets/{name}"
