"""What the planner knows, and its plans."""

revision = "2026_11_22_0730"
down_revision = "2026_11_22_0720"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
