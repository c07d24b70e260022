"""Saved scenarios in memory: for tests. Nothing survives the process."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from callsheet.errors.scenarios import ScenarioInvalid
from callsheet.runs.events import Revision
from callsheet.runs.revisions import (
    MAX_REVISIONS,
    MAX_SCENARIOS,
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


class MemoryRevisions:
    """The `Revisions` port in memory. Lives on one event loop."""

    def __init__(self, *, max_scenarios: int = MAX_SCENARIOS, max_revisions: int = MAX_REVISIONS) -> None:
        self._max_scenarios = max_scenarios
        self._max_revisions = max_revisions
        self._saved: dict[str, list[SavedRevision]] = {}

    async def save(self, scenario_id: str, document: JsonObject, expected: Expected, at: datetime) -> Saved:
        """See `Revisions.save`.

        Raises:
            ScenarioInvalid: also when no scenario can have this id.
        """
        if not is_scenario_id(scenario_id):
            raise ScenarioInvalid(f"No scenario can be called '{scenario_id[:128]}'.")
        text_of(document)
        history = self._saved.get(scenario_id, [])
        revision = Revision(digest(document))
        outcome = decide(scenario_id, revision, expected, history[-1].revision if history else None)
        if outcome is Outcome.UNCHANGED:
            return Saved(outcome=outcome, current=history[-1])
        if not history and len(self._saved) >= self._max_scenarios:
            raise too_many_scenarios(self._max_scenarios)
        if len(history) >= self._max_revisions:
            raise too_many_revisions(scenario_id, self._max_revisions)
        saved = SavedRevision(
            scenario_id=scenario_id, number=len(history) + 1, revision=revision, saved_at=at, document=document
        )
        self._saved[scenario_id] = [*history, saved]
        return Saved(outcome=outcome, current=saved)

    async def list(self, scenario_id: str, limit: int, before: int | None = None) -> Sequence[RevisionRow]:
        """See `Revisions.list`."""
        return [
            RevisionRow(number=saved.number, revision=saved.revision, saved_at=saved.saved_at)
            for saved in reversed(self._saved.get(scenario_id, []))
            if before is None or saved.number < before
        ][:limit]

    async def get(self, scenario_id: str, number: int) -> SavedRevision | None:
        """See `Revisions.get`."""
        return next((saved for saved in self._saved.get(scenario_id, []) if saved.number == number), None)

    async def latest(self, scenario_id: str) -> SavedRevision | None:
        """See `Revisions.latest`."""
        history = self._saved.get(scenario_id)
        return history[-1] if history else None

    async def current(self) -> Mapping[str, SavedRevision]:
        """See `Revisions.current`."""
        return {scenario_id: self._saved[scenario_id][-1] for scenario_id in sorted(self._saved)}
