"""`callsheet secrets`: the table of its commands."""

from typing import Final

import typer

from callsheet.cli.lazy import Lazy, LazyGroup
from callsheet.cli.options import GroupHelp

COMMANDS: Final = {
    "set": Lazy(module="callsheet.cli.commands.secrets_set", summary="Keep a secret, encrypted."),
    "list": Lazy(module="callsheet.cli.commands.secrets_list", summary="List the names of secrets, never a value."),
    "rm": Lazy(module="callsheet.cli.commands.secrets_rm", summary="Remove a secret from the encrypted store."),
}


class _Secrets(LazyGroup):
    table = COMMANDS


group = typer.Typer(cls=_Secrets, no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@group.callback(add_help_option=False)
def describe(*, show_help: GroupHelp = False) -> None:
    """Set, list and remove secrets; never show one."""
