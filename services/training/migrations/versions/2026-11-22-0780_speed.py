"""What makes seats and coverage fast."""

revision = "2026_11_22_0780"
down_revision = "2026_11_22_0770"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
