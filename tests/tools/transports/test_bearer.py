"""What a refused request leaves behind: nothing, whoever leaves meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx2
import pytest
from mcp.shared.auth import OAuthToken

from callsheet.tools.oauth.sign_in import SignIn
from callsheet.tools.oauth.tokens import MemoryTokens
from callsheet.tools.oauth.wallet import Wallet
from callsheet.tools.servers import HttpServer, OAuth
from callsheet.tools.transports.bearer import BearerTransport

URL = "https://bank.example/mcp"
AUTH = OAuth()
SERVER = HttpServer(name="bank", url=URL, auth=AUTH)


class Body(httpx2.AsyncByteStream):
    """An answer's body, which says when its connection is free again."""

    def __init__(self, closed: asyncio.Event) -> None:
        self._closed = closed

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b""

    async def aclose(self) -> None:
        self._closed.set()


class Refusing(httpx2.AsyncBaseTransport):
    """Wants another scope than any that a token has."""

    def __init__(self) -> None:
        self.closed = asyncio.Event()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        headers = {"www-authenticate": 'Bearer error="insufficient_scope", scope="write"'}
        return httpx2.Response(403, headers=headers, stream=Body(self.closed), request=request)


class FailingTokens(MemoryTokens):
    """A store whose disk fails when `fails` says so."""

    def __init__(self, fails: Callable[[], bool]) -> None:
        super().__init__()
        self._fails = fails

    def version(self, server: str, url: str) -> object:
        if self._fails():
            raise OSError("the disk is gone")
        return super().version(server, url)


def signed_in(store: MemoryTokens) -> tuple[SignIn, Wallet]:
    wallet = Wallet(SERVER, store)
    kept = wallet.load().model_copy(update={"tokens": OAuthToken(access_token="read-only")})
    wallet.save(kept)
    return SignIn(SERVER, AUTH, wallet, httpx2.AsyncClient), wallet


async def test_a_call_that_lacks_a_scope_keeps_no_connection_while_that_is_written_down() -> None:
    server = Refusing()
    sign_in, wallet = signed_in(MemoryTokens())
    async with wallet.alone(5):  # somebody else writes
        asking = asyncio.create_task(
            BearerTransport(server, URL, sign_in).handle_async_request(httpx2.Request("POST", URL))
        )
        async with asyncio.timeout(10):
            await server.closed.wait()
        asking.cancel()
        await asyncio.wait({asking})
    assert asking.cancelled()


async def test_a_call_that_lacks_a_scope_keeps_no_connection_when_the_tokens_cannot_be_read() -> None:
    server, asked = Refusing(), list[bool]()

    def after_the_first_look() -> bool:
        asked.append(True)
        return len(asked) > 2

    sign_in, _ = signed_in(FailingTokens(after_the_first_look))
    with pytest.raises(OSError, match="the disk is gone"):
        await BearerTransport(server, URL, sign_in).handle_async_request(httpx2.Request("POST", URL))
    assert server.closed.is_set()
