"""`callsheet keys`: the table of its commands."""

from typing import Final

import typer

from callsheet.cli.lazy import Lazy, LazyGroup
from callsheet.cli.options import GroupHelp

COMMANDS: Final = {
    "create": Lazy(module="callsheet.cli.commands.keys_create", summary="Make an API key, and show it once."),
    "list": Lazy(module="callsheet.cli.commands.keys_list", summary="List the API keys, revoked ones too."),
    "revoke": Lazy(module="callsheet.cli.commands.keys_revoke", summary="Take an API key back."),
}


class _Keys(LazyGroup):
    table = COMMANDS


group = typer.Typer(cls=_Keys, no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@group.callback(add_help_option=False)
def describe(*, show_help: GroupHelp = False) -> None:
    """Make, list and revoke API keys."""
