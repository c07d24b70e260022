"""Results of tool calls that may be taken again: what `cache` of a tool step asks for."""

from collections import OrderedDict
from datetime import datetime
from typing import Final

import orjson

from callsheet.runs.ports import Clock
from callsheet.runs.tools import ToolResult
from callsheet.scenario.codec import digest
from callsheet.scenario.json import JsonObject

_MOST_ENTRIES: Final = 1_000
_MOST_BYTES: Final = 32 * 2**20
_LARGEST: Final = 2**20


class ResultCache:
    """The results of the last calls, in the memory of this process; the oldest go first when there are too many.

    Only successes are kept. A result is of one scenario, one tool of one server, and one input; a step says how old it
    may be.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._results: OrderedDict[str, tuple[datetime, ToolResult, int]] = OrderedDict()
        self._bytes = 0

    def find(self, key: str, seconds: float) -> ToolResult | None:
        """The result under `key`, when it is no older than `seconds`."""
        found = self._results.get(key)
        if found is None or (self._clock.now() - found[0]).total_seconds() > seconds:
            return None
        return found[1]

    def keep(self, key: str, result: ToolResult) -> None:
        """Keep a result; one of more than 1 MiB is not kept."""
        size = len(orjson.dumps(result))
        if size > _LARGEST:
            return
        self._drop(key)
        self._results[key] = (self._clock.now(), result, size)
        self._bytes += size
        while len(self._results) > _MOST_ENTRIES or self._bytes > _MOST_BYTES:
            self._drop(next(iter(self._results)))

    def _drop(self, key: str) -> None:
        found = self._results.pop(key, None)
        self._bytes -= 0 if found is None else found[2]


def cache_key(scenario_id: str, server: str | None, tool: str, arguments: JsonObject) -> str:
    """What names a call: a digest, so that no argument is kept in clear. Not every scenario may call every server."""
    return digest([scenario_id, server, tool, arguments])
