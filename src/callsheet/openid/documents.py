"""What a provider publishes: asked for when it is needed, and kept for a while."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final, Generic, TypeVar

import httpx2
from loguru import logger

from callsheet.errors.kinds import Unavailable
from callsheet.openid.keys import SigningKey, read_keys
from callsheet.openid.metadata import Metadata, read_metadata
from callsheet.runs.ports import Clock
from callsheet.scenario.codec import DocumentInvalid, decode_json
from callsheet.scenario.json import Json

KEPT: Final = timedelta(hours=1)
AVOIDED: Final = timedelta(seconds=5)
"""How long a provider that failed is not asked again: those who wait for it would wait for one another."""

DISCOVERY: Final = "/.well-known/openid-configuration"

_T = TypeVar("_T")


class Documents:
    """The provider's description of itself and its keys.

    Args:
        issuer: the provider.
        client: sends requests; its answers have to be bounded.
        clock: says how old a document is.
        seconds: how long one answer may take as a whole.
    """

    def __init__(self, issuer: str, client: httpx2.AsyncClient, clock: Clock, seconds: float) -> None:
        self._issuer = issuer
        self._client = client
        self._seconds = seconds
        self._metadata = _Shelf[Metadata](clock)
        self._keys = _Shelf[Sequence[SigningKey]](clock)

    async def metadata(self) -> Metadata:
        """The description.

        Raises:
            Unavailable: it cannot be had, or cannot be used.
        """

        async def fetched() -> Metadata:
            return read_metadata(await self.fetch(self._issuer.rstrip("/") + DISCOVERY), self._issuer)

        return await self._metadata.get(fetched)

    async def keys(self, metadata: Metadata, besides: Sequence[SigningKey] | None = None) -> Sequence[SigningKey]:
        """The keys; others than `besides`, when the provider has changed them since.

        Raises:
            Unavailable: they cannot be had, or cannot be used.
        """

        async def fetched() -> Sequence[SigningKey]:
            return read_keys(await self.fetch(metadata.keys))

        return await self._keys.get(fetched, besides)

    async def fetch(self, url: str, token: str = "") -> Json:
        """A JSON document of the provider's.

        Raises:
            Unavailable: there is none, it is too large, or it took too long.
        """
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        try:
            async with asyncio.timeout(self._seconds):
                response = await self._client.get(url, headers=headers)
            response.raise_for_status()
            return decode_json(response.content)
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, DocumentInvalid) as exc:
            raise unanswered(url, exc) from exc


class _Shelf(Generic[_T]):
    """One document, which one caller at a time asks for while the others wait."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._fetching = asyncio.Lock()
        self._value: _T | None = None
        self._failure = ""
        self._until = clock.now()

    async def get(self, fetch: Callable[[], Awaitable[_T]], besides: _T | None = None) -> _T:
        """What is kept, unless it is too old or `besides` itself; else a new one."""
        async with self._fetching:
            fresh = self._clock.now() < self._until
            if fresh and self._failure:
                raise Unavailable(self._failure)
            if fresh and self._value is not None and self._value is not besides:
                return self._value
            try:
                self._value, self._failure = await fetch(), ""
            except Unavailable as exc:
                self._failure, self._until = exc.message, self._clock.now() + AVOIDED
                raise
            self._until = self._clock.now() + KEPT
            return self._value


def unanswered(url: str, exc: Exception) -> Unavailable:
    """The error for people; the log, which the operator reads, says which address and why."""
    why = str(exc) or type(exc).__name__
    logger.warning("The OpenID provider could not be used: {!r}: {!r}", url[:300], why[:300])
    return Unavailable("The provider does not answer as it should. Try again later; the log of this service says more.")
