"""What the roster keeps beside a delivery is known of it, so that the next one need not be compared as a whole."""

from alembic import op

revision = "2026_11_22_2030"
down_revision = "2026_11_22_2020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE run_proof ADD COLUMN beside jsonb")


def downgrade() -> None:
    op.drop_column("run_proof", "beside")
