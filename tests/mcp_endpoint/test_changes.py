"""Clients hear that the list of tools is another one, and nobody looks while nobody listens."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

from mcp import Client

from callsheet.catalog.memory import MemoryCatalog
from callsheet.mcp_endpoint.server import Endpoint
from callsheet.runs.ports import CatalogEntry
from tests.mcp_endpoint.house import LEGACY, MODERN, Annotated, House, calls, document, house, parts_of, wired


@asynccontextmanager
async def watching(at: House) -> AsyncGenerator[None]:
    """The watcher at work."""
    task = asyncio.create_task(at.endpoint.changes.watch())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class Ears:
    """Hears what a client is told."""

    def __init__(self) -> None:
        self.told = asyncio.Event()

    async def __call__(self, message: Any) -> None:
        if getattr(message, "method", "") == "notifications/tools/list_changed":
            self.told.set()


async def test_a_changed_folder_is_noticed_in_both_eras() -> None:
    ears = Ears()
    async with (
        asyncio.timeout(20),
        house(document("a"), watch_interval=0.01) as at,
        watching(at),
        at.client(LEGACY, message_handler=ears) as legacy,
        at.client(MODERN) as modern,
    ):
        await legacy.list_tools()
        async with modern.listen(tools_list_changed=True) as events:
            at.system.catalog.put("b.json", document("b"))
            await anext(aiter(events))
            await ears.told.wait()


async def test_a_session_that_does_not_read_keeps_no_other_from_hearing() -> None:
    async with asyncio.timeout(20), house(document("a"), watch_interval=0.01, patience=0.1) as at, wired(at) as wire:
        await wire.send(id=2, method="tools/list")
        await wire.receive()
        async with watching(at):
            for name in ("b", "c", "d"):
                ears = Ears()
                async with at.client(LEGACY, message_handler=ears) as client:
                    await client.list_tools()
                    at.system.catalog.put(f"{name}.json", document(name))
                    await ears.told.wait()


async def test_a_description_that_changes_is_a_change_too() -> None:
    ears = Ears()
    async with (
        asyncio.timeout(20),
        house(document("a"), watch_interval=0.01) as at,
        watching(at),
        at.client(LEGACY, message_handler=ears) as client,
    ):
        await client.list_tools()
        at.system.catalog.put("000001.json", document("a", description="Another."))
        await ears.told.wait()


async def test_a_tool_server_that_changes_its_hints_changes_what_its_scenarios_promise() -> None:
    ears, tools = Ears(), Annotated()
    async with (
        asyncio.timeout(20),
        house(calls("a", "read"), tools=tools, trusted={"trusted"}, watch_interval=0.01) as at,
        watching(at),
        at.client(LEGACY, message_handler=ears) as legacy,
        at.client(MODERN) as modern,
    ):
        assert await is_read_only(legacy)
        async with modern.listen(tools_list_changed=True) as events:
            tools.hints["read"] = {"readOnlyHint": False}
            await anext(aiter(events))
            await ears.told.wait()
        assert not await is_read_only(legacy)


async def is_read_only(client: Client) -> bool | None:
    """Whether the scenario `a` promises to change nothing."""
    (tool,) = [tool for tool in (await client.list_tools()).tools if tool.name == "a"]
    assert tool.annotations is not None
    return tool.annotations.read_only_hint


async def test_a_save_is_looked_at_without_waiting_for_the_interval() -> None:
    ears = Ears()
    async with (
        asyncio.timeout(20),
        house(document("a"), watch_interval=3600.0) as at,
        watching(at),
        at.client(LEGACY, message_handler=ears) as client,
    ):
        await client.list_tools()
        at.system.catalog.put("b.json", document("b"))
        at.endpoint.changes.look()
        await ears.told.wait()


async def test_subscriptions_end_when_the_service_stops() -> None:
    async with (
        asyncio.timeout(20),
        house(document("a")) as at,
        at.client(MODERN) as client,
        client.listen(tools_list_changed=True) as events,
    ):
        at.endpoint.stop()
        assert [event async for event in events] == []


class Counted(MemoryCatalog):
    """A catalog that counts how often it was looked at."""

    def __init__(self) -> None:
        super().__init__([document("a")])
        self.looks = 0
        self.often = asyncio.Event()

    async def list(self) -> Sequence[CatalogEntry]:
        self.looks += 1
        if self.looks >= 5:
            self.often.set()
        return await super().list()


async def test_nobody_looks_at_the_catalog_while_nobody_listens() -> None:
    catalog = Counted()
    async with asyncio.timeout(20), house() as at:
        parts = replace(parts_of(at.system, watch_interval=0.001), catalog=catalog)
        busy = House(system=at.system, endpoint=Endpoint(parts))
        async with watching(busy):
            for _ in range(20):
                await asyncio.to_thread(int)
            assert catalog.looks == 0
            busy.endpoint.changes.subscribe(lambda _event: None)
            await catalog.often.wait()
