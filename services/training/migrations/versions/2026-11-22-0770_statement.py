"""Statements to a learning record store, and reports."""

revision = "2026_11_22_0770"
down_revision = "2026_11_22_0760"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
