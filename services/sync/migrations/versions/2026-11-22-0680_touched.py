"""What a planned run rested on, so that of the next delivery only what differs need be looked at."""

from alembic import op

from shared.kit.migrations import definer_function

revision = "2026_11_22_0680"
down_revision = "2026_11_22_0670"
branch_labels = None
depends_on = None


_TABLES = (
    "unit, person, duty, enrolment, school_group, membership, responsible, placement, activity, teaching,"
    " activity_teacher"
)
# Only their owner may make them, and until they are made a look-up of few rows of a new roster goes through all.
_STATISTICS = f"""
CREATE FUNCTION roster_statistics() RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp AS $$ BEGIN ANALYZE {_TABLES}; END $$
"""


def upgrade() -> None:
    op.execute("ALTER TABLE run_proof ADD COLUMN mirrors boolean NOT NULL DEFAULT false")
    op.execute("ALTER TABLE run_proof ALTER COLUMN mirrors DROP DEFAULT")
    op.execute("ALTER TABLE run_proof ADD COLUMN whole_at timestamptz")
    op.execute(_STATISTICS)
    definer_function("roster_statistics()")


def downgrade() -> None:
    op.execute("DROP FUNCTION roster_statistics()")
    op.drop_column("run_proof", "whole_at")
    op.drop_column("run_proof", "mirrors")
