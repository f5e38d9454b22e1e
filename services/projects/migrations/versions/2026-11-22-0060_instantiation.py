"""Instantiate by job."""

revision = "2026_11_22_0060"
down_revision = "2026_11_22_0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
