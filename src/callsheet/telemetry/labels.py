"""Values of labels, of which there are never many: each one costs memory here and in whatever stores the metrics."""

from collections.abc import Hashable
from typing import Final, Generic, TypeVar

from callsheet.errors.tools import ToolMissing, ToolTimeout
from callsheet.runs.tools import InputRequired, TaskCreated, ToolCall, ToolOutcome, ToolResult, Tools

OTHER: Final = "other"
"""What everything is called that has no label of its own."""

T = TypeVar("T", bound=Hashable)


class Few(Generic[T]):
    """Lets the first `most` values that come be themselves, and makes `other` of the rest."""

    def __init__(self, most: int, other: T) -> None:
        self._most = most
        self._other = other
        self._known: set[T] = set()

    def of(self, value: T) -> T:
        """The value, or `other`."""
        if value in self._known:
            return value
        if len(self._known) >= self._most:
            return self._other
        self._known.add(value)
        return value


class ToolLabels:
    """Which server and tool a call is counted for: those that exist, and no others.

    Args:
        tools: say which servers and tools there are.
        most: how many tools have labels of their own.
    """

    def __init__(self, tools: Tools, most: int) -> None:
        self._servers = frozenset(state.name for state in tools.servers())
        self._pairs = Few[tuple[str, str]](most, (OTHER, OTHER))

    def of(self, named: str, call: ToolCall, ended: ToolOutcome | BaseException) -> tuple[str, str]:
        """The labels `server` and `tool` of a call of the server `named` that ended so."""
        server = named if named in self._servers else OTHER
        # What a server does not have is a name that somebody wrote into a scenario.
        tool = OTHER if server == OTHER or isinstance(ended, ToolMissing) else call.tool
        return (server, tool) if tool == OTHER else self._pairs.of((server, tool))


def outcome_of(ended: ToolOutcome | BaseException) -> str:
    """The label `outcome`: how a leg of a call ended."""
    if isinstance(ended, ToolResult):
        return "success"
    match ended:
        case InputRequired():
            return "question"
        case TaskCreated():
            return "task"
        case ToolTimeout():
            return "timeout"
        case Exception():
            return "failed"
        case BaseException():  # somebody did not want the result any more
            return "cancelled"
