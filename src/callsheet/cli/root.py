"""The command `callsheet`: its table of commands, and what happens to errors."""

import io
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import typer
from typer.main import get_command

from callsheet import __version__
from callsheet.cli.failures import DONE, INTERRUPTED, NOBODY_READS, report, report_fault, say
from callsheet.cli.lazy import Lazy, LazyGroup
from callsheet.cli.options import GroupHelp
from callsheet.cli.start import OutputClosed
from callsheet.cli.text import one_line
from callsheet.errors.kinds import CallsheetError

COMMANDS: Final = {
    "run": Lazy(module="callsheet.cli.commands.run", summary="Run a scenario and watch its steps."),
    "serve": Lazy(module="callsheet.cli.commands.serve", summary="Serve the HTTP API, and go on with unfinished runs."),
    "worker": Lazy(module="callsheet.cli.commands.worker", summary="Execute runs, with others on one database."),
    "mcp": Lazy(module="callsheet.cli.commands.mcp", summary="Offer the scenarios to an MCP client over stdio."),
    "lint": Lazy(module="callsheet.cli.commands.lint", summary="Check scenarios without running them."),
    "fmt": Lazy(module="callsheet.cli.commands.fmt", summary="Write scenarios in the canonical way, or convert them."),
    "graph": Lazy(module="callsheet.cli.commands.graph", summary="Draw a scenario as a Mermaid flowchart."),
    "lock": Lazy(module="callsheet.cli.commands.lock", summary="Write down what the tools in use promise now."),
    "scenarios": Lazy(module="callsheet.cli.commands.scenarios", summary="List the scenarios, broken ones too."),
    "tools": Lazy(module="callsheet.cli.commands.tools", summary="List tools, call one, sign in to a server."),
    "runs": Lazy(module="callsheet.cli.commands.runs", summary="List, show, answer, cancel, retry, remove runs."),
    "schedules": Lazy(module="callsheet.cli.commands.schedules", summary="List, show, pause, resume, start schedules."),
    "secrets": Lazy(module="callsheet.cli.commands.secrets", summary="Set, list and remove secrets; never show one."),
    "hooks": Lazy(module="callsheet.cli.commands.hooks", summary="List and show hooks, sign requests to them."),
    "keys": Lazy(module="callsheet.cli.commands.keys", summary="Make, list and revoke API keys."),
    "audit": Lazy(module="callsheet.cli.commands.audit", summary="Show who did what, or export all of it."),
    "db": Lazy(module="callsheet.cli.commands.db", summary="Bring the tables of the database up to date."),
    "doctor": Lazy(module="callsheet.cli.commands.doctor", summary="Check the configuration, the data, the servers."),
}


@dataclass(slots=True)
class Invocation:
    """What the options before the command say."""

    traceback: bool = False


class _Root(LazyGroup):
    table = COMMANDS


_HELP: Final = {"help_option_names": ["--help", "-h"]}


def run_command_line(arguments: Sequence[str]) -> int:
    """Run one command line; the exit status. Never raises for what a person or a tool did wrong."""
    invocation = Invocation()
    _never_choke_on_letters()
    try:
        return _run(arguments, invocation)
    except CallsheetError as error:
        return report(error)
    except typer.TyperException as error:
        return _report_usage(error)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except (OutputClosed, BrokenPipeError):
        _discard_output()
        return NOBODY_READS
    except Exception as error:  # noqa: BLE001 - the last line of defence: a sentence instead of a traceback
        return report_fault(error, details=invocation.traceback)


def _run(arguments: Sequence[str], invocation: Invocation) -> int:
    app = typer.Typer(cls=_Root, add_completion=False, no_args_is_help=True, rich_markup_mode=None)
    app.callback(add_help_option=False, context_settings=_HELP)(_root)
    status: Any = get_command(app).main(list(arguments), prog_name="callsheet", standalone_mode=False, obj=invocation)
    sys.stdout.flush()
    return status if isinstance(status, int) else DONE


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"callsheet {__version__}")
        raise typer.Exit


def _root(
    context: typer.Context,
    *,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version and leave.")
    ] = False,
    traceback: Annotated[bool, typer.Option("--traceback", help="Show where a fault of Callsheet happened.")] = False,
    show_help: GroupHelp = False,
) -> None:
    """Run scenarios: documents whose steps call MCP tools, durably and without a model."""
    context.ensure_object(Invocation).traceback = traceback


def _report_usage(error: typer.TyperException) -> int:
    context: Any = getattr(error, "ctx", None)
    text = error.format_message()
    if type(error).__name__ == "NoArgsIsHelpError":
        print(text)
        return error.exit_code
    if context is not None:
        text = one_line(text)
        text = f"{text}{'' if text.endswith(('.', '?')) else '.'} See '{context.command_path} --help'."
    say(f"Error: {text}")
    return error.exit_code


def _never_choke_on_letters() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _discard_output() -> None:
    # Python flushes standard output once more when it ends, and would complain.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
