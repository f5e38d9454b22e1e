"""Prerequisites have versions, as everything that can be removed."""

from alembic import op

revision = "2026_11_22_0720"
down_revision = "2026_11_22_0710"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE prerequisite ADD version integer NOT NULL DEFAULT 1,"
        " ADD created_at timestamptz NOT NULL DEFAULT now(), ADD updated_at timestamptz NOT NULL DEFAULT now()"
    )
    op.execute(
        "ALTER TABLE prerequisite ALTER version DROP DEFAULT, ALTER created_at DROP DEFAULT,"
        " ALTER updated_at DROP DEFAULT"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE prerequisite DROP version, DROP created_at, DROP updated_at")
