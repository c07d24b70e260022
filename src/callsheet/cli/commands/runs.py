"""`callsheet runs`: the table of its commands."""

from typing import Final

import typer

from callsheet.cli.lazy import Lazy, LazyGroup
from callsheet.cli.options import GroupHelp

COMMANDS: Final = {
    "list": Lazy(module="callsheet.cli.commands.runs_list", summary="List runs, newest first."),
    "show": Lazy(module="callsheet.cli.commands.runs_show", summary="Show one run: its steps, output or error."),
    "events": Lazy(module="callsheet.cli.commands.runs_events", summary="Show the events of a run, or follow them."),
    "stats": Lazy(
        module="callsheet.cli.commands.runs_stats",
        summary="Report on many runs: how often they succeed, how long they take, why they fail.",
    ),
    "answer": Lazy(module="callsheet.cli.commands.runs_answer", summary="Answer a step that waits for a person."),
    "cancel": Lazy(module="callsheet.cli.commands.runs_cancel", summary="Cancel a run, or many."),
    "retry": Lazy(module="callsheet.cli.commands.runs_retry", summary="Try again what failed in a run, or in many."),
    "fork": Lazy(module="callsheet.cli.commands.runs_fork", summary="Run again from a step on."),
    "resume": Lazy(module="callsheet.cli.commands.runs_resume", summary="Go on with an unfinished run."),
    "delete": Lazy(module="callsheet.cli.commands.runs_delete", summary="Remove a run that has ended, or many."),
    "prune": Lazy(module="callsheet.cli.commands.runs_prune", summary="Remove runs that ended long ago."),
}


class _Runs(LazyGroup):
    table = COMMANDS


group = typer.Typer(cls=_Runs, no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@group.callback(add_help_option=False)
def describe(*, show_help: GroupHelp = False) -> None:
    """List, show, answer, cancel, retry, remove runs. What only lists and shows works beside a server, too."""
