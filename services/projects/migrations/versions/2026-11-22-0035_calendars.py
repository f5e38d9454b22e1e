"""Add working-day calendars."""

revision = "2026_11_22_0035"
down_revision = "2026_11_22_0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
