"""Executes `approval` steps: the run is parked until a person answers."""

from datetime import datetime, timedelta

import orjson

from callsheet.errors.steps import StepFailure
from callsheet.runs.codec import timestamp
from callsheet.runs.events import Message
from callsheet.runs.executor import Attempt, Outcome
from callsheet.runs.scope import Scope
from callsheet.runs.steps.pure import PureExecutor
from callsheet.runs.waiting import TIMED_OUT, ask
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.steps.approval import ApprovalStep
from callsheet.scenario.steps.base import OnError
from callsheet.scenario.values import or_null


class ApprovalExecutor(PureExecutor):
    """The executor of `ApprovalStep`."""

    keeps_time = True

    async def prepare(self, step: ApprovalStep, scope: Scope) -> Json:
        """What is asked, of whom, and until when."""
        message = or_null(await scope.evaluate(step.message))
        text = message if isinstance(message, str) else orjson.dumps(message).decode()
        until = timestamp(scope.execution.now() + timedelta(seconds=step.timeout))
        assignees: list[Json] = list(step.assignees)
        return {"message": text, "assignees": assignees, "form_schema": step.form_schema, "until": until}

    async def attempt(self, step: ApprovalStep, prepared: Json, attempt: Attempt) -> Outcome:
        """Ask, and take the answer."""
        question = dict(prepared) if isinstance(prepared, dict) else {}
        question.pop("until", None)
        until = _begun(attempt) + timedelta(seconds=step.timeout)
        answer = await ask(attempt, {"kind": "approval", **question}, until)
        if answer.value["kind"] == TIMED_OUT:
            if step.on_timeout is OnError.FAIL:
                message = f"Nobody answered within {step.timeout:g} s."
                raise StepFailure(message, code="ApprovalTimeout", data={"timeout": step.timeout})
            return Outcome(output=_decision(answer))
        if answer.value["approved"] is not True and step.on_reject is OnError.FAIL:
            raise StepFailure(_rejection(answer), code="ApprovalRejected", data=_decision(answer))
        return Outcome(output=_decision(answer))


def _begun(attempt: Attempt) -> datetime:
    retrying = attempt.state.retrying
    if retrying is None:
        return attempt.state.started_at
    return retrying.at + timedelta(seconds=retrying.delay)


def _decision(answer: Message) -> JsonObject:
    value = answer.value
    return {
        "approved": value.get("approved") is True,
        "by": None if value["kind"] == TIMED_OUT else answer.by,
        "comment": value.get("comment"),
        "data": value.get("data"),
    }


def _rejection(answer: Message) -> str:
    who = answer.by or "Somebody"
    comment = answer.value.get("comment")
    return f"{who} rejected it: {comment}" if comment else f"{who} rejected it."
