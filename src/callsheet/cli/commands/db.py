"""`callsheet db`: the table of its commands."""

from typing import Final

import typer

from callsheet.cli.lazy import Lazy, LazyGroup
from callsheet.cli.options import GroupHelp

COMMANDS: Final = {
    "upgrade": Lazy(module="callsheet.cli.commands.db_upgrade", summary="Bring the tables of the database up to date."),
}


class _Database(LazyGroup):
    table = COMMANDS


group = typer.Typer(cls=_Database, add_completion=False, no_args_is_help=True, rich_markup_mode=None)


@group.callback(add_help_option=False)
def describe(*, show_help: GroupHelp = False) -> None:
    """Bring the tables of the database up to date."""
