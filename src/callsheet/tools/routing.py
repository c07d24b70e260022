"""Which server a call goes to, and what to say when that is not clear."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Final

from callsheet.access.patterns import Patterns
from callsheet.errors.tools import ServerUnavailable, ToolForbidden, ToolMissing
from callsheet.runs.tools import ToolCall

_MOST_COMPARED: Final = 200
_LONGEST_COMPARED: Final = 64
"""Names, and characters of one, among which the one that was meant is looked for."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence with the known word that `word` may stand for; empty when none is close.

    Tool servers say how many names there are and how long, callers how long the word: no more of them is compared than
    takes a millisecond or two.
    """
    short = (name for name in known if len(name) <= _LONGEST_COMPARED)
    close = difflib.get_close_matches(word[:_LONGEST_COMPARED], list(islice(short, _MOST_COMPARED)), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


def unknown_server(name: str, tool: str, servers: Iterable[str]) -> ToolMissing:
    """The failure of whoever wants a tool of a server which is not configured."""
    return ToolMissing(f"No tool server is called {name!r}.{did_you_mean(name, servers)}", server=name, tool=tool)


def missing_tool(server: str, tool: str, known: Iterable[str]) -> ToolMissing:
    """The failure of a call of a tool that `server`, which offers `known`, does not offer."""
    return ToolMissing(
        f"The tool server {server!r} offers no tool {tool!r}.{did_you_mean(tool, known)}", server=server, tool=tool
    )


def tool_not_allowed(server: str, tool: str) -> ToolMissing:
    """The failure of a call of a tool that the operator did not name among those of `server` that may be used."""
    text = f"Tool {tool!r} of the tool server {server!r} may not be used: 'tools' in mcp.json does not name it."
    return ToolMissing(text, server=server, tool=tool)


def require_allowed(call: ToolCall, server: str, scenarios: Patterns) -> None:
    """Return when the call may go to `server`, which the `scenarios` may call.

    Raises:
        ToolForbidden: the run, or its scenario, may not.
    """
    if not call.allowed.allow(f"{server}/{call.tool}"):
        text = f"Whoever started this run may not call the tool '{server}/{call.tool}'."
    elif call.scenario_id is not None and not scenarios.allow(call.scenario_id):
        text = (
            f"The scenario {call.scenario_id!r} may not call the tool server {server!r}: 'scenarios' in mcp.json does "
            "not name it."
        )
    else:
        return
    raise ToolForbidden(text, server=server, tool=call.tool)


def only_server(call: ToolCall, offering: Sequence[str], unavailable: Mapping[str, str], known: Iterable[str]) -> str:
    """The server that a call which names none goes to.

    Args:
        call: the call.
        offering: the servers that list the tool.
        unavailable: the servers that could not be asked, and why.
        known: the names of all tools that were listed.

    Raises:
        ToolMissing: none of the servers offers the tool, or several do.
        ServerUnavailable: none of those that answered does, and some did not answer.
    """
    if len(offering) == 1:
        return offering[0]
    if offering:
        names = ", ".join(repr(name) for name in offering)
        raise ToolMissing(
            f"Several tool servers offer {call.tool!r}: {names}. Write which one under 'server'.",
            server="",
            tool=call.tool,
        )
    if unavailable:
        reasons = "; ".join(f"{name!r}: {reason}" for name, reason in unavailable.items())
        raise ServerUnavailable(
            f"No available tool server offers {call.tool!r}, and some are not available: {reasons}",
            server="",
            tool=call.tool,
        )
    raise ToolMissing(
        f"No tool server offers {call.tool!r}.{did_you_mean(call.tool, known)}", server="", tool=call.tool
    )
