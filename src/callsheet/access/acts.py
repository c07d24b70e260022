"""Doing what the audit log tells of: an act is written down before it is done, and what became of it afterwards."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from callsheet.access.audit import Act, ActOutcome, AuditLog
from callsheet.access.desk import Clock
from callsheet.access.principal import LOCAL, Principal
from callsheet.errors.journal import JournalUnavailable
from callsheet.errors.kinds import CallsheetError

DONE: Final = "done"

SOURCE: Final = "callsheet.address"
"""In the scope of a request: the address that it comes from."""

STRANGERS: Final = 60
"""Acts in a minute of those whom nobody knows; further ones are not written down, lest strangers fill the disk."""

_MINUTE: Final = timedelta(minutes=1)
_MAX_VALUE: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What somebody is about to do; see `Act` for what the fields mean."""

    action: str
    source: str
    target: str = ""
    details: Mapping[str, str] = field(default_factory=dict[str, str])


class Acts:
    """Writes the audit log.

    Args:
        log: the store.
        clock: for the moments.
        new_id: gives a UUID that nobody had before.
        local: what the log calls `LOCAL`, where it is known who that is.
        on_lost: called with the id of each act whose outcome could not be written down.

    Attributes:
        lost: how many those are.
    """

    def __init__(
        self,
        *,
        log: AuditLog,
        clock: Clock,
        new_id: Callable[[], str],
        local: str = LOCAL.subject,
        on_lost: Callable[[str], None] | None = None,
    ) -> None:
        self._log = log
        self._clock = clock
        self._new_id = new_id
        self._local = local
        self._on_lost = on_lost
        self._ends: set[asyncio.Task[None]] = set()
        self._strangers: deque[datetime] = deque()
        self.lost = 0

    def intend(self, intent: Intent) -> "Deed":
        """An act that is not begun yet."""
        return Deed(self, intent)

    @asynccontextmanager
    async def doing(self, who: Principal, intent: Intent) -> AsyncGenerator["Deed"]:
        """An act of `who`: written down before the block, its outcome after it.

        Raises:
            JournalUnavailable: it could not be written down, so the block did not begin.
        """
        deed = self.intend(intent)
        await deed.begin(who)
        try:
            yield deed
        except Exception as exc:
            deed.end(code_of(exc))
            raise
        deed.end(DONE)

    async def settle(self) -> None:
        """Return when every outcome is written down, or cannot be."""
        while self._ends:
            await asyncio.wait(self._ends)

    async def begin(self, intent: Intent, subject: str, role: str) -> str:
        """Write an act down; its id. See `Deed`."""
        act_id = self._new_id()
        await self._log.begin(
            Act(
                act_id=act_id,
                at=self._clock.now(),
                subject=subject,
                role=role,
                source=intent.source,
                action=intent.action,
                target=_short(intent.target),
                details={name: _short(value) for name, value in intent.details.items()},
            )
        )
        return act_id

    def end(self, act_id: str, result: str, target: str) -> None:
        """Write down what became of an act, soon."""
        outcome = ActOutcome(act_id=act_id, at=self._clock.now(), result=result, target=_short(target))
        task = asyncio.create_task(self._end(outcome))
        self._ends.add(task)
        task.add_done_callback(self._ends.discard)

    def name_of(self, who: Principal) -> str:
        """What the log calls somebody."""
        return self._local if who.subject == LOCAL.subject else who.subject

    def takes_stranger(self) -> bool:
        """Whether an act of somebody unknown is still written down."""
        now = self._clock.now()
        while self._strangers and not now - _MINUTE < self._strangers[0] <= now:
            self._strangers.popleft()
        if len(self._strangers) >= STRANGERS:
            return False
        self._strangers.append(now)
        return True

    async def _end(self, outcome: ActOutcome) -> None:
        try:
            await self._log.end(outcome)
        except JournalUnavailable:
            self.lost += 1  # the entry stays without an outcome, as that of a process that died
            if self._on_lost is not None:
                self._on_lost(outcome.act_id)


class Deed:
    """One act, from the intent to what became of it."""

    def __init__(self, acts: Acts, intent: Intent) -> None:
        self._acts = acts
        self._intent = intent
        self._act_id: str | None = None
        self._begun = False
        self._made = ""

    @property
    def begun(self) -> bool:
        """Whether it was begun, ended or not."""
        return self._begun

    async def begin(
        self,
        who: Principal | None,
        *,
        subject: str = "",
        target: str = "",
        details: Mapping[str, str] | None = None,
    ) -> None:
        """Write it down; durable when this returns.

        Args:
            who: whose act it is; None for somebody who is not known.
            subject: what to call those who are no principal, such as `hook:news`.
            target: what it is done to, where that was not known before.
            details: what else matters and was not known before, short; never a secret.

        Raises:
            JournalUnavailable: it could not be written down.
        """
        if self._begun:
            return
        if who is None and not subject and not self._acts.takes_stranger():
            return
        intent = self._intent
        known = {**intent.details, **{name: text for name, text in (details or {}).items() if text}}
        intent = replace(intent, target=target or intent.target, details=known)
        name, role = (subject, "") if who is None else (self._acts.name_of(who), who.role)
        self._act_id = await self._acts.begin(intent, name, role)
        self._begun = True

    def made(self, target: str) -> None:
        """Remember what came to be by it; the first that is said counts."""
        self._made = self._made or target

    def end(self, result: str) -> None:
        """Have written down what became of it; without effect when it was never begun."""
        if self._act_id is not None:
            self._acts.end(self._act_id, result, self._made)
            self._act_id = None


def code_of(exc: Exception) -> str:
    """What the log calls a failure."""
    return exc.code if isinstance(exc, CallsheetError) else CallsheetError.code


def _short(text: str) -> str:
    return text if len(text) <= _MAX_VALUE else f"{text[: _MAX_VALUE - 1]}…"
