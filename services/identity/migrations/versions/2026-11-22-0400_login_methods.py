"""Several login methods per tenant, over OpenID Connect and SAML."""

revision = "2026_11_22_0400"
down_revision = "2026_11_22_0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
