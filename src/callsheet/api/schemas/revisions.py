"""Saved scenarios as the API shows them."""

from typing import Self

from pydantic import BaseModel

from callsheet.api.schemas.moments import Timestamp
from callsheet.api.schemas.scenarios import ScenarioProblem
from callsheet.runs.codec import timestamp
from callsheet.runs.revisions import RevisionRow
from callsheet.runs.saving import Accepted


class SavedScenario(BaseModel):
    """The current revision after a save; `problems` are warnings."""

    scenario_id: str
    revision: str
    number: int
    saved_at: Timestamp
    problems: list[ScenarioProblem]

    @classmethod
    def of(cls, accepted: Accepted) -> Self:
        """The answer to a save."""
        current = accepted.saved.current
        return cls(
            scenario_id=current.scenario_id,
            revision=current.revision,
            number=current.number,
            saved_at=timestamp(current.saved_at),
            problems=[ScenarioProblem.of(diagnostic) for diagnostic in accepted.diagnostics],
        )


class RevisionSummary(BaseModel):
    """One line of a scenario's history. A file has one line, its content now, without number and moment."""

    number: int | None
    revision: str
    saved_at: Timestamp | None

    @classmethod
    def of(cls, row: RevisionRow) -> Self:
        """The line as the API shows it."""
        return cls(number=row.number, revision=row.revision, saved_at=timestamp(row.saved_at) if row.saved_at else None)
