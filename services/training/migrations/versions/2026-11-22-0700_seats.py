"""Seats as rows, waiting lists with offers, sessions with several dates, rooms, trainers and choices.

A free seat is a row of `free_seat`; a taken one is a number in `enrolment`. Whoever takes a seat deletes its row, so
that a seat cannot be given twice, and people who take different seats do not wait for each other. Everything else
(joining the queue, giving back, passing on, capacity) holds the lock of the session's row. Order of locks: sessions by
id, then people by key, then seats. The lock is FOR NO KEY UPDATE: foreign keys must not wait for it.
"""

from alembic import op

from shared.kit.migrations import protect

revision = "2026_11_22_0700"
down_revision = "2026_11_22_0440"
branch_labels = None
depends_on = None

_KEY = "tenant_id uuid NOT NULL, id uuid NOT NULL"
_VERSIONED = "version integer NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL"

_TABLES = {
    "free_seat": """tenant_id uuid NOT NULL, session_id uuid NOT NULL, number integer NOT NULL,
        CONSTRAINT pk_free_seat PRIMARY KEY (tenant_id, session_id, number)""",
    "room": f"""{_KEY}, {_VERSIONED}, name text NOT NULL, address text NOT NULL, seats integer,
        CONSTRAINT pk_room PRIMARY KEY (tenant_id, id), CONSTRAINT uq_room_tenant_id_name UNIQUE (tenant_id, name),
        CONSTRAINT ck_room_seats CHECK (seats >= 1)""",
    "session_date": f"""{_KEY}, session_id uuid NOT NULL, starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL, room_id uuid,
        CONSTRAINT pk_session_date PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_session_date_tenant_id_session_id FOREIGN KEY (tenant_id, session_id)
            REFERENCES session (tenant_id, id),
        CONSTRAINT fk_session_date_tenant_id_room_id FOREIGN KEY (tenant_id, room_id) REFERENCES room (tenant_id, id),
        CONSTRAINT ck_session_date_duration CHECK (starts_at < ends_at)""",
    "session_trainer": f"""{_KEY}, session_id uuid NOT NULL, person_id uuid NOT NULL, duty text NOT NULL,
        CONSTRAINT pk_session_trainer PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_session_trainer_tenant_id_session_id_person_id UNIQUE (tenant_id, session_id, person_id),
        CONSTRAINT fk_session_trainer_tenant_id_session_id FOREIGN KEY (tenant_id, session_id)
            REFERENCES session (tenant_id, id),
        CONSTRAINT ck_session_trainer_duty CHECK (duty IN ('trainer', 'backup'))""",
    "session_choice": f"""{_KEY}, {_VERSIONED}, title text NOT NULL,
        CONSTRAINT pk_session_choice PRIMARY KEY (tenant_id, id)""",
}

_COLUMNS = (
    "ALTER TABLE session ADD promotion text NOT NULL DEFAULT 'automatic', ADD offer_hours integer NOT NULL DEFAULT 24,"
    " ADD freezes_at timestamptz, ADD min_size integer, ADD decides_at timestamptz,"
    " ADD below_minimum text NOT NULL DEFAULT 'tell', ADD decided_at timestamptz, ADD choice_id uuid,"
    " ADD CONSTRAINT ck_session_promotion CHECK (promotion IN ('automatic', 'offered')),"
    " ADD CONSTRAINT ck_session_below_minimum CHECK (below_minimum IN ('tell', 'cancel')),"
    " ADD CONSTRAINT ck_session_offer_hours CHECK (offer_hours >= 1),"
    " ADD CONSTRAINT fk_session_tenant_id_choice_id FOREIGN KEY (tenant_id, choice_id)"
    " REFERENCES session_choice (tenant_id, id)",
    "ALTER TABLE session ALTER promotion DROP DEFAULT, ALTER offer_hours DROP DEFAULT, ALTER below_minimum DROP DEFAULT",
    "ALTER TABLE enrolment ADD seat integer, ADD offer_expires_at timestamptz, ADD choice_id uuid,"
    " ADD origin text NOT NULL DEFAULT 'enrolled', ADD follows uuid, ADD request_id uuid,"
    " ADD CONSTRAINT ck_enrolment_seat CHECK (seat >= 1),"
    " ADD CONSTRAINT ck_enrolment_origin"
    " CHECK (origin IN ('enrolled', 'walk_in', 'substitute', 'moved', 'swapped'))",
    "ALTER TABLE enrolment ALTER origin DROP DEFAULT",
    "ALTER TABLE enrolment DROP CONSTRAINT ck_enrolment_state",
    "ALTER TABLE enrolment ADD CONSTRAINT ck_enrolment_state CHECK (state IN ('confirmed', 'offered', 'waiting',"
    " 'cancelled', 'attended', 'partial', 'no_show'))",
    "UPDATE enrolment e SET seat = n.number FROM (SELECT tenant_id, id, row_number() OVER"
    " (PARTITION BY tenant_id, session_id ORDER BY id) AS number FROM enrolment"
    " WHERE state NOT IN ('cancelled', 'waiting')) n WHERE n.tenant_id = e.tenant_id AND n.id = e.id",
    "INSERT INTO free_seat SELECT s.tenant_id, s.id, number FROM session s, generate_series(1, s.capacity) number"
    " WHERE s.state <> 'cancelled' AND number > s.taken",
    "INSERT INTO session_date (tenant_id, id, session_id, starts_at, ends_at)"
    " SELECT tenant_id, id, id, starts_at, ends_at FROM session",
    "ALTER TABLE enrolment ADD CONSTRAINT ck_enrolment_seated CHECK"
    " (CASE WHEN state IN ('waiting', 'cancelled') THEN seat IS NULL WHEN state = 'no_show' THEN true"
    " ELSE seat IS NOT NULL END)",
    "ALTER TABLE session DROP taken, DROP waiting, ADD CONSTRAINT ck_session_capacity CHECK (capacity >= 1)",
    "CREATE UNIQUE INDEX uq_enrolment_tenant_id_session_id_seat ON enrolment (tenant_id, session_id, seat)"
    " WHERE seat IS NOT NULL",
    "CREATE UNIQUE INDEX uq_enrolment_tenant_id_choice_id_person_id ON enrolment (tenant_id, choice_id, person_id)"
    " WHERE choice_id IS NOT NULL AND state NOT IN ('cancelled', 'no_show')",
    "CREATE INDEX ix_session_date_tenant_id_session_id ON session_date (tenant_id, session_id, starts_at)",
    "CREATE INDEX ix_session_date_tenant_id_room_id ON session_date (tenant_id, room_id, starts_at)",
    "CREATE INDEX ix_session_trainer_tenant_id_person_id ON session_trainer (tenant_id, person_id)",
)

_FUNCTIONS = {
    # Who holds a key person's appointment at a unit where no key person is trained goes before the others.
    "seats_goes_first(uuid, uuid)": """
CREATE FUNCTION seats_goes_first(p_tenant uuid, p_person uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM appointment a
        LEFT JOIN coverage c ON c.tenant_id = a.tenant_id AND c.unit_id = a.unit_id AND c.role = a.role
        WHERE a.tenant_id = p_tenant AND a.person_id = p_person AND a.role = 'key_person' AND coalesce(c.trained, 0) = 0
    )
$$""",
    # What keeps a person out of a session: in it already, in another of the same choice, elsewhere at that time.
    "seats_hurdle(session, uuid, uuid)": """
CREATE FUNCTION seats_hurdle(p_planned session, p_person uuid, p_request uuid)
RETURNS TABLE (enrolment_id uuid, outcome text, state text) LANGUAGE sql STABLE AS $$
    SELECT e.id, CASE WHEN e.session_id = p_planned.id AND e.request_id = p_request THEN 'repeated'
                      WHEN e.session_id = p_planned.id THEN 'already'
                      WHEN e.choice_id = p_planned.choice_id THEN 'chosen' ELSE 'clash' END, e.state
    FROM enrolment e JOIN session s ON s.tenant_id = e.tenant_id AND s.id = e.session_id
    WHERE e.tenant_id = p_planned.tenant_id AND e.person_id = p_person AND e.state <> 'cancelled' AND (
        e.session_id = p_planned.id
        OR e.choice_id = p_planned.choice_id AND e.state <> 'no_show'
        OR e.state IN ('confirmed', 'offered', 'waiting') AND s.state = 'planned'
           AND s.starts_at < p_planned.ends_at AND p_planned.starts_at < s.ends_at AND EXISTS (
               SELECT FROM session_date theirs JOIN session_date ours
               ON ours.tenant_id = theirs.tenant_id AND ours.session_id = p_planned.id
                  AND theirs.starts_at < ours.ends_at AND ours.starts_at < theirs.ends_at
               WHERE theirs.tenant_id = e.tenant_id AND theirs.session_id = e.session_id))
    ORDER BY e.session_id = p_planned.id DESC, e.choice_id IS NOT DISTINCT FROM p_planned.choice_id DESC, e.id LIMIT 1
$$""",
    # One person, one free seat, no lock of the session. No row: it cannot be told without that lock.
    "seats_try(uuid, uuid, uuid, uuid, uuid, timestamptz)": """
CREATE FUNCTION seats_try(
    p_tenant uuid, p_session uuid, p_person uuid, p_id uuid, p_request uuid, p_now timestamptz
) RETURNS TABLE (enrolment_id uuid, outcome text, state text) LANGUAGE plpgsql AS $$
DECLARE
    planned session;
    start integer;
    found_seat integer;
BEGIN
    SELECT * INTO planned FROM session s WHERE s.tenant_id = p_tenant AND s.id = p_session;
    IF NOT FOUND OR planned.state <> 'planned' OR planned.ends_at <= p_now THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(p_person::text, 17));
    RETURN QUERY SELECT h.* FROM seats_hurdle(planned, p_person, p_request) h;
    IF FOUND THEN
        RETURN;
    END IF;
    start := 1 + floor(random() * planned.capacity);
    DELETE FROM free_seat f WHERE f.tenant_id = p_tenant AND f.session_id = p_session AND f.number = (
        SELECT g.number FROM free_seat g WHERE g.tenant_id = p_tenant AND g.session_id = p_session
        AND g.number >= start ORDER BY g.number LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING f.number INTO found_seat;
    IF found_seat IS NULL THEN
        DELETE FROM free_seat f WHERE f.tenant_id = p_tenant AND f.session_id = p_session AND f.number = (
            SELECT g.number FROM free_seat g WHERE g.tenant_id = p_tenant AND g.session_id = p_session
            AND g.number < start ORDER BY g.number LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING f.number INTO found_seat;
    END IF;
    IF found_seat IS NULL THEN
        RAISE EXCEPTION 'no seat without the lock' USING ERRCODE = 'SEAT0';
    END IF;
    INSERT INTO enrolment (tenant_id, id, version, created_at, updated_at, session_id, person_id, state, seat,
                           choice_id, origin, request_id)
    VALUES (p_tenant, p_id, 1, p_now, p_now, p_session, p_person, 'confirmed', found_seat, planned.choice_id,
            'enrolled', p_request);
    RETURN QUERY SELECT p_id, 'enrolled', 'confirmed';
EXCEPTION WHEN SQLSTATE 'SEAT0' THEN
    RETURN;  -- and the person's lock is let go, since a lock of the session comes before it
END $$""",
    "seats_enrol_locked(uuid, uuid, uuid[], uuid[], uuid[], timestamptz, boolean, text, uuid)": """
CREATE FUNCTION seats_enrol_locked(
    p_tenant uuid, p_session uuid, p_persons uuid[], p_ids uuid[], p_requests uuid[], p_now timestamptz,
    p_waits boolean, p_origin text, p_follows uuid
) RETURNS TABLE (place integer, enrolment_id uuid, outcome text, state text) LANGUAGE plpgsql AS $$
DECLARE
    planned session;
BEGIN
    SELECT * INTO planned FROM session s WHERE s.tenant_id = p_tenant AND s.id = p_session FOR NO KEY UPDATE;
    IF planned.state IS DISTINCT FROM 'planned' OR planned.ends_at <= p_now THEN
        RETURN QUERY SELECT n, NULL::uuid, 'closed', planned.state FROM generate_subscripts(p_persons, 1) n;
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(keys.key) FROM (
        SELECT DISTINCT hashtextextended(p::text, 17) AS key FROM unnest(p_persons) p ORDER BY 1) keys;
    RETURN QUERY
    WITH asked AS MATERIALIZED (
        SELECT a.n::integer AS place, a.person, p_ids[a.n] AS id, p_requests[a.n] AS request,
               first_value(p_ids[a.n]) OVER same AS first_id, row_number() OVER same AS again
        FROM unnest(p_persons) WITH ORDINALITY a (person, n) WINDOW same AS (PARTITION BY a.person ORDER BY a.n)
    ),
    judged AS MATERIALIZED (
        SELECT a.*, h.enrolment_id AS known, h.outcome AS hurdle, h.state AS known_state
        FROM asked a LEFT JOIN LATERAL seats_hurdle(planned, a.person, a.request) h ON true
    ),
    fit AS MATERIALIZED (
        SELECT j.*, row_number() OVER (ORDER BY j.place) AS turn FROM judged j WHERE j.hurdle IS NULL AND j.again = 1
    ),
    claimed AS MATERIALIZED (
        SELECT f.number FROM free_seat f WHERE f.tenant_id = p_tenant AND f.session_id = p_session
        ORDER BY f.number LIMIT (SELECT count(*) FROM fit) FOR UPDATE
    ),
    gone AS (
        DELETE FROM free_seat f USING claimed c
        WHERE f.tenant_id = p_tenant AND f.session_id = p_session AND f.number = c.number RETURNING f.number
    ),
    seated AS MATERIALIZED (SELECT g.number, row_number() OVER (ORDER BY g.number) AS turn FROM gone g),
    made AS (
        INSERT INTO enrolment AS e (tenant_id, id, version, created_at, updated_at, session_id, person_id, state, seat,
                                    choice_id, origin, follows, request_id)
        SELECT p_tenant, f.id, 1, p_now, p_now, p_session, f.person,
               CASE WHEN s.number IS NULL THEN 'waiting' ELSE 'confirmed' END, s.number, planned.choice_id, p_origin,
               p_follows, f.request
        FROM fit f LEFT JOIN seated s ON s.turn = f.turn WHERE s.number IS NOT NULL OR p_waits
        RETURNING e.id, e.state
    )
    SELECT j.place, coalesce(m.id, j.known, again.id),
           coalesce(j.hurdle, CASE WHEN m.id IS NOT NULL THEN 'enrolled' WHEN again.id IS NOT NULL THEN 'already'
                                   ELSE 'full' END),
           coalesce(m.state, j.known_state, again.state)
    FROM judged j LEFT JOIN made m ON m.id = j.id LEFT JOIN made again ON again.id = j.first_id ORDER BY j.place;
END $$""",
    "seats_enrol(uuid, uuid, uuid[], uuid[], uuid[], timestamptz, boolean)": """
CREATE FUNCTION seats_enrol(
    p_tenant uuid, p_session uuid, p_persons uuid[], p_ids uuid[], p_requests uuid[], p_now timestamptz, p_waits boolean
) RETURNS TABLE (place integer, enrolment_id uuid, outcome text, state text) LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(p_persons) = 1 AND EXISTS (
        SELECT FROM free_seat f WHERE f.tenant_id = p_tenant AND f.session_id = p_session
    ) THEN
        RETURN QUERY SELECT 1, t.*
        FROM seats_try(p_tenant, p_session, p_persons[1], p_ids[1], p_requests[1], p_now) t;
        IF FOUND THEN
            RETURN;
        END IF;
    END IF;
    RETURN QUERY SELECT l.* FROM seats_enrol_locked(
        p_tenant, p_session, p_persons, p_ids, p_requests, p_now, p_waits, 'enrolled', NULL) l;
END $$""",
    # Give every free seat to who waits; the session is locked. After the freeze seats are for who claims them.
    "seats_pass_on(uuid, uuid, timestamptz)": """
CREATE FUNCTION seats_pass_on(p_tenant uuid, p_session uuid, p_now timestamptz)
RETURNS TABLE (enrolment_id uuid, was text, state text) LANGUAGE plpgsql AS $$
DECLARE
    planned session;
BEGIN
    SELECT * INTO planned FROM session s WHERE s.tenant_id = p_tenant AND s.id = p_session FOR NO KEY UPDATE;
    IF planned.state <> 'planned' OR planned.ends_at <= p_now OR planned.freezes_at <= p_now THEN
        RETURN;
    END IF;
    IF NOT EXISTS (SELECT FROM free_seat f WHERE f.tenant_id = p_tenant AND f.session_id = p_session) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH queue AS MATERIALIZED (
        SELECT q.id, row_number() OVER () AS turn FROM (
            SELECT e.id FROM enrolment e
            WHERE e.tenant_id = p_tenant AND e.session_id = p_session AND e.state = 'waiting'
            ORDER BY seats_goes_first(p_tenant, e.person_id) DESC, e.id
            LIMIT (SELECT count(*) FROM free_seat f WHERE f.tenant_id = p_tenant AND f.session_id = p_session)
        ) q
    ),
    claimed AS MATERIALIZED (
        SELECT f.number FROM free_seat f WHERE f.tenant_id = p_tenant AND f.session_id = p_session
        ORDER BY f.number LIMIT (SELECT count(*) FROM queue) FOR UPDATE
    ),
    gone AS (
        DELETE FROM free_seat f USING claimed c
        WHERE f.tenant_id = p_tenant AND f.session_id = p_session AND f.number = c.number RETURNING f.number
    ),
    seated AS MATERIALIZED (SELECT g.number, row_number() OVER (ORDER BY g.number) AS turn FROM gone g)
    UPDATE enrolment e SET
        state = CASE WHEN planned.promotion = 'offered' AND planned.starts_at > p_now THEN 'offered'
                     ELSE 'confirmed' END,
        offer_expires_at = CASE WHEN planned.promotion = 'offered' AND planned.starts_at > p_now THEN least(
            p_now + make_interval(hours => planned.offer_hours), planned.freezes_at, planned.starts_at) END,
        seat = s.number, version = e.version + 1, updated_at = p_now
    FROM queue q JOIN seated s ON s.turn = q.turn
    WHERE e.tenant_id = p_tenant AND e.id = q.id RETURNING e.id, 'waiting', e.state;
END $$""",
    # Take seats away from enrolments of one locked session, and pass them on.
    "seats_release(uuid, uuid, uuid[], timestamptz)": """
CREATE FUNCTION seats_release(p_tenant uuid, p_session uuid, p_enrolments uuid[], p_now timestamptz)
RETURNS TABLE (enrolment_id uuid, was text, state text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM session s WHERE s.tenant_id = p_tenant AND s.id = p_session FOR NO KEY UPDATE;
    RETURN QUERY
    WITH old AS MATERIALIZED (
        SELECT e.id, e.state, e.seat FROM enrolment e
        WHERE e.tenant_id = p_tenant AND e.session_id = p_session AND e.id = ANY (p_enrolments)
          AND e.state IN ('confirmed', 'offered', 'waiting')
    ),
    freed AS (INSERT INTO free_seat SELECT p_tenant, p_session, o.seat FROM old o WHERE o.seat IS NOT NULL)
    UPDATE enrolment e SET state = 'cancelled', seat = NULL, offer_expires_at = NULL, version = e.version + 1,
                           updated_at = p_now
    FROM old o WHERE e.tenant_id = p_tenant AND e.id = o.id RETURNING e.id, o.state, e.state;
    RETURN QUERY SELECT * FROM seats_pass_on(p_tenant, p_session, p_now);
END $$""",
    # Change the number of seats; false where more are in use.
    "seats_resize(uuid, uuid, integer)": """
CREATE FUNCTION seats_resize(p_tenant uuid, p_session uuid, p_capacity integer) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    more integer;
    removed integer;
BEGIN
    SELECT p_capacity - s.capacity INTO more FROM session s
    WHERE s.tenant_id = p_tenant AND s.id = p_session FOR NO KEY UPDATE;
    IF more < 0 THEN
        DELETE FROM free_seat f WHERE f.tenant_id = p_tenant AND f.session_id = p_session AND f.number IN (
            SELECT g.number FROM free_seat g WHERE g.tenant_id = p_tenant AND g.session_id = p_session
            ORDER BY g.number DESC LIMIT -more FOR UPDATE);
        GET DIAGNOSTICS removed = ROW_COUNT;
        IF removed < -more THEN
            RETURN false;
        END IF;
    ELSIF more > 0 THEN
        INSERT INTO free_seat SELECT p_tenant, p_session, n FROM generate_series(1, 100000 + p_capacity) n
        WHERE NOT EXISTS (SELECT FROM enrolment e
                          WHERE e.tenant_id = p_tenant AND e.session_id = p_session AND e.seat = n)
          AND NOT EXISTS (SELECT FROM free_seat f
                          WHERE f.tenant_id = p_tenant AND f.session_id = p_session AND f.number = n)
        LIMIT more;
    END IF;
    UPDATE session s SET capacity = p_capacity WHERE s.tenant_id = p_tenant AND s.id = p_session;
    RETURN true;
END $$""",
    # The session does not take place. Deleting the free seats waits for whoever is taking one just now.
    "seats_cancel_all(uuid, uuid, timestamptz)": """
CREATE FUNCTION seats_cancel_all(p_tenant uuid, p_session uuid, p_now timestamptz)
RETURNS TABLE (enrolment_id uuid, was text, state text) LANGUAGE plpgsql AS $$
BEGIN
    UPDATE session s SET state = 'cancelled' WHERE s.tenant_id = p_tenant AND s.id = p_session;
    DELETE FROM free_seat f WHERE f.tenant_id = p_tenant AND f.session_id = p_session;
    RETURN QUERY
    WITH old AS MATERIALIZED (
        SELECT e.id, e.state FROM enrolment e WHERE e.tenant_id = p_tenant AND e.session_id = p_session
        AND e.state IN ('confirmed', 'offered', 'waiting') ORDER BY e.id
    )
    UPDATE enrolment e SET state = 'cancelled', seat = NULL, offer_expires_at = NULL, version = e.version + 1,
                           updated_at = p_now
    FROM old o WHERE e.tenant_id = p_tenant AND e.id = o.id RETURNING e.id, o.state, e.state;
END $$""",
}


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        protect(table)
    for statement in (*_COLUMNS, *_FUNCTIONS.values()):
        op.execute(statement)


def downgrade() -> None:
    for signature in reversed(_FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    for statement in (
        "DROP INDEX uq_enrolment_tenant_id_choice_id_person_id",
        "DROP INDEX uq_enrolment_tenant_id_session_id_seat",
        "ALTER TABLE session ADD taken integer, ADD waiting integer, DROP CONSTRAINT ck_session_capacity",
        "UPDATE session s SET taken = (SELECT count(*) FROM enrolment e WHERE e.tenant_id = s.tenant_id"
        " AND e.session_id = s.id AND e.seat IS NOT NULL), waiting = (SELECT count(*) FROM enrolment e"
        " WHERE e.tenant_id = s.tenant_id AND e.session_id = s.id AND e.state = 'waiting')",
        "ALTER TABLE session ALTER taken SET NOT NULL, ALTER waiting SET NOT NULL,"
        " ADD CONSTRAINT ck_session_never_oversold CHECK (taken >= 0 AND taken <= capacity),"
        " ADD CONSTRAINT ck_session_waiting CHECK (waiting >= 0)",
        "ALTER TABLE enrolment DROP CONSTRAINT ck_enrolment_seated, DROP CONSTRAINT ck_enrolment_state",
        "UPDATE enrolment SET state = 'confirmed' WHERE state = 'offered'",
        "ALTER TABLE enrolment ADD CONSTRAINT ck_enrolment_state CHECK (state IN ('confirmed', 'waiting', 'cancelled',"
        " 'attended', 'partial', 'no_show')), DROP seat, DROP offer_expires_at, DROP choice_id, DROP origin,"
        " DROP follows, DROP request_id",
        "ALTER TABLE session DROP promotion, DROP offer_hours, DROP freezes_at, DROP min_size, DROP decides_at,"
        " DROP below_minimum, DROP decided_at, DROP choice_id",
    ):
        op.execute(statement)
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
