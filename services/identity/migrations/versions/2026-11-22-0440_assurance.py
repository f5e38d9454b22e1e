"""Assurance maps and policies."""

revision = "2026_11_22_0440"
down_revision = "2026_11_22_0430"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
