"""Who may call, as far as a browser tells: the check against DNS rebinding and cross-site requests.

A page of another site can make its visitor's browser send requests to a service on the visitor's own machine. Such a
request either names a foreign host (its DNS entry was changed to 127.0.0.1 meanwhile) or comes from a foreign origin.
"""

import ipaddress
import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from starlette.types import ASGIApp, Receive, Scope, Send

from callsheet.api.errors import refuse, shortened

_AUTHORITY: Final = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?", re.ASCII)
_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}


class _Authority(NamedTuple):
    name: str
    port: str
    """Empty where none is given."""


class Hosts:
    """Refuses requests for an unknown host (421), and those that another site's page makes (403).

    Args:
        app: the app behind.
        allowed: names that may be used beside those of the loopback; with a port, that port only.
    """

    def __init__(self, app: ASGIApp, allowed: Iterable[str]) -> None:
        self._app = app
        self._allowed = frozenset(filter(None, (_authority(entry) for entry in allowed)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] not in {"http", "websocket"}:
            return await self._app(scope, receive, send)
        hosts, origins, sites = (_values(scope, name) for name in (b"host", b"origin", b"sec-fetch-site"))
        host = _authority(hosts[0]) if len(hosts) == 1 else None
        if host is None or not self._knows(host):
            shown = shortened(", ".join(hosts)) or "none"
            detail = f"This service is not known under the host {shown}. Name it in allowed_hosts if it should be."
            return await refuse(scope, receive, send, "host.unknown", detail)
        foreign = "cross-site" in sites and not _follows_link(scope)
        if foreign or not all(self._is_ours(origin, host) for origin in origins):
            shown = shortened(", ".join(origins)) or "another site"
            detail = f"Requests that a page of {shown} makes are not served."
            return await refuse(scope, receive, send, "origin.foreign", detail)
        return await self._app(scope, receive, send)

    def _knows(self, host: _Authority) -> bool:
        return _is_loopback(host.name) or self._is_configured(host)

    def _is_configured(self, authority: _Authority) -> bool:
        return authority in self._allowed or _Authority(authority.name, "") in self._allowed

    def _is_ours(self, origin: str, host: _Authority) -> bool:
        scheme, separator, rest = origin.lower().partition("://")
        theirs = _authority(rest)
        if theirs is None or not separator or scheme not in _DEFAULT_PORTS:
            return False
        default = _DEFAULT_PORTS[scheme]
        same = theirs.name == host.name and (theirs.port or default) == (host.port or default)
        # Behind a proxy that rewrites Host, the public name is only in the origin: the operator has named it.
        return same or self._is_configured(theirs)


def names_loopback(host: str) -> bool:
    """Whether a `Host` header names this machine."""
    authority = _authority(host)
    return authority is not None and _is_loopback(authority.name)


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1").strip().lower() for key, value in scope["headers"] if key == name]


def _follows_link(scope: Scope) -> bool:
    """Whether somebody went here from another site: a link in a chat to a run. The other site sees nothing of it."""
    modes, places = _values(scope, b"sec-fetch-mode"), _values(scope, b"sec-fetch-dest")
    return scope["method"] == "GET" and modes == ["navigate"] and places == ["document"]


def _authority(text: str) -> _Authority | None:
    match = _AUTHORITY.fullmatch(text.lower())
    return _Authority(match["name"], match["port"] or "") if match else None


def _is_loopback(name: str) -> bool:
    try:
        return name == "localhost" or ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
