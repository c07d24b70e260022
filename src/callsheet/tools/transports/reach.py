"""How far a tool server's word reaches: what it names while we sign in shall not lead into networks of the operator.

Whoever discovers an authorization server asks addresses that a stranger chose (MCP, authorization). The operator chose
two: the tool server's and that of `issuer`. Any other must not be nearer to us than the tool server itself.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from enum import IntEnum
from typing import Final, TypeAlias

import httpx2

from callsheet.tools.origins import origin_of
from callsheet.tools.servers import HttpServer

Resolve: TypeAlias = Callable[[str], Awaitable[Sequence[str]]]
"""The addresses of a name; raises `OSError` when there are none."""

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_PUBLIC_IPV6: Final = ipaddress.IPv6Network("2000::/3")
_TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")
_SHARED: Final = ipaddress.IPv4Network("100.64.0.0/10")
_SITE: Final = ipaddress.IPv6Network("fec0::/10")


class Nearness(IntEnum):
    """Who can reach an address; the nearer, the more it is trusted with."""

    PUBLIC = 0
    PRIVATE = 1
    HERE = 2
    NOBODY = 3
    """Where no server of a person's choice is: link-local (the metadata of clouds), multicast, reserved."""


class OutOfReach(httpx2.RequestError):
    """A stranger named an address that is none of their business."""


class Reach(httpx2.AsyncBaseTransport):
    """Sends requests through `inner`: those to other origins than the configured ones only where strangers may lead us.

    A name is looked up once, and the request goes to the address that was looked at: a second answer of its owner would
    be another one.

    Args:
        inner: sends them.
        server: whose tokens are wanted; names the origins that the operator chose.
        resolve: looks names up.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport, server: HttpServer, resolve: Resolve | None = None) -> None:
        self._inner = inner
        self._chosen = {origin_of(httpx2.URL(url)) for url in chosen_by_operator(server)}
        self._limit = _of_host(httpx2.URL(server.url).host)
        self._resolve = resolve or _look_up

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send `request`.

        Raises:
            OutOfReach: it goes where the tool server may not send us.
            httpx2.TransportError: see httpx2.
        """
        if origin_of(request.url) not in self._chosen:
            await self._pin(request)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._inner.aclose()

    async def _pin(self, request: httpx2.Request) -> None:
        """Let `request` go to an address that may be asked."""
        host = request.url.host
        try:
            addresses = await self._resolve(host)
        except (OSError, UnicodeError) as exc:
            raise httpx2.ConnectError(f"{host}: {exc}", request=request) from exc
        if not addresses or any(nearness(address) > self._limit for address in addresses):
            raise OutOfReach(
                f"{host} is named by the tool server and lies in a network of ours; if it shall be asked nevertheless, "
                "its origin has to be the 'issuer' of 'auth' in mcp.json",
                request=request,
            )
        request.extensions = {**request.extensions, "sni_hostname": host}
        # Another name at this address needs a connection, and a certificate, of its own.
        request.headers["Connection"] = "close"
        request.url = request.url.copy_with(host=addresses[0])


def chosen_by_operator(server: HttpServer) -> tuple[str, ...]:
    """The addresses in mcp.json that are asked while somebody signs in."""
    issuer = None if server.auth is None else server.auth.issuer
    return (server.url,) if issuer is None else (server.url, issuer)


def nearness(text: str) -> Nearness:
    """Who can reach an address."""
    address = _plain(ipaddress.ip_address(text.partition("%")[0]))
    if address.is_loopback or address.is_unspecified:
        return Nearness.HERE
    if address.is_link_local or address.is_multicast:
        return Nearness.NOBODY
    if isinstance(address, ipaddress.IPv6Address):
        if address in _SITE or address.is_private:
            return Nearness.PRIVATE
        is_public = address in _PUBLIC_IPV6 and address.sixtofour is None and address.teredo is None
        return Nearness.PUBLIC if is_public else Nearness.NOBODY
    if address.is_reserved:
        return Nearness.NOBODY
    return Nearness.PRIVATE if address.is_private or address in _SHARED else Nearness.PUBLIC


def _plain(address: _Address) -> _Address:
    """The IPv4 address that one of IPv6 stands for, where it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address


def _of_host(host: str) -> Nearness:
    """What the operator wrote, not what it resolves to: the owner of a name makes it resolve to anything."""
    if host == "localhost":
        return Nearness.HERE
    try:
        return min(nearness(host), Nearness.HERE)
    except ValueError:
        return Nearness.PUBLIC


async def _look_up(host: str) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]
