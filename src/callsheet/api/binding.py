"""Where the service listens."""

import ipaddress
import socket
from collections.abc import Sequence
from typing import Final

from callsheet.errors.service import ConfigurationInvalid

_BACKLOG: Final = 2048
_LOOPBACK_OF: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what stands for every address
_MAX_PORT: Final = 65_535
_UNSENT: Final = 256 * 1024
"""Bytes that the kernel keeps for a peer that does not take them. By default it is 4 MB, which no limit of ours sees:
200 peers that never read have 800 MB."""


def listen(host: str, port: int, *, asks: bool = False, allowed_hosts: Sequence[str] = ()) -> socket.socket:
    """A listening socket on `host`; port 0 takes any free one (`url_of` tells which).

    Args:
        host: a name or an address of this machine.
        port: see above.
        asks: whether callers will have to say who they are.
        allowed_hosts: the names under which they will call.

    Raises:
        ConfigurationInvalid: the address cannot be had; or other machines can reach it, and `asks` or `allowed_hosts`
            is missing.
    """
    family, address = _resolve(host, port)
    if not is_loopback(address[0]):
        _require_defences(host, address[0], asks=asks, allowed_hosts=allowed_hosts)
    # With the protocol named: asyncio turns Nagle's algorithm off only where it sees TCP, and 40 ms hang on it.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _UNSENT)  # what it accepts inherits that
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except OSError as exc:
        listener.close()
        raise ConfigurationInvalid(
            f"Cannot listen on {host} port {port}: {exc.strerror}. Choose another port, or stop what listens there."
        ) from exc
    return listener


def is_loopback(address: str) -> bool:
    """Whether this machine alone can reach `address`."""
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def _require_defences(host: str, address: str, *, asks: bool, allowed_hosts: Sequence[str]) -> None:
    """Refuse to be reachable from other machines where nobody is asked, or any web page could be what asks."""
    if asks and allowed_hosts:
        return
    lacks = [] if asks else ["callers are not asked who they are"]
    if not allowed_hosts:
        lacks.append("no name is known under which they call")
    shown = host if host == address else f"{host} ({address})"
    refused = ConfigurationInvalid(
        f"{shown} can be reached from other machines, and {', and '.join(lacks)}. "
        "Listen on 127.0.0.1, or first do this:"
    )
    if not asks:
        refused.add_note("callsheet keys create root --role admin")
        refused.add_note("export CALLSHEET_AUTH=on")
    if not allowed_hosts:
        refused.add_note("export CALLSHEET_ALLOWED_HOSTS=callsheet.example.org")
    raise refused


def url_of(listener: socket.socket) -> str:
    """The URL under which this machine calls the service on `listener`: of all addresses, that of the loopback."""
    host, port = listener.getsockname()[:2]
    host = _LOOPBACK_OF.get(host, host)
    return f"http://[{host}]:{port}" if listener.family is socket.AF_INET6 else f"http://{host}:{port}"


def _resolve(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    if not 0 <= port <= _MAX_PORT:  # getaddrinfo takes the rest modulo 65,536
        raise ConfigurationInvalid(f"Cannot listen on {host} port {port}: a port is a number from 0 to {_MAX_PORT}.")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as exc:
        raise ConfigurationInvalid(f"Cannot listen on {host!r} port {port}: {exc}.") from exc
    # IPv4 first: what `localhost` means to those who type 127.0.0.1.
    family, _, _, _, address = min(found, key=lambda entry: entry[0] is not socket.AF_INET)
    return family, (str(address[0]), int(address[1]))
