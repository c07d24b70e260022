-- The journal in a schema of its own: which version this is, definitions, runs (the projection), their events and messages.

-- `compatible_with` is the oldest version of the code that can work with these tables.
CREATE TABLE callsheet.schema_version (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL,
    compatible_with INTEGER NOT NULL
);

CREATE TABLE callsheet.definitions (
    revision TEXT COLLATE "C" PRIMARY KEY,
    document BYTEA NOT NULL
);

-- Half of each page stays free for the next version of its rows: an append to a run at work then changes no index.
CREATE TABLE callsheet.runs (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id TEXT COLLATE "C" NOT NULL UNIQUE,
    scenario_id TEXT COLLATE "C" NOT NULL,
    revision TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    message TEXT COLLATE "C" NOT NULL DEFAULT '',
    last_seq INTEGER NOT NULL,
    priority INTEGER NOT NULL DEFAULT 0,
    cancel_requested BOOLEAN NOT NULL DEFAULT FALSE,
    idempotency_key TEXT COLLATE "C",
    fingerprint TEXT COLLATE "C" NOT NULL DEFAULT '',
    parent_run_id TEXT COLLATE "C",
    parent_seq INTEGER,
    -- What the last run_waiting says; it counts only while the status is 'waiting'.
    due_at TIMESTAMPTZ,
    messages_seen INTEGER NOT NULL DEFAULT 0,
    -- How many rows of `messages` the run has, so that an index can tell who has unseen ones.
    messages_received INTEGER NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE UNIQUE INDEX runs_by_idempotency_key ON callsheet.runs (idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE INDEX runs_by_start ON callsheet.runs (started_at, number);

CREATE INDEX runs_by_scenario ON callsheet.runs (scenario_id, started_at, number);

CREATE INDEX runs_by_status ON callsheet.runs (status, started_at, number);

CREATE INDEX runs_by_end ON callsheet.runs (finished_at) WHERE finished_at IS NOT NULL;

CREATE INDEX runs_by_parent ON callsheet.runs (parent_run_id) WHERE parent_run_id IS NOT NULL;

-- Both hold parked runs only, so that no append of a run at work touches them.
CREATE INDEX runs_by_due ON callsheet.runs (due_at) WHERE status = 'waiting' AND due_at IS NOT NULL;

CREATE INDEX runs_woken ON callsheet.runs (started_at)
    WHERE status = 'waiting' AND (messages_received > messages_seen OR cancel_requested);

-- The key is the fence: of two workers that write the same event of a run, one fails.
CREATE TABLE callsheet.events (
    run BIGINT NOT NULL,
    seq INTEGER NOT NULL,
    type TEXT COLLATE "C" NOT NULL,
    data BYTEA NOT NULL,
    PRIMARY KEY (run, seq)
);

CREATE TABLE callsheet.messages (
    run BIGINT NOT NULL,
    seq INTEGER NOT NULL,
    sent_at TIMESTAMPTZ NOT NULL,
    sent_by TEXT COLLATE "C" NOT NULL,
    value BYTEA NOT NULL,
    PRIMARY KEY (run, seq)
);

-- One row that `/readyz` writes to find out whether the database takes writes.
CREATE TABLE callsheet.probe (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    writes BIGINT NOT NULL
);

INSERT INTO callsheet.probe (id, writes) VALUES (1, 0);

INSERT INTO callsheet.schema_version (id, version, compatible_with) VALUES (1, 1, 1);
