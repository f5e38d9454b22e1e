"""What a first load refers to is known to the planner before it is referred to."""

from alembic import op

from shared.kit.migrations import definer_function

revision = "2026_11_22_0850"
down_revision = "2026_11_22_0840"
branch_labels = None
depends_on = None


# Only their owner may make them. Without them PostgreSQL takes a tenant for one row, and a foreign key may be checked
# by going through all of the units or groups of the tenant, once for every pupil.
_STATISTICS = """
CREATE FUNCTION reference_statistics() RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp AS $$ BEGIN ANALYZE unit, school_group; END $$
"""


def upgrade() -> None:
    op.execute(_STATISTICS)
    definer_function("reference_statistics()")


def downgrade() -> None:
    op.execute("DROP FUNCTION reference_statistics()")
