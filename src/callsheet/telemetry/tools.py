"""The Tools port, seen: every call is told to those who watch, and the log knows in which one it is."""

from collections.abc import Iterable, Sequence

from callsheet.lint.drift import Drift
from callsheet.lint.signatures import Use
from callsheet.runs.events import RunId
from callsheet.runs.tools import ToolCall, ToolDescription, ToolListing, ToolOutcome, Tools, ToolServerState
from callsheet.telemetry.watching import IN_CALL, CallEnded, Watch


class ObservedTools:
    """The `Tools` port over another one, which does all the work.

    Args:
        inner: the tools.
        watches: are told of each call.
    """

    def __init__(self, inner: Tools, watches: Sequence[Watch]) -> None:
        self._inner = inner
        self._watches = watches
        self._calling = watches[0].calling if len(watches) == 1 else self._tell
        self._homes: dict[str, str] = {}

    async def call(self, call: ToolCall) -> ToolOutcome:
        """See `Tools.call`."""
        token = IN_CALL.set(call)
        ended = self._calling(call)
        try:
            outcome = await self._inner.call(call)
        except BaseException as exc:
            ended(call.server or getattr(exc, "server", ""), exc)
            raise
        else:
            ended(call.server or self._homes.get(call.tool) or await self._home(call.tool), outcome)
            return outcome
        finally:
            IN_CALL.reset(token)

    def _tell(self, call: ToolCall) -> CallEnded:
        """Tell several who watch, or none."""
        ends = [watch.calling(call) for watch in self._watches]

        def ended(server: str, outcome: ToolOutcome | BaseException) -> None:
            for end in ends:
                end(server, outcome)

        return ended

    async def _home(self, tool: str) -> str:
        """The server that was called, where the call names none; asked once for each tool, and that has answered."""
        if not self._watches:
            return ""
        try:
            servers = {each.server for each in (await self._inner.recent()).tools if each.name == tool}
        except Exception:  # noqa: BLE001 - the call has succeeded, whatever is not known of it
            return ""
        if len(servers) != 1:
            return ""
        return self._homes.setdefault(tool, servers.pop())

    async def list(self) -> ToolListing:
        """See `Tools.list`."""
        return await self._inner.list()

    async def recent(self) -> ToolListing:
        """See `Tools.recent`."""
        return await self._inner.recent()

    async def describe(self, server: str, tool: str) -> ToolDescription:
        """See `Tools.describe`."""
        return await self._inner.describe(server, tool)

    def servers(self) -> Sequence[ToolServerState]:
        """See `Tools.servers`."""
        return self._inner.servers()

    def refused(self, uses: Iterable[Use]) -> Sequence[Drift]:
        """See `Tools.refused`."""
        return self._inner.refused(uses)

    def holds(self, run_id: RunId) -> bool:
        """See `Tools.holds`."""
        return self._inner.holds(run_id)

    def release(self, run_id: RunId) -> None:
        """See `Tools.release`."""
        self._inner.release(run_id)
