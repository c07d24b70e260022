"""Answers to steps that wait for a person."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from callsheet.api.schemas.moments import Timestamp
from callsheet.runs.answers import Answer, GivenAnswer
from callsheet.runs.codec import timestamp
from callsheet.runs.events import RunId, StepPath
from callsheet.runs.tools import ElicitationAction


class AnswerRequest(BaseModel):
    """The decision of a person."""

    model_config = ConfigDict(extra="forbid")

    approved: Annotated[bool | None, Field(strict=True, description="Yes or no; or say `action` instead.")] = None
    action: Annotated[
        ElicitationAction | None,
        Field(description="`accept`, `decline`, or `cancel`, which only the question of a tool can be."),
    ] = None
    comment: Annotated[str, Field(max_length=10_000)] = ""
    data: Annotated[Any, Field(description="Must fit the `form_schema`, when the answer is yes.")] = None
    by: Annotated[
        str,
        Field(
            max_length=256,
            description="Who answers; one of `assignees`, if any. Of a caller who is known it may be left out.",
        ),
    ] = ""

    def answer(self) -> Answer:
        """The answer that the request carries."""
        return Answer(
            approved=self.approved is True or self.action is ElicitationAction.ACCEPT,
            cancelled=self.action is ElicitationAction.CANCEL,
            comment=self.comment,
            data=self.data,
            by=self.by,
        )

    @model_validator(mode="after")
    def _say_one(self) -> Self:
        if (self.approved is None) == (self.action is None):
            raise ValueError("say either 'approved' or 'action'")
        return self


class AnswerResponse(BaseModel):
    """The answer that counts."""

    run_id: str
    step_path: str
    approved: bool
    action: ElicitationAction
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
            action=answer.action,
            comment=answer.comment,
            data=answer.data,
            by=answer.by,
            at=timestamp(given.at),
        )
