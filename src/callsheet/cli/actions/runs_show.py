"""`callsheet runs show`: what it does."""

from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.access.principal import LOCAL
from callsheet.cli.commands.runs_show import RunsShowOptions
from callsheet.cli.failures import DONE
from callsheet.cli.finding import find_run
from callsheet.cli.labels import Labels
from callsheet.cli.sayings import progress_text
from callsheet.cli.screen import MARKS, STYLES, foreign, local, output, seconds_text, status_text, write_json
from callsheet.cli.surroundings import surroundings
from callsheet.cli.text import pretty_json
from callsheet.cli.waits import waits_text
from callsheet.errors.runs import RunNotFound
from callsheet.runs.codec import timestamp
from callsheet.runs.events import ForkedFrom, RunError, RunId, RunStatus, StepWaiting
from callsheet.runs.state import RunState, StepState
from callsheet.scenario.codec import decode_json
from callsheet.scenario.json import Json, JsonObject
from callsheet.storage import History, open_history


async def act(options: RunsShowOptions) -> int:
    """Show one run; the exit status."""
    with surroundings(options.places) as settings:
        async with open_history(settings) as history:
            found = await find_run(history.runs, options.run)
            state = await history.runs.state(found.run_id)
            labels = await labels_of(history, state)
            below = await _below(history, state)
    if options.json:
        write_json(_as_json(state))
    else:
        _show(output(), state, labels, below)
    return DONE


_MOST_BELOW: Final = 100
"""Child runs that are shown with a run."""


@dataclass(frozen=True, slots=True)
class _Child:
    state: RunState
    labels: Labels


async def _below(history: History, state: RunState) -> dict[RunId, _Child]:
    """The runs that its steps began, and theirs."""
    found: dict[RunId, _Child] = {}
    wanted = deque(_children(state))
    while wanted and len(found) < _MOST_BELOW:
        run_id = wanted.popleft()
        with suppress(RunNotFound):  # announced, and not begun
            child = await history.runs.state(run_id)
            found[run_id] = _Child(child, await labels_of(history, child))
            wanted.extend(_children(child))
    return found


def _children(state: RunState) -> list[RunId]:
    return [step.child for step in state.steps.values() if step.child is not None]


async def labels_of(history: History, state: RunState) -> Labels:
    """The labels of the document that the run was started with."""
    return Labels.of(decode_json(await history.journal.definition(state.revision)))


def _show(console: Console, state: RunState, labels: Labels, below: Mapping[RunId, _Child]) -> None:
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_row("run", state.run_id)
    facts.add_row("scenario", foreign(f"{state.scenario_id} ({state.revision})"))
    facts.add_row("status", status_text(state.status))
    if state.mandate.owner not in {"", LOCAL.subject}:
        facts.add_row("owner", foreign(state.mandate.owner))
    if state.parent is not None:
        facts.add_row("parent", state.parent.run_id)
    if state.forked_from is not None:
        step = state.forked_from.from_step
        facts.add_row("fork of", foreign(state.forked_from.run_id + (f", from {step}" if step else "")))
    facts.add_row("started", local(state.started_at))
    if state.finished_at:
        took = seconds_text((state.finished_at - state.started_at).total_seconds())
        facts.add_row("finished", f"{local(state.finished_at)}, after {took}")
    console.print(facts)
    _value(console, "input", state.input)
    console.print(Text("\nsteps", style="bold"))
    table = Table.grid(padding=(0, 2, 0, 0))
    _add_steps(table, state, labels, below)
    console.print(table)
    if state.error is not None:
        console.print(Text("\nerror", style="bold"))
        console.print(_error(state.error), soft_wrap=True)
    if state.status is RunStatus.SUCCESS:
        _value(console, "output", state.output)


def _add_steps(table: Table, state: RunState, labels: Labels, below: Mapping[RunId, _Child], indent: str = "") -> None:
    """A row for each step; those of a child run below the step that began it."""
    for step in state.steps.values():
        table.add_row(
            Text(f"  {MARKS[step.status]}", style=STYLES[step.status]),
            foreign(f"{indent}{step.path}"),
            foreign(labels.tools.get(step.name, step.step_type), "dim"),
            status_text(step.status),
            _took(step),
            f"{step.attempts} attempts" if step.attempts > 1 else "",
            foreign(_note(step)),
        )
        child = None if step.child is None else below.get(step.child)
        if child is not None:
            inner = f"{indent}  "
            table.add_row(
                "", foreign(f"{inner}run {child.state.run_id}", "dim"), foreign(child.state.scenario_id, "dim")
            )
            _add_steps(table, child.state, child.labels, below, f"{inner}  ")


def _note(step: StepState) -> str:
    if step.waiting is not None:
        return _waits(step.waiting[1])
    at_work = step.progress is not None and step.finished_at is None
    return progress_text(step.progress) if step.progress is not None and at_work else step.message


def _waits(waiting: StepWaiting) -> str:
    return f"waits {waits_text(waiting.waits_for, waiting.until)}"


def _took(step: StepState) -> str:
    return seconds_text((step.finished_at - step.started_at).total_seconds()) if step.finished_at else ""


def _error(error: RunError) -> Text:
    where = f" in step {error.step}" if error.step else ""
    attempt = f", attempt {error.attempt}" if error.attempt else ""
    return foreign(f"{error.code}{where}{attempt}: {error.message}", "red")


def _value(console: Console, name: str, value: Json) -> None:
    console.print(Text(f"\n{name}", style="bold"))
    console.print(Text(pretty_json(value)), soft_wrap=True)


def _as_json(state: RunState) -> JsonObject:
    return {
        "run_id": state.run_id,
        "scenario_id": state.scenario_id,
        "revision": state.revision,
        "status": state.status.value,
        "parent_run_id": state.parent.run_id if state.parent else None,
        "priority": state.priority,
        "forked_from": forked_as_json(state.forked_from),
        "message": state.message,
        "started_at": timestamp(state.started_at),
        "finished_at": timestamp(state.finished_at) if state.finished_at else None,
        "input": state.input,
        "steps": [_step_as_json(step) for step in state.steps.values()],
        "output": state.output,
        "error": _error_as_json(state.error),
        "owner": state.mandate.owner,
    }


def _step_as_json(step: StepState) -> JsonObject:
    return {
        "step_path": step.path,
        "node_id": step.name,
        "index": step.index,
        "status": step.status.value,
        "message": step.message,
        "started_at": timestamp(step.started_at),
        "finished_at": timestamp(step.finished_at) if step.finished_at else None,
        "attempts": step.attempts,
        "input": step.input,
        "output": step.output,
        "error": _error_as_json(step.error),
        "errors": step.errors,
        "progress": _progress(step),
        "waiting": None if step.waiting is None else step.waiting[1].waits_for,
        "child_run_id": step.child,
    }


def forked_as_json(forked: ForkedFrom | None) -> Json:
    """Where a fork comes from."""
    return None if forked is None else {"run_id": forked.run_id, "from_step": forked.from_step}


def _progress(step: StepState) -> Json:
    said = step.progress
    return None if said is None else {"progress": said.progress, "total": said.total, "message": said.message}


def _error_as_json(error: RunError | None) -> Json:
    if error is None:
        return None
    return {
        "code": error.code,
        "message": error.message,
        "step": error.step,
        "attempt": error.attempt,
        "data": error.data,
    }
