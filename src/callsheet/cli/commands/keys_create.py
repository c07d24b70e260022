"""`callsheet keys create`: what it takes."""

from dataclasses import dataclass
from typing import Annotated

import typer

from callsheet.cli.options import AsJson, Data, Folder, Places, split
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysCreateOptions:
    """What `callsheet keys create` was asked for.

    Attributes:
        runs: `all` or `own`; None for what the role usually sees.
        scenarios: patterns; none for every scenario.
        tools: patterns; none for every tool.
        expires: how long it counts, such as `90d`; None for ever.
    """

    name: str
    role: str
    runs: str | None
    scenarios: tuple[str, ...]
    tools: tuple[str, ...]
    expires: str | None
    json: bool
    places: Places


def command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose it is; keys of one name are one caller.")],
    role: Annotated[str, typer.Option(metavar="ROLE", help="viewer, operator, author or admin.")],
    runs: Annotated[
        str | None,
        typer.Option(metavar="all|own", help="Which runs it sees: 'all' for viewers and admins, else 'own'."),
    ] = None,
    scenario: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN", help="Only scenarios like this, such as 'news_*'. Can be repeated."),
    ] = None,
    tool: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN", help="Only tools like this, such as 'demo/*'. Can be repeated."),
    ] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="TIME", help="How long it counts, such as 90d or 12h; for ever by default.")
    ] = None,
    json: AsJson = False,
    folder: Folder = None,
    data: Data = None,
) -> int:
    """Make an API key, and show it once.

    Only a digest is kept, so nobody can show it again. Goes through the server when one is running, which needs a key
    of an admin in CALLSHEET_API_KEY; the first key is made while none is.
    """
    options = KeysCreateOptions(
        name=name,
        role=role,
        runs=runs,
        scenarios=split(scenario),
        tools=split(tool),
        expires=expires,
        json=json,
        places=Places(folder=folder, data=data),
    )
    return start("keys_create", options)
