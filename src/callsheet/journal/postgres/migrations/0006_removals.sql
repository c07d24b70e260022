-- Runs that are gone from `runs`, and whose events are removed some at a time; `first_seq` is the first that is left.

CREATE TABLE callsheet.removals (
    run BIGINT PRIMARY KEY,
    run_id TEXT COLLATE "C" NOT NULL UNIQUE,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL
);

UPDATE callsheet.schema_version SET version = 6;
