"""Asking the person who watches a run what its steps ask: approvals, and the questions of tools."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Final

from callsheet.cli.forms import GivenUp, fill
from callsheet.cli.terminal import Person
from callsheet.cli.text import one_line
from callsheet.cli.views import View
from callsheet.errors.access import Forbidden
from callsheet.errors.kinds import Conflict, NotFound
from callsheet.errors.runs import AlreadyAnswered, InputInvalid
from callsheet.runs.answers import APPROVAL, ASKING, Answer
from callsheet.runs.assignees import assignees_of
from callsheet.runs.events import Event, Record, StepPath, StepWaiting
from callsheet.runs.state import RunState
from callsheet.scenario.json import JsonObject, is_object

Answering = Callable[[StepPath, Answer], Awaitable[object]]
"""Gives an answer to a step of the run that is watched."""

_LATER: Final = "later"
_WORDS: Final = {
    "y": "accept", "yes": "accept", "n": "decline", "no": "decline", "c": "cancel", "cancel": "cancel",
    "l": _LATER, "later": _LATER, "": _LATER,
}  # fmt: skip


class AskingView:
    """A `View` over another one that also asks. `asking` is a task of its own, for as long as the run is watched.

    Args:
        view: shows the run.
        person: who is asked.
        answering: takes the answer.
        knows_caller: whether it is known who answers.
        paused: keeps what the view draws from the screen while somebody types.
    """

    def __init__(
        self,
        view: View,
        person: Person,
        answering: Answering,
        knows_caller: Callable[[], Awaitable[bool]],
        paused: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._view = view
        self._person = person
        self._answering = answering
        self._knows_caller = knows_caller
        self._paused = paused
        self._questions: asyncio.Queue[StepWaiting] = asyncio.Queue()
        self._state: RunState | None = None

    def show(self, record: Record, event: Event, state: RunState) -> None:
        """See `View`."""
        self._state = state
        self._view.show(record, event, state)
        if isinstance(event, StepWaiting) and event.waits_for.get("kind") in ASKING:
            self._questions.put_nowait(event)

    async def asking(self) -> None:
        """Ask what is to be asked, one after the other, until this is cancelled."""
        while True:
            question = await self._questions.get()
            if self._waits(question):
                with self._paused():
                    await self._ask(question)

    def _waits(self, question: StepWaiting) -> bool:
        """Whether the step still waits for this: the run may have been watched from its beginning."""
        step = self._state.steps.get(question.step_path) if self._state is not None else None
        return step is not None and step.waiting is not None and step.waiting[1] is question

    async def _ask(self, question: StepWaiting) -> None:
        waits_for = question.waits_for
        self._person.tell(f"\n{one_line(question.step_path)} asks: {waits_for.get('message')}")
        for url in _links(waits_for):
            self._person.tell(f"  Go to: {url}")
        while True:
            try:
                answer = await self._answer(waits_for)
                if answer is None:
                    self._person.tell("  It can be answered later with: callsheet runs answer")
                else:
                    await self._answering(question.step_path, answer)
            except InputInvalid as exc:
                self._person.tell(f"  {exc.message}")
                continue
            except (AlreadyAnswered, Conflict, NotFound, Forbidden) as exc:
                self._person.tell(f"  {exc.message}")
            except GivenUp:
                return
            return

    async def _answer(self, waits_for: JsonObject) -> Answer | None:
        approval = waits_for.get("kind") == APPROVAL
        choice = await self._choice("Approve? y/n, or later: " if approval else "Answer? y/n/cancel, or later: ")
        if choice == _LATER:
            return None
        by = await self._by(waits_for)
        if choice != "accept":
            return Answer(approved=False, cancelled=choice == "cancel", by=by)
        form = waits_for.get("form_schema")
        data = await fill(form, self._person) if is_object(form) else None
        return Answer(approved=True, data=data, by=by)

    async def _choice(self, prompt: str) -> str:
        while True:
            text = await self._person.ask(f"  {prompt}")
            if text is None:
                raise GivenUp
            if (choice := _WORDS.get(text.strip().lower())) is not None:
                return choice

    async def _by(self, waits_for: JsonObject) -> str:
        assignees = assignees_of(waits_for)
        if not assignees or await self._knows_caller():
            return ""
        names = ", ".join(assignees)
        name = await self._person.ask(f"  Who are you? One of {names}: ")
        if name is None:
            raise GivenUp
        return name.strip()


def _links(waits_for: JsonObject) -> list[str]:
    requests = waits_for.get("requests")
    found = [each.get("url") for each in requests if is_object(each)] if isinstance(requests, list) else []
    return [url for url in found if isinstance(url, str)]
