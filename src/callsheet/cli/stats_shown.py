"""A report over many runs, as tables."""

from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.cli.screen import foreign, local, seconds_text, status_text
from callsheet.cli.text import counted
from callsheet.runs.statistics.report import Outcomes, Report

_CELLS: Final = 10
_GOOD: Final = 0.99
_FAIR: Final = 0.9


def show(console: Console, report: Report) -> None:
    """Write the report; what is empty is left out."""
    heading = f"{counted(report.runs, 'run')} from {local(report.since)} to {local(report.until)}"
    console.print(Text(heading, style="bold"))
    if report.truncated:
        console.print(Text("There are more: these are the newest. Ask for less with --since or --scenario.", "yellow"))
    tables = (_scenarios(report), _tools(report), _slowest(report), _failures(report))
    for table in tables:
        if table.row_count:
            console.print()
            console.print(table)


def _scenarios(report: Report) -> Table:
    table = _table("SCENARIO", "RUNS", "SUCCESS", "FAILED", "CANCELLED", "RATE", "P50", "P95")
    for each in report.scenarios:
        outcomes = each.outcomes
        table.add_row(
            foreign(each.scenario_id),
            str(each.runs),
            str(outcomes.success),
            _bad(outcomes.failed),
            str(each.cancelled),
            _rate(outcomes.rate),
            *_percentiles(outcomes),
        )
    return table


def _tools(report: Report) -> Table:
    table = _table("TOOL", "CALLS", "SUCCESS", "FAILED", "RATE", "P50", "P95")
    for each in report.tools:
        outcomes = each.outcomes
        table.add_row(
            foreign(str(each.name)),
            str(each.calls),
            str(outcomes.success),
            _bad(outcomes.failed),
            _rate(outcomes.rate),
            *_percentiles(outcomes),
        )
    return table


def _slowest(report: Report) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("SLOWEST STEPS", "TOOK", "STATUS", "TOOL", "SCENARIO", "RUN"):
        table.add_column(name, no_wrap=True, justify="right" if name == "TOOK" else "left")
    for step in report.slowest_steps:
        table.add_row(
            foreign(step.step_path),
            _took(step.duration),
            status_text(step.status),
            foreign(step.step_type if step.tool is None else str(step.tool)),
            foreign(step.scenario_id),
            step.run_id,
        )
    return table


def _failures(report: Report) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("FAILURES", "RUNS", "LAST RUN"):
        table.add_column(name, no_wrap=True, justify="right" if name == "RUNS" else "left")
    table.add_column("ITS MESSAGE", overflow="ellipsis", no_wrap=True)
    for each in report.failures:
        table.add_row(foreign(each.code, "red"), str(each.count), each.last_run_id, foreign(each.last_message))
    return table


def _table(first: str, *numbers: str) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(first, no_wrap=True)
    for name in numbers:
        table.add_column(name, no_wrap=True, justify="left" if name == "RATE" else "right")
    return table


def _percentiles(outcomes: Outcomes) -> tuple[str, str]:
    return _took(outcomes.p50), _took(outcomes.p95)


def _took(milliseconds: int | None) -> str:
    return "-" if milliseconds is None else seconds_text(milliseconds / 1000)


def _bad(count: int) -> Text:
    return Text(str(count), style="red" if count else "")


def _rate(rate: float | None) -> Text:
    """A bar and the per cent, rounded down: nobody reads 100 % where something failed."""
    if rate is None:
        return Text("-")
    style = "green" if rate >= _GOOD else "yellow" if rate >= _FAIR else "red"
    full = int(rate * _CELLS)
    bar = Text("█" * full, style=style) + Text("░" * (_CELLS - full), style="dim")
    return bar + Text(f" {int(rate * 1000) / 10:g} %")
