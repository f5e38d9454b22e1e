"""Pushed requests, device codes, sender-constrained tokens, registered applications."""

from alembic import op

from shared.kit.migrations import protect

revision = "2026_11_22_0430"
down_revision = "2026_11_22_0420"
branch_labels = None
depends_on = None

_TABLES = {
    "pushed_request": """
    CREATE TABLE pushed_request (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        handle_hash bytea NOT NULL,
        client_id text NOT NULL,
        parameters jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        CONSTRAINT pk_pushed_request PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_pushed_request_tenant_id_handle_hash UNIQUE (tenant_id, handle_hash)
    )""",
    "device_grant": """
    CREATE TABLE device_grant (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        device_hash bytea NOT NULL,
        user_code_hash bytea NOT NULL,
        client_id text NOT NULL,
        client_name text NOT NULL,
        scope text NOT NULL,
        dpop_jkt text,
        state text NOT NULL,
        interval_seconds integer NOT NULL,
        polled_at timestamptz,
        home_tenant_id uuid,
        account_id uuid,
        session_id uuid,
        acr text,
        amr jsonb NOT NULL,
        auth_time timestamptz,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT pk_device_grant PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_device_grant_tenant_id_device_hash UNIQUE (tenant_id, device_hash),
        CONSTRAINT uq_device_grant_tenant_id_user_code_hash UNIQUE (tenant_id, user_code_hash),
        CONSTRAINT ck_device_grant_state CHECK (state IN ('pending', 'approved', 'denied', 'used'))
    )""",
    "device_guess": """
    CREATE TABLE device_guess (
        tenant_id uuid NOT NULL,
        account_id uuid NOT NULL,
        failures integer NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT pk_device_guess PRIMARY KEY (tenant_id, account_id)
    )""",
}
_CLIENT = (
    "former_secret_hash bytea",
    "former_secret_until timestamptz",
    "jwks_uri text",
    "grant_types jsonb NOT NULL DEFAULT '[]'",
    "requires_par boolean NOT NULL DEFAULT false",
    "requires_dpop boolean NOT NULL DEFAULT false",
    "backchannel_logout_uri text",
    "frontchannel_logout_uri text",
)
# What a code and its family remember of the login and of the key that they are bound to.
_GRANTS = ("amr jsonb NOT NULL DEFAULT '[]'", "dpop_jkt text")


def upgrade() -> None:
    for name, statement in _TABLES.items():
        op.execute(statement)
        op.execute(f"CREATE INDEX ix_{name}_tenant_id_expires_at ON {name} (tenant_id, expires_at)")
        protect(name)
    for column in _CLIENT:
        op.execute(f"ALTER TABLE client ADD COLUMN {column}")
    op.execute("ALTER TABLE client DROP CONSTRAINT ck_client_kind")
    op.execute("ALTER TABLE client ADD CONSTRAINT ck_client_kind CHECK (kind IN ('public','web','script','service'))")
    for table in ("authorization_code", "refresh_family"):
        for column in _GRANTS:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")


def downgrade() -> None:
    for table in ("authorization_code", "refresh_family"):
        for column in _GRANTS:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")
    op.execute("DELETE FROM client WHERE kind = 'web'")
    op.execute("ALTER TABLE client DROP CONSTRAINT ck_client_kind")
    op.execute("ALTER TABLE client ADD CONSTRAINT ck_client_kind CHECK (kind IN ('public', 'script', 'service'))")
    for column in _CLIENT:
        op.execute(f"ALTER TABLE client DROP COLUMN {column.split()[0]}")
    for name in _TABLES:
        op.execute(f"DROP TABLE {name}")
