"""Invitations, reminders and calendar feeds."""

revision = "2026_11_22_0740"
down_revision = "2026_11_22_0730"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
