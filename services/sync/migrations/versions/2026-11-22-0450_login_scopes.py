"""Login scopes of the tenant, as identity tells them."""

from alembic import op

from shared.kit.migrations import protect

revision = "2026_11_22_0450"
down_revision = "2026_11_22_0440"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
    CREATE TABLE login_scope (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        domain text NOT NULL,
        CONSTRAINT pk_login_scope PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_login_scope_tenant_id_domain UNIQUE (tenant_id, domain)
    )""")
    protect("login_scope")
    for table in ("person", "planned_person"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN login_scope text")
        # Of a protected person the domain comes with the next delivery.
        op.execute(f"UPDATE {table} SET login_scope = substr(login, strpos(login, '@') + 1) WHERE login LIKE '%@%'")


def downgrade() -> None:
    for table in ("planned_person", "person"):
        op.execute(f"ALTER TABLE {table} DROP COLUMN login_scope")
    op.drop_table("login_scope")
