"""Connections whose request does not come: uvicorn waits for its head for ever."""

from typing import Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

HEAD_SECONDS: Final = 10.0
"""From the opening of a connection, or the first byte of a later request, to the end of the request's head."""


class SlowHeads:
    """Drops connections that have sent no whole head for `seconds`; call `sweep` about every second."""

    def __init__(self, seconds: float = HEAD_SECONDS) -> None:
        self._seconds = seconds
        self._since: dict[HttpToolsProtocol, float] = {}

    def sweep(self, connections: set[HttpToolsProtocol], now: float) -> None:
        """Look at all open connections; `now` in seconds of any clock that does not jump."""
        self._since = {one: self._since.get(one, now) for one in connections if _waits_for_head(one)}
        for one, since in self._since.items():
            if now - since > self._seconds:
                one.transport.abort()


def _waits_for_head(connection: HttpToolsProtocol) -> bool:
    """True before the first request and in the head of a later one; between requests uvicorn has its own timer."""
    # None before the first request, whatever uvicorn's annotation says.
    cycle = cast("RequestResponseCycle | None", connection.cycle)
    between = connection.timeout_keep_alive_task is not None
    at_work = cycle is not None and not cycle.response_complete
    return not between and not at_work
