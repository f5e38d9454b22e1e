"""Login scopes, alternatives, hand-over, populations, break-glass."""

revision = "2026_11_22_0450"
down_revision = "2026_11_22_0440"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
