"""What the tables and pages of schedules and hooks have in common."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.api.schemas.triggers import TriggerRow
from callsheet.cli.failures import DONE, FAILED, say
from callsheet.cli.screen import foreign, local, output, write_json
from callsheet.cli.text import pretty_json
from callsheet.scenario.diagnostics import Severity
from callsheet.scenario.json import Json


def is_broken(row: TriggerRow) -> bool:
    """Whether it can start nothing until somebody corrects it."""
    return any(problem.severity is Severity.ERROR for problem in row.problems)


def show_list(kind: str, rows: Sequence[TriggerRow], table: Table, *, json: bool) -> int:
    """Show a list; the exit status. `table` has its rows already."""
    if json:
        write_json([as_json(row) for row in rows])
    elif rows:
        console = output()
        console.print(table)
        for row in rows:
            show_problems(console, row)
    else:
        say(f"There are no {kind}s yet.")
    return FAILED if any(map(is_broken, rows)) else DONE


def show_page(row: TriggerRow, facts: Mapping[str, Text], document: Json) -> Console:
    """Show one, its facts, what is wrong with it, and its document."""
    console = output()
    console.print(foreign(row.name, "bold"))
    common = {"scenario": foreign(row.scenario_id or "-"), "source": foreign(row.source)}
    for name, fact in {**common, **facts}.items():
        console.print(Text.assemble((f"{name:<10}", "dim"), fact), soft_wrap=True)
    show_problems(console, row)
    console.print()
    console.print(Text(pretty_json(document)), soft_wrap=True)
    return console


def show_problems(console: Console, row: TriggerRow) -> None:
    """Every problem with its place in front, as compilers write them."""
    for text in _problems(row):
        console.print(foreign(text, "red" if is_broken(row) else "yellow"), soft_wrap=True)


def as_json(row: BaseModel) -> Json:
    """As the HTTP API sends it."""
    return row.model_dump(mode="json")


def moment(text: str | None) -> str:
    """A moment in the time of this machine; a dash for none."""
    return local(datetime.fromisoformat(text)) if text else "-"


def yes(fact: bool) -> Text:
    """A fact that matters when it is not so."""
    return Text("yes") if fact else Text("no", style="yellow")


def _problems(row: TriggerRow) -> Iterator[str]:
    for problem in row.problems:
        place = f"{row.source}:{problem.line}:{problem.column}" if problem.line else row.source
        yield f"{place}: {problem.code} {problem.message}{f' {problem.hint}' if problem.hint else ''}"
