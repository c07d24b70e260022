"""`callsheet schedules`: the table of its commands."""

from typing import Final

import typer

from callsheet.cli.lazy import Lazy, LazyGroup
from callsheet.cli.options import GroupHelp

COMMANDS: Final = {
    "list": Lazy(module="callsheet.cli.commands.schedules_list", summary="List the schedules, broken ones too."),
    "show": Lazy(module="callsheet.cli.commands.schedules_show", summary="Show one schedule and its last slots."),
    "next": Lazy(module="callsheet.cli.commands.schedules_next", summary="Show when a schedule fires next."),
    "pause": Lazy(module="callsheet.cli.commands.schedules_pause", summary="Pause a schedule until it is resumed."),
    "resume": Lazy(module="callsheet.cli.commands.schedules_resume", summary="Resume a schedule, from now on."),
    "trigger": Lazy(module="callsheet.cli.commands.schedules_trigger", summary="Start a schedule's run now."),
}


class _Schedules(LazyGroup):
    table = COMMANDS


group = typer.Typer(cls=_Schedules, no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@group.callback(add_help_option=False)
def describe(*, show_help: GroupHelp = False) -> None:
    """List, show, pause, resume, start schedules. Goes through the server when one has the data folder open."""
