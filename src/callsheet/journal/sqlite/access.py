"""Keys, sessions and the audit log: what the writer does to their tables."""

import sqlite3
from datetime import datetime
from typing import Final, assert_never

from callsheet.access.audit import Act, ActOutcome
from callsheet.access.keys import TOUCHED_EVERY, ApiKey
from callsheet.access.sessions import Session
from callsheet.errors.kinds import CallsheetError
from callsheet.journal.access_changes import (
    AccessAction,
    AccessAnswer,
    AddKey,
    AddSession,
    BeginAct,
    EndAct,
    RemoveSession,
    RevokeKey,
    TouchKey,
)
from callsheet.journal.access_rows import ACT_COLUMNS, KEY_COLUMNS, SESSION_COLUMNS, AccessRows, described, listed
from callsheet.journal.access_values import same_key_id, too_many_keys
from callsheet.journal.projection import sortable

ROWS: Final = AccessRows(datetime.fromisoformat)

# Constants of these modules only; what callers send is bound.
FIND_KEY: Final = f"SELECT {KEY_COLUMNS} FROM api_keys WHERE key_id = ?"  # noqa: S608
_ADD_KEY: Final = f"INSERT INTO api_keys ({KEY_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_COUNT: Final = "SELECT count(*) FROM api_keys"
_MAKE_ROOM: Final = (
    "DELETE FROM api_keys WHERE key_id = (SELECT key_id FROM api_keys WHERE revoked_at IS NOT NULL OR expires_at <= ?"
    " ORDER BY ifnull(revoked_at, expires_at), key_id LIMIT 1)"
)
_REVOKE: Final = "UPDATE api_keys SET revoked_at = ? WHERE key_id = ? AND revoked_at IS NULL"
_END_SESSIONS: Final = "DELETE FROM sessions WHERE key_id = ?"
_TOUCH: Final = "UPDATE api_keys SET last_used_at = ? WHERE key_id = ? AND (last_used_at IS NULL OR last_used_at <= ?)"
_FORGET_SESSIONS: Final = "DELETE FROM sessions WHERE expires_at <= ?"
_ADD_SESSION: Final = f"INSERT OR REPLACE INTO sessions ({SESSION_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_REMOVE_SESSION: Final = "DELETE FROM sessions WHERE digest = ?"
_BEGIN: Final = (
    f"INSERT INTO audit_acts (number, {ACT_COLUMNS})"  # noqa: S608
    " SELECT 1 + (SELECT ifnull(max(number), 0) FROM audit_acts), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8"
    " WHERE NOT EXISTS (SELECT 1 FROM audit_acts WHERE act_id = ?1)"
)
_END: Final = (
    "INSERT INTO audit_outcomes (number, at, result, target) SELECT number, ?, ?, ? FROM audit_acts a"
    " WHERE act_id = ? AND NOT EXISTS (SELECT 1 FROM audit_outcomes o WHERE o.number = a.number)"
)


def change_access(connection: sqlite3.Connection, action: AccessAction) -> AccessAnswer | CallsheetError:
    """Do what the action asks for; an error when this action alone cannot be done."""
    match action:
        case AddKey(key=key, limit=limit):
            return _add_key(connection, key, limit)
        case RevokeKey(key_id=key_id, at=at):
            return _revoke(connection, key_id, at)
        case TouchKey(key_id=key_id, at=at):
            connection.execute(_TOUCH, (sortable(at), key_id, sortable(at - TOUCHED_EVERY)))
        case AddSession(session=session):
            _add_session(connection, session)
        case RemoveSession(digest=digest):
            connection.execute(_REMOVE_SESSION, (digest,))
        case BeginAct(act=act):
            _begin(connection, act)
        case EndAct(outcome=outcome):
            _end(connection, outcome)
        case _:
            assert_never(action)
    return None


def _add_key(connection: sqlite3.Connection, key: ApiKey, limit: int) -> CallsheetError | None:
    row = connection.execute(FIND_KEY, (key.key_id,)).fetchone()
    if row is not None:
        return None if ROWS.key(row).digest == key.digest else same_key_id(key.key_id)
    if connection.execute(_COUNT).fetchone()[0] >= limit:
        room = connection.execute(_MAKE_ROOM, (sortable(key.created_at),)).rowcount
        if not room:
            return too_many_keys(limit)
    values = (key.key_id, key.digest, key.name, key.role, key.every_run, sortable(key.created_at), key.created_by)
    moments = (_perhaps(key.expires_at), _perhaps(key.last_used_at), _perhaps(key.revoked_at))
    connection.execute(_ADD_KEY, (*values, listed(key.scenarios), listed(key.tools), *moments))
    return None


def _revoke(connection: sqlite3.Connection, key_id: str, at: datetime) -> ApiKey | None:
    connection.execute(_REVOKE, (sortable(at), key_id))
    connection.execute(_END_SESSIONS, (key_id,))
    row = connection.execute(FIND_KEY, (key_id,)).fetchone()
    return None if row is None else ROWS.key(row)


def _add_session(connection: sqlite3.Connection, session: Session) -> None:
    connection.execute(_FORGET_SESSIONS, (sortable(session.created_at),))
    who = session.principal
    values = (session.digest, who.subject, who.name, who.role, who.every_run, listed(who.scenarios), listed(who.tools))
    connection.execute(_ADD_SESSION, (*values, who.key_id, sortable(session.created_at), sortable(session.expires_at)))


def _begin(connection: sqlite3.Connection, act: Act) -> None:
    values = (act.act_id, sortable(act.at), act.subject, act.role, act.source, act.action, act.target)
    connection.execute(_BEGIN, (*values, described(act.details)))


def _end(connection: sqlite3.Connection, outcome: ActOutcome) -> None:
    connection.execute(_END, (sortable(outcome.at), outcome.result, outcome.target, outcome.act_id))


def _perhaps(moment: datetime | None) -> str | None:
    return None if moment is None else sortable(moment)
