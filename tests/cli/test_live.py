"""The live table, drawn on a screen of paper."""

import io
from datetime import timedelta

from rich.console import Console

from callsheet.cli.labels import Labels
from callsheet.cli.live import LiveView
from callsheet.cli.views import line_of
from callsheet.runs.codec import encode
from callsheet.runs.events import Event, Record, RunStatus, StepLog, StepProgress
from callsheet.runs.state import fold
from tests.support.events import NOON, new_id, run_finished, run_started, step_finished, step_started, steps

CURSOR_UP = "\x1b[1A"

LABELS = Labels(planned=("search", "read"), tools={"search": "news.find", "read": "[red]open\x1b"})


def drawn(events: list[Event], labels: Labels = LABELS, height: int = 40) -> list[str]:
    """The table after `events`, two seconds after noon."""
    console = Console(file=io.StringIO(), width=100, height=height, force_terminal=False)
    view = LiveView(labels, console, now=lambda: NOON + timedelta(seconds=2))
    state = fold(events)
    name, data = encode(events[-1])
    view.show(Record(len(events), name, data), events[-1], state)
    with console.capture() as capture:
        console.print(view.render())
    return [line.rstrip() for line in capture.get().splitlines()]


def test_steps_at_work_and_steps_to_come_are_shown() -> None:
    run_id = new_id()
    head, search, read = drawn([run_started(run_id), step_started(run_id)])
    assert head == f"news  {run_id}  running  2.00 s"
    assert search.split()[1:] == ["search", "news.find", "2.00", "s"]
    assert read.split() == ["·", "read", "[red]open\\x1b"]


def test_a_finished_run_shows_only_what_happened() -> None:
    run_id = new_id()
    events: list[Event] = [run_started(run_id), step_started(run_id), step_finished(run_id)]
    head, search = drawn([*events, run_finished(run_id)])
    assert head == f"news  {run_id}  success  0 ms"
    assert search.split() == ["✓", "search", "news.find", "0", "ms"]


def test_a_long_run_keeps_the_step_at_work_on_the_screen() -> None:
    run_id = new_id()
    events: list[Event] = [run_started(run_id), *steps(run_id, 30), step_started(run_id, "now", index=30)]
    lines = drawn(events, Labels(planned=tuple(f"later_{n}" for n in range(20))), height=15)
    assert len(lines) <= 15
    assert any(line.split()[1:2] == ["now"] for line in lines)
    assert "steps before" in lines[1]


def test_a_step_at_work_shows_how_far_its_tool_is() -> None:
    run_id = new_id()
    started = step_started(run_id)
    said = StepProgress(
        run_id=run_id,
        step_name="search",
        index=0,
        at=NOON,
        step_path=started.step_path,
        progress=2,
        total=8,
        message="hits",
    )
    events: list[Event] = [run_started(run_id), started, said]
    _, search, _ = drawn(events)
    assert search.endswith("2/8 hits")
    assert line_of(said, fold(events), LABELS).endswith("step progress  search: 2/8 hits")


def test_a_line_of_a_tools_log_is_one_line_and_cannot_move_the_cursor() -> None:
    run_id = new_id()
    started = step_started(run_id)
    said = StepLog(
        run_id=run_id,
        step_name="search",
        index=0,
        at=NOON,
        step_path=started.step_path,
        level="error",
        data="a\n\x1b[2J",
    )
    line = line_of(said, fold([run_started(run_id), started, said]), LABELS)
    assert line.endswith("step log       search: error: a \\x1b[2J")


def test_what_was_asked_and_typed_stays_when_the_table_comes_back() -> None:
    run_id = new_id()
    events: list[Event] = [run_started(run_id), *steps(run_id, 3)]
    paper = io.StringIO()
    view = LiveView(LABELS, Console(file=paper, width=100, height=40, force_terminal=True))
    with view:
        name, data = encode(events[-1])
        view.show(Record(len(events), name, data), events[-1], fold(events))
        with view.paused():
            paper.write("Where to? Oslo\n")
        events.append(run_finished(run_id))
        name, data = encode(events[-1])
        view.show(Record(len(events), name, data), events[-1], fold(events))
    below = paper.getvalue().partition("Oslo\n")[2]
    assert CURSOR_UP not in below.partition("news")[0]


def test_a_failed_run_in_one_line_shows_why() -> None:
    run_id = new_id()
    failed = run_finished(run_id, RunStatus.FAILED, message="it\nbroke \x1b", finished_at=NOON + timedelta(seconds=3))
    line = line_of(failed, fold([run_started(run_id), failed]), LABELS)
    assert line.endswith("run finished   failed in 3.00 s: it broke \\x1b")
