"""The customer says what a platform's export must tell of."""

from alembic import op

revision = "2026_11_22_2010"
down_revision = "2026_11_22_0850"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE verification_policy ADD COLUMN must_compare text[]")


def downgrade() -> None:
    op.execute("ALTER TABLE verification_policy DROP COLUMN must_compare")
