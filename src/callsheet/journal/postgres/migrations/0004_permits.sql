-- Permits are leases: how many may do something at once, decided here for all processes.

-- One row per name of what is limited. Whoever decides anything about a name locks its row first, and of two names
-- never both, so nobody waits for anybody in a circle. The time is always that after the lock.
CREATE TABLE callsheet.permit_names (
    name TEXT COLLATE "C" PRIMARY KEY,
    most INTEGER NOT NULL
);

CREATE TABLE callsheet.permits (
    name TEXT COLLATE "C" NOT NULL,
    holder TEXT COLLATE "C" NOT NULL,
    -- The process that claimed them last: no other one renews them or gives them back.
    owner TEXT COLLATE "C" NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    expires_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (name, holder)
) WITH (fillfactor = 50);

CREATE INDEX permits_by_owner ON callsheet.permits (owner);

CREATE TABLE callsheet.permit_line (
    name TEXT COLLATE "C" NOT NULL,
    holder TEXT COLLATE "C" NOT NULL,
    priority INTEGER NOT NULL,
    number BIGINT NOT NULL,
    -- When it was told that there is a permit for it, and whether it did not come then.
    called_at TIMESTAMPTZ,
    absent BOOLEAN NOT NULL DEFAULT FALSE,
    -- Until when it stays; NULL for as long as it takes.
    leaves_at TIMESTAMPTZ,
    PRIMARY KEY (name, holder)
);

CREATE SEQUENCE callsheet.permit_numbers;

CREATE INDEX permit_line_in_order ON callsheet.permit_line (name, priority DESC, number) WHERE NOT absent;

CREATE INDEX permit_line_impatient ON callsheet.permit_line (name, leaves_at) WHERE leaves_at IS NOT NULL;

CREATE INDEX permit_line_called ON callsheet.permit_line (name, called_at) WHERE called_at IS NOT NULL;

CREATE FUNCTION callsheet.clear_permits(the_name TEXT, moment TIMESTAMPTZ) RETURNS VOID LANGUAGE plpgsql AS $$
BEGIN
    -- Waits for a renewal of the same moment, and leaves what it renewed.
    DELETE FROM callsheet.permits p WHERE p.name = the_name AND p.expires_at <= moment;
    DELETE FROM callsheet.permit_line l WHERE l.name = the_name AND l.leaves_at <= moment;
END $$;

CREATE FUNCTION callsheet.free_permits(the_name TEXT) RETURNS INTEGER LANGUAGE plpgsql AS $$
BEGIN
    RETURN (
        SELECT greatest(0, n.most - coalesce((SELECT sum(p.amount) FROM callsheet.permits p WHERE p.name = n.name), 0))
        FROM callsheet.permit_names n WHERE n.name = the_name
    );
END $$;

CREATE FUNCTION callsheet.claim_permits(
    the_name TEXT, the_limit INTEGER, the_holder TEXT, the_owner TEXT, wanted INTEGER, the_priority INTEGER,
    lease INTERVAL, patience INTERVAL, OUT held INTEGER, OUT contested BOOLEAN, OUT entered BOOLEAN
) LANGUAGE plpgsql AS $$
DECLARE
    moment TIMESTAMPTZ;
    place callsheet.permit_line;
    free INTEGER;
    ahead INTEGER;
    taken INTEGER;
BEGIN
    INSERT INTO callsheet.permit_names (name, most) VALUES (the_name, the_limit)
        ON CONFLICT (name) DO UPDATE SET most = excluded.most;
    moment := clock_timestamp();
    PERFORM callsheet.clear_permits(the_name, moment);
    UPDATE callsheet.permits p SET owner = the_owner, expires_at = moment + lease
        WHERE p.name = the_name AND p.holder = the_holder RETURNING p.amount INTO held;
    held := coalesce(held, 0);
    entered := FALSE;
    DELETE FROM callsheet.permit_line l WHERE l.name = the_name AND l.holder = the_holder RETURNING l.* INTO place;
    IF wanted > held THEN
        IF place.name IS NULL THEN
            entered := TRUE;
            place.priority := the_priority;
            place.number := nextval('callsheet.permit_numbers');
        END IF;
        free := callsheet.free_permits(the_name);
        SELECT count(*) INTO ahead FROM (
            SELECT FROM callsheet.permit_line l
            WHERE l.name = the_name AND NOT l.absent
                AND (l.priority > place.priority OR (l.priority = place.priority AND l.number < place.number))
            LIMIT free
        ) AS before;
        taken := least(wanted - held, free - ahead);
        IF taken > 0 THEN
            INSERT INTO callsheet.permits AS p (name, holder, owner, amount, expires_at)
                VALUES (the_name, the_holder, the_owner, taken, moment + lease)
                ON CONFLICT (name, holder) DO UPDATE SET amount = p.amount + excluded.amount;
            held := held + taken;
            place.priority := the_priority;
            place.number := nextval('callsheet.permit_numbers');
        END IF;
        IF wanted > held THEN
            INSERT INTO callsheet.permit_line (name, holder, priority, number, leaves_at)
                VALUES (the_name, the_holder, place.priority, place.number, moment + patience);
        ELSE
            entered := FALSE;
        END IF;
    END IF;
    contested := EXISTS (
        SELECT FROM callsheet.permit_line l WHERE l.name = the_name AND NOT l.absent AND l.holder <> the_holder
    );
END $$;

-- Of those in line, the first for whom there are permits; the name is locked already.
CREATE FUNCTION callsheet.call_permits(the_name TEXT)
RETURNS TABLE (holder TEXT, priority INTEGER, is_patient BOOLEAN) LANGUAGE plpgsql AS $$
DECLARE
    moment TIMESTAMPTZ := clock_timestamp();
BEGIN
    PERFORM callsheet.clear_permits(the_name, moment);
    RETURN QUERY
        UPDATE callsheet.permit_line l SET called_at = moment FROM (
            SELECT f.holder FROM callsheet.permit_line f WHERE f.name = the_name AND NOT f.absent
            ORDER BY f.priority DESC, f.number LIMIT callsheet.free_permits(the_name)
        ) AS first
        WHERE l.name = the_name AND l.holder = first.holder AND l.called_at IS NULL
        RETURNING l.holder, l.priority, l.leaves_at IS NULL;
END $$;

CREATE FUNCTION callsheet.give_back_permits(the_name TEXT, the_holder TEXT, the_owner TEXT, keep INTEGER)
RETURNS TABLE (holder TEXT, priority INTEGER, is_patient BOOLEAN) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM callsheet.permit_names n WHERE n.name = the_name FOR UPDATE;
    IF keep > 0 THEN
        UPDATE callsheet.permits p SET amount = keep
            WHERE p.name = the_name AND p.holder = the_holder AND p.owner = the_owner AND p.amount > keep;
    ELSE
        DELETE FROM callsheet.permits p
            WHERE p.name = the_name AND p.holder = the_holder AND p.owner = the_owner;
    END IF;
    DELETE FROM callsheet.permit_line l WHERE l.name = the_name AND l.holder = the_holder;
    RETURN QUERY SELECT * FROM callsheet.call_permits(the_name);
END $$;

-- After holders died, or did not come when they were called.
CREATE FUNCTION callsheet.settle_permits(the_name TEXT, comes_within INTERVAL, called_again_after INTERVAL)
RETURNS TABLE (holder TEXT, priority INTEGER, is_patient BOOLEAN) LANGUAGE plpgsql AS $$
DECLARE
    moment TIMESTAMPTZ;
BEGIN
    PERFORM FROM callsheet.permit_names n WHERE n.name = the_name FOR UPDATE;
    moment := clock_timestamp();
    UPDATE callsheet.permit_line l SET absent = FALSE, called_at = NULL
        WHERE l.name = the_name AND l.absent AND l.called_at <= moment - called_again_after;
    UPDATE callsheet.permit_line l SET absent = TRUE
        WHERE l.name = the_name AND NOT l.absent AND l.called_at <= moment - comes_within;
    RETURN QUERY SELECT * FROM callsheet.call_permits(the_name);
END $$;

CREATE FUNCTION callsheet.change_permits(the_name TEXT, the_limit INTEGER)
RETURNS TABLE (holder TEXT, priority INTEGER, is_patient BOOLEAN) LANGUAGE plpgsql AS $$
BEGIN
    IF the_limit IS NULL THEN
        PERFORM FROM callsheet.permit_names n WHERE n.name = the_name FOR UPDATE;
        RETURN QUERY DELETE FROM callsheet.permit_line l WHERE l.name = the_name
            RETURNING l.holder, l.priority, l.leaves_at IS NULL;
    ELSE
        INSERT INTO callsheet.permit_names (name, most) VALUES (the_name, the_limit)
            ON CONFLICT (name) DO UPDATE SET most = excluded.most;
        RETURN QUERY SELECT * FROM callsheet.call_permits(the_name);
    END IF;
END $$;

UPDATE callsheet.schema_version SET version = 4;
