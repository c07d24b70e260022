"""This process's share of the calls that a tool server takes from all processes together.

A permit is asked for when a call needs one, for all calls that wait at that moment, and kept while calls follow one
another: then a call costs no question. What lies idle is given back after half a second, or at once when somebody else
waits for it.
"""

import asyncio
import secrets
from collections.abc import Callable
from typing import Final

from loguru import logger

from callsheet.errors.kinds import Unavailable
from callsheet.runs.events import RunId
from callsheet.runs.permits import RENEWED_EVERY, Claim, Permits, Word
from callsheet.tools.turns import Turns

_IDLE: Final = 0.5
"""Seconds for which a permit is kept that no call needs."""

_ASKS_EVERY: Final = 0.75
"""Seconds after which calls that wait are asked for again, as word of a free permit may be lost."""

_PATIENCE: Final = 5.0
"""Seconds for which a process that does not ask again stays in line: it has died."""

_TRUSTED: Final = 0.8
"""The part of a lease for which a permit is used without having been renewed; the rest is for slow answers."""

_FAREWELL: Final = 1.0
"""Seconds for giving everything back at the end."""


class Share:
    """The permits of one tool server that this process has, and the calls that need one.

    One task asks and gives back, one thing after the other, so that what it was told last is how it is. What calls do
    meanwhile only decides what it does next.

    Args:
        permits: counts those of all processes.
        server: the tool server's name.
        limit: how many calls it takes from all processes together.

    Attributes:
        fault: why the permits could not be asked for the last time; None when they could.
    """

    def __init__(self, permits: Permits, server: str, limit: int) -> None:
        self._permits = permits
        self._name = f"server:{server}"
        self._limit = limit
        self._holder = f"process:{secrets.token_hex(8)}"
        self._turns = Turns(0)
        self._at_work = 0
        self._held = 0
        self._told_at = 0.0
        self._ask_at = 0.0
        self._idle_since = 0.0
        self._contested = False
        self._stir = asyncio.Event()
        self._tending: asyncio.Task[None] | None = None
        self._deafen: Callable[[], None] | None = None
        self._closed = False
        self.fault: Unavailable | None = None

    @property
    def is_full(self) -> bool:
        """Whether a caller who comes now has to wait for another one, as far as is known here."""
        return self._turns.waiting > 0 or (self._held >= self._limit and self._spare <= 0)

    async def acquire(self, run_id: RunId | None) -> None:
        """Return when a call of the run may be made; a caller that is cancelled before takes nothing."""
        if self._closed or (self._turns.waiting == 0 and self._spare > 0):
            self._at_work += 1
            return
        self._wake()
        try:
            await self._turns.acquire(run_id)  # whoever lets it pass counts it
        except asyncio.CancelledError:
            while self._turns.take_back():
                self.release()
            raise

    def release(self) -> None:
        """A call has ended: the next one has its turn, unless that is another process's."""
        self._at_work -= 1
        self._idle_since = _now()
        if not self._contested:
            self._pass_on()
        self._wake()

    async def close(self) -> None:
        """Give everything back, and let everybody pass who waits: the server is not called any more."""
        self._closed = True
        if self._deafen is not None:
            self._deafen()
        if self._tending is not None:
            self._tending.cancel()
            await asyncio.wait({self._tending})
        while self._turns.pass_on():
            self._at_work += 1
        if self._told_at:
            try:
                async with asyncio.timeout(_FAREWELL):
                    await self._permits.give_back(self._name, self._holder)
            except (Unavailable, TimeoutError) as exc:
                logger.debug("The permits of {} end with their lease: {}", self._name, exc)

    @property
    def _spare(self) -> int:
        """The permits that may be used and are not."""
        is_trusted = _now() < self._told_at + self._permits.lease * _TRUSTED
        return self._held - self._at_work if is_trusted else 0

    def _pass_on(self) -> None:
        while self._spare > 0 and self._turns.pass_on():
            self._at_work += 1

    def _wake(self) -> None:
        self._stir.set()
        if self._closed:
            return
        if self._deafen is None:
            self._deafen = self._permits.on_word(self._hear)
        if self._tending is None or self._tending.done():
            self._tending = asyncio.create_task(self._tend(), name=f"permits:{self._name}")

    def _hear(self, word: Word) -> None:
        if word.name != self._name:
            return
        if word.holder == self._holder:
            if word.called:
                self._ask_at = 0.0
                self._stir.set()
        elif not word.called and self._held:
            self._contested = True
            self._stir.set()

    async def _tend(self) -> None:
        """Ask for what is needed and give back what is not, until nothing is held and nobody waits."""
        while self._held or self._turns.waiting:
            self._stir.clear()
            pause = await self._step()
            try:
                async with asyncio.timeout(pause):
                    await self._stir.wait()
            except TimeoutError:
                continue

    async def _step(self) -> float:
        """Do what there is to do now; the seconds until there is something to do in any case."""
        try:
            pause = await (self._ask() if self._turns.waiting else self._let_rest())
        except Unavailable as exc:
            self.fault = exc
            return _ASKS_EVERY
        except Exception:  # noqa: BLE001 - calls wait for the next step, which may fare better
            logger.exception("The permits of {} could not be asked for.", self._name)
            return _ASKS_EVERY
        self.fault = None
        return pause

    async def _ask(self) -> float:
        """Have a permit for every call that waits. What others wait for goes to them before that."""
        if self._contested and self._held > self._at_work:
            await self._keep(self._at_work)
        began, wanted = _now(), min(self._limit, self._at_work + self._turns.waiting)
        next_time = self._told_at + RENEWED_EVERY if wanted <= self._held else self._ask_at
        if began < next_time:
            return next_time - began
        claimed = await self._permits.claim(
            Claim(name=self._name, limit=self._limit, holder=self._holder, wanted=wanted, patience=_PATIENCE)
        )
        self._held, self._told_at, self._contested = claimed.held, began, claimed.contested
        self._ask_at = began + _ASKS_EVERY if claimed.held < wanted else 0.0  # in line now: to be called
        self._pass_on()
        return _ASKS_EVERY

    async def _let_rest(self) -> float:
        """Give back what is idle when its time has come, and keep what is not."""
        idle = self._idle_since + _IDLE - _now()
        if self._held > self._at_work and (self._contested or idle <= 0):
            await self._keep(self._at_work)
            self._contested = False
        renew = self._told_at + RENEWED_EVERY - _now()
        if self._held and renew <= 0:
            began = _now()
            renewal = await self._permits.renew([self._holder])
            self._held, self._told_at = renewal.held.get((self._name, self._holder), 0), began
            self._contested = self._name in renewal.contested
            renew = RENEWED_EVERY
        return max(0.0, min(renew, idle)) if self._held > self._at_work else renew

    async def _keep(self, amount: int) -> None:
        # Before the answer: what may be given back already is not used any more.
        self._held, self._ask_at = min(self._held, amount), 0.0  # out of the line, too
        await self._permits.give_back(self._name, self._holder, keep=amount)


def _now() -> float:
    return asyncio.get_running_loop().time()
