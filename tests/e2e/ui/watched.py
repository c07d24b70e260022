"""A page that is watched: whatever goes wrong in it counts, whether or not a test looks there."""

from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import urlsplit
from weakref import WeakSet

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError, expect

WAIT_MILLISECONDS = 10_000
"""For what a test waits for; usually a few milliseconds, on a busy machine a second."""

_TELLS_OF_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`The policy forbids ${event.effectiveDirective}: ${event.blockedURI} ${event.sourceFile ?? ""}`));
"""

_TOLD: WeakSet[BrowserContext] = WeakSet()
"""Contexts whose pages have that script."""


class Faults:
    """What went wrong in a page so far: errors in its console, exceptions, forbidden or foreign or failed requests."""

    def __init__(self, own: str) -> None:
        self._own = urlsplit(own).netloc
        self._found: list[str] = []

    def expect(self, part: str) -> None:
        """Forgive those that contain `part`, of which there must be one."""
        rest = [fault for fault in self._found if part not in fault]
        assert len(rest) < len(self._found), f"Nothing went wrong with {part!r}, only: {self._found}"
        self._found = rest

    def none(self) -> None:
        """Assert that nothing went wrong that was not expected."""
        assert not self._found, "Something went wrong in the page:\n" + "\n".join(self._found)

    @contextmanager
    def following(self, context: BrowserContext) -> Generator[None]:
        """Watch all pages of `context` until the end of the block."""
        context.on("console", self._on_console)
        context.on("weberror", self._on_exception)
        context.on("request", self._on_request)
        context.on("requestfailed", self._on_failure)
        yield
        context.remove_listener("console", self._on_console)
        context.remove_listener("weberror", self._on_exception)
        context.remove_listener("request", self._on_request)
        context.remove_listener("requestfailed", self._on_failure)

    def _on_exception(self, exception: WebError) -> None:
        self._found.append(f"exception: {exception.error}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            place = message.location
            self._found.append(f"{message.type} in the console: {message.text} ({place.get('url', '')})")

    def _on_request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme not in {"data", "blob"} and url.netloc != self._own:
            self._found.append(f"request to another host: {request.url}")

    def _on_failure(self, request: Request) -> None:
        # Going elsewhere ends what is still loading: that is no failure.
        if request.failure != "net::ERR_ABORTED":
            self._found.append(f"request failed: {request.url}: {request.failure}")


@contextmanager
def watching(context: BrowserContext, own: str) -> Generator[Faults]:
    """Watch all pages of `context`; the address that they may talk to is `own`."""
    faults = Faults(own)
    context.set_default_timeout(WAIT_MILLISECONDS)
    expect.set_options(timeout=WAIT_MILLISECONDS)
    if context not in _TOLD:
        context.add_init_script(_TELLS_OF_VIOLATIONS)
        _TOLD.add(context)
    with faults.following(context):
        yield faults
    faults.none()
