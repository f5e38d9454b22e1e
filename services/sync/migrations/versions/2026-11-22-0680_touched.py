"""What a delivery of changes touches."""

revision = "2026_11_22_0680"
down_revision = "2026_11_22_0670"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
