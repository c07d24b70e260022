-- With which error a run ended, so that runs are found by it.

ALTER TABLE callsheet.runs ADD COLUMN error_code TEXT COLLATE "C";

-- Not read as JSON: one event that is damaged would end an upgrade. A run that failed has no output before its error, and
-- in a text the quotes would be escaped.
CREATE FUNCTION callsheet.error_code_in(the_data BYTEA) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$
    SELECT substring(encode(the_data, 'escape') FROM ',"error":\{"code":"([A-Za-z0-9_.-]+)"')
$$;

-- The release before goes on writing, and does not know the column; its events are there before the row says the end.
CREATE FUNCTION callsheet.note_error_code() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    NEW.error_code := (
        SELECT callsheet.error_code_in(e.data) FROM callsheet.events e WHERE e.run = NEW.number AND e.seq = NEW.last_seq
    );
    RETURN NEW;
END $$;

CREATE TRIGGER runs_error_code BEFORE UPDATE OF status ON callsheet.runs FOR EACH ROW
    WHEN (NEW.status IN ('failed', 'cancelled') AND NEW.error_code IS NULL)
    EXECUTE FUNCTION callsheet.note_error_code();

UPDATE callsheet.schema_version SET version = 9;
