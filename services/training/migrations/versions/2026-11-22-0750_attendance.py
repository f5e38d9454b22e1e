"""Proof of attendance, feedback, certificates."""

revision = "2026_11_22_0750"
down_revision = "2026_11_22_0740"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
