"""Saved scenarios: every save is an immutable, numbered revision, and nobody undoes another's work unknowingly."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final, Protocol, TypeAlias

import orjson

from callsheet.errors.kinds import Conflict
from callsheet.errors.scenarios import RevisionConflict, RevisionRequired, ScenarioInvalid
from callsheet.runs.events import Revision
from callsheet.scenario.json import JsonObject
from callsheet.scenario.model import MAX_DOCUMENT_BYTES
from callsheet.scenario.steps.scenario import SCENARIO_ID_PATTERN

_ID: Final = re.compile(SCENARIO_ID_PATTERN.removeprefix("^").removesuffix("$"), re.ASCII)

MAX_SCENARIOS: Final = 10_000
MAX_REVISIONS: Final = 10_000
"""Of one scenario."""


class Presence(Enum):
    """What a caller expects who names no revision."""

    UNSAID = "nothing was said"
    ABSENT = "there is none yet"
    PRESENT = "there is one, whichever"


Expected: TypeAlias = Presence | frozenset[Revision]
"""What a caller believes is saved now; of several revisions, any one."""


class Outcome(Enum):
    """What a save did."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionRow:
    """One line of a scenario's history.

    Attributes:
        number: counted from 1; None for a file, which has no history.
        revision: names the content; empty when it cannot be read.
        saved_at: None for a file, and for what cannot be read.
    """

    number: int | None
    revision: Revision
    saved_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedRevision:
    """One saved document. `number` counts 1, 2, 3 … in its scenario; `revision` is the digest of the content."""

    scenario_id: str
    number: int
    revision: Revision
    saved_at: datetime
    document: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedRevision:
    """A saved document that cannot be read any more; `reason` is a sentence."""

    scenario_id: str
    number: int
    reason: str

    @property
    def revision(self) -> Revision:
        """Empty: the content is not known."""
        return Revision("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a save did, and the revision that is the current one since."""

    outcome: Outcome
    current: SavedRevision


class Revisions(Protocol):
    """The store of saved scenarios. What `save` has returned is durable.

    Every method raises `Unavailable` when the store cannot be read or written.
    """

    async def save(self, scenario_id: str, document: JsonObject, expected: Expected, at: datetime) -> Saved:
        """Make `document` the current revision of a scenario, unless it is already; see `decide`.

        Whether `expected` holds is decided in one step with the save, between processes too.

        Raises:
            RevisionConflict: something else is saved than was expected.
            RevisionRequired: the scenario exists, and nothing was expected.
            ScenarioInvalid: the document is over 256 KiB.
            Conflict: there are too many scenarios, or revisions of this one.
        """
        ...

    async def list(self, scenario_id: str, limit: int, before: int | None = None) -> Sequence[RevisionRow]:
        """At most `limit` revisions with a number below `before`, newest first; none of an unknown scenario."""
        ...

    async def get(self, scenario_id: str, number: int) -> SavedRevision | DamagedRevision | None:
        """One revision; None when there is none with this number."""
        ...

    async def latest(self, scenario_id: str) -> SavedRevision | DamagedRevision | None:
        """A scenario's current revision; None when nothing was ever saved under this id."""
        ...

    async def current(self) -> Mapping[str, SavedRevision | DamagedRevision]:
        """The current revision of every scenario, by id and in the order of the ids."""
        ...


def is_scenario_id(text: str) -> bool:
    """Whether `text` can be the name of a scenario."""
    return _ID.fullmatch(text) is not None


def decide(scenario_id: str, revision: Revision, expected: Expected, current: Revision | None) -> Outcome:
    """What saving the content `revision` over `current` does.

    The same content is no change, whatever revision was expected: a save that is repeated because its answer was lost
    succeeds again.

    Raises:
        RevisionConflict: `current` is not what was expected.
        RevisionRequired: there is a current revision, and nothing was expected.
    """
    if current is None:
        if expected in (Presence.UNSAID, Presence.ABSENT):
            return Outcome.CREATED
        raise RevisionConflict(f"Nothing is saved under '{scenario_id}'. Save it without If-Match to create it.")
    if expected is Presence.ABSENT:
        raise RevisionConflict(f"The scenario '{scenario_id}' exists already.", current)
    if current == revision:
        return Outcome.UNCHANGED
    if expected is Presence.UNSAID:
        raise RevisionRequired(
            f"The scenario '{scenario_id}' exists. Say with If-Match which revision the change was made from."
        )
    if expected is not Presence.PRESENT and current not in expected:
        raise RevisionConflict(
            f"The scenario '{scenario_id}' is at revision {current}, not at the one that the change was made from. "
            "Get it again, repeat the change, and save that.",
            current,
        )
    return Outcome.CHANGED


def text_of(document: JsonObject) -> bytes:
    """The document as JSON text, its keys in the author's order.

    Raises:
        ScenarioInvalid: it has more than 256 KiB.
    """
    text = orjson.dumps(document)
    if len(text) > MAX_DOCUMENT_BYTES:
        raise ScenarioInvalid(
            f"The document has {len(text)} bytes as compact JSON; a scenario has at most {MAX_DOCUMENT_BYTES}."
        )
    return text


def too_many_scenarios(limit: int) -> Conflict:
    """The error for one scenario more than allowed."""
    return Conflict(f"There are {limit} saved scenarios, the most that is allowed, so no other can be created.")


def too_many_revisions(scenario_id: str, limit: int) -> Conflict:
    """The error for one revision more than allowed."""
    return Conflict(
        f"The scenario '{scenario_id}' has {limit} revisions, the most that is allowed. Save it under another id."
    )
