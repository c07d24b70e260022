"""`callsheet runs answer`: what it does."""

from callsheet.cli.asked_server import server_of
from callsheet.cli.commands.runs_answer import RunsAnswerOptions
from callsheet.cli.failures import DONE, Refused, say
from callsheet.cli.finding import find_run
from callsheet.cli.inputs import read_value
from callsheet.cli.run_access import open_answers
from callsheet.cli.successors import successor
from callsheet.cli.surroundings import surroundings
from callsheet.cli.text import one_line
from callsheet.errors.runs import StepNotWaiting
from callsheet.runs.answers import ASKING, Answer
from callsheet.runs.events import StepPath
from callsheet.runs.state import RunState, StepState
from callsheet.settings import Settings
from callsheet.storage import open_history


async def act(options: RunsAnswerOptions) -> int:
    """Answer a step; the exit status."""
    with surroundings(options.places) as settings:
        state = await _state(settings, options.run)
        path = StepPath(options.step_path) if options.step_path is not None else _only(state)
        answer = _answer(options, state, path)
        async with open_answers(settings) as answers:
            await answers.answer(state.run_id, path, answer)
        word = "cancelled" if answer.cancelled else "approved" if answer.approved else "rejected"
        then = "the run goes on" if server_of(settings) else f"{await successor(settings)} goes on with the run"
        say(f"The step {one_line(path)} of run {state.run_id} was {word}; {then}.")
    return DONE


async def _state(settings: Settings, run: str) -> RunState:
    async with open_history(settings) as history:
        found = await find_run(history.runs, run)
        return await history.runs.state(found.run_id)


def _only(state: RunState) -> StepPath:
    """The step that waits for a person.

    Raises:
        StepNotWaiting: none does.
        Refused: several do; they were listed.
    """
    waiting = [step for step in state.steps.values() if _asks(step)]
    if not waiting:
        raise StepNotWaiting(f"No step of run {state.run_id} waits for an answer. The run's status: {state.status}.")
    if len(waiting) > 1:
        for step in waiting:
            say(f"  {one_line(step.path)}: {_question(step)}")
        raise Refused(f"{len(waiting)} steps of run {state.run_id} wait for an answer. Say which one.")
    return waiting[0].path


def _answer(options: RunsAnswerOptions, state: RunState, path: StepPath) -> Answer:
    if options.cancelled and options.approved is None:
        return Answer(approved=False, cancelled=True, comment=options.comment, by=options.by)
    if options.approved is None or options.cancelled:
        step = state.steps.get(path)
        asked = f" The step {one_line(path)} asks: {_question(step)}" if step is not None and _asks(step) else ""
        raise Refused(f"Say --approve or --reject, or --cancel to a tool.{asked}")
    data = None if options.form is None else read_value("--form", options.form)
    return Answer(approved=options.approved, comment=options.comment, data=data, by=options.by)


def _asks(step: StepState) -> bool:
    return step.waiting is not None and step.waiting[1].waits_for.get("kind") in ASKING


def _question(step: StepState) -> str:
    return one_line(str(step.waiting[1].waits_for.get("message", ""))) if step.waiting else ""
