-- Where the first events of a run come from.

ALTER TABLE runs ADD COLUMN forked_from_run_id TEXT;

ALTER TABLE runs ADD COLUMN forked_from_step TEXT;

PRAGMA user_version = 4;
