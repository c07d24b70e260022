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
