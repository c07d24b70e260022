"""Signing in to tool servers with OAuth 2.1: tokens are got when they are wanted, once for however many calls."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import httpx2
import orjson
from loguru import logger
from mcp.client.auth.utils import union_scopes

from callsheet.errors.service import ConfigurationInvalid
from callsheet.tools.faults import plain
from callsheet.tools.oauth.flow import FlowFailed, fetch_tokens
from callsheet.tools.oauth.providers import Person
from callsheet.tools.oauth.revoking import revoke
from callsheet.tools.oauth.wallet import Kept, Wallet
from callsheet.tools.servers import Auth, HttpServer, OAuth

FLOW_SECONDS: Final = 30.0
"""How long getting a token may take when nobody is asked."""

EARLY: Final = 10.0
"""Seconds before its end at which a token counts as over."""

REFUSED_SECONDS: Final = 2.0
"""How long a refusal of the authorization server stands, so that many calls are not as many questions to it."""

ALONE_SECONDS: Final = FLOW_SECONDS + 5.0
"""How long another process, which gets a token now, is waited for."""

LOOK_SECONDS: Final = 1.0
"""How long it may take until it is noticed that somebody signed in or out in another process."""

_CLOSE_SECONDS: Final = 2.0


class SignInNeeded(Exception):
    """There is no token, and none can be had without a person or other credentials. The text says why."""


class SignIn:
    """Tokens of one server, for as many calls at once as there are.

    Args:
        server: with an `auth`.
        wallet: what is remembered of it.
        client: makes the requests of the flow; bounded, and without any credentials of its own.
    """

    def __init__(
        self, server: HttpServer, auth: Auth, wallet: Wallet, client: Callable[[], httpx2.AsyncClient]
    ) -> None:
        self._server = server
        self._auth = auth
        self._wallet = wallet
        self._client = client
        self._renewal: asyncio.Task[str] | None = None
        self._kept = Kept()
        self._version: object = None
        self._look_at = 0.0
        self._unsaved_over: Kept | None = None
        self._refusal: tuple[Kept, SignInNeeded, float] | None = None

    async def token(self) -> str:
        """A token that is not over.

        Raises:
            SignInNeeded: there is none, and none can be had.
            httpx2.ConnectError: the authorization server cannot be reached.
        """
        if asyncio.get_running_loop().time() >= self._look_at:
            await self._look()
        return await self.renew(None)

    async def newer(self, token: str) -> str | None:
        """What somebody has signed in for since `token` was given; None when nobody has."""
        await self._look()
        if (known := _usable(self._kept, token)) is not None:
            return known
        return _usable(await self._load(), token)

    async def renew(self, rejected: str | None) -> str:
        """Another token than `rejected`; however many ask at once, it is got once.

        A caller that is cancelled leaves at once; the token is got and kept nevertheless, for the others and because
        the one that it replaces is over by then.

        Raises:
            SignInNeeded: there is none, and none can be had.
            httpx2.ConnectError: the authorization server cannot be reached.
        """
        if (token := _usable(self._kept, rejected)) is not None:
            return token
        if self._renewal is None:
            self._renewal = asyncio.create_task(self._renew(rejected), name=f"tokens of {self._server.name}")
            self._renewal.add_done_callback(self._renewed)
        return await asyncio.shield(self._renewal)

    async def want(self, scope: str) -> str:
        """A call needs a scope that was not granted: the next sign-in asks for it; what to do, in words."""
        told = f"it wants the scope {plain(scope, 200)!r}, which was not granted"
        if not isinstance(self._auth, OAuth):
            return f"{told}; add it to 'scopes' of its 'auth' in mcp.json"
        try:
            async with self._wallet.alone(ALONE_SECONDS):
                await asyncio.to_thread(self._wallet.want, scope)
        except (OSError, ConfigurationInvalid) as exc:
            logger.error("That {!r} wants another scope cannot be kept: {}", self._server.name, exc)
        return f"{told}; run 'callsheet tools login {self._server.name}' again and grant it"

    async def sign_in(self, person: Person, seconds: float) -> None:
        """Let a person sign in; the tokens are kept, and those before are not touched until then.

        Raises:
            SignInNeeded: it did not work.
            SignInRefused: the authorization server sent the person back with an error.
            TimeoutError: the person did not come back in time.
            httpx2.TransportError: a server cannot be reached.
        """
        if not isinstance(self._auth, OAuth):
            raise SignInNeeded("no person signs in to this server: it has credentials of its own in mcp.json")
        try:
            async with asyncio.timeout(seconds), self._client() as client:
                kept = await fetch_tokens(self._server, self._auth, client, await self._more(), person)
        except FlowFailed as exc:
            raise SignInNeeded(str(exc)) from exc
        try:
            async with self._wallet.alone(ALONE_SECONDS):
                await asyncio.to_thread(self._wallet.save, kept)
        except TimeoutError:
            raise SignInNeeded("the tokens cannot be kept: another process is getting some; try again") from None
        except OSError as exc:
            raise SignInNeeded(f"the tokens cannot be kept: {exc.strerror or exc}") from exc

    async def sign_out(self) -> bool:
        """Forget the tokens, and have them revoked where that can be (RFC 7009); whether there were any.

        Raises:
            TimeoutError: another process is getting tokens all the time.
            OSError: the tokens cannot be removed.
        """
        async with self._wallet.alone(ALONE_SECONDS):
            kept = await asyncio.to_thread(self._wallet.load)
            there = await asyncio.to_thread(self._wallet.forget)
        if kept.tokens is not None:
            try:
                async with asyncio.timeout(FLOW_SECONDS), self._client() as client:
                    await revoke(kept, client)
            except (httpx2.HTTPError, TimeoutError) as exc:
                why = str(exc) or "the authorization server did not answer in time"
                logger.warning("The tokens of {!r} were forgotten, but not revoked: {}", self._server.name, why)
        return there

    async def close(self) -> None:
        """Wait a moment for a token that is being got: the one that it replaces may be over already."""
        renewal = self._renewal
        if renewal is None:
            return
        await asyncio.wait((renewal,), timeout=_CLOSE_SECONDS)
        renewal.cancel()
        with suppress(asyncio.CancelledError, SignInNeeded, httpx2.HTTPError):
            await renewal

    def useless(self) -> str:
        """What to do when even a new token is not taken."""
        return self._what_to_do("it does not take the token that it asked for")

    def _renewed(self, renewal: "asyncio.Task[str]") -> None:
        self._renewal = None
        if not renewal.cancelled():
            renewal.exception()  # all who waited for it may have left

    async def _renew(self, rejected: str | None) -> str:
        kept = await self._load()
        if _usable(kept, rejected) is None:
            kept = await self._get_alone(rejected)
        self._kept = kept
        token = _usable(kept, rejected, early=0.0)
        if token is None:
            raise SignInNeeded(self._what_to_do("the authorization server gave no token that is good"))
        return token

    async def _look(self) -> None:
        """Forget what is known when another process changed it."""
        self._look_at = asyncio.get_running_loop().time() + LOOK_SECONDS
        if await asyncio.to_thread(self._wallet.version) != self._version:
            self._kept = Kept()

    async def _load(self) -> Kept:
        self._version = await asyncio.to_thread(self._wallet.version)
        kept = await asyncio.to_thread(self._wallet.load)
        return self._kept if kept == self._unsaved_over else kept

    async def _get_alone(self, rejected: str | None) -> Kept:
        """Get a token, or take the one that another process got in this moment: a refresh token is good for one use."""
        try:
            async with self._wallet.alone(ALONE_SECONDS):
                kept = await self._load()
                return await self._get(kept) if _usable(kept, rejected) is None else kept
        except TimeoutError:
            raise httpx2.ConnectError("another process is getting a token, and does not come to an end") from None

    async def _get(self, kept: Kept) -> Kept:
        self._refuse_again(kept)
        try:
            got = await self._fetch(kept)
        except SignInNeeded as exc:
            self._refusal = (kept, exc, asyncio.get_running_loop().time() + REFUSED_SECONDS)
            raise
        got = got.model_copy(update={"wanted": kept.wanted})
        await self._save(got, kept)
        return got

    async def _fetch(self, kept: Kept) -> Kept:
        if isinstance(self._auth, OAuth) and not kept.renewable():
            raise SignInNeeded(self._what_to_do("somebody has to sign in"))
        try:
            async with asyncio.timeout(FLOW_SECONDS), self._client() as client:
                return await fetch_tokens(self._server, self._auth, client, kept)
        except FlowFailed as exc:
            raise SignInNeeded(self._what_to_do(str(exc))) from exc
        except TimeoutError:
            raise httpx2.ConnectError("the authorization server did not answer in time") from None
        except httpx2.TransportError as exc:  # the call itself was never sent
            raise httpx2.ConnectError(f"no token could be got: {type(exc).__name__}: {exc}") from exc

    async def _more(self) -> Kept:
        """What the next sign-in begins with: the scopes that calls lacked, and those that were granted before."""
        kept = await asyncio.to_thread(self._wallet.load)
        granted = None if kept.tokens is None else kept.tokens.scope
        return Kept(wanted=union_scopes(granted, kept.wanted) if kept.wanted else None)

    async def _save(self, kept: Kept, before: Kept) -> None:
        """Keep it instead of `before`; where that cannot be, in memory at least."""
        try:
            await asyncio.to_thread(self._wallet.save, kept)
            self._version = await asyncio.to_thread(self._wallet.version)
            self._unsaved_over = None
        except (OSError, ConfigurationInvalid) as exc:
            self._unsaved_over = before
            logger.error("The tokens of {!r} cannot be kept, and are lost at the end: {}", self._server.name, exc)

    def _refuse_again(self, kept: Kept) -> None:
        if self._refusal is None:
            return
        refused, error, until = self._refusal
        if kept == refused and asyncio.get_running_loop().time() < until:
            raise SignInNeeded(str(error))
        self._refusal = None

    def _what_to_do(self, why: str) -> str:
        if isinstance(self._auth, OAuth):
            return f"{why}; run 'callsheet tools login {self._server.name}'"
        return f"its credentials in mcp.json are not accepted: {why}"


def _usable(kept: Kept, rejected: str | None, early: float = EARLY) -> str | None:
    """The token, unless it was rejected or is over."""
    if kept.tokens is None or kept.tokens.access_token == rejected:
        return None
    is_over = kept.expires_at is not None and time.time() > kept.expires_at - early
    return None if is_over else kept.tokens.access_token


def error_body(message: str) -> bytes:
    """A JSON-RPC error that says so, in the place of an answer."""
    return orjson.dumps({"jsonrpc": "2.0", "id": 0, "error": {"code": -32000, "message": message}})
