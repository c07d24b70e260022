-- Whose run it is; empty for those that are older.

ALTER TABLE callsheet.runs ADD COLUMN owner TEXT COLLATE "C" NOT NULL DEFAULT '';

CREATE INDEX runs_by_owner ON callsheet.runs (owner, started_at, number);

-- What the runs of a saved schedule or hook may do, as whoever saved it might then: JSON.
ALTER TABLE callsheet.triggers ADD COLUMN mandate TEXT COLLATE "C" NOT NULL DEFAULT '{}';

-- How many runs of an owner are at work is asked before each new one.
CREATE INDEX runs_unfinished ON callsheet.runs (owner) WHERE finished_at IS NULL AND parent_run_id IS NULL;

UPDATE callsheet.schema_version SET version = 7;
