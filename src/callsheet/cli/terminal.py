"""A person at the terminal who is asked things while everything else goes on: no thread that nobody can stop."""

import asyncio
import sys
from typing import Final, Protocol

from callsheet.cli.text import visible

_LONGEST: Final = 64 * 1024


class Person(Protocol):
    """Somebody who can be asked."""

    async def ask(self, prompt: str) -> str | None:
        """What the person answers in one line, without its end; None when nobody answers any more."""
        ...

    def tell(self, text: str) -> None:
        """Say something that needs no answer."""
        ...


class Terminal:
    """The person at standard input. Questions go to standard error: standard output is for results."""

    async def ask(self, prompt: str) -> str | None:
        """See `Person`. The line is read when the terminal has all of it."""
        print(visible(prompt), end="", file=sys.stderr, flush=True)
        await self._readable()
        line = sys.stdin.readline(_LONGEST)
        return line.rstrip("\r\n") if line else None

    def tell(self, text: str) -> None:
        """See `Person`."""
        print(visible(text), file=sys.stderr, flush=True)

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        ready = loop.create_future()
        loop.add_reader(sys.stdin, lambda: ready.done() or ready.set_result(None))
        try:
            await ready
        finally:
            loop.remove_reader(sys.stdin)


def person() -> Person | None:
    """Who can be asked: None unless a terminal is at both ends."""
    return Terminal() if sys.stdin.isatty() and sys.stderr.isatty() else None
