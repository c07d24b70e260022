"""`callsheet audit`: the table of its commands."""

from typing import Final

import typer

from callsheet.cli.lazy import Lazy, LazyGroup
from callsheet.cli.options import GroupHelp

COMMANDS: Final = {
    "list": Lazy(module="callsheet.cli.commands.audit_list", summary="List who did what, newest first."),
    "export": Lazy(module="callsheet.cli.commands.audit_export", summary="Write the whole audit log, newest first."),
}


class _Audit(LazyGroup):
    table = COMMANDS


group = typer.Typer(cls=_Audit, no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@group.callback(add_help_option=False)
def describe(*, show_help: GroupHelp = False) -> None:
    """Show who did what, or export all of it."""
