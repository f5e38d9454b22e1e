"""Uploads that go on where they stopped, and what else was left."""

revision = "2026_11_22_0690"
down_revision = "2026_11_22_0680"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
