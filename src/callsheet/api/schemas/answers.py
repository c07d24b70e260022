"""Answers to steps that wait for a person."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from callsheet.api.schemas.moments import Timestamp
from callsheet.runs.answers import Answer, GivenAnswer
from callsheet.runs.codec import timestamp
from callsheet.runs.events import RunId, StepPath


class AnswerRequest(BaseModel):
    """The decision of a person."""

    model_config = ConfigDict(extra="forbid")

    approved: Annotated[bool, Field(strict=True)]
    comment: Annotated[str, Field(max_length=10_000)] = ""
    data: Annotated[Any, Field(description="Must fit the `form_schema`, when the answer is yes.")] = None
    by: Annotated[
        str, Field(max_length=256, description="Who answers, as the caller says it; one of `assignees` if there are.")
    ] = ""

    def answer(self) -> Answer:
        """The answer that the request carries."""
        return Answer(approved=self.approved, comment=self.comment, data=self.data, by=self.by)


class AnswerResponse(BaseModel):
    """The answer that counts."""

    run_id: str
    step_path: str
    approved: bool
    comment: str
    data: Any
    by: str
    at: Timestamp

    @classmethod
    def of(cls, run_id: RunId, step_path: StepPath, given: GivenAnswer) -> Self:
        """The answer as the API shows it."""
        answer = given.answer
        return cls(
            run_id=run_id,
            step_path=step_path,
            approved=answer.approved,
            comment=answer.comment,
            data=answer.data,
            by=answer.by,
            at=timestamp(given.at),
        )
