-- API keys, sessions of people in a browser, and the audit log. Of keys and cookies there are digests only.

CREATE TABLE callsheet.api_keys (
    key_id TEXT COLLATE "C" PRIMARY KEY,
    digest TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    every_run BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    scenarios TEXT COLLATE "C" NOT NULL,
    tools TEXT COLLATE "C" NOT NULL,
    expires_at TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ
);

CREATE TABLE callsheet.sessions (
    digest TEXT COLLATE "C" PRIMARY KEY,
    subject TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    every_run BOOLEAN NOT NULL,
    scenarios TEXT COLLATE "C" NOT NULL,
    tools TEXT COLLATE "C" NOT NULL,
    key_id TEXT COLLATE "C",
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);

CREATE INDEX sessions_by_key ON callsheet.sessions (key_id);

CREATE INDEX sessions_by_end ON callsheet.sessions (expires_at);

CREATE TABLE callsheet.audit_acts (
    number BIGINT PRIMARY KEY,
    act_id TEXT COLLATE "C" NOT NULL UNIQUE,
    at TIMESTAMPTZ NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    details TEXT COLLATE "C" NOT NULL
);

CREATE INDEX audit_acts_by_subject ON callsheet.audit_acts (subject, number);

CREATE INDEX audit_acts_by_action ON callsheet.audit_acts (action, number);

CREATE INDEX audit_acts_by_target ON callsheet.audit_acts (target, number);

CREATE INDEX audit_acts_by_time ON callsheet.audit_acts (at);

CREATE TABLE callsheet.audit_outcomes (
    number BIGINT PRIMARY KEY REFERENCES callsheet.audit_acts (number),
    at TIMESTAMPTZ NOT NULL,
    result TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL
);

CREATE INDEX audit_outcomes_by_target ON callsheet.audit_outcomes (target, number);

-- What is in the log stays.
CREATE FUNCTION callsheet.refuse_change() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only';
END $$;

CREATE TRIGGER audit_acts_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON callsheet.audit_acts
    FOR EACH STATEMENT EXECUTE FUNCTION callsheet.refuse_change();

CREATE TRIGGER audit_outcomes_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON callsheet.audit_outcomes
    FOR EACH STATEMENT EXECUTE FUNCTION callsheet.refuse_change();

UPDATE callsheet.schema_version SET version = 8;
