"""How a server is signed in to, put together from its configuration."""

import ssl
from collections.abc import Awaitable, Callable

import httpx2

from callsheet.tools.oauth.sign_in import SignIn
from callsheet.tools.oauth.tokens import TokenStore
from callsheet.tools.oauth.wallet import Wallet
from callsheet.tools.servers import HttpServer
from callsheet.tools.transports.bearer import SmallAnswers
from callsheet.tools.transports.reach import Reach

Tls = Callable[[], Awaitable[ssl.SSLContext]]


def sign_in_of(server: HttpServer, store: TokenStore, tls: Tls) -> SignIn | None:
    """The tokens of a server; None for one without `auth`."""
    if server.auth is None:
        return None
    return SignIn(server, server.auth, Wallet(server, store), lambda: _client(server, tls))


def _client(server: HttpServer, tls: Tls) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(server.options.connect_timeout),
        transport=SmallAnswers(Reach(LazyTls(tls), server), https=server.url.lower().startswith("https:")),
        trust_env=False,
    )


class LazyTls(httpx2.AsyncBaseTransport):
    """Connects with the pool's TLS context, which is there when it is first wanted."""

    def __init__(self, tls: Tls) -> None:
        self._tls = tls
        self._inner: httpx2.AsyncHTTPTransport | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send `request`."""
        if self._inner is None:
            self._inner = httpx2.AsyncHTTPTransport(verify=await self._tls(), trust_env=False)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close all connections."""
        if self._inner is not None:
            await self._inner.aclose()
