"""Let tenants publish templates of their own."""

revision = "2026_11_22_0030"
down_revision = "2026_11_22_0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
