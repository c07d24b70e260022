-- With which error a run ended, so that runs are found by it; for those that are there already, what their last event says.

ALTER TABLE runs ADD COLUMN error_code TEXT;

-- An event that is damaged tells no code, and must not keep the journal from being opened.
UPDATE runs SET error_code = (
    SELECT CASE WHEN json_valid(data) THEN json_extract(data, '$.error.code') END
    FROM (SELECT CAST(data AS TEXT) AS data FROM events WHERE run = runs.number AND seq = runs.last_seq)
)
WHERE status IN ('failed', 'cancelled');

CREATE INDEX runs_by_error_code ON runs (error_code, started_at) WHERE error_code IS NOT NULL;

PRAGMA user_version = 9;
