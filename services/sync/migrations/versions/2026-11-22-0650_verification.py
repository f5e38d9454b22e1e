"""Findings know their unit and row; the platform's truth; verification, sign-offs and evidence."""

from alembic import op

revision = "2026_11_22_0650"
down_revision = "2026_11_22_0640"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE finding ADD COLUMN entity text, ADD COLUMN unit_id uuid, ADD COLUMN row_ref text")
    op.create_index("ix_finding_unit", "finding", ["tenant_id", "unit_id", "run_id"])


def downgrade() -> None:
    op.drop_index("ix_finding_unit", "finding")
    op.execute("ALTER TABLE finding DROP COLUMN entity, DROP COLUMN unit_id, DROP COLUMN row_ref")
