"""The live table of a run's steps on a terminal."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from callsheet.cli.labels import Labels
from callsheet.cli.sayings import progress_text
from callsheet.cli.screen import MARKS, STYLES, foreign, seconds_text, status_text
from callsheet.cli.waits import waits_text
from callsheet.runs.events import Event, Record, StepStatus
from callsheet.runs.state import RunState, StepState

_FRAMES_PER_SECOND: Final = 10
_UNUSED_LINES: Final = 5
_AHEAD: Final = 3


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


class LiveView:
    """A `View` as a context manager: on the screen inside the block, and its last state stays there afterwards."""

    def __init__(self, labels: Labels, console: Console, now: Callable[[], datetime] = utc_now) -> None:
        self._labels = labels
        self._console = console
        self._now = now
        self._state: RunState | None = None
        self._spinner = Spinner("dots", style=STYLES["running"])
        self._live = self._new_live()

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    @contextmanager
    def paused(self) -> Generator[None]:
        """Leave the screen to somebody who types there; the table is drawn anew below what was typed."""
        self._live.stop()
        try:
            yield
        finally:
            # The one that was stopped would draw over its last picture, where now the questions and answers stand.
            self._live = self._new_live()
            self._live.start()

    def show(self, record: Record, event: Event, state: RunState) -> None:
        """See `View`."""
        self._state = state
        if state.status.is_terminal:
            self._live.refresh()

    def _new_live(self) -> Live:
        return Live(
            get_renderable=self.render,
            console=self._console,
            refresh_per_second=_FRAMES_PER_SECOND,
            redirect_stdout=False,
        )

    def render(self) -> RenderableType:
        """The table as it is now."""
        state = self._state
        if state is None:
            return Text("")
        table = Table.grid(padding=(0, 2, 0, 0))
        for column in ("mark", "step", "tool", "time"):
            table.add_column(column, no_wrap=True, overflow="ellipsis")
        table.add_column("message", overflow="fold")
        for row in self._visible_rows(state):
            table.add_row(*row)
        return Group(self._head(state), table)

    def _head(self, state: RunState) -> Text:
        took = ((state.finished_at or self._now()) - state.started_at).total_seconds()
        run_id = Text(f"  {state.run_id}  ", style="dim")
        return Text.assemble(
            foreign(state.scenario_id, "bold"), run_id, status_text(state.status), f"  {seconds_text(took)}"
        )

    def _visible_rows(self, state: RunState) -> list[tuple[RenderableType, ...]]:
        """As many rows as the screen holds, those at work among them."""
        started = list(state.steps.values())
        ahead = [] if state.status.is_terminal else [n for n in self._labels.planned if n not in state.steps]
        rows = [self._row(step) for step in started] + [self._pending(name) for name in ahead]
        room = max(_AHEAD + 1, self._console.height - _UNUSED_LINES)
        if len(rows) <= room:
            return rows
        end = min(len(rows), len(started) + _AHEAD)
        first = max(0, end - room)
        hidden: list[tuple[RenderableType, ...]] = [("", Text(f"… {first} steps before", style="dim"))] if first else []
        return hidden + rows[first:end]

    def _row(self, step: StepState) -> tuple[RenderableType, ...]:
        took = ((step.finished_at or self._now()) - step.started_at).total_seconds()
        mark: RenderableType = Text(MARKS[step.status], style=STYLES[step.status])
        if step.status is StepStatus.RUNNING:
            mark = self._spinner
        tool = foreign(self._labels.tools.get(step.name, step.step_type), "dim")
        return mark, foreign(step.path), tool, Text(seconds_text(took)), _note(step)

    def _pending(self, name: str) -> tuple[RenderableType, ...]:
        return Text("·", style="dim"), foreign(name, "dim"), foreign(self._labels.tools.get(name, ""), "dim"), "", ""


def _note(step: StepState) -> Text:
    note = Text()
    if step.attempts > 1:
        note.append(f"attempt {step.attempts}  " if step.finished_at is None else f"{step.attempts} attempts  ")
    if step.waiting is not None:
        waits = step.waiting[1]
        return note.append_text(foreign(f"waits {waits_text(waits.waits_for, waits.until)}", "yellow"))
    if step.progress is not None and step.finished_at is None:
        return note.append_text(foreign(progress_text(step.progress), "cyan"))
    return note.append_text(foreign(step.message, STYLES[step.status] if step.finished_at else "yellow"))
