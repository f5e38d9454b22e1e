"""Federations: feeds of signed metadata, their generations and entities."""

revision = "2026_11_22_0420"
down_revision = "2026_11_22_0410"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
