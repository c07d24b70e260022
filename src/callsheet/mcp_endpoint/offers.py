"""Which scenarios are tools, and what MCP clients are told of each."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

from loguru import logger
from mcp_types import Tool, ToolAnnotations

from callsheet.access.principal import Principal
from callsheet.errors.scenarios import ScenarioNotFound
from callsheet.lint.exposure import RESERVED, obstacle
from callsheet.mcp_endpoint.annotations import annotations_of, believed
from callsheet.mcp_endpoint.callers import ASKING
from callsheet.mcp_endpoint.parts import EndpointParts
from callsheet.mcp_endpoint.tool_schemas import input_schema_of, output_schema_of
from callsheet.runs.ports import CatalogEntry
from callsheet.runs.tools import ToolInfo
from callsheet.scenario.model import Scenario

Revisions: TypeAlias = tuple[tuple[str, str], ...]
"""Names and revisions of scenarios."""

Fingerprint: TypeAlias = tuple[tuple[str, str, ToolAnnotations | None], ...]
"""The same, with what is promised of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One scenario as a tool.

    Attributes:
        wraps: whether `structuredContent` has the output under `result`: the output is declared to be no object.
    """

    entry: CatalogEntry
    scenario: Scenario
    tool: Tool
    wraps: bool


class Offers:
    """The tools, as the catalog is now. What was made of it is kept until it changes, or the tools of servers do."""

    def __init__(self, parts: EndpointParts) -> None:
        self._parts = parts
        self._kept: dict[str, Offer] = {}
        self._made_of: tuple[Revisions, Sequence[ToolInfo]] | None = None
        self._tools: Sequence[ToolInfo] = ()

    async def all(self) -> Sequence[Offer]:
        """Every scenario that is offered, ordered by name."""
        await self._look(believing=True)
        return list(self._kept.values())

    async def prepare(self) -> None:
        """Look at the catalog alone, and not at the tool servers, which may have to be started for it."""
        await self._look(believing=False)

    async def _look(self, *, believing: bool) -> None:
        if believing and self._parts.options.trusted:
            await self._look_at_tools()
        entries = await self._parts.catalog.list()  # after the tools: it may have changed while servers were asked
        runnable = {entry.scenario_id: entry for entry in entries if entry.scenario is not None}
        made_of = tuple((name, entry.revision) for name, entry in runnable.items()), self._tools
        if made_of != self._made_of:
            self._kept = {offer.tool.name: offer for offer in self._offers(runnable)}
            self._made_of = made_of

    async def _look_at_tools(self) -> None:
        """Take what the servers say of their tools; when one takes too long, what they said before still counts."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._parts.options.listing_patience):
                self._tools = (await self._parts.tools.recent()).tools

    async def find(self, name: str, caller: Principal) -> Offer | None:
        """The scenario with this name, as it is now; None when none is offered under it to this caller."""
        if not name.isprintable() or name in RESERVED or not caller.scenarios.allow(name):
            return None
        try:
            entry = await self._parts.catalog.get(name)
        except ScenarioNotFound:
            return None
        kept = self._kept.get(name)
        if kept is not None and kept.entry.revision == entry.revision:
            return kept
        if entry.scenario is None or obstacle(entry.scenario) is not None:
            return None
        return _offer(entry, entry.scenario)

    @property
    def fingerprint(self) -> Fingerprint:
        """Of what `all` gave last; another one when the list of tools is another one."""
        return tuple((offer.tool.name, offer.entry.revision, offer.tool.annotations) for offer in self._kept.values())

    def schema_of(self, name: str) -> Mapping[str, Any] | None:
        """The input schema of a tool that was listed; what the SDK checks `Mcp-Param-*` headers against.

        None for a tool that is not offered to whoever asks: what is said of their headers would tell that there is one.
        """
        kept = self._kept.get(name)
        return kept.tool.input_schema if kept is not None and ASKING.get().scenarios.allow(name) else None

    def _offers(self, runnable: Mapping[str, CatalogEntry]) -> Iterable[Offer]:
        def find(scenario_id: str) -> Scenario | None:
            entry = runnable.get(scenario_id)
            return None if entry is None else entry.scenario

        known = believed(self._tools, self._parts.options.trusted)
        for entry in runnable.values():
            scenario = entry.scenario
            if scenario is None:
                continue
            why = obstacle(scenario)
            if why is not None:
                logger.warning("{}: {} {}", entry.source, why.message, why.hint)
                continue
            offer = _offer(entry, scenario)
            offer.tool.annotations = annotations_of(scenario, find, known)
            yield offer


def _offer(entry: CatalogEntry, scenario: Scenario) -> Offer:
    output, wraps = output_schema_of(scenario.output_schema)
    tool = Tool(
        name=entry.scenario_id,
        title=scenario.name,
        description=scenario.description or None,
        input_schema=input_schema_of(scenario.input_schema),
        output_schema=output,
    )
    return Offer(entry=entry, scenario=scenario, tool=tool, wraps=wraps)
