"""The version of the tables, and which version of the code may work with them."""

from typing import Final

import psycopg

from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.postgres.address import Address
from callsheet.journal.postgres.faults import too_new, too_old

SCHEMA_VERSION: Final = 10
"""The number of the last file in `migrations/`; each file writes its own number into `callsheet.schema_version`.

A file only adds: the release before works on while it is applied and after that, and `compatible_with` stays. Only a
file that takes something away, one release after nothing needs it any more, raises it.
"""

VERSION: Final = "SELECT version, compatible_with FROM callsheet.schema_version"


def refusal(found: tuple[int, int] | None, address: Address) -> JournalUnavailable | None:
    """Why this version of Callsheet cannot work with the tables; None when it can."""
    if found is None or found[0] < SCHEMA_VERSION:
        return too_old(address)
    return too_new(address) if found[1] > SCHEMA_VERSION else None


def stored_version(connection: psycopg.Connection) -> tuple[int, int] | None:
    """The version that `VERSION` gives; None when there are no tables yet.

    Raises:
        psycopg.Error: the database cannot be asked.
    """
    try:
        return _pair(connection.execute(VERSION).fetchone())
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return None


def _pair(row: tuple[object, ...] | None) -> tuple[int, int] | None:
    match row:
        case (int(version), int(compatible_with)):
            return version, compatible_with
        case _:
            return None
