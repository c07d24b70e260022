"""Who is told of HTTP: what `callsheet.api.observing.Observer` asks for, for whoever counts or traces."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

RequestEnded: TypeAlias = Callable[[str, int, float], None]
"""Called once: the route's template, the status, and the seconds until the answer began."""


class RequestWatch(Protocol):
    """Is told of requests and streams. Returns at once, raises nothing."""

    def request(self, method: str, traceparent: str) -> RequestEnded:
        """A request came; `traceparent` is that header of it, or empty."""
        ...

    def subscribed(self, stream: str) -> None:
        """An event stream begins."""
        ...

    def unsubscribed(self, stream: str) -> None:
        """An event stream has ended."""
        ...


class RequestObserver:
    """Tells all who watch."""

    def __init__(self) -> None:
        self._watches: list[RequestWatch] = []

    def add(self, watch: RequestWatch) -> None:
        """Tell `watch`, too; before the first request."""
        self._watches.append(watch)

    def request(self, method: str, traceparent: str) -> RequestEnded:
        """See `RequestWatch`."""
        ends = [watch.request(method, traceparent) for watch in self._watches]

        def ended(route: str, status: int, seconds: float) -> None:
            for end in ends:
                end(route, status, seconds)

        return ended

    def subscribed(self, stream: str) -> None:
        """See `RequestWatch`."""
        for watch in self._watches:
            watch.subscribed(stream)

    def unsubscribed(self, stream: str) -> None:
        """See `RequestWatch`."""
        for watch in self._watches:
            watch.unsubscribed(stream)
