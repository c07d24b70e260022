-- The journal: definitions, runs (the projection) and their events.

CREATE TABLE definitions (
    revision TEXT PRIMARY KEY,
    document BLOB NOT NULL
);

-- Timestamps are ISO 8601 text in UTC with milliseconds, so that they sort as they are.
CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL UNIQUE,
    scenario_id TEXT NOT NULL,
    revision TEXT NOT NULL,
    status TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    message TEXT NOT NULL DEFAULT '',
    last_seq INTEGER NOT NULL,
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    idempotency_key TEXT,
    fingerprint TEXT NOT NULL DEFAULT ''
);

CREATE UNIQUE INDEX runs_by_idempotency_key ON runs (idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE INDEX runs_by_start ON runs (started_at);

CREATE INDEX runs_by_scenario ON runs (scenario_id, started_at);

CREATE INDEX runs_by_status ON runs (status, started_at);

-- In the order of arrival, with a small key beside it: one batch of many runs then dirties few pages.
CREATE TABLE events (
    run INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    type TEXT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (run, seq)
);

-- One row that `/readyz` writes to find out whether the disk takes writes.
CREATE TABLE probe (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    writes INTEGER NOT NULL
);

INSERT INTO probe (id, writes) VALUES (1, 0);

PRAGMA user_version = 1;
