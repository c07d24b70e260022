"""Serve the bundled news site on loopback: ``python site_server.py [--port 0] [--slow-seconds 20]``.

The one line on standard output is the address of the site. Programs and tests use ``serve_site`` instead.
"""

import argparse
import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

FOLDER = Path(__file__).parent / "site"
SLOW_PAGES = frozenset({"/slow-tribune/tide-gauge-skerry.html"})
EARLIEST_SOURCE = "/skerry-gazette/tide-gauge-reads-low.html"
"""The page that a search for any article of the story must find first."""
ARTICLE_TO_TRY = "/the-meridian/sea-level-record-skerry-point.html"
"""A late article of the story, a good start for a search."""

_MEDIA_TYPES = {".html": "text/html", ".xml": "application/xml", ".txt": "text/plain"}


@asynccontextmanager
async def serve_site(port: int = 0, *, slow_seconds: float = 20.0) -> AsyncGenerator[str]:
    """Serve the site until the block ends, and give its address without a slash at the end.

    Args:
        port: Port on 127.0.0.1; 0 takes a free one.
        slow_seconds: How long the slow page keeps its reader waiting.

    Raises:
        OSError: The port is taken.
    """
    closing = asyncio.Event()
    with socket.create_server(("127.0.0.1", port)) as listener:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        app = _site_app(_load_pages(base), closing, slow_seconds)
        async with serve_app(app, listener):
            try:
                yield base
            finally:
                # Lets go of a slow page that is still waited for.
                closing.set()


@asynccontextmanager
async def serve_app(app: Starlette, listener: socket.socket) -> AsyncGenerator[None]:
    """Serve an application on a listening socket until the block ends; signals are left to the caller."""
    server = _Server(uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=2))
    # Not a task group: it would cancel the server, and leave its connections open, when the block raises.
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Generator[None]:
        # Ctrl-C belongs to the program around this server.
        yield


def _load_pages(base: str) -> dict[str, Response]:
    style = (FOLDER / "style.css").read_text(encoding="utf-8").strip()
    pages: dict[str, Response] = {}
    for file in sorted(FOLDER.rglob("*")):
        if file.suffix not in _MEDIA_TYPES:
            continue
        text = file.read_text(encoding="utf-8").replace("{{base}}", base).replace("{{style}}", style)
        path = "/" + file.relative_to(FOLDER).as_posix()
        pages[path.removesuffix("index.html")] = Response(text, media_type=_MEDIA_TYPES[file.suffix])
    return pages


def _site_app(pages: dict[str, Response], closing: asyncio.Event, slow_seconds: float) -> Starlette:
    async def page(request: Request) -> Response:
        path = request.url.path
        if path in SLOW_PAGES:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(closing.wait(), slow_seconds)
        return pages.get(path) or PlainTextResponse("There is no such page.", status_code=404)

    return Starlette(routes=[Route("/{path:path}", page)])


async def _serve_forever(port: int, slow_seconds: float) -> None:
    async with serve_site(port, slow_seconds=slow_seconds) as base:
        print(base, flush=True)
        await asyncio.Event().wait()


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C.

    Returns:
        0, or 1 when the port is taken.
    """
    parser = argparse.ArgumentParser(description="Serve the bundled news site on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free port (default)")
    parser.add_argument("--slow-seconds", type=float, default=20.0, help="delay of the slow page (default 20)")
    options = parser.parse_args(arguments)
    try:
        asyncio.run(_serve_forever(options.port, options.slow_seconds))
    except KeyboardInterrupt:
        return 0
    except OSError as error:
        print(f"Port {options.port} of 127.0.0.1 cannot be used: {error.strerror}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
