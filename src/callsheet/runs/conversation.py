"""One tool call from its beginning to its result: over questions to people, tasks of the server, and restarts.

Each leg of a call ends in a result, a question or a task. What goes on after a question or with a task is journaled
before anybody can act on it, so that another process goes on where this one ended: a question that was answered is not
asked again, and a task that is at work is not begun again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, assert_never

from callsheet.errors.secrets import DecryptionFailed
from callsheet.errors.steps import StepFailure
from callsheet.errors.tools import ContinuationExpired, HeldCallLost
from callsheet.runs.events import Message, StepResumed
from callsheet.runs.executor import Attempt
from callsheet.runs.hearing import Hearing
from callsheet.runs.questions import ELICITATION, action_of, answers_of, asked, sameness, waits_for
from callsheet.runs.redaction.aside import clean_json_aside
from callsheet.runs.tools import (
    Elicitation,
    ElicitationAnswer,
    InputRequired,
    TaskCreated,
    ToolCall,
    ToolOutcome,
    ToolResult,
)
from callsheet.runs.waiting import TASK, announce, ask
from callsheet.scenario.json import JsonObject, is_object

MOST_LEGS: Final = 50
"""Questions, tasks and beginnings of one attempt; a tool that wants more will never end."""

LAST_LOOK: Final = 30.0
"""Seconds to look after a task whose time was over when its process ended; it may have its result."""

_PURPOSE: Final = "continuation"


class Conversation:
    """The call of one attempt.

    Args:
        call: what is called, from its beginning.
        attempt: of the step.
        hearing: the call's listener, for each leg of it.
    """

    def __init__(self, call: ToolCall, attempt: Attempt, hearing: Hearing) -> None:
        self._call = call
        self._attempt = attempt
        self._hearing = hearing
        self._answered = list(attempt.state.asked)

    async def result(self) -> ToolResult:
        """The tool's result, however many legs that takes.

        Raises:
            HeldCallLost: what the tool did is not known; the step's `on_interrupt` says what is done now.
            StepFailure: the call failed.
            Interrupted: the run is parked, or somebody wants something else.
        """
        leg = await self._next_leg()
        for _ in range(MOST_LEGS):
            try:
                outcome = await self._make(leg)
            except ContinuationExpired:
                leg, self._answered = self._call, list(self._attempt.state.asked)
                continue
            match outcome:
                case ToolResult():
                    return outcome
                case TaskCreated():
                    leg = await self._wait_for_task(outcome)
                case InputRequired():
                    leg = await self._ask(outcome)
                case _:
                    assert_never(outcome)
        message = f"Tool '{self._call.tool}' asked {MOST_LEGS} times and did not come to an end."
        raise StepFailure(message, code="LimitExceeded", data={"limit": "questions", "value": MOST_LEGS})

    async def _next_leg(self) -> ToolCall:
        """Where the journal says that the attempt is."""
        state = self._attempt.state
        if state.waiting is not None and state.waiting[1].waits_for.get("kind") == ELICITATION:
            waited = state.waiting[1]
            continuation = self._decrypt(waited.continuation)
            return await self._ask_again(InputRequired(requests=asked(waited.waits_for), continuation=continuation))
        if state.task is not None:
            return replace(self._call, continuation=self._decrypt(state.task[1]), timeout=self._time_left())
        return self._call

    def _time_left(self) -> float | None:
        """Seconds for a task that began in another process; enough in any case to see whether it has ended."""
        waiting, seconds = self._attempt.state.waiting, self._call.timeout
        if waiting is None or seconds is None:
            return seconds
        spent = self._attempt.execution.now() - waiting[1].at
        return max(seconds - spent.total_seconds(), min(seconds, LAST_LOOK))

    async def _make(self, leg: ToolCall) -> ToolOutcome:
        execution = self._attempt.execution
        execution.resume()
        await execution.commit()
        async with self._hearing:
            with self._attempt.scope.control:
                return await execution.around.tools.call(leg)

    async def _wait_for_task(self, task: TaskCreated) -> ToolCall:
        waited: JsonObject = {"kind": TASK, "server": self._call.server, "tool": self._call.tool}
        await announce(self._attempt, waited, None, self._encrypt(task.continuation))
        return replace(self._call, continuation=task.continuation)

    async def _ask(self, question: InputRequired) -> ToolCall:
        """The leg with the answer: one that was given when the call was made before, or that of a person now."""
        shown = asked(await self._shown(question))
        for place, (number, waited) in enumerate(self._answered):
            if self._is_same(shown, number, asked(waited.waits_for)) and (message := await self._message(number)):
                del self._answered[: place + 1]
                return self._answer(question, message)
        return await self._ask_again(question)

    def _is_same(self, shown: Sequence[Elicitation], number: int, before: Sequence[Elicitation]) -> bool:
        """Whether the questions are those that were answered as event `number`."""
        task = self._attempt.state.task
        if task is not None and number > task[0] and [each.key for each in shown] != [each.key for each in before]:
            return False  # a task names each of its questions: in the same words, this is another one
        return sameness(shown) == sameness(before)

    async def _shown(self, question: InputRequired) -> JsonObject:
        """What the step waits for, as it is written."""
        redactor = self._attempt.execution.redactor
        waited = waits_for(self._call.server, self._call.tool, question.requests)
        shown = await clean_json_aside(waited, redactor)
        if not is_object(shown):
            raise TypeError("What a step waits for is an object.")
        return shown

    async def _ask_again(self, question: InputRequired) -> ToolCall:
        message = await ask(self._attempt, await self._shown(question), None, self._encrypt(question.continuation))
        self._note(message)
        return self._answer(question, message)

    def _note(self, message: Message) -> None:
        """Say that the answer is sent: from here on, a crash leaves unknown what the tool did with it."""
        execution, state = self._attempt.execution, self._attempt.state
        if state.waiting is None:
            raise RuntimeError("A step that was answered does not wait.")
        execution.emit(
            StepResumed(
                run_id=execution.run_id,
                step_name=state.name,
                index=state.index,
                at=execution.now(),
                step_path=state.path,
                waited=state.waiting[0],
                action=action_of(message).value,
                by=message.by,
            )
        )

    def _answer(self, question: InputRequired, message: Message) -> ToolCall:
        answers: Mapping[str, ElicitationAnswer] = answers_of(message, question.requests)
        return replace(self._call, continuation=question.continuation, answers=answers)

    async def _message(self, number: int) -> Message | None:
        return await self._attempt.execution.message(number)

    def _encrypt(self, continuation: str) -> str:
        return self._attempt.execution.around.cipher.encrypt(continuation, self._purpose())

    def _decrypt(self, token: str) -> str:
        try:
            return self._attempt.execution.around.cipher.decrypt(token, self._purpose())
        except DecryptionFailed as exc:
            raise HeldCallLost(
                f"What tool '{self._call.tool}' needs to go on cannot be read with the key of this data folder.",
                server=self._call.server or "",
                tool=self._call.tool,
            ) from exc

    def _purpose(self) -> str:
        # Bound to its place: a token of another run or step is none here.
        return f"{_PURPOSE}:{self._attempt.execution.run_id}:{self._attempt.state.path}"
