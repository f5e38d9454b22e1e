"""Requests of data subjects: to be shown everything, and to be forgotten."""

from alembic import op

from shared.kit.migrations import protect

revision = "2026_11_22_0830"
down_revision = "2026_11_22_0690"
branch_labels = None
depends_on = None

_ASKED = """
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    person_id uuid,
    account_id uuid,
    case_ref text,
    asked_by uuid NOT NULL,
    asked_person uuid,
    outcomes jsonb NOT NULL,
    tries integer NOT NULL,
    job_id uuid,
    ended_at timestamptz,
    state text NOT NULL
"""
TABLES = {
    "person_export": f"""
    CREATE TABLE person_export ({_ASKED},
        file_id uuid,
        file_until timestamptz,
        CONSTRAINT pk_person_export PRIMARY KEY (tenant_id, id),
        CONSTRAINT ck_person_export_somebody CHECK (person_id IS NOT NULL OR account_id IS NOT NULL),
        CONSTRAINT ck_person_export_state CHECK (state IN ('running', 'ready', 'failed', 'erased')),
        CONSTRAINT fk_person_export_tenant_id_file_id
            FOREIGN KEY (tenant_id, file_id) REFERENCES stored_file (tenant_id, id)
    )""",
    "person_erasure": f"""
    CREATE TABLE person_erasure ({_ASKED},
        ground text NOT NULL,
        decided_by uuid,
        decided_at timestamptz,
        CONSTRAINT pk_person_erasure PRIMARY KEY (tenant_id, id),
        CONSTRAINT ck_person_erasure_somebody CHECK (person_id IS NOT NULL OR account_id IS NOT NULL),
        CONSTRAINT ck_person_erasure_state CHECK (state IN ('waiting', 'refused', 'running', 'done', 'failed'))
    )""",
}


def upgrade() -> None:
    for table, statement in TABLES.items():
        op.execute(statement)
        protect(table)
        op.execute(f"CREATE INDEX ix_{table}_person ON {table} (tenant_id, person_id)")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
