"""Who calls: found out once for each request, before anything else of the app sees it."""

from dataclasses import replace

from starlette.types import ASGIApp, Receive, Scope, Send

from callsheet.access.acts import SOURCE
from callsheet.access.guesses import Guesses
from callsheet.access.principal import LOCAL, PRINCIPAL, Principal
from callsheet.api.auditing import ACTS
from callsheet.api.credentials import identify, is_forgeable
from callsheet.api.cutting import Cuttable
from callsheet.api.errors import refuse
from callsheet.api.gate import Gate
from callsheet.api.session_cookie import SessionCookie
from callsheet.api.sources import Sources
from callsheet.errors.access import TooManyGuesses, Unauthenticated
from callsheet.errors.journal import JournalUnavailable


class Callers:
    """Puts the caller into the scope. What a caller needs is the routes' to say: nobody is refused here.

    But for requests that another page made with our cookie (403), and streams whose caller is none any more: these
    are cut.

    Args:
        app: the app behind.
        gate: checks credentials, and writes the audit log.
        sources: tells where a request comes from, for the log.
        cookie: of sessions.
    """

    def __init__(self, app: ASGIApp, gate: Gate, sources: Sources, cookie: SessionCookie) -> None:
        self._app = app
        self._gate = gate
        self._sources = sources
        # Wrong keys that come from the address of who reads a stream must not keep us from looking at theirs.
        self._gate_of_streams = replace(gate, guesses=Guesses.unlimited())
        self._cookie = cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        told = {**scope, SOURCE: self._sources.address(scope), ACTS: self._gate.acts}
        if not self._gate.asks:
            return await self._app({**told, PRINCIPAL: LOCAL}, receive, send)
        if is_forgeable(scope, self._cookie):
            detail = "Only pages of this service may send this with its cookie. Others send an API key."
            return await refuse(scope, receive, send, "origin.foreign", detail)
        caller = await self._caller(scope, self._gate)
        told[PRINCIPAL] = caller
        if not isinstance(caller, Principal):
            return await self._app(told, receive, send)
        async with Cuttable(told, receive, send, self._still_counts, self._gate.clock) as cuttable:
            await self._app(told, cuttable.receive, cuttable.send)

    async def _caller(
        self, scope: Scope, gate: Gate
    ) -> Principal | Unauthenticated | TooManyGuesses | JournalUnavailable:
        try:
            return await identify(scope, gate, self._sources.subscriber(scope), self._cookie)
        except (Unauthenticated, TooManyGuesses, JournalUnavailable) as exc:
            return exc

    async def _still_counts(self, scope: Scope) -> bool:
        return not isinstance(await self._caller(scope, self._gate_of_streams), Unauthenticated)
