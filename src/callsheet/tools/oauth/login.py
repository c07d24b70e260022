"""A person signs in to a tool server: the browser goes to the authorization server, and comes back to this machine."""

import asyncio
import hmac
import html
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final
from urllib.parse import parse_qs, urlsplit

from mcp.client.auth import AuthorizationCodeResult

from callsheet.tools.faults import plain
from callsheet.tools.oauth.providers import Person, SignInRefused

PATH: Final = "/callback"
_HEAD_BYTES: Final = 32 * 2**10
_HEAD_SECONDS: Final = 10.0
_WEB: Final = ("http://", "https://")


@asynccontextmanager
async def waiting_for_browser(show: Callable[[str], Awaitable[None]]) -> AsyncGenerator[Person]:
    """A `Person` whose browser comes back to a port of this machine's loopback, for as long as the block lasts.

    Args:
        show: shows an http(s) address to the person, or opens it.
    """
    callback = _Callback()

    async def open_page(address: str) -> None:
        if not address.lower().startswith(_WEB) or not address.isprintable():
            raise SignInRefused("the authorization server wants the browser to go to something that is no web address")
        callback.expect(address)
        await show(address)

    server = await asyncio.start_server(callback.serve, "127.0.0.1", 0, limit=_HEAD_BYTES)
    async with server:
        port: int = server.sockets[0].getsockname()[1]
        yield Person(redirect_uri=f"http://127.0.0.1:{port}{PATH}", show=open_page, wait=lambda: callback.came)


class _Callback:
    """Where the browser comes back to. Any page can send it there, so what has not our `state` is not ours."""

    def __init__(self) -> None:
        self.came: asyncio.Future[AuthorizationCodeResult] = asyncio.get_running_loop().create_future()
        self._state: str | None = None

    def expect(self, address: str) -> None:
        """Take what comes back with the `state` of this authorization request."""
        self._state = _fields(urlsplit(address).query).get("state")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        with suppress(
            ConnectionError, ValueError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError
        ):
            # A browser opens connections beforehand that it may never use.
            async with asyncio.timeout(_HEAD_SECONDS):
                status, sentence = self._answer(await reader.readuntil(b"\r\n\r\n"))
                writer.write(_page(status, sentence))
                await writer.drain()
        writer.close()

    def _answer(self, head: bytes) -> tuple[str, str]:
        """Read a request; the status and the sentence that it gets."""
        method, target, _ = head.split(b"\r\n", 1)[0].decode("ascii").split(" ")
        parts = urlsplit(target)
        if method != "GET" or parts.path != PATH or self.came.done():
            return "404 Not Found", "There is nothing here."
        fields = _fields(parts.query)
        if not self._is_ours(fields.get("state")):
            return "400 Bad Request", "This is not what was asked for: the state is another one."
        if "error" in fields:
            text = f"{fields['error']} {fields.get('error_description', '')}".strip()
            self.came.set_exception(SignInRefused(plain(text, 300)))
            return "200 OK", "Signing in did not work. The terminal says more; this window can be closed."
        if "code" not in fields:
            return "400 Bad Request", "Something is missing in this address."
        result = AuthorizationCodeResult(code=fields["code"], state=fields["state"], iss=fields.get("iss"))
        self.came.set_result(result)
        return "200 OK", "You are signed in, unless the terminal says otherwise. This window can be closed."

    def _is_ours(self, state: str | None) -> bool:
        if self._state is None or state is None:
            return False
        return hmac.compare_digest(state.encode(errors="replace"), self._state.encode())


def _fields(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


def _page(status: str, sentence: str) -> bytes:
    body = f"<!doctype html><meta charset=utf-8><title>Callsheet</title><p>{html.escape(sentence)}</p>".encode()
    head = (
        f"HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {len(body)}\r\n"
        "cache-control: no-store\r\ncontent-security-policy: default-src 'none'\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
