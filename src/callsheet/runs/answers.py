"""Answering a step that waits for a person: decided once, by the first answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, cast

from callsheet.access.principal import LOCAL, Principal
from callsheet.errors.kinds import Problem
from callsheet.errors.runs import AlreadyAnswered, InputInvalid, StepNotFound, StepNotWaiting
from callsheet.runs.assignees import answerer
from callsheet.runs.codec import decode, timestamp
from callsheet.runs.events import Message, RunId, StepPath, StepWaiting
from callsheet.runs.history import require_sight
from callsheet.runs.ports import Clock, Engine, Journal
from callsheet.runs.questions import ELICITATION, action_of
from callsheet.runs.redaction.aside import clean_json_aside
from callsheet.runs.redaction.known import KnownSecrets
from callsheet.runs.state import RunState, StepState, fold
from callsheet.runs.tools import ElicitationAction
from callsheet.scenario.json import Json, JsonObject, is_object
from callsheet.scenario.schema import Schema

APPROVAL: Final = "approval"
"""The `kind` of a step's `waits_for` when the scenario itself asks."""

ASKING: Final = frozenset({APPROVAL, ELICITATION})
"""The kinds that a person answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person says.

    Attributes:
        data: what the step's `form_schema` asks for.
        by: who says it: of a caller who is known their name, else what they say; empty when that is nothing.
        cancelled: neither yes nor no: only the question of a tool can be cancelled.
    """

    approved: bool
    comment: str = ""
    data: Json = None
    by: str = ""
    cancelled: bool = False

    @property
    def action(self) -> ElicitationAction:
        """The answer in MCP's words."""
        if self.cancelled:
            return ElicitationAction.CANCEL
        return ElicitationAction.ACCEPT if self.approved else ElicitationAction.DECLINE


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAnswer:
    """An answer that counts, and when it came."""

    answer: Answer
    at: datetime


class Answers:
    """The use case, over the ports.

    Args:
        journal: keeps the answer.
        engine: goes on with the run; None when nobody executes runs in this process.
        clock: for the moment of the answer.
        caller: who answers, in runs that they see.
        secrets: which there are; what a person answers is kept without them.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        engine: Engine | None,
        clock: Clock,
        caller: Principal = LOCAL,
        secrets: KnownSecrets | None = None,
    ) -> None:
        self._caller = caller
        self._secrets = secrets
        self._journal = journal
        self._engine = engine
        self._clock = clock

    @property
    def caller(self) -> Principal:
        """Who answers."""
        return self._caller

    def seen_by(self, caller: Principal) -> "Answers":
        """The use case for a caller."""
        return Answers(
            journal=self._journal, engine=self._engine, clock=self._clock, caller=caller, secrets=self._secrets
        )

    async def answer(self, run_id: RunId, path: StepPath, answer: Answer) -> GivenAnswer:
        """Answer a step; when this returns the answer is durable and the run goes on.

        Raises:
            RunNotFound: there is no such run.
            StepNotFound: the run has no step with this path, or has not come to it yet.
            StepNotWaiting: the step does not wait for a person.
            AlreadyAnswered: it has its answer; `first` is that one.
            InputInvalid: the data does not fit the form, or somebody else is to answer.
            Forbidden: the caller is known, and somebody else is to answer.
            JournalUnavailable: nothing was stored.
        """
        await require_sight(self._caller, self._journal, run_id)
        events = list(map(decode, await self._journal.read(run_id)))
        state = fold(events)
        step = state.steps.get(path)
        if step is None:
            raise StepNotFound(f"Run {run_id} has no step {path[:200]}, or has not come to it yet.")
        asked = [
            (seq, event)
            for seq, event in enumerate(events, start=1)
            if isinstance(event, StepWaiting) and event.step_path == path and event.waits_for.get("kind") in ASKING
        ]
        if asked:
            await self._require_unanswered(state, path, asked[-1][0])
        if step.waiting is None or step.waiting[1].waits_for.get("kind") not in ASKING or state.status.is_terminal:
            raise StepNotWaiting(_not_waiting(state, step))
        seq, waiting = step.waiting
        answer = await self._clean(answer)
        answer = replace(answer, by=answerer(self._caller, waiting.waits_for, answer.by))
        _check(waiting.waits_for, answer)
        return await self._deliver(state, seq, answer, waiting.waits_for.get("kind"))

    async def _clean(self, answer: Answer) -> Answer:
        """The answer, which is journaled and goes to a tool, without secrets: these are given by reference only."""
        if self._secrets is None or not (redactor := self._secrets.everything()):
            return answer
        said = await clean_json_aside([answer.data, answer.comment, answer.by], redactor)
        data, comment, by = cast("tuple[Json, str, str]", said)
        return replace(answer, data=data, comment=comment, by=by)

    async def open(self, state: RunState) -> Sequence[tuple[int, StepWaiting]]:
        """What a run asks and nobody has answered, each with its `seq`; other steps of the run may be at work.

        Raises:
            JournalUnavailable: the answers cannot be read.
        """
        waiting = [step.waiting for step in state.steps.values() if step.waiting is not None]
        asking = [(seq, event) for seq, event in waiting if event.waits_for.get("kind") in ASKING]
        if not asking or state.status.is_terminal:
            return []
        answered = await self._journal.messages(state.run_id)
        return [(seq, event) for seq, event in asking if seq not in answered]

    async def _require_unanswered(self, state: RunState, path: StepPath, seq: int) -> None:
        message = (await self._journal.messages(state.run_id)).get(seq)
        if message is not None:
            first: JsonObject = {**message.value, "by": message.by, "at": timestamp(message.at)}
            raise AlreadyAnswered(_answered(state.run_id, path, message), first)

    async def _deliver(self, state: RunState, seq: int, answer: Answer, kind: Json) -> GivenAnswer:
        now = self._clock.now()
        value: JsonObject = {
            "kind": "answer",
            "approved": answer.approved,
            "comment": answer.comment,
            "data": answer.data,
        }
        if kind == ELICITATION:
            value["action"] = answer.action.value
        await self._journal.deliver(state.run_id, seq, Message(at=now, value=value, by=answer.by))
        if self._engine is not None:
            await self._engine.dispatch(state.run_id, scenario_id=state.scenario_id, priority=state.priority)
        return GivenAnswer(answer=answer, at=now)


def _check(waits_for: JsonObject, answer: Answer) -> None:
    if answer.cancelled and waits_for.get("kind") == APPROVAL:
        message = "An approval is given or refused; only the question of a tool can be cancelled."
        problem = Problem(pointer="/action", message=message)
        raise InputInvalid(f"The answer was not taken, at /action: {message}", [problem])
    form = waits_for.get("form_schema")
    if not answer.approved or not is_object(form):
        return
    problems = [
        Problem(pointer=f"/data{problem.pointer}", message=problem.message)
        for problem in Schema(form).problems(answer.data)
    ]
    if problems:
        first = problems[0]
        raise InputInvalid(f"The answer does not fit the form, at {first.pointer}: {first.message}", problems)


def _not_waiting(state: RunState, step: StepState) -> str:
    if step.waiting is not None and not state.status.is_terminal:
        kind = step.waiting[1].waits_for.get("kind")
        return f"The step {step.path} of run {state.run_id} waits for a {kind}, not for an answer."
    over = f"; the run is over: {state.status}" if state.status.is_terminal else ""
    return f"The step {step.path} of run {state.run_id} waits for no answer: it is {step.status}{over}."


_WORDS: Final = {
    ElicitationAction.ACCEPT: "approved",
    ElicitationAction.DECLINE: "rejected",
    ElicitationAction.CANCEL: "cancelled",
}


def _answered(run_id: RunId, path: StepPath, message: Message) -> str:
    moment = timestamp(message.at)
    if message.value.get("kind") != "answer":
        return f"The time to answer the step {path} of run {run_id} was over at {moment}."
    word = _WORDS[action_of(message)]
    by = f" by '{message.by}'" if message.by else ""
    return f"The step {path} of run {run_id} was {word}{by} at {moment} already; the first answer counts."
