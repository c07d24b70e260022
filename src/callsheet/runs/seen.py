"""The catalog and the tools as one caller sees them: what they may not see is as if it were not there."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from callsheet.access.patterns import Patterns
from callsheet.errors.scenarios import ScenarioNotFound
from callsheet.errors.tools import DefinitionChanged, ToolMissing
from callsheet.lint.drift import Drift
from callsheet.lint.signatures import Use
from callsheet.runs.events import RunId
from callsheet.runs.ports import Catalog, CatalogEntry
from callsheet.runs.tools import ToolCall, ToolDescription, ToolListing, ToolOutcome, Tools, ToolServerState

_SHOWN = 100


class SeenCatalog:
    """The `Catalog` port for somebody who sees the scenarios that `patterns` allow, and no other."""

    def __init__(self, catalog: Catalog, patterns: Patterns) -> None:
        self._catalog = catalog
        self._patterns = patterns

    async def list(self) -> Sequence[CatalogEntry]:
        """See `Catalog.list`."""
        return [entry for entry in await self._catalog.list() if self._patterns.allow(entry.scenario_id)]

    async def get(self, scenario_id: str) -> CatalogEntry:
        """See `Catalog.get`; no other name is suggested, for it may be one that is not seen.

        Raises:
            ScenarioNotFound: there is none, or it is not seen.
        """
        require_seen(scenario_id, self._patterns)
        try:
            return await self._catalog.get(scenario_id)
        except ScenarioNotFound:
            raise unknown(scenario_id) from None


class SeenTools:
    """The `Tools` port for somebody who sees the tools that `patterns` allow, each as `server/tool`, and no other."""

    def __init__(self, tools: Tools, patterns: Patterns) -> None:
        self._tools = tools
        self._patterns = patterns

    async def call(self, call: ToolCall) -> ToolOutcome:
        """See `Tools.call`."""
        if call.server is not None:
            self._require(call.server, call.tool)
        try:
            return await self._tools.call(replace(call, allowed=self._patterns))
        except DefinitionChanged:
            raise
        except ToolMissing as exc:
            raise _missing(call.server or exc.server, call.tool) from None

    async def list(self) -> ToolListing:
        """See `Tools.list`."""
        return self._seen(await self._tools.list())

    async def recent(self) -> ToolListing:
        """See `Tools.recent`."""
        return self._seen(await self._tools.recent())

    async def describe(self, server: str, tool: str) -> ToolDescription:
        """See `Tools.describe`; no other name is suggested."""
        self._require(server, tool)
        try:
            return await self._tools.describe(server, tool)
        except ToolMissing:
            raise _missing(server, tool) from None

    def servers(self) -> Sequence[ToolServerState]:
        """See `Tools.servers`: those of which some tool may be seen."""
        return [state for state in self._tools.servers() if self._sees(state.name)]

    def refused(self, uses: Iterable[Use]) -> Sequence[Drift]:
        """See `Tools.refused`."""
        return self._tools.refused(uses)

    def holds(self, run_id: RunId) -> bool:
        """See `Tools.holds`."""
        return self._tools.holds(run_id)

    def release(self, run_id: RunId) -> None:
        """See `Tools.release`."""
        self._tools.release(run_id)

    def _require(self, server: str, tool: str) -> None:
        if not self._patterns.allow(f"{server}/{tool}"):
            raise _missing(server, tool)

    def _seen(self, listing: ToolListing) -> ToolListing:
        allow = self._patterns.allow
        return ToolListing(
            tools=tuple(tool for tool in listing.tools if allow(f"{tool.server}/{tool.name}")),
            unavailable={name: reason for name, reason in listing.unavailable.items() if self._sees(name)},
            drifts=tuple(drift for drift in listing.drifts if allow(f"{drift.server}/{drift.tool}")),
        )

    def _sees(self, server: str) -> bool:
        """Whether a pattern may fit a tool of the server."""
        return any(_may_begin(text, server) for text in self._patterns.texts)


def require_seen(scenario_id: str, patterns: Patterns) -> None:
    """Return when the scenario is seen by who sees those that `patterns` allow.

    Raises:
        ScenarioNotFound: as if there were none.
    """
    if not patterns.allow(scenario_id):
        raise unknown(scenario_id)


def unknown(scenario_id: str) -> ScenarioNotFound:
    """What somebody hears of a scenario that is not there or that they do not see: the same."""
    shown = scenario_id if len(scenario_id) <= _SHOWN else f"{scenario_id[:_SHOWN]}…"
    return ScenarioNotFound(f"Unknown scenario_id: {shown}")


def _may_begin(pattern: str, server: str) -> bool:
    head, star, _ = pattern.partition("/")[0].partition("*")
    return server.startswith(head) if star else server == head


def _missing(server: str, tool: str) -> ToolMissing:
    return ToolMissing(f"There is no tool {tool!r} of a server {server!r} here.", server=server, tool=tool)
