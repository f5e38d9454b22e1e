"""How long tenants keep what, and whose turn it is in the nightly purge."""

from shared.kit.retention import create_retention, drop_retention

revision = "2026_11_22_0840"
down_revision = "2026_11_22_0830"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_retention("run", "person_export", "person_erasure")


def downgrade() -> None:
    drop_retention()
