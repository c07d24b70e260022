"""A person signs in to a tool server: the browser goes to the authorization server, and comes back to this machine."""

import asyncio
import html
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final
from urllib.parse import parse_qs, urlsplit

from mcp.client.auth import AuthorizationCodeResult

from callsheet.tools.oauth import Person

PATH: Final = "/callback"
_HEAD_BYTES: Final = 32 * 2**10
_WEB: Final = ("http://", "https://")


class SignInRefused(Exception):
    """The authorization server sent the browser back with an error. The text is its own, shortened."""


@asynccontextmanager
async def waiting_for_browser(show: Callable[[str], Awaitable[None]]) -> AsyncGenerator[Person]:
    """A `Person` whose browser comes back to a port of this machine's loopback, for as long as the block lasts.

    Args:
        show: shows an http(s) address to the person, or opens it.
    """
    came: asyncio.Future[AuthorizationCodeResult] = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            status, sentence = _answer((await reader.readuntil(b"\r\n\r\n"))[:_HEAD_BYTES], came)
            body = f"<!doctype html><meta charset=utf-8><title>Callsheet</title><p>{html.escape(sentence)}</p>".encode()
            head = (
                f"HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {len(body)}\r\n"
                "cache-control: no-store\r\ncontent-security-policy: default-src 'none'\r\nconnection: close\r\n\r\n"
            )
            writer.write(head.encode() + body)
            await writer.drain()
        writer.close()

    async def open_page(address: str) -> None:
        if not address.lower().startswith(_WEB) or not address.isprintable():
            raise SignInRefused("the authorization server wants the browser to go to something that is no web address")
        await show(address)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=_HEAD_BYTES)
    async with server:
        port: int = server.sockets[0].getsockname()[1]
        yield Person(redirect_uri=f"http://127.0.0.1:{port}{PATH}", show=open_page, wait=lambda: came)


def _answer(head: bytes, came: "asyncio.Future[AuthorizationCodeResult]") -> tuple[str, str]:
    """Read the request of the browser; the status and the sentence that it gets."""
    method, target, _ = head.split(b"\r\n", 1)[0].decode("ascii").split(" ")
    parts = urlsplit(target)
    if method != "GET" or parts.path != PATH or came.done():
        return "404 Not Found", "There is nothing here."
    fields = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if "error" in fields:
        came.set_exception(SignInRefused(f"{fields['error']} {fields.get('error_description', '')}"[:300].strip()))
        return "200 OK", "Signing in did not work. The terminal says more; this window can be closed."
    if "code" not in fields:
        return "400 Bad Request", "Something is missing in this address."
    came.set_result(AuthorizationCodeResult(code=fields["code"], state=fields.get("state"), iss=fields.get("iss")))
    return "200 OK", "You are signed in, unless the terminal says otherwise. This window can be closed."
