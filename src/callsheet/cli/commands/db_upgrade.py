"""`callsheet db upgrade`: what it takes."""

from dataclasses import dataclass
from typing import Annotated

import typer

from callsheet.cli.options import Folder, Places
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class DbUpgradeOptions:
    """What `callsheet db upgrade` was asked for."""

    check: bool
    places: Places


def command(
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit with 1 when it is needed.")] = False,
    folder: Folder = None,
) -> int:
    """Bring the tables of the database up to date.

    Makes what is missing in the database of 'database_url', in the schema 'callsheet'. Processes of the release before
    may go on while it runs, and after that. Any number of these commands may run at once.
    """
    return start("db_upgrade", DbUpgradeOptions(check=check, places=Places(folder=folder)))
