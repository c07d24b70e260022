"""Where saved schedules and hooks are kept, and where the fleet agrees on what becomes of each slot."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import orjson

from callsheet.access.mandate import NOBODY, Mandate
from callsheet.errors.kinds import Conflict
from callsheet.errors.triggers import TriggerConflict, TriggerInvalid, TriggerRevisionRequired
from callsheet.runs.events import Revision, TriggerKind
from callsheet.runs.revisions import Expected, Outcome, Presence
from callsheet.runs.triggers.slots import Decision, ScheduleState, Slot
from callsheet.scenario.json import JsonObject
from callsheet.scenario.model import MAX_DOCUMENT_BYTES

MAX_TRIGGERS: Final = 1_000
"""Saved documents of each kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedTrigger:
    """A saved document; `revision` is the digest of its content, `mandate` bounds the runs that it starts."""

    kind: TriggerKind
    name: str
    revision: Revision
    saved_at: datetime
    document: JsonObject
    mandate: Mandate = NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerSaved:
    """What a save did, and what is saved since."""

    outcome: Outcome
    current: SavedTrigger


class TriggerStore(Protocol):
    """The store of saved documents, of the states of schedules, and of their slots. What was returned is durable.

    Whatever a method decides, it decides in one step, between processes too. Moments are kept to the millisecond. Every
    method raises `JournalUnavailable` when the store cannot be read or written; nothing is half-written then.
    """

    async def save(self, new: SavedTrigger, expected: Expected) -> TriggerSaved:
        """Keep a document under its name, unless it is kept already; see `decide_save`.

        Raises:
            TriggerConflict: something else is saved than was expected.
            TriggerRevisionRequired: there is one of this name, and nothing was expected.
            TriggerInvalid: the document is over 256 KiB.
            Conflict: there are too many.
        """
        ...

    async def delete(self, kind: TriggerKind, name: str, expected: Expected) -> bool:
        """Remove a document, and a schedule's state with it; whether there was one. Its slots are kept.

        Raises:
            TriggerConflict: something else is saved than was expected.
        """
        ...

    async def saved(self, kind: TriggerKind) -> Mapping[str, SavedTrigger]:
        """Every saved document of a kind, by name and in the order of the names."""
        ...

    async def find(self, kind: TriggerKind, name: str) -> SavedTrigger | None:
        """One saved document; None when there is none."""
        ...

    async def states(self) -> Mapping[str, ScheduleState]:
        """What is remembered of schedules, by name."""
        ...

    async def observe(self, name: str, timing: str, now: datetime) -> ScheduleState:
        """Remember that the schedule is there with this timing; return its state.

        One with another timing, or that was not there, begins `now`. One that begins in the future, because the clock
        was put back, begins `now`, too.
        """
        ...

    async def pause(self, name: str, now: datetime, *, paused: bool) -> ScheduleState:
        """Pause or resume a schedule; one that was paused and is resumed begins `now`. Without effect when it is so."""
        ...

    async def claim(self, slot: Slot) -> bool:
        """Store what is decided about a slot; False when something was decided before, and nothing was written."""
        ...

    async def settle(
        self, schedule: str, at: datetime, expected: Decision, decision: Decision, reason: str = ""
    ) -> bool:
        """Change the decision from `expected`; False when it was another one, and nothing was written."""
        ...

    async def open_slots(self) -> Sequence[Slot]:
        """Every slot that something is to be done for, oldest first."""
        ...

    async def claimed(self, schedule: str, after: datetime) -> AbstractSet[datetime]:
        """The slots later than `after` that something was decided about."""
        ...

    async def slots(self, schedule: str, limit: int, before: datetime | None = None) -> Sequence[Slot]:
        """At most `limit` slots earlier than `before`, latest first."""
        ...

    async def last_run(self, schedule: str) -> Slot | None:
        """The latest slot that is `starting` or `started`; None when there is none."""
        ...

    async def prune(self, before: datetime) -> None:
        """Forget every slot earlier than `before` that nothing is to be done for."""
        ...


def decide_save(name: str, revision: Revision, expected: Expected, current: Revision | None) -> Outcome:
    """What saving the content `revision` over `current` does; the same content is no change, as with scenarios.

    Raises:
        TriggerConflict: `current` is not what was expected.
        TriggerRevisionRequired: there is a current revision, and nothing was expected.
    """
    if current is None:
        if expected in (Presence.UNSAID, Presence.ABSENT):
            return Outcome.CREATED
        raise TriggerConflict(f"Nothing is saved under '{name}'. Save it without If-Match to create it.")
    if expected is Presence.ABSENT:
        raise TriggerConflict(f"'{name}' exists already.", current)
    if current == revision:
        return Outcome.UNCHANGED
    if expected is Presence.UNSAID:
        raise TriggerRevisionRequired(f"'{name}' exists. Say with If-Match which revision the change was made from.")
    check_expected(name, expected, current)
    return Outcome.CHANGED


def check_expected(name: str, expected: Expected, current: Revision) -> None:
    """Return when `current` is what was expected, or nothing was.

    Raises:
        TriggerConflict: it is not.
    """
    if not isinstance(expected, Presence) and current not in expected:
        raise TriggerConflict(
            f"'{name}' is at revision {current}, not at the one that the change was made from. "
            "Get it again, repeat the change, and save that.",
            current,
        )


def text_of(document: JsonObject) -> bytes:
    """The document as JSON text, its keys in the author's order.

    Raises:
        TriggerInvalid: it has more than 256 KiB.
    """
    text = orjson.dumps(document)
    if len(text) > MAX_DOCUMENT_BYTES:
        raise TriggerInvalid(
            f"The document has {len(text)} bytes as compact JSON; at most {MAX_DOCUMENT_BYTES} are allowed."
        )
    return text


def too_many_triggers(kind: TriggerKind, limit: int) -> Conflict:
    """The error for one document more than allowed."""
    return Conflict(f"There are {limit} saved {kind}s, the most that is allowed, so no other can be created.")
