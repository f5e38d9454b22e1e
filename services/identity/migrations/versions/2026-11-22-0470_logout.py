"""Single logout: what a session touched and what was delivered."""

from alembic import op

from shared.kit.migrations import protect

revision = "2026_11_22_0470"
down_revision = "2026_11_22_0460"
branch_labels = None
depends_on = None

_TABLES = {
    "session_client": """
    CREATE TABLE session_client (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        session_id uuid NOT NULL,
        client_id text NOT NULL,
        token_tenant_id uuid NOT NULL,
        told_session_id uuid NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT pk_session_client PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_session_client_tenant_id_session_id FOREIGN KEY (tenant_id, session_id)
            REFERENCES sso_session (tenant_id, id) ON DELETE CASCADE,
        CONSTRAINT uq_session_client_part
            UNIQUE (tenant_id, session_id, client_id, token_tenant_id, told_session_id)
    )""",
    "logout": """
    CREATE TABLE logout (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        handle_hash bytea NOT NULL,
        provider_id uuid,
        provider_name text,
        provider_state text NOT NULL,
        protocol_request_id text,
        return_to text,
        return_state text,
        front_channel jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT pk_logout PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_logout_tenant_id_handle_hash UNIQUE (tenant_id, handle_hash),
        CONSTRAINT ck_logout_provider_state CHECK (provider_state IN ('none', 'waiting', 'done', 'partial', 'failed'))
    )""",
    "logout_delivery": """
    CREATE TABLE logout_delivery (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        logout_id uuid NOT NULL,
        session_id uuid NOT NULL,
        account_id uuid NOT NULL,
        client_id text NOT NULL,
        client_name text NOT NULL,
        uri text NOT NULL,
        state text NOT NULL,
        attempts integer NOT NULL,
        fault text,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_logout_delivery PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_logout_delivery_tenant_id_logout_id FOREIGN KEY (tenant_id, logout_id)
            REFERENCES logout (tenant_id, id) ON DELETE CASCADE,
        CONSTRAINT ck_logout_delivery_state CHECK (state IN ('waiting', 'delivered', 'failed'))
    )""",
}


def upgrade() -> None:
    op.execute("ALTER TABLE sso_session ADD COLUMN end_reason text")
    op.execute("ALTER TABLE login_request ADD COLUMN former_session_id uuid")
    for name, statement in _TABLES.items():
        op.execute(statement)
        protect(name)
    op.execute("CREATE INDEX ix_logout_tenant_id_expires_at ON logout (tenant_id, expires_at)")
    op.execute("CREATE INDEX ix_logout_delivery_tenant_id_logout_id ON logout_delivery (tenant_id, logout_id)")


def downgrade() -> None:
    for name in reversed(_TABLES):
        op.execute(f"DROP TABLE {name}")
    op.execute("ALTER TABLE login_request DROP COLUMN former_session_id")
    op.execute("ALTER TABLE sso_session DROP COLUMN end_reason")
