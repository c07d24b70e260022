-- Where the first events of a run come from.

ALTER TABLE callsheet.runs ADD COLUMN forked_from_run_id TEXT COLLATE "C", ADD COLUMN forked_from_step TEXT COLLATE "C";

UPDATE callsheet.schema_version SET version = 3;
