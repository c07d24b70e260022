-- API keys, sessions of people in a browser, and the audit log. Of keys and cookies there are digests only.

CREATE TABLE api_keys (
    key_id TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    every_run INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    scenarios TEXT NOT NULL,
    tools TEXT NOT NULL,
    expires_at TEXT,
    last_used_at TEXT,
    revoked_at TEXT
);

CREATE TABLE sessions (
    digest TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    every_run INTEGER NOT NULL,
    scenarios TEXT NOT NULL,
    tools TEXT NOT NULL,
    key_id TEXT,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);

CREATE INDEX sessions_by_key ON sessions (key_id);

CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE audit_acts (
    number INTEGER PRIMARY KEY,
    act_id TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL,
    subject TEXT NOT NULL,
    role TEXT NOT NULL,
    source TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    details TEXT NOT NULL
);

CREATE INDEX audit_acts_by_subject ON audit_acts (subject, number);

CREATE INDEX audit_acts_by_action ON audit_acts (action, number);

CREATE INDEX audit_acts_by_target ON audit_acts (target, number);

CREATE INDEX audit_acts_by_time ON audit_acts (at);

CREATE TABLE audit_outcomes (
    number INTEGER PRIMARY KEY REFERENCES audit_acts (number),
    at TEXT NOT NULL,
    result TEXT NOT NULL,
    target TEXT NOT NULL
);

CREATE INDEX audit_outcomes_by_target ON audit_outcomes (target, number);

-- What is in the log stays. The triggers before INSERT are for INSERT OR REPLACE, which deletes without asking others.
CREATE TRIGGER audit_acts_unchanged BEFORE UPDATE ON audit_acts
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE TRIGGER audit_acts_kept BEFORE DELETE ON audit_acts
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE TRIGGER audit_acts_once BEFORE INSERT ON audit_acts
WHEN EXISTS (SELECT 1 FROM audit_acts WHERE number = NEW.number OR act_id = NEW.act_id)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE TRIGGER audit_outcomes_unchanged BEFORE UPDATE ON audit_outcomes
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE TRIGGER audit_outcomes_kept BEFORE DELETE ON audit_outcomes
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE TRIGGER audit_outcomes_once BEFORE INSERT ON audit_outcomes
WHEN EXISTS (SELECT 1 FROM audit_outcomes WHERE number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

PRAGMA user_version = 8;
