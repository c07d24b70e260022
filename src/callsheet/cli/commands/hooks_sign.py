"""`callsheet hooks sign`: what it takes."""

from dataclasses import dataclass
from typing import Annotated

import typer

from callsheet.cli.options import Data, Folder, HookName, Places, Scenarios
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class HooksSignOptions:
    """What `callsheet hooks sign` was asked for.

    Attributes:
        body: JSON, or `@FILE`, or `@-` for standard input.
        url: where the service is; None for the running one, else where the settings say.
    """

    name: str
    body: str
    url: str | None
    places: Places


def command(
    name: HookName,
    body: Annotated[str, typer.Option("--body", "-b", metavar="JSON", help="The body: JSON, @FILE, or @-.")] = "{}",
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="Where the service is; by default the one of the folder.")
    ] = None,
    scenarios: Scenarios = None,
    folder: Folder = None,
    data: Data = None,
) -> int:
    """Write the curl line of a signed request.

    The secret is read from the environment, CALLSHEET_SECRET_<NAME>, and never shown. The line is valid from now on for
    as long as the hook's 'tolerance' says; sent again, it gives the same run.
    """
    places = Places(folder=folder, data=data, scenarios=scenarios)
    return start("hooks_sign", HooksSignOptions(name=name, body=body, url=url, places=places))
