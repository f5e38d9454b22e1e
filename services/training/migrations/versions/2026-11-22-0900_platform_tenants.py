"""Which tenants have named their platform: the worker reads the logins of these alone."""

from alembic import op

from shared.kit.migrations import definer_function

revision = "2026_11_22_0900"
down_revision = "2026_11_22_0840"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE FUNCTION platform_tenants() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER"
        " SET search_path = public, pg_temp"
        " AS 'SELECT tenant_id FROM access_policy WHERE client_id IS NOT NULL ORDER BY tenant_id'"
    )
    definer_function("platform_tenants()")


def downgrade() -> None:
    op.execute("DROP FUNCTION platform_tenants()")
