"""Several login methods per tenant, over OpenID Connect and SAML."""

from alembic import op

revision = "2026_11_22_0400"
down_revision = "2026_11_22_0025"
branch_labels = None
depends_on = None

UP = (
    """ALTER TABLE identity_provider
        ADD COLUMN protocol text NOT NULL DEFAULT 'oidc',
        ADD COLUMN method text NOT NULL DEFAULT 'sso',
        ADD COLUMN configuration jsonb NOT NULL DEFAULT '{}',
        ADD COLUMN federation_id uuid,
        ADD COLUMN loa_map text NOT NULL DEFAULT '',
        ADD COLUMN populations jsonb NOT NULL DEFAULT '[]',
        ALTER COLUMN client_id DROP NOT NULL,
        ALTER COLUMN client_secret_sealed DROP NOT NULL,
        ADD CONSTRAINT ck_identity_provider_protocol CHECK (protocol IN ('oidc', 'saml')),
        ADD CONSTRAINT ck_identity_provider_state CHECK (state IN ('draft', 'verified', 'active', 'disabled'))""",
    """ALTER TABLE login_request
        ADD COLUMN purpose text NOT NULL DEFAULT 'login',
        ADD COLUMN protocol_request_id text,
        ADD COLUMN trial_id uuid,
        ALTER COLUMN browser_hash DROP NOT NULL,
        ALTER COLUMN request DROP NOT NULL,
        ADD CONSTRAINT ck_login_request_purpose CHECK (purpose IN ('login', 'trial'))""",
    """ALTER TABLE sso_session
        ADD COLUMN upstream_subject_sealed bytea,
        ADD COLUMN upstream_subject_hash bytea,
        ADD COLUMN method text NOT NULL DEFAULT 'sso',
        ADD COLUMN amr jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN factors integer NOT NULL DEFAULT 1,
        ADD COLUMN assurance_source text,
        DROP COLUMN upstream_acr""",
    *(
        f"ALTER TABLE {table} ALTER COLUMN {column} DROP DEFAULT"
        for table, columns in {
            "identity_provider": ("protocol", "method", "configuration", "loa_map", "populations"),
            "login_request": ("purpose",),
            "sso_session": ("method", "amr", "factors"),
        }.items()
        for column in columns
    ),
    "CREATE INDEX ix_sso_session_tenant_id_upstream_subject_hash ON sso_session (tenant_id, upstream_subject_hash)",
)
DOWN = (
    "DROP INDEX ix_sso_session_tenant_id_upstream_subject_hash",
    """ALTER TABLE sso_session
        ADD COLUMN upstream_acr text,
        DROP COLUMN assurance_source, DROP COLUMN factors, DROP COLUMN amr, DROP COLUMN method,
        DROP COLUMN upstream_subject_hash, DROP COLUMN upstream_subject_sealed""",
    "DELETE FROM login_request WHERE purpose = 'trial' OR browser_hash IS NULL",
    """ALTER TABLE login_request
        DROP CONSTRAINT ck_login_request_purpose,
        ALTER COLUMN request SET NOT NULL,
        ALTER COLUMN browser_hash SET NOT NULL,
        DROP COLUMN trial_id, DROP COLUMN protocol_request_id, DROP COLUMN purpose""",
    "DELETE FROM identity_provider WHERE protocol <> 'oidc' OR client_id IS NULL OR client_secret_sealed IS NULL",
    """ALTER TABLE identity_provider
        DROP CONSTRAINT ck_identity_provider_state, DROP CONSTRAINT ck_identity_provider_protocol,
        ALTER COLUMN client_secret_sealed SET NOT NULL,
        ALTER COLUMN client_id SET NOT NULL,
        DROP COLUMN populations, DROP COLUMN loa_map, DROP COLUMN federation_id, DROP COLUMN configuration,
        DROP COLUMN method, DROP COLUMN protocol""",
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
