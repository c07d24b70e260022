"""`callsheet tools`: the table of its commands; alone it lists."""

from typing import Final

import typer

from callsheet.cli.commands.tools_list import command as list_tools
from callsheet.cli.lazy import Lazy, LazyGroup
from callsheet.cli.options import AsJson, Folder, GroupHelp, Mcp

COMMANDS: Final = {
    "list": Lazy(
        module="callsheet.cli.commands.tools_list",
        summary="List the tools of every server, and what changed since they were locked.",
    ),
    "call": Lazy(module="callsheet.cli.commands.tools_call", summary="Call one tool, outside of any run."),
    "login": Lazy(module="callsheet.cli.commands.tools_login", summary="Sign in to a tool server."),
    "logout": Lazy(module="callsheet.cli.commands.tools_logout", summary="Forget how somebody signed in."),
}


class _Tools(LazyGroup):
    table = COMMANDS


group = typer.Typer(cls=_Tools, invoke_without_command=True, add_completion=False, rich_markup_mode=None)


@group.callback(add_help_option=False)
def describe(
    context: typer.Context,
    *,
    json: AsJson = False,
    folder: Folder = None,
    mcp: Mcp = None,
    show_help: GroupHelp = False,
) -> int | None:
    """List tools, call one, sign in to a server. Without a command it lists those of every server."""
    return None if context.invoked_subcommand is not None else list_tools(json, folder, mcp)
