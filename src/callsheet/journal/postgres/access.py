"""Keys, sessions and the audit log: what changes their tables, in a transaction that the caller begins and commits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, LiteralString

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
from callsheet.journal.postgres.connections import Connection
from callsheet.journal.postgres.rows import moment
from callsheet.journal.projection import as_stored

ROWS: Final = AccessRows(moment)

_ALONE: Final = "SELECT pg_advisory_xact_lock(%s)"
_KEYS_LOCK: Final = 0x63616C6C6B657973
_AUDIT_LOCK: Final = 0x63616C6C61756474
"""Who counts keys, or gives an act the next number, does so alone among all processes; nobody else waits for them."""

# Constants of these modules only; what callers send is bound.
FIND_KEY: Final[LiteralString] = f"SELECT {KEY_COLUMNS} FROM callsheet.api_keys WHERE key_id = %s"  # noqa: S608
_ADD_KEY: Final = (
    f"INSERT INTO callsheet.api_keys ({KEY_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"  # noqa: S608
)
_COUNT: Final = "SELECT count(*) FROM callsheet.api_keys"
_MAKE_ROOM: Final = (
    "DELETE FROM callsheet.api_keys WHERE key_id = (SELECT key_id FROM callsheet.api_keys"
    " WHERE revoked_at IS NOT NULL OR expires_at <= %s ORDER BY coalesce(revoked_at, expires_at), key_id LIMIT 1)"
)
_REVOKE: Final = "UPDATE callsheet.api_keys SET revoked_at = %s WHERE key_id = %s AND revoked_at IS NULL"
_END_SESSIONS: Final = "DELETE FROM callsheet.sessions WHERE key_id = %s"
_TOUCH: Final = (
    "UPDATE callsheet.api_keys SET last_used_at = %s WHERE key_id = %s AND (last_used_at IS NULL OR last_used_at <= %s)"
)
_FORGET_SESSIONS: Final = "DELETE FROM callsheet.sessions WHERE expires_at <= %s"
_ADD_SESSION: Final = (
    f"INSERT INTO callsheet.sessions ({SESSION_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"  # noqa: S608
    " ON CONFLICT (digest) DO UPDATE SET expires_at = excluded.expires_at"
)
_REMOVE_SESSION: Final = "DELETE FROM callsheet.sessions WHERE digest = %s"
_BEGIN: Final = (
    f"INSERT INTO callsheet.audit_acts (number, {ACT_COLUMNS})"  # noqa: S608
    " SELECT (SELECT coalesce(max(number), 0) FROM callsheet.audit_acts) + row_number() OVER (ORDER BY place),"
    f" {ACT_COLUMNS}"
    " FROM unnest(%s::text[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],"
    f" %s::text[]) WITH ORDINALITY AS new ({ACT_COLUMNS}, place)"
    " WHERE NOT EXISTS (SELECT 1 FROM callsheet.audit_acts old WHERE old.act_id = new.act_id)"
)
_END: Final = (
    "INSERT INTO callsheet.audit_outcomes (number, at, result, target)"
    " SELECT a.number, new.at, new.result, new.target"
    " FROM unnest(%s::text[], %s::timestamptz[], %s::text[], %s::text[]) AS new (act_id, at, result, target)"
    " JOIN callsheet.audit_acts a ON a.act_id = new.act_id ON CONFLICT (number) DO NOTHING"
)


def change_access(connection: Connection, actions: Sequence[AccessAction]) -> list[AccessAnswer | CallsheetError]:
    """Do what the actions ask for; the answer of each, an error when it alone cannot be done.

    They count as simultaneous: acts and outcomes are written last, each in one statement.
    """
    answers = [_change(connection, action) for action in actions]
    # The first of an id counts; `setdefault` keeps their order.
    acts: dict[str, Act] = {}
    outcomes: dict[str, ActOutcome] = {}
    for action in actions:
        if isinstance(action, BeginAct):
            acts.setdefault(action.act.act_id, action.act)
        elif isinstance(action, EndAct):
            outcomes.setdefault(action.outcome.act_id, action.outcome)
    if acts:
        _begin(connection, list(acts.values()))
    if outcomes:
        _end(connection, list(outcomes.values()))
    return answers


def _change(connection: Connection, action: AccessAction) -> AccessAnswer | CallsheetError:
    match action:
        case AddKey(key=key, limit=limit):
            return _add_key(connection, key, limit)
        case RevokeKey(key_id=key_id, at=at):
            return _revoke(connection, key_id, as_stored(at))
        case TouchKey(key_id=key_id, at=at):
            connection.execute(_TOUCH, (as_stored(at), key_id, as_stored(at) - TOUCHED_EVERY))
        case AddSession(session=session):
            _add_session(connection, session)
        case RemoveSession(digest=digest):
            connection.execute(_REMOVE_SESSION, (digest,))
        case BeginAct() | EndAct():
            pass  # all of them together
    return None


def _add_key(connection: Connection, key: ApiKey, limit: int) -> CallsheetError | None:
    connection.execute(_ALONE, (_KEYS_LOCK,))
    row = connection.execute(FIND_KEY, (key.key_id,)).fetchone()
    if row is not None:
        return None if ROWS.key(row).digest == key.digest else same_key_id(key.key_id)
    count = connection.execute(_COUNT).fetchone()
    if count is not None and count[0] >= limit and not connection.execute(_MAKE_ROOM, (key.created_at,)).rowcount:
        return too_many_keys(limit)
    values = (key.key_id, key.digest, key.name, key.role.value, key.every_run, key.created_at, key.created_by)
    moments = (key.expires_at, key.last_used_at, key.revoked_at)
    connection.execute(_ADD_KEY, (*values, listed(key.scenarios), listed(key.tools), *moments))
    return None


def _revoke(connection: Connection, key_id: str, at: datetime) -> ApiKey | None:
    connection.execute(_REVOKE, (at, key_id))
    connection.execute(_END_SESSIONS, (key_id,))
    row = connection.execute(FIND_KEY, (key_id,)).fetchone()
    return None if row is None else ROWS.key(row)


def _add_session(connection: Connection, session: Session) -> None:
    connection.execute(_FORGET_SESSIONS, (session.created_at,))
    who = session.principal
    values = (session.digest, who.subject, who.name, who.role.value, who.every_run)
    allowed = (listed(who.scenarios), listed(who.tools))
    connection.execute(_ADD_SESSION, (*values, *allowed, who.key_id, session.created_at, session.expires_at))


def _begin(connection: Connection, acts: Sequence[Act]) -> None:
    connection.execute(_ALONE, (_AUDIT_LOCK,))
    columns = (
        [act.act_id for act in acts],
        [act.at for act in acts],
        [act.subject for act in acts],
        [act.role for act in acts],
        [act.source for act in acts],
        [act.action for act in acts],
        [act.target for act in acts],
        [described(act.details) for act in acts],
    )
    connection.execute(_BEGIN, columns)


def _end(connection: Connection, outcomes: Sequence[ActOutcome]) -> None:
    columns = (
        [outcome.act_id for outcome in outcomes],
        [outcome.at for outcome in outcomes],
        [outcome.result for outcome in outcomes],
        [outcome.target for outcome in outcomes],
    )
    connection.execute(_END, columns)
