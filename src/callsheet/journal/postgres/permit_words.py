"""Word of permits from other processes: a connection that listens, once anybody wants to know."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

import orjson
import psycopg
from loguru import logger

from callsheet.runs.permits import Word

_FIRST_PAUSE: Final = 0.25
_LONGEST_PAUSE: Final = 5.0
_CONNECT_SECONDS: Final = 5


class PermitWords:
    """Calls listeners with what all processes say. What is said while the database is away is lost."""

    CHANNEL: Final = "callsheet_permits"

    def __init__(self, url: str) -> None:
        self._url = url
        self._listeners: dict[int, Callable[[Word], None]] = {}
        self._count = 0
        self._listening: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening

    def listen(self, callback: Callable[[Word], None]) -> Callable[[], None]:
        """Call `callback` with every word that is said, until the function returned here is called."""
        self._count += 1
        number = self._count
        self._listeners[number] = callback
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen(), name="permit-words")
        return lambda: self._listeners.pop(number, None) and None

    async def _listen(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._url, autocommit=True, connect_timeout=_CONNECT_SECONDS
                ) as connection:
                    await connection.execute("LISTEN callsheet_permits")
                    pause = _FIRST_PAUSE
                    async for word in connection.notifies():
                        self._tell(word.payload)
            except psycopg.Error as exc:
                logger.debug("Word of permits cannot be heard: {}", exc)
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE, pause * 2)

    def _tell(self, payload: str) -> None:
        word = _read(payload)
        if word is not None:
            for listener in tuple(self._listeners.values()):
                listener(word)


def written(word: Word) -> str:
    """A word as the payload of a notification."""
    return orjson.dumps([word.name, word.holder, word.called]).decode()


def _read(payload: str) -> Word | None:
    try:
        match orjson.loads(payload):
            case [str(name), str(holder), bool(called)]:
                return Word(name=name, holder=holder, called=called)
            case _:
                return None
    except orjson.JSONDecodeError:  # anybody who may use the database may send one
        return None
