"""Saved scenarios in a folder of the data folder."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

from callsheet.catalog.folder import Stamp, stamp_of
from callsheet.catalog.revision_files import (
    numbers,
    path_of,
    read,
    read_row,
    scenario_ids,
    sweep,
    write,
)
from callsheet.errors.kinds import Unavailable
from callsheet.errors.scenarios import ScenarioInvalid
from callsheet.runs.events import Revision
from callsheet.runs.revisions import (
    MAX_REVISIONS,
    MAX_SCENARIOS,
    DamagedRevision,
    Expected,
    Outcome,
    RevisionRow,
    Saved,
    SavedRevision,
    decide,
    is_scenario_id,
    text_of,
    too_many_revisions,
    too_many_scenarios,
)
from callsheet.scenario.codec import digest
from callsheet.scenario.json import JsonObject

_UNREADABLE: Final = "The saved scenarios cannot be read"

_Found: TypeAlias = SavedRevision | DamagedRevision
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class _Kept:
    """A current revision as it was read, and the stamp that its file had just before."""

    stamp: Stamp | None
    found: _Found


class FileRevisions:
    """The `Revisions` port over a folder, which other processes may read and write at the same time.

    The folder is made by the first save. Current revisions are kept in memory, and read again when their file changes.
    """

    def __init__(self, root: Path, *, max_scenarios: int = MAX_SCENARIOS, max_revisions: int = MAX_REVISIONS) -> None:
        self._root = root
        self._max_scenarios = max_scenarios
        self._max_revisions = max_revisions
        self._kept: dict[str, _Kept] = {}

    async def save(self, scenario_id: str, document: JsonObject, expected: Expected, at: datetime) -> Saved:
        """See `Revisions.save`.

        Raises:
            ScenarioInvalid: also when no scenario can have this id.
        """
        if not is_scenario_id(scenario_id):
            raise ScenarioInvalid(f"No scenario can be called '{scenario_id[:128]}'.")
        return await _in_thread(lambda: self._save(scenario_id, document, expected, at), "The scenario cannot be saved")

    async def list(self, scenario_id: str, limit: int, before: int | None = None) -> Sequence[RevisionRow]:
        """See `Revisions.list`."""
        if not is_scenario_id(scenario_id):
            return []
        folder = self._root / scenario_id

        def rows() -> list[RevisionRow]:
            wanted = [number for number in reversed(numbers(folder)) if before is None or number < before]
            return [read_row(folder, number) for number in wanted[:limit]]

        return await _in_thread(rows, _UNREADABLE)

    async def get(self, scenario_id: str, number: int) -> _Found | None:
        """See `Revisions.get`."""
        if not is_scenario_id(scenario_id) or not 1 <= number <= self._max_revisions:
            return None
        return await _in_thread(lambda: read(self._root / scenario_id, number), _UNREADABLE)

    async def latest(self, scenario_id: str) -> _Found | None:
        """See `Revisions.latest`. Some calls of stat, unless something has changed."""
        if not is_scenario_id(scenario_id) or stamp_of(self._root / scenario_id) is None:
            return None
        kept = self._still_current(scenario_id)
        return kept or await _in_thread(lambda: self._latest(scenario_id), _UNREADABLE)

    async def current(self) -> Mapping[str, _Found]:
        """See `Revisions.current`."""
        return await _in_thread(self._current, _UNREADABLE)

    def _save(self, scenario_id: str, document: JsonObject, expected: Expected, at: datetime) -> Saved:
        text_of(document)
        folder = self._root / scenario_id
        sweep(folder)
        while True:  # a turn is lost only to somebody else's save, and `decide` looks at that one next
            current = self._latest(scenario_id)
            if isinstance(current, DamagedRevision) and not current.number:
                raise Unavailable(f"The scenario cannot be saved: {current.reason}")
            revision = Revision(digest(document))
            outcome = decide(scenario_id, revision, expected, None if current is None else current.revision)
            if outcome is Outcome.UNCHANGED and isinstance(current, SavedRevision):
                return Saved(outcome=outcome, current=current)
            number = 1 if current is None else current.number + 1
            self._require_room(scenario_id, number)
            saved = SavedRevision(
                scenario_id=scenario_id, number=number, revision=revision, saved_at=at, document=document
            )
            if write(folder, saved):
                return Saved(outcome=outcome, current=saved)

    def _require_room(self, scenario_id: str, number: int) -> None:
        if number > self._max_revisions:
            raise too_many_revisions(scenario_id, self._max_revisions)
        if number == 1:
            others = [each for each in scenario_ids(self._root) if each != scenario_id]
            if len(others) >= self._max_scenarios:
                raise too_many_scenarios(self._max_scenarios)

    def _current(self) -> dict[str, _Found]:
        found = {scenario_id: self._latest(scenario_id) for scenario_id in scenario_ids(self._root)}
        self._kept = {name: kept for name, kept in self._kept.items() if name in found}
        return {scenario_id: revision for scenario_id, revision in found.items() if revision is not None}

    def _latest(self, scenario_id: str) -> _Found | None:
        kept = self._still_current(scenario_id)
        if kept is not None:
            return kept
        folder = self._root / scenario_id
        try:
            every = numbers(folder)
        except OSError as exc:
            reason = f"{folder} cannot be read: {exc.strerror}."
            return DamagedRevision(scenario_id=scenario_id, number=0, reason=reason)
        if not every:
            return None
        stamp = stamp_of(path_of(folder, every[-1]))
        found = read(folder, every[-1])
        if found is not None:
            self._kept[scenario_id] = _Kept(stamp, found)
        return found

    def _still_current(self, scenario_id: str) -> _Found | None:
        kept = self._kept.get(scenario_id)
        if kept is None or kept.stamp is None:
            return None
        folder = self._root / scenario_id
        unchanged = stamp_of(path_of(folder, kept.found.number)) == kept.stamp
        return kept.found if unchanged and not os.path.lexists(path_of(folder, kept.found.number + 1)) else None


async def _in_thread(work: Callable[[], _Result], failure: str) -> _Result:
    try:
        return await asyncio.to_thread(work)
    except OSError as exc:
        where = f" ({exc.filename})" if exc.filename else ""
        raise Unavailable(f"{failure}: {exc.strerror}{where}.") from exc
