"""Trials of login methods, their evidence, and the log of logins."""

revision = "2026_11_22_0460"
down_revision = "2026_11_22_0450"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
