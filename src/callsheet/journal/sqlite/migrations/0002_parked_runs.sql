-- Runs that wait for something outside: when they go on, what was sent to them, and whose step waits for them.

ALTER TABLE runs ADD COLUMN parent_run_id TEXT;

ALTER TABLE runs ADD COLUMN parent_seq INTEGER;

-- What the last run_waiting says; it counts only while the status is 'waiting'.
ALTER TABLE runs ADD COLUMN due_at TEXT;

ALTER TABLE runs ADD COLUMN messages_seen INTEGER NOT NULL DEFAULT 0;

-- How many rows of `messages` the run has, so that the index below can tell who has unseen ones.
ALTER TABLE runs ADD COLUMN messages_received INTEGER NOT NULL DEFAULT 0;

CREATE TABLE messages (
    run INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    sent_at TEXT NOT NULL,
    sent_by TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (run, seq)
);

-- Both hold parked runs only, so that no append of a run at work touches them.
CREATE INDEX runs_by_due ON runs (due_at) WHERE status = 'waiting' AND due_at IS NOT NULL;

CREATE INDEX runs_woken ON runs (started_at) WHERE status = 'waiting' AND (messages_received > messages_seen OR cancel_requested);

PRAGMA user_version = 2;
