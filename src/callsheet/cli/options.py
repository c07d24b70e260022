"""The options that commands share, and what they say about where things are."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias

import typer


def _show_help(context: typer.Context, wanted: bool) -> None:
    if wanted:
        print(context.get_help())
        raise typer.Exit


GroupHelp: TypeAlias = Annotated[
    bool, typer.Option("--help", "-h", is_eager=True, callback=_show_help, help="Show this message and exit.")
]
"""For groups: typer's own one imports pydantic whenever it is not asked for, before any command's help."""

Folder: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--folder",
        "-C",
        metavar="DIR",
        exists=True,
        file_okay=False,
        help="Where callsheet.toml, mcp.json, scenarios/ and .callsheet/ are; the current folder by default.",
    ),
]
Data: TypeAlias = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="The data folder: the journal and its lock.")
]
Scenarios: TypeAlias = Annotated[
    Path | None, typer.Option("--scenarios", metavar="DIR", help="The folder of the scenarios.")
]
Mcp: TypeAlias = Annotated[Path | None, typer.Option("--mcp", metavar="FILE", help="The file that names tool servers.")]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Write JSON to standard output, and nothing else.")]
Json: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Write every event as a line of JSON to standard output, and nothing else.")
]
Inputs: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--input",
        "-i",
        metavar="K=V",
        help="k=v for a text (or what the input_schema says), k:=JSON for any value, @FILE for the whole object "
        "(@- reads it from standard input). Can be repeated; later ones win.",
    ),
]
StatusOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--status", help="Only runs with this status; can be repeated or separated by commas."),
]
ErrorCodeOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--error-code",
        metavar="CODE",
        help="Only runs that ended with this error, such as ToolError; can be repeated or separated by commas.",
    ),
]
ScenarioOption: TypeAlias = Annotated[
    str | None, typer.Option("--scenario", metavar="ID", help="Only runs of this scenario.")
]
StartedAfter: TypeAlias = Annotated[
    str | None,
    typer.Option("--started-after", metavar="TIME", help="Only runs that started later: 7d, 12h, or 2026-04-24."),
]
StartedBefore: TypeAlias = Annotated[
    str | None, typer.Option("--started-before", metavar="TIME", help="Only runs that started earlier.")
]
Search: TypeAlias = Annotated[
    str | None, typer.Option("--search", metavar="TEXT", help="Only runs with this in an id or in the message.")
]
DryRun: TypeAlias = Annotated[bool, typer.Option("--dry-run", help="Show which runs it would be, and do nothing.")]
Yes: TypeAlias = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Latest: TypeAlias = Annotated[
    bool, typer.Option("--latest", help="With the scenario as it is in the catalog now, not as it was for the run.")
]
SomeRun: TypeAlias = Annotated[
    str | None, typer.Argument(metavar="[RUN]", help="A run_id, how one begins, or 'last'; or say which runs below.")
]
ActSubject: TypeAlias = Annotated[
    str | None, typer.Option("--subject", metavar="WHO", help="Only what they did: key:ci, user:7, os:ada, local.")
]
ActAction: TypeAlias = Annotated[
    str | None, typer.Option("--action", metavar="ACTION", help="Only this, such as run.start, or all of it: run.")
]
ActTarget: TypeAlias = Annotated[
    str | None, typer.Option("--target", metavar="ID", help="Only what was done to this run, scenario, key and so on.")
]
ActSince: TypeAlias = Annotated[
    str | None, typer.Option("--since", metavar="TIME", help="Only what was done since: 7d, 12h, or 2026-04-24.")
]
ScheduleName: TypeAlias = Annotated[str, typer.Argument(metavar="SCHEDULE", help="Its name.")]
HookName: TypeAlias = Annotated[str, typer.Argument(metavar="HOOK", help="Its name.")]
RunArgument: TypeAlias = Annotated[str, typer.Argument(metavar="RUN", help="A run_id, how one begins, or 'last'.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What the command line says about settings; None where it says nothing. Its paths start from the current folder.

    Attributes:
        folder: where `callsheet.toml` is looked for, and what the paths in it start from.
    """

    folder: Path | None = None
    data: Path | None = None
    scenarios: Path | None = None
    mcp: Path | None = None
    host: str | None = None
    port: int | None = None

    def overrides(self) -> dict[str, object]:
        """The settings that the command line gives, for `callsheet.settings.load_settings`."""
        paths = {"data": self.data, "scenarios": self.scenarios, "mcp": self.mcp}
        given: dict[str, object] = {name: path.absolute() for name, path in paths.items() if path is not None}
        plain = {"host": self.host, "port": self.port}
        return given | {name: value for name, value in plain.items() if value is not None}

    def base(self) -> Path:
        """The folder that settings start from, as an absolute path."""
        return (self.folder or Path()).absolute()


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which runs a command is for, instead of one that is named, as the command line says it.

    Attributes:
        dry_run: show which runs it would be, and do nothing.
        yes: do not ask.
    """

    statuses: tuple[str, ...] = ()
    error_codes: tuple[str, ...] = ()
    scenario: str | None = None
    started_after: str | None = None
    started_before: str | None = None
    search: str | None = None
    dry_run: bool = False
    yes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SomeActs:
    """Which entries of the audit log a command is for, as the command line says it; None for all."""

    subject: str | None = None
    action: str | None = None
    target: str | None = None
    since: str | None = None


def split(texts: list[str] | None) -> tuple[str, ...]:
    """What an option gives that can be repeated or have several values with commas between them."""
    return tuple(name for text in texts or () for name in text.split(",") if name)
