"""`callsheet tools`: the table of its commands; alone it lists."""

from typing import Any, Final

import typer

from callsheet.cli.lazy import Lazy, LazyGroup
from callsheet.cli.options import GroupHelp

COMMANDS: Final = {
    "list": Lazy(module="callsheet.cli.commands.tools_list", summary="List the tools of every server"),
    "call": Lazy(module="callsheet.cli.commands.tools_call", summary="Call one tool, outside of any run."),
    "login": Lazy(module="callsheet.cli.commands.tools_login", summary="Sign in to a tool server."),
    "logout": Lazy(module="callsheet.cli.commands.tools_logout", summary="Forget how somebody signed in."),
}

_HELP: Final = ("--help", "-h")


class _Tools(LazyGroup):
    table = COMMANDS

    # `Any` below: the type belongs to a module that typer keeps to itself.

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments; without a command, those of `list` are meant."""
        lists = not args or (args[0].startswith("-") and args[0] not in _HELP)
        return super().parse_args(ctx, ["list", *args] if lists else args)


group = typer.Typer(cls=_Tools, add_completion=False, rich_markup_mode=None)


@group.callback(add_help_option=False)
def describe(*, show_help: GroupHelp = False) -> None:
    """List tools, call one, sign in to a server. Without a command it lists those of every server."""
