-- The saved scenarios: every save is a row that is never changed.

CREATE TABLE callsheet.scenarios (
    scenario_id TEXT COLLATE "C" NOT NULL,
    number INTEGER NOT NULL,
    revision TEXT COLLATE "C" NOT NULL,
    saved_at TIMESTAMPTZ NOT NULL,
    document BYTEA NOT NULL,
    PRIMARY KEY (scenario_id, number)
);

UPDATE callsheet.schema_version SET version = 2;
