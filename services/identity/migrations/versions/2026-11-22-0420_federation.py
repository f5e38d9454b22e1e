"""Federations: feeds of signed metadata, their generations and entities."""

from alembic import op

from shared.kit.migrations import definer_function, open_to_app

revision = "2026_11_22_0420"
down_revision = "2026_11_22_0410"
branch_labels = None
depends_on = None

TABLES = {
    "federation": """
    CREATE TABLE federation (
        id uuid NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        name text NOT NULL,
        kind text NOT NULL,
        url text NOT NULL,
        signers jsonb NOT NULL,
        loa_map text NOT NULL,
        interval_seconds integer NOT NULL,
        max_bytes integer NOT NULL,
        state text NOT NULL,
        current_generation_id uuid,
        pending_generation_id uuid,
        etag text,
        last_modified text,
        refreshed_at timestamptz,
        attempted_at timestamptz,
        next_refresh_at timestamptz NOT NULL,
        failures integer NOT NULL,
        fault text,
        CONSTRAINT pk_federation PRIMARY KEY (id),
        CONSTRAINT uq_federation_url UNIQUE (url),
        CONSTRAINT ck_federation_kind CHECK (kind IN ('aggregate', 'mdq')),
        CONSTRAINT ck_federation_state CHECK (state IN ('active', 'disabled'))
    )""",
    "federation_generation": """
    CREATE TABLE federation_generation (
        id uuid NOT NULL,
        federation_id uuid NOT NULL,
        status text NOT NULL,
        reason text,
        digest bytea,
        document_id text,
        published_at timestamptz,
        valid_until timestamptz,
        cache_seconds integer,
        fetched_at timestamptz NOT NULL,
        size_bytes integer NOT NULL,
        signer text,
        identity_providers integer NOT NULL,
        service_providers integer NOT NULL,
        left_out jsonb NOT NULL,
        changes jsonb,
        CONSTRAINT pk_federation_generation PRIMARY KEY (id),
        CONSTRAINT fk_federation_generation_federation_id_federation
            FOREIGN KEY (federation_id) REFERENCES federation (id),
        CONSTRAINT ck_federation_generation_status
            CHECK (status IN ('current', 'pending_approval', 'refused', 'superseded'))
    )""",
    "federation_entity": """
    CREATE TABLE federation_entity (
        generation_id uuid NOT NULL,
        entity_id text NOT NULL,
        is_idp boolean NOT NULL,
        is_hidden boolean NOT NULL,
        names jsonb NOT NULL,
        search text NOT NULL,
        scopes jsonb NOT NULL,
        endpoints jsonb NOT NULL,
        certificates jsonb NOT NULL,
        attributes jsonb NOT NULL,
        discovery_responses jsonb NOT NULL,
        document jsonb,
        digest bytea NOT NULL,
        published_at timestamptz,
        valid_until timestamptz NOT NULL,
        read_at timestamptz NOT NULL,
        CONSTRAINT pk_federation_entity PRIMARY KEY (generation_id, entity_id),
        CONSTRAINT fk_federation_entity_generation_id_federation_generation
            FOREIGN KEY (generation_id) REFERENCES federation_generation (id) ON DELETE CASCADE
    )""",
}
INDEXES = ("CREATE INDEX ix_federation_generation_federation_id_id ON federation_generation (federation_id, id)",)

# Whoever chooses an identity provider in a list has named no tenant yet. Ids and public names, no personal data.
FUNCTIONS = {
    "active_providers(text[], uuid)": """
    CREATE FUNCTION active_providers(issuers text[], federation uuid)
    RETURNS TABLE (tenant_id uuid, provider_id uuid, protocol text, issuer text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT p.tenant_id, p.id, p.protocol, p.issuer FROM identity_provider p
        WHERE p.state = 'active' AND (p.issuer = ANY (issuers) OR p.federation_id = federation)
        ORDER BY p.tenant_id, p.id
    $$""",
}


def upgrade() -> None:
    for table, statement in TABLES.items():
        op.execute(statement)
        open_to_app(table)
    for statement in INDEXES:
        op.execute(statement)
    for signature, statement in FUNCTIONS.items():
        op.execute(statement)
        definer_function(signature)


def downgrade() -> None:
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
