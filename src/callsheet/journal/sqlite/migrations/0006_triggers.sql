-- Schedules and hooks that were saved, what is remembered of schedules, and what was decided about their slots.

CREATE TABLE triggers (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    revision TEXT NOT NULL,
    saved_at TEXT NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (kind, name)
);

CREATE TABLE schedules (
    name TEXT PRIMARY KEY,
    timing TEXT NOT NULL,
    since TEXT NOT NULL,
    paused INTEGER NOT NULL
);

-- The key is the claim: of all processes that decide about a slot, the first one counts.
CREATE TABLE slots (
    schedule TEXT NOT NULL,
    slot_at TEXT NOT NULL,
    decision TEXT NOT NULL,
    run_id TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (schedule, slot_at)
) WITHOUT ROWID;

CREATE INDEX slots_open ON slots (slot_at) WHERE decision IN ('starting', 'queued');

CREATE INDEX slots_ran ON slots (schedule, slot_at) WHERE decision IN ('starting', 'started');

PRAGMA user_version = 6;
