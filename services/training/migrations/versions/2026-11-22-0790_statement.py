"""The authority's learning record store, and what was told to it."""

from alembic import op

from shared.kit.migrations import protect

revision = "2026_11_22_0790"
down_revision = "2026_11_22_0780"
branch_labels = None
depends_on = None

_KEY = "tenant_id uuid NOT NULL, id uuid NOT NULL"

_TABLES = {
    "record_store": f"""{_KEY}, version integer NOT NULL, created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL, url text NOT NULL, username text NOT NULL, sealed bytea NOT NULL,
        state text NOT NULL, told_of_failure text, failures integer NOT NULL, tries_at timestamptz NOT NULL,
        CONSTRAINT pk_record_store PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_record_store_tenant_id UNIQUE (tenant_id),
        CONSTRAINT ck_record_store_state CHECK (state IN ('active', 'paused'))""",
    "statement": f"""{_KEY}, subject_id uuid NOT NULL, verb text NOT NULL, stored_at timestamptz NOT NULL,
        CONSTRAINT pk_statement PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_statement_tenant_id_subject_id_verb UNIQUE (tenant_id, subject_id, verb),
        CONSTRAINT ck_statement_verb CHECK (verb IN ('registered', 'attended', 'completed'))""",
}


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        protect(table)


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
