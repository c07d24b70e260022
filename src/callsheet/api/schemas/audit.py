"""The audit log as the API shows it."""

from typing import Annotated, Self

from pydantic import BaseModel, Field

from callsheet.access.audit import AuditEntry
from callsheet.api.schemas.moments import Timestamp
from callsheet.runs.codec import timestamp


class AuditRow(BaseModel):
    """One act, with what became of it."""

    number: Annotated[int, Field(description="Counts all acts from 1, without a gap.")]
    act_id: str
    at: Timestamp
    subject: Annotated[str, Field(description="Who did it; empty for somebody who did not say who they are.")]
    role: str
    source: Annotated[str, Field(description="From where: an address, or `cli`.")]
    action: Annotated[str, Field(description="Such as `run.start`.")]
    target: Annotated[str, Field(description="What it was done to: a scenario, a run, a key; empty for none.")]
    made: Annotated[
        str,
        Field(
            description=(
                "What came to be by it: a run, a revision, a key; of an action on many runs, with how many it was done."
            )
        ),
    ]
    details: dict[str, str]
    result: Annotated[
        str | None, Field(description="`done`, or the code of the error; null while it is at work, or when that died.")
    ]
    ended_at: Timestamp | None

    @classmethod
    def of(cls, entry: AuditEntry) -> Self:
        """The act as the API shows it."""
        act, outcome = entry.act, entry.outcome
        return cls(
            number=entry.number,
            act_id=act.act_id,
            at=timestamp(act.at),
            subject=act.subject,
            role=act.role,
            source=act.source,
            action=act.action,
            target=act.target,
            made=outcome.target if outcome else "",
            details=dict(act.details),
            result=outcome.result if outcome else None,
            ended_at=timestamp(outcome.at) if outcome else None,
        )


class AuditList(BaseModel):
    """A page of the audit log, the newest first."""

    entries: list[AuditRow]
    next_cursor: str | None
