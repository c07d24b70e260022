"""How often somebody may call: who is over it gets 429 and the time to wait, and nothing of the app hears of them."""

import asyncio
import math
from collections.abc import Callable

from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from callsheet.access.principal import PRINCIPAL, Principal
from callsheet.access.rates import Limiter
from callsheet.api.errors import error_response
from callsheet.api.options import CallRates
from callsheet.api.sources import Sources

NameOf = Callable[[Scope], str | None]
"""Who is counted for a request; None when nobody is."""


def source_rates(rates: CallRates, sources: Sources) -> list[Middleware]:
    """Counts by address: in front of whatever finds out who calls."""
    return [Middleware(Rates, limiter=Limiter(rates.source), name_of=sources.subscriber, whose="from this address")]


def caller_rates(rates: CallRates) -> list[Middleware]:
    """Counts by key or person: behind it."""
    return [Middleware(Rates, limiter=Limiter(rates.key), name_of=_subject, whose="of this caller")]


def _subject(scope: Scope) -> str | None:
    principal = scope.get(PRINCIPAL)
    return principal.subject if isinstance(principal, Principal) else None


class Rates:
    """Refuses what is over the rate of the one who sends it. The connection stays: it cost nothing.

    Args:
        app: what is behind it.
        limiter: counts.
        name_of: says for whom.
        whose: of whom there are too many, for the answer.
    """

    def __init__(self, app: ASGIApp, *, limiter: Limiter, name_of: NameOf, whose: str) -> None:
        self._app = app
        self._limiter = limiter
        self._name_of = name_of
        self._whose = whose

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        name = self._name_of(scope) if scope["type"] == "http" else None
        wait = 0.0 if name is None else self._limiter.take(name, asyncio.get_running_loop().time())
        if wait > 0:
            seconds = math.ceil(wait)
            detail = f"Too many requests {self._whose}. Send the next one in {seconds} s."
            response = error_response("rate.exceeded", detail, headers={"Retry-After": str(seconds)})
            return await response(scope, receive, send)
        return await self._app(scope, receive, send)
