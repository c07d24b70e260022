"""The command line, and the one place where the parts are put together."""

import argparse
import asyncio
import os
import socket
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any, assert_never

import httpx2
import uvicorn
from mcp.server.mcpserver import MCPServer

from news_server.app import build_server
from news_server.errors import NewsError
from news_server.gdelt import GdeltProvider
from news_server.ports import Provider
from news_server.reader import ArticleReader
from news_server.search import News
from news_server.settings import NewsSettings, read_settings
from news_server.site import SiteProvider
from news_server.web import Web


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until the client hangs up (stdio) or the process is stopped (HTTP).

    Returns:
        0, or 2 when an argument or a setting cannot be used.
    """
    parser = argparse.ArgumentParser(prog="news_server", description="MCP server: where was this news story first?")
    parser.add_argument("--http", metavar="PORT", type=int, help="serve HTTP at 127.0.0.1:PORT/mcp; 0 picks a port")
    port: int | None = parser.parse_args(arguments).http
    try:
        settings = read_settings(os.environ)
    except NewsError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        asyncio.run(_serve(settings, port))
    except KeyboardInterrupt:
        return 0
    return 0


async def _serve(settings: NewsSettings, port: int | None) -> None:
    async with open_news(settings) as news:
        server = build_server(news)
        if port is None:
            await server.run_stdio_async()
        else:
            await _serve_http(server, port)


@asynccontextmanager
async def open_news(settings: NewsSettings) -> AsyncGenerator[News]:
    """Build a ``News`` with its HTTP client, and close the client at the end."""
    async with httpx2.AsyncClient(timeout=settings.page_seconds, follow_redirects=False) as client:
        web = Web(client, seconds=settings.page_seconds, max_bytes=settings.page_bytes)
        reader = ArticleReader(web)
        yield News(reader, _provider(settings, web, reader))


def _provider(settings: NewsSettings, web: Web, reader: ArticleReader) -> Provider:
    match settings.provider:
        case "gdelt":
            return GdeltProvider(web, settings.gdelt_url)
        case "site":
            return SiteProvider(web, reader, site=settings.site, max_pages=settings.max_pages)
        case _:
            assert_never(settings.provider)


async def _serve_http(server: MCPServer[Any], port: int) -> None:
    app = server.streamable_http_app(host="127.0.0.1")
    # With the protocol named: asyncio turns Nagle's algorithm off only where it sees TCP, and 40 ms hang on it.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
        # The socket listens already, so whoever reads this line can connect. Only here is stdout not the protocol.
        print(f"http://127.0.0.1:{listener.getsockname()[1]}/mcp", flush=True)
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2)
        await uvicorn.Server(config).serve(sockets=[listener])
