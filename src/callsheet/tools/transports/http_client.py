"""The HTTP client of one server, which sends nothing but through a transport of ours."""

import ssl
from collections.abc import Awaitable, Callable

import httpx2

from callsheet.tools.oauth.sign_in import SignIn
from callsheet.tools.servers import HttpServer
from callsheet.tools.transports.bearer import BearerTransport
from callsheet.tools.transports.http_connections import connections


async def http_client(
    server: HttpServer,
    tls: Callable[[], Awaitable[ssl.SSLContext]],
    sign_in: SignIn | None,
    guarded: Callable[[httpx2.AsyncBaseTransport], httpx2.AsyncBaseTransport],
) -> httpx2.AsyncClient:
    """A client, not opened yet, with the server's headers.

    Args:
        server: where its requests go.
        tls: gives the context for https.
        sign_in: gives the tokens; None for a server without `auth`.
        guarded: makes the transport of what sends the requests.
    """
    # Without https the context is never used; an empty one trusts nobody and costs nothing.
    https = server.url.lower().startswith("https:")
    context = await tls() if https else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    options = server.options
    inner = connections(context, options.max_in_flight)
    return httpx2.AsyncClient(
        headers={**server.headers, "Accept-Encoding": "identity"},
        # How long an answer may take is the deadline of each call, not the client's.
        timeout=httpx2.Timeout(None, connect=options.connect_timeout),
        transport=guarded(inner if sign_in is None else BearerTransport(inner, server.url, sign_in)),
        # A proxy from the environment would go round the guarded transport.
        trust_env=False,
    )
