"""Where a request comes from: the address of its peer, or what a proxy says that is trusted."""

import ipaddress
from collections.abc import Sequence
from typing import Final, Self, TypeAlias

from starlette.types import Scope

from callsheet.errors.service import ConfigurationInvalid

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

UNKNOWN: Final = "unknown"

_MAX_HOPS: Final = 20
_SUBSCRIBER: Final = 64
"""Bits of an IPv6 address that name a subscriber: the rest is theirs to choose anew for each request."""


class Sources:
    """Reads `X-Forwarded-For` where the peer is a proxy that is trusted, from its end up to the first stranger.

    Args:
        trusted: the proxies' networks.
    """

    def __init__(self, trusted: Sequence[_Network] = ()) -> None:
        self._trusted = tuple(trusted)

    @classmethod
    def parse(cls, trusted: Sequence[str]) -> Self:
        """From addresses and networks as text.

        Raises:
            ConfigurationInvalid: one is neither.
        """
        try:
            return cls([ipaddress.ip_network(text) for text in trusted])
        except ValueError as exc:
            raise ConfigurationInvalid(f"The setting 'trusted_proxies' names no address or network: {exc}.") from exc

    def address(self, scope: Scope) -> str:
        """The address of who sent the request, for a log; `unknown` where there is none."""
        found = self._find(scope)
        return UNKNOWN if found is None else str(found)

    def subscriber(self, scope: Scope) -> str:
        """What requests of one sender have in common: the address, of IPv6 its first 64 bits."""
        found = self._find(scope)
        if isinstance(found, ipaddress.IPv6Address):
            return str(ipaddress.ip_network((found, _SUBSCRIBER), strict=False))
        return UNKNOWN if found is None else str(found)

    def stranger(self, address: str) -> str:
        """As `subscriber`, for the peer of a connection; empty for a proxy that is trusted and for this machine."""
        found = _parse(address)
        if found is None or found.is_loopback or self._is_trusted(found):
            return ""
        return self.subscriber({"client": (address, 0), "headers": []})

    def _find(self, scope: Scope) -> _Address | None:
        client = scope.get("client")
        found = _parse(client[0]) if client else None
        if found is None or not self._is_trusted(found):
            return found
        # Whoever is before the first stranger's address may have written whatever they liked.
        for text in reversed(_forwarded(scope)):
            hop = _parse(text)
            if hop is None:
                return found
            found = hop
            if not self._is_trusted(hop):
                return found
        return found

    def _is_trusted(self, address: _Address) -> bool:
        return any(address in network for network in self._trusted)


def _forwarded(scope: Scope) -> list[str]:
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return [text.strip() for text in ",".join(values).split(",")][-_MAX_HOPS:] if values else []


def _parse(text: str) -> _Address | None:
    """An address, perhaps with a port, as proxies write it; one of IPv4 within IPv6 is one of IPv4."""
    plain = text.partition("]")[0].removeprefix("[") if text.startswith("[") else text
    if plain.count(":") == 1:
        plain = plain.partition(":")[0]
    try:
        address = ipaddress.ip_address(plain.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, ipaddress.IPv6Address) else address
