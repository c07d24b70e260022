"""`callsheet hooks`: the table of its commands."""

from typing import Final

import typer

from callsheet.cli.lazy import Lazy, LazyGroup
from callsheet.cli.options import GroupHelp

COMMANDS: Final = {
    "list": Lazy(module="callsheet.cli.commands.hooks_list", summary="List the hooks, broken ones too."),
    "show": Lazy(module="callsheet.cli.commands.hooks_show", summary="Show one hook."),
    "sign": Lazy(module="callsheet.cli.commands.hooks_sign", summary="Write the curl line of a signed request."),
}


class _Hooks(LazyGroup):
    table = COMMANDS


group = typer.Typer(cls=_Hooks, no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@group.callback(add_help_option=False)
def describe(*, show_help: GroupHelp = False) -> None:
    """List and show hooks, sign requests to them."""
