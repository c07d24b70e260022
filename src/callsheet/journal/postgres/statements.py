"""Everything the writer says to the database: each statement for all changes of a batch at once, as arrays."""

from typing import Final, LiteralString

from callsheet.journal.postgres.rows import COLUMNS

TRANSACTION: Final = "SELECT pg_current_xact_id()::text"
OUTCOME: Final = "SELECT pg_xact_status(%s::xid8)"

CREATE: Final = (
    "INSERT INTO callsheet.runs (run_id, scenario_id, revision, status, started_at, parent_run_id, parent_seq,"
    " last_seq, idempotency_key, fingerprint, priority, forked_from_run_id, forked_from_step, owner)"
    " SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::int[],"
    " %s::int[], %s::text[], %s::text[], %s::int[], %s::text[], %s::text[], %s::text[])"
    " ON CONFLICT DO NOTHING RETURNING run_id, number"
)
DEFINE: Final = (
    "INSERT INTO callsheet.definitions (revision, document) SELECT * FROM unnest(%s::text[], %s::bytea[])"
    " ON CONFLICT DO NOTHING"
)
EARLIER: Final[LiteralString] = (
    f"SELECT idempotency_key, fingerprint, {COLUMNS} FROM callsheet.runs WHERE idempotency_key = ANY(%s)"  # noqa: S608
)

_LOCKED: Final = "number, run_id, last_seq, finished_at IS NOT NULL, parent_run_id, parent_seq"
LOCK: Final = f"SELECT {_LOCKED} FROM callsheet.runs WHERE run_id = ANY(%s) ORDER BY number FOR NO KEY UPDATE"  # noqa: S608
"""All rows that a batch touches, in one order for all processes, so that none waits for one that waits for it."""
LOCK_WITH_PARENTS: Final = (
    f"SELECT {_LOCKED} FROM callsheet.runs WHERE run_id = ANY(%s || ARRAY("  # noqa: S608
    "SELECT parent_run_id FROM callsheet.runs WHERE run_id = ANY(%s) AND parent_run_id IS NOT NULL"
    ")) ORDER BY number FOR NO KEY UPDATE"
)

RECORD: Final = (
    "INSERT INTO callsheet.events (run, seq, type, data)"
    " SELECT * FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::bytea[])"
)
ADVANCE: Final = (
    "UPDATE callsheet.runs SET last_seq = moved.last_seq FROM unnest(%s::bigint[], %s::int[]) AS moved (run, last_seq)"
    " WHERE number = moved.run"
)
"""The frequent one: it changes no column that an index has."""
BEGIN_WORK: Final = (
    "UPDATE callsheet.runs SET last_seq = moved.last_seq, status = 'running'"
    " FROM unnest(%s::bigint[], %s::int[]) AS moved (run, last_seq) WHERE number = moved.run"
)
FINISH: Final = (
    "UPDATE callsheet.runs SET last_seq = moved.last_seq, status = moved.status, finished_at = moved.finished_at,"
    " message = moved.message, error_code = moved.error_code"
    " FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::timestamptz[], %s::text[], %s::text[])"
    " AS moved (run, last_seq, status, finished_at, message, error_code) WHERE number = moved.run"
)
PARK: Final = (
    "UPDATE callsheet.runs SET last_seq = moved.last_seq, status = 'waiting', due_at = moved.due_at,"
    " messages_seen = moved.seen FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[], %s::int[])"
    " AS moved (run, last_seq, due_at, seen) WHERE number = moved.run"
)

SEND: Final = (
    "WITH sent AS (INSERT INTO callsheet.messages (run, seq, sent_at, sent_by, value)"
    " SELECT * FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[], %s::text[], %s::bytea[])"
    " ON CONFLICT DO NOTHING RETURNING run, seq),"
    " counted AS (UPDATE callsheet.runs SET messages_received = messages_received + many"
    " FROM (SELECT run, count(*)::int AS many FROM sent GROUP BY run) AS sums WHERE number = sums.run)"
    " SELECT run, seq FROM sent"
)
FIRST: Final = (
    "SELECT run, seq, sent_at, sent_by, value FROM callsheet.messages"
    " WHERE (run, seq) IN (SELECT * FROM unnest(%s::bigint[], %s::int[]))"
)

CANCEL: Final = "UPDATE callsheet.runs SET cancel_requested = TRUE WHERE number = ANY(%s) AND finished_at IS NULL"
SUMMARIES: Final[LiteralString] = f"SELECT {COLUMNS} FROM callsheet.runs WHERE number = ANY(%s)"  # noqa: S608
PROBE: Final = "UPDATE callsheet.probe SET writes = writes + 1"

WRITTEN_EVENT: Final = (
    "SELECT data FROM callsheet.events WHERE run = %s AND seq = %s AND xmin::text = (%s::numeric %% 4294967296)::text"
)
WRITTEN_MESSAGE: Final = (
    "SELECT value FROM callsheet.messages WHERE run = %s AND seq = %s"
    " AND xmin::text = (%s::numeric %% 4294967296)::text"
)
"""Whether a row was written by that transaction: after a crash the server may give the number of one that was lost to
another one, whose commit must not count as ours."""
