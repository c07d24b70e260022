-- The same of runs that ended before. A file of its own, for the new column locks the table until the end of its file:
-- here only runs that have ended are locked, and all of them while the index is made.

UPDATE callsheet.runs r SET error_code = callsheet.error_code_in(e.data) FROM callsheet.events e
    WHERE r.status IN ('failed', 'cancelled') AND r.error_code IS NULL AND e.run = r.number AND e.seq = r.last_seq;

CREATE INDEX runs_by_error_code ON callsheet.runs (error_code, started_at, number) WHERE error_code IS NOT NULL;

UPDATE callsheet.schema_version SET version = 10;
