"""PostgreSQL's errors as sentences: what happened to which database, and what to do."""

import re
from typing import Final

import psycopg

from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.postgres.address import Address

_UPGRADE: Final = "The journal {name} has no tables of this version. Run 'callsheet db upgrade'."
_FULL: Final = "The disk of the journal {name} is full. Free some space; the journal goes on by itself."
_READ_ONLY: Final = "The journal {name} is read-only. Connect to the primary server; the journal goes on by itself."
_CROWDED: Final = "The PostgreSQL server of the journal {name} takes no more connections. Raise max_connections."
_RIGHTS: Final = "The user of the journal {name} may not do this. Give it the rights on the schema 'callsheet'."
_LOCKED: Final = "The journal {name} is locked by another program. Let that end; the journal goes on by itself."
_SLOW: Final = "The journal {name} did not answer in time. Look at the load of the PostgreSQL server."
_PASSWORD: Final = "The PostgreSQL server of the journal {name} refused the user or the password in 'database_url'."  # noqa: S105
_MISSING: Final = "There is no database {name}. Create it, or correct 'database_url'."
_STOPPING: Final = "The PostgreSQL server of the journal {name} is starting or stopping. The journal goes on by itself."
_DOWN: Final = "The journal {name} cannot be reached. Is PostgreSQL running there? The journal goes on by itself."
_OTHER: Final = "The journal {name} cannot be used."

_BY_STATE: Final = {
    "53100": _FULL,
    "25006": _READ_ONLY,
    "53300": _CROWDED,
    "42501": _RIGHTS,
    "55P03": _LOCKED,
    "40P01": _LOCKED,
    "40001": _LOCKED,
    "57014": _SLOW,
    "28P01": _PASSWORD,
    "28000": _PASSWORD,
    "3D000": _MISSING,
    "3F000": _UPGRADE,
    "42P01": _UPGRADE,
    "42703": _UPGRADE,
    "57P01": _STOPPING,
    "57P02": _STOPPING,
    "57P03": _STOPPING,
    "25P03": _SLOW,
}
"""By SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""

_LAST_WORDS: Final = {"57P01", "57P02", "57P03", "57P05", "25P03"}

_BY_WORDS: Final = (
    (
        re.compile(r"password authentication failed|no password supplied|pg_hba\.conf|role \"[^\"]*\" "),
        _PASSWORD,
    ),
    (re.compile(r"database \"[^\"]*\" does not exist"), _MISSING),
    (re.compile(r"too many (clients|connections)|remaining connection slots"), _CROWDED),
    (re.compile(r"the database system is|terminating connection due to"), _STOPPING),
)
"""While a connection is being made libpq hands out no SQLSTATE, only the server's words."""


def unavailable(error: psycopg.Error, address: Address, *, gave_up: bool = False) -> JournalUnavailable:
    """The sentence for an error of PostgreSQL.

    Args:
        error: what psycopg raised.
        address: of the database.
        gave_up: whether we cut the connection ourselves because nothing came.
    """
    said = " ".join(str(error).split())
    sentence = _SLOW if gave_up else _sentence(error, said)
    if sentence is _UPGRADE:
        return too_old(address)  # which table is missing helps nobody
    return JournalUnavailable(f"{sentence.format(name=address.name)} (PostgreSQL: {said})")


def too_old(address: Address) -> JournalUnavailable:
    """The refusal to work with tables of an earlier version."""
    return JournalUnavailable(_UPGRADE.format(name=address.name))


def too_new(address: Address) -> JournalUnavailable:
    """The refusal to work with tables of a later version that this one does not know."""
    return JournalUnavailable(
        f"The journal {address.name} was upgraded by a newer Callsheet. Use that version or a later one."
    )


def is_passing(error: psycopg.Error) -> bool:
    """Whether the same transaction may well go through the next time: it met another one."""
    return error.sqlstate in {"40001", "40P01", "55P03"}


def is_the_end(error: psycopg.Error) -> bool:
    """Whether these are the server's last words on a connection, though the end of it has not been read yet."""
    return error.sqlstate is not None and (error.sqlstate[:2] == "08" or error.sqlstate in _LAST_WORDS)


def is_refusal(error: psycopg.Error) -> bool:
    """Whether the database refused some value in the transaction, and would refuse it again."""
    return isinstance(error, psycopg.DataError | psycopg.IntegrityError | psycopg.ProgrammingError) and (
        error.sqlstate is None or error.sqlstate[:2] in {"22", "23"}
    )


def _sentence(error: psycopg.Error, said: str) -> str:
    if error.sqlstate is not None:
        return _BY_STATE.get(error.sqlstate, _DOWN if error.sqlstate.startswith("08") else _OTHER)
    for words, sentence in _BY_WORDS:
        if words.search(said):
            return sentence
    return _DOWN if isinstance(error, psycopg.OperationalError) else _OTHER
