"""The SQL of `shared.kit.history`: images, what the triggers do, and the shape of a view of the past."""

NO_SCOPE = "00000000-0000-0000-0000-000000000000"
"""Stands in `scope_id` where a row has no parent to be listed by."""

# `seq` orders the images of one row that a single transaction made; across transactions `at` does.
IMAGE_TABLE = """
CREATE TABLE journal_image (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    entity text NOT NULL,
    entity_id uuid NOT NULL,
    scope_id uuid NOT NULL,
    at timestamptz NOT NULL,
    is_first boolean NOT NULL,
    is_deleted boolean NOT NULL,
    salt uuid NOT NULL,
    image jsonb,
    redacted_at timestamptz,
    CONSTRAINT pk_journal_image PRIMARY KEY (tenant_id, id)
)
"""
IMAGE_INDEXES = (
    "CREATE INDEX ix_journal_image_entity ON journal_image (tenant_id, entity_id, at, seq)",
    # The directory of rows: one entry for each row and scope it was ever in, so that a list finds its rows at once.
    "CREATE INDEX ix_journal_image_first ON journal_image (tenant_id, entity, scope_id, entity_id) WHERE is_first",
)

# A UUIDv7 of the entry's instant (RFC 9562 section 5.7): PostgreSQL 15 has no function for it.
_ID = """encode(set_bit(set_bit(overlay(
        uuid_send(gen_random_uuid())
        PLACING substring(int8send((extract(epoch FROM s.at) * 1000)::bigint) FROM 3) FROM 1 FOR 6
    ), 52, 1), 53, 1), 'hex')::uuid"""
COMMITMENT = "sha256(convert_to({row}.salt::text || coalesce({row}.image::text, ''), 'UTF8'))"

# Entries and images of the rows in `changed`. A row's next image is never older than its last, whatever the clocks of
# two hosts say and however long a transaction waited for the row's lock.
_WRITE = """
    stamped AS MATERIALIZED (
        SELECT c.*, gen_random_uuid() AS salt, greatest(instant, (
            SELECT p.at FROM journal_image p
            WHERE p.tenant_id = c.tenant_id AND p.entity_id = c.entity_id AND p.entity = {entity}
            ORDER BY p.at DESC, p.seq DESC LIMIT 1
        )) AS at
        FROM changed c
    ), named AS MATERIALIZED (
        SELECT s.*, {id} AS id FROM stamped s
    ), entries AS (
        INSERT INTO journal_entry
            (tenant_id, id, at, actor_id, side, client_id, action, entity, entity_id, trace, commitment)
        SELECT n.tenant_id, n.id, n.at, actor, side, client, '{action}', {entity}, n.entity_id, trace, {commitment}
        FROM named n
    )
    INSERT INTO journal_image (tenant_id, id, entity, entity_id, scope_id, at, is_first, is_deleted, salt, image)
    SELECT n.tenant_id, n.id, {entity}, n.entity_id, n.scope_id, n.at, n.is_first, n.image IS NULL, n.salt, n.image
    FROM named n
"""
_FUNCTION = """
CREATE FUNCTION journal_{event}() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    instant timestamptz := coalesce(nullif(current_setting('app.now', true), '')::timestamptz, clock_timestamp());
    actor uuid := nullif(current_setting('app.actor', true), '')::uuid;
    side text := nullif(current_setting('app.side', true), '');
    client text := nullif(current_setting('app.client', true), '');
    trace text := nullif(current_setting('app.trace', true), '');
BEGIN
    WITH changed AS MATERIALIZED ({changed}), {write};
    RETURN NULL;
END $$
"""
_SCOPE = f"coalesce((CASE WHEN TG_ARGV[0] <> '' THEN to_jsonb({{row}}) ->> TG_ARGV[0] END)::uuid, '{NO_SCOPE}')"

# `*<>` compares the bytes of rows: an UPDATE that changes nothing is no event, and any type can be compared.
_CHANGED = {
    "insert": """
        SELECT r.tenant_id, r.id AS entity_id, {scope} AS scope_id, true AS is_first, to_jsonb(r) AS image
        FROM new_rows r""",
    "update": """
        SELECT r.tenant_id, r.id AS entity_id, {scope} AS scope_id, to_jsonb(r) AS image,
            CASE WHEN {scope} = {former_scope} THEN false ELSE NOT EXISTS (
                SELECT FROM journal_image p
                WHERE p.tenant_id = r.tenant_id AND p.entity_id = r.id AND p.entity = TG_TABLE_NAME
                    AND p.is_first AND p.scope_id = {scope}
            ) END AS is_first
        FROM new_rows r JOIN old_rows o ON o.tenant_id = r.tenant_id AND o.id = r.id WHERE r *<> o""",
    "delete": """
        SELECT r.tenant_id, r.id AS entity_id, {scope} AS scope_id, false AS is_first, NULL::jsonb AS image
        FROM old_rows r""",
}


def _function(event: str) -> str:
    write = _WRITE.format(entity="TG_TABLE_NAME", action=f"row.{event}", id=_ID, commitment=COMMITMENT.format(row="n"))
    changed = _CHANGED[event].format(scope=_SCOPE.format(row="r"), former_scope=_SCOPE.format(row="o"))
    return _FUNCTION.format(event=event, changed=changed, write=write)


FUNCTIONS = {event: _function(event) for event in _CHANGED}

# History begins here: nobody knows what these rows held before, so nothing is claimed about it.
_BACKFILL = """
WITH changed AS MATERIALIZED (
    SELECT r.tenant_id, r.id AS entity_id, {scope} AS scope_id, true AS is_first, to_jsonb(r) AS image,
        now() AS instant, NULL::uuid AS actor, NULL::text AS side, NULL::text AS client, NULL::text AS trace
    FROM {table} r
), {write}
"""


def backfill(table: str, scope: str | None) -> str:
    """The first image of every row that stands in `table`."""
    write = _WRITE.format(entity=f"'{table}'", action="row.insert", id=_ID, commitment=COMMITMENT.format(row="n"))
    column = f"coalesce(r.{scope}, '{NO_SCOPE}')" if scope else f"'{NO_SCOPE}'::uuid"
    return _BACKFILL.format(table=table, scope=column, write=write)


# The rows of a table at `app.as_of`. The outer columns come from the directory, so that conditions on them are index
# conditions; the types are named, so that nothing here depends on the table as it is today.
VIEW = """
CREATE VIEW past.{table} WITH (security_invoker = true) AS
SELECT {shown}
FROM public.journal_image d
CROSS JOIN LATERAL (
    SELECT l.image, l.scope_id
    FROM public.journal_image l
    WHERE l.tenant_id = d.tenant_id AND l.entity_id = d.entity_id AND l.entity = '{table}'
        AND l.at <= current_setting('app.as_of')::timestamptz
    ORDER BY l.at DESC, l.seq DESC LIMIT 1
) i
CROSS JOIN LATERAL jsonb_to_record(i.image) AS r({read})
WHERE d.entity = '{table}' AND d.is_first AND i.image IS NOT NULL AND i.scope_id = d.scope_id
"""

# The one way in which an image can change: a person's account id gives way to the nil UUID, free text to nothing. Rows
# whose last image still names the account are records that keep it, and so do their former images.
REDACT = f"""
CREATE FUNCTION journal_redact(person uuid, texts text[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH held AS MATERIALIZED (
        SELECT i.id, i.entity, i.entity_id FROM journal_image i
        WHERE i.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid
            AND position(person::text in i.image::text) > 0 AND person <> '{NO_SCOPE}'
    ), redacted AS (
        UPDATE journal_image i
        SET redacted_at = clock_timestamp(),
            image = replace(i.image::text, person::text, '{NO_SCOPE}')::jsonb || coalesce((
                SELECT jsonb_object_agg(split_part(t, '.', 2), '')
                FROM unnest(texts) t
                WHERE split_part(t, '.', 1) = i.entity AND i.image ->> split_part(t, '.', 2) <> ''
            ), '{{}}')
        FROM held h
        WHERE i.tenant_id = nullif(current_setting('app.tenant', true), '')::uuid AND i.id = h.id AND NOT EXISTS (
            SELECT FROM (
                SELECT n.image FROM journal_image n
                WHERE n.tenant_id = i.tenant_id AND n.entity_id = h.entity_id AND n.entity = h.entity
                ORDER BY n.at DESC, n.seq DESC LIMIT 1
            ) last WHERE position(person::text in last.image::text) > 0
        )
        RETURNING 1
    )
    SELECT count(*) FROM redacted
$$
"""
