"""Keys of a tenant: SAML signing and encryption, client keys at identity providers."""

revision = "2026_11_22_0410"
down_revision = "2026_11_22_0400"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
