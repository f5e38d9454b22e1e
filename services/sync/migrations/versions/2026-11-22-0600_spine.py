"""Declared sources; deliveries that a connector fetched, with what it proves about their completeness; undo."""

from alembic import op

from shared.kit.migrations import protect

revision = "2026_11_22_0600"
down_revision = "2026_11_22_0450"
branch_labels = None
depends_on = None

KINDS = "'oneroster_zip', 'joined_files', 'stil_xml', 'ss12000_package'"


def upgrade() -> None:
    op.execute("""
    CREATE TABLE source (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        key text NOT NULL,
        name text NOT NULL,
        role text NOT NULL,
        kind text NOT NULL,
        mapping jsonb,
        connector jsonb,
        credentials bytea,
        schedule jsonb,
        is_active boolean NOT NULL,
        next_fetch_at timestamptz,
        memory jsonb NOT NULL,
        CONSTRAINT pk_source PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_source_tenant_id_key UNIQUE (tenant_id, key),
        CONSTRAINT ck_source_role CHECK (role IN ('register', 'platform'))
    )""")
    protect("source")
    op.execute("ALTER TABLE upload ADD COLUMN source_id uuid")
    op.execute("ALTER TABLE upload ADD COLUMN incomplete text[] NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE upload ALTER COLUMN incomplete DROP DEFAULT")
    op.execute("ALTER TABLE upload ADD COLUMN proof jsonb")
    op.execute("ALTER TABLE upload ALTER COLUMN declared_by DROP NOT NULL")
    op.execute("ALTER TABLE upload DROP CONSTRAINT ck_upload_kind")
    op.execute(f"ALTER TABLE upload ADD CONSTRAINT ck_upload_kind CHECK (kind IN ({KINDS}))")
    op.execute(
        "ALTER TABLE upload ADD CONSTRAINT fk_upload_tenant_id_source_id"
        " FOREIGN KEY (tenant_id, source_id) REFERENCES source (tenant_id, id)"
    )
    op.execute("ALTER TABLE run DROP CONSTRAINT ck_run_kind")
    op.execute("ALTER TABLE run ADD CONSTRAINT ck_run_kind CHECK (kind IN ('delivery', 'manual', 'marking', 'undo'))")


def downgrade() -> None:
    op.execute("ALTER TABLE run DROP CONSTRAINT ck_run_kind")
    op.execute("ALTER TABLE run ADD CONSTRAINT ck_run_kind CHECK (kind IN ('delivery', 'manual', 'marking'))")
    op.execute("ALTER TABLE upload DROP CONSTRAINT ck_upload_kind")
    op.execute("ALTER TABLE upload ADD CONSTRAINT ck_upload_kind CHECK (kind IN ('oneroster_zip', 'joined_files'))")
    op.execute("ALTER TABLE upload ALTER COLUMN declared_by SET NOT NULL")
    for column in ("source_id", "incomplete", "proof"):
        op.execute(f"ALTER TABLE upload DROP COLUMN {column}")
    op.drop_table("source")
