"""What is told of each request, to whoever counts and traces, and to the log."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, Protocol, cast

from starlette.types import Scope

REQUEST: Final = "callsheet.request"
"""In the scope of a request: its `RequestNotes`."""

UNROUTED: Final = "other"
"""The route of requests that reached none."""


@dataclass(slots=True, eq=False)
class RequestNotes:
    """What becomes known of a request on its way.

    Attributes:
        request_id: names the request in the log and in the answer's `X-Request-Id`.
        route: the template of its route, such as `/api/runs/{run_id}`.
        caller: who calls; empty until that is known.
    """

    request_id: str
    route: str = UNROUTED
    caller: str = ""


CURRENT: Final[ContextVar[RequestNotes | None]] = ContextVar("callsheet_request", default=None)
"""The request that the code at hand answers."""


class Observer(Protocol):
    """Is told of requests and of event streams. Returns at once, raises nothing."""

    def request(self, method: str, traceparent: str) -> Callable[[str, int, float], None]:
        """A request came; `traceparent` is that header of it, or empty.

        What comes back is called once: with the route's template, the status, and the seconds until the answer began.
        """
        ...

    def subscribed(self, stream: str) -> None:
        """An event stream begins."""
        ...

    def unsubscribed(self, stream: str) -> None:
        """An event stream has ended."""
        ...


class Unobserved:
    """The `Observer` of a service that nobody looks at."""

    def request(self, method: str, traceparent: str) -> Callable[[str, int, float], None]:
        """See `Observer`."""
        return _nothing

    def subscribed(self, stream: str) -> None:
        """See `Observer`."""

    def unsubscribed(self, stream: str) -> None:
        """See `Observer`."""


@contextmanager
def subscribed(observer: Observer, stream: str) -> Generator[None]:
    """Count an event stream until the block ends."""
    observer.subscribed(stream)
    try:
        yield
    finally:
        observer.unsubscribed(stream)


def note_route(scope: Scope, template: str) -> None:
    """Say which route a request reached."""
    notes = cast("RequestNotes | None", scope.get(REQUEST))
    if notes is not None:
        notes.route = template


def note_caller(scope: Scope, subject: str) -> None:
    """Say who makes a request."""
    notes = cast("RequestNotes | None", scope.get(REQUEST))
    if notes is not None:
        notes.caller = subject


def request_fields() -> dict[str, str]:
    """The fields of the log for what is written on account of a request."""
    notes = CURRENT.get()
    if notes is None:
        return {}
    return {"request_id": notes.request_id, **({"caller": notes.caller} if notes.caller else {})}


def _nothing(route: str, status: int, seconds: float) -> None:
    """Nobody wants to know."""
