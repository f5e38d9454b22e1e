"""Let calendars be followed and files be imported."""

revision = "2026_11_22_0080"
down_revision = "2026_11_22_0075"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
