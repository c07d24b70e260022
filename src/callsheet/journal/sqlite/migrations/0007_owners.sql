-- Whose run it is; empty for those that are older.

ALTER TABLE runs ADD COLUMN owner TEXT NOT NULL DEFAULT '';

CREATE INDEX runs_by_owner ON runs (owner, started_at);

-- What the runs of a saved schedule or hook may do, as whoever saved it might then: JSON.
ALTER TABLE triggers ADD COLUMN mandate TEXT NOT NULL DEFAULT '{}';

-- How many runs of an owner are at work is asked before each new one.
CREATE INDEX runs_unfinished ON runs (owner) WHERE finished_at IS NULL AND parent_run_id IS NULL;

PRAGMA user_version = 7;
