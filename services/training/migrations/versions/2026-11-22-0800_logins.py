"""Logins at the platform through identity, as a source of who has access."""

from alembic import op

from shared.kit.migrations import protect

revision = "2026_11_22_0800"
down_revision = "2026_11_22_0790"
branch_labels = None
depends_on = None

_KEY = "tenant_id uuid NOT NULL, id uuid NOT NULL"

_TABLES = {
    "access_policy": f"""{_KEY}, version integer NOT NULL, created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL, client_id text, read_until bigint NOT NULL,
        CONSTRAINT pk_access_policy PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_access_policy_tenant_id UNIQUE (tenant_id)""",
    "platform_login": f"""{_KEY}, last_login_on date NOT NULL, told_at timestamptz NOT NULL,
        CONSTRAINT pk_platform_login PRIMARY KEY (tenant_id, id)""",
}


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        protect(table)


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
