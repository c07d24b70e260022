"""Schedules and hooks as commands see them: of a server that has the data folder open, else from files and journal."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol
from urllib.parse import quote

from callsheet.api.schemas.triggers import HookDetail, HookRow, ScheduleDetail, ScheduleRow
from callsheet.cli.asked_server import Server, open_server, server_of
from callsheet.cli.local_triggers import open_local_triggers
from callsheet.settings import Settings


class TriggersAccess(Protocol):
    """What commands do with schedules and hooks, which are as the HTTP API shows them."""

    async def schedules(self) -> Sequence[ScheduleRow]:
        """Every schedule, broken ones included."""
        ...

    async def schedule(self, name: str) -> ScheduleDetail:
        """One schedule.

        Raises:
            NotFound: there is none of this name.
        """
        ...

    async def hooks(self) -> Sequence[HookRow]:
        """Every hook, broken ones included."""
        ...

    async def hook(self, name: str) -> HookDetail:
        """One hook.

        Raises:
            NotFound: there is none of this name.
        """
        ...

    async def pause(self, name: str, *, paused: bool) -> None:
        """Pause a schedule, or resume it; durable when this returns.

        Raises:
            NotFound: there is none of this name.
        """
        ...


@asynccontextmanager
async def open_triggers(settings: Settings, *, write: bool = False) -> AsyncGenerator[TriggersAccess]:
    """The schedules and hooks of the data folder.

    Args:
        settings: where the data folder is.
        write: whether something is to be changed.

    Raises:
        JournalUnavailable: the journal cannot be read; or written, where `write` is asked for and there is no server.
    """
    server = server_of(settings)
    if server is not None:
        async with open_server(settings, server.note["url"]) as asked:
            yield RemoteTriggers(asked)
        return
    async with open_local_triggers(settings, write=write) as local:
        yield local


class RemoteTriggers:
    """The `TriggersAccess` port over HTTP. Every method raises `Unavailable` when the server does not answer."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def schedules(self) -> Sequence[ScheduleRow]:
        """See `TriggersAccess`."""
        return [ScheduleRow.model_validate(row) for row in await self._server.ask("GET", "/api/schedules")]

    async def schedule(self, name: str) -> ScheduleDetail:
        """See `TriggersAccess`."""
        return ScheduleDetail.model_validate(await self._server.ask("GET", f"/api/schedules/{quote(name, safe='')}"))

    async def hooks(self) -> Sequence[HookRow]:
        """See `TriggersAccess`."""
        return [HookRow.model_validate(row) for row in await self._server.ask("GET", "/api/hooks")]

    async def hook(self, name: str) -> HookDetail:
        """See `TriggersAccess`."""
        return HookDetail.model_validate(await self._server.ask("GET", f"/api/hooks/{quote(name, safe='')}"))

    async def pause(self, name: str, *, paused: bool) -> None:
        """See `TriggersAccess`."""
        action = "pause" if paused else "resume"
        await self._server.ask("POST", f"/api/schedules/{quote(name, safe='')}/{action}")
