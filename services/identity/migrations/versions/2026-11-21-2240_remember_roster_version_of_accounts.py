"""Remember which roster version an account shows, so that an older line cannot bring a protected name back."""

from alembic import op

revision = "2026_11_21_2240"
down_revision = "2026_11_21_2150"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE account ADD COLUMN roster_version integer NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE account ALTER COLUMN roster_version DROP DEFAULT")


def downgrade() -> None:
    op.drop_column("account", "roster_version")
