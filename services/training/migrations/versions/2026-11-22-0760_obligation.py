"""Obligations, mentors, and signals."""

revision = "2026_11_22_0760"
down_revision = "2026_11_22_0750"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
