"""Keys of a tenant (SAML signing and encryption, client keys at identity providers) and answers used up."""

from alembic import op

from shared.kit.migrations import protect

revision = "2026_11_22_0410"
down_revision = "2026_11_22_0400"
branch_labels = None
depends_on = None

UP = (
    """CREATE TABLE tenant_key (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        purpose text NOT NULL,
        state text NOT NULL,
        private_sealed bytea,
        certificate text,
        public_jwk jsonb,
        fingerprint text NOT NULL,
        expires_at timestamptz NOT NULL,
        activated_at timestamptz,
        retired_at timestamptz,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_tenant_key PRIMARY KEY (tenant_id, id),
        CONSTRAINT ck_tenant_key_purpose CHECK (purpose IN ('saml_signing', 'saml_encryption', 'oidc_client')),
        CONSTRAINT ck_tenant_key_state CHECK (state IN ('next', 'active', 'retired')),
        CONSTRAINT ck_tenant_key_usable CHECK (state = 'retired' OR private_sealed IS NOT NULL)
    )""",
    """CREATE UNIQUE INDEX uq_tenant_key_tenant_id_purpose_state ON tenant_key (tenant_id, purpose, state)
        WHERE state <> 'retired'""",
    """CREATE TABLE assertion_replay (
        tenant_id uuid NOT NULL,
        digest bytea NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT pk_assertion_replay PRIMARY KEY (tenant_id, digest)
    )""",
    "CREATE INDEX ix_assertion_replay_tenant_id_expires_at ON assertion_replay (tenant_id, expires_at)",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)
    for table in ("tenant_key", "assertion_replay"):
        protect(table)


def downgrade() -> None:
    for table in ("assertion_replay", "tenant_key"):
        op.execute(f"DROP TABLE {table}")
