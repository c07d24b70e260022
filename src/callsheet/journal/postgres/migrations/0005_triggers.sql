-- Schedules and hooks that were saved, what is remembered of schedules, and what was decided about their slots.

CREATE TABLE callsheet.triggers (
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    revision TEXT COLLATE "C" NOT NULL,
    saved_at TIMESTAMPTZ NOT NULL,
    document BYTEA NOT NULL,
    PRIMARY KEY (kind, name)
);

CREATE TABLE callsheet.schedules (
    name TEXT COLLATE "C" PRIMARY KEY,
    timing TEXT COLLATE "C" NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    paused BOOLEAN NOT NULL
);

-- The key is the claim: of all processes that decide about a slot, the first one counts.
CREATE TABLE callsheet.slots (
    schedule TEXT COLLATE "C" NOT NULL,
    slot_at TIMESTAMPTZ NOT NULL,
    decision TEXT COLLATE "C" NOT NULL,
    run_id TEXT COLLATE "C" NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL,
    reason TEXT COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (schedule, slot_at)
);

CREATE INDEX slots_open ON callsheet.slots (slot_at) WHERE decision IN ('starting', 'queued');

CREATE INDEX slots_ran ON callsheet.slots (schedule, slot_at) WHERE decision IN ('starting', 'started');

UPDATE callsheet.schema_version SET version = 5;
