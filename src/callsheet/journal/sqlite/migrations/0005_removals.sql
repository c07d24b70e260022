-- Runs that are gone from `runs`, and whose events are removed some at a time. Their numbers are not given away before.

CREATE TABLE removals (
    run INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL UNIQUE
);

PRAGMA user_version = 5;
