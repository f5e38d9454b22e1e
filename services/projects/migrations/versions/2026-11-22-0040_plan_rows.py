"""Add what agreed plans need beside their rows: the file store, attached documents, phases that can be removed."""

from alembic import op

from shared.kit.files import create_file_tables, drop_file_tables
from shared.kit.history import journaled, no_longer_journaled, refresh_past
from shared.kit.migrations import protect

revision = "2026_11_22_0040"
down_revision = "2026_11_22_0035"
branch_labels = None
depends_on = None

ATTACHMENT = """
CREATE TABLE attachment (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    project_id uuid NOT NULL,
    activity_id uuid,
    gate_id uuid,
    kind text NOT NULL,
    title text NOT NULL,
    file_name text NOT NULL,
    media_type text NOT NULL,
    data_class text NOT NULL,
    size bigint NOT NULL,
    sha256 text NOT NULL,
    state text NOT NULL,
    file_id uuid,
    declared_by uuid NOT NULL,
    declared_side text,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT pk_attachment PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_attachment_tenant_id_project_id
        FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
    CONSTRAINT fk_attachment_tenant_id_activity_id
        FOREIGN KEY (tenant_id, activity_id) REFERENCES activity (tenant_id, id),
    CONSTRAINT fk_attachment_tenant_id_gate_id FOREIGN KEY (tenant_id, gate_id) REFERENCES gate (tenant_id, id),
    CONSTRAINT fk_attachment_tenant_id_file_id FOREIGN KEY (tenant_id, file_id) REFERENCES stored_file (tenant_id, id),
    CONSTRAINT ck_attachment_kind CHECK (kind IN
        ('instruction', 'checklist', 'protocol', 'minutes', 'evidence', 'plan', 'report')),
    CONSTRAINT ck_attachment_data_class CHECK (data_class IN ('ordinary', 'confidential', 'sensitive')),
    CONSTRAINT ck_attachment_state CHECK (state IN ('declared', 'stored', 'erased')),
    CONSTRAINT ck_attachment_one_subject CHECK (activity_id IS NULL OR gate_id IS NULL),
    CONSTRAINT ck_attachment_stored CHECK ((state = 'declared') = (file_id IS NULL) OR state = 'erased')
)
"""
UP = (
    ATTACHMENT,
    "CREATE INDEX ix_attachment_tenant_id_project_id_id ON attachment (tenant_id, project_id, id)",
    "CREATE INDEX ix_attachment_tenant_id_activity_id ON attachment (tenant_id, activity_id)",
    "CREATE INDEX ix_attachment_tenant_id_gate_id ON attachment (tenant_id, gate_id)",
    "CREATE INDEX ix_attachment_tenant_id_file_id ON attachment (tenant_id, file_id)",
    "ALTER TABLE phase ALTER COLUMN purpose DROP NOT NULL",
    "ALTER TABLE phase ADD COLUMN deleted_at timestamptz",
    "ALTER TABLE phase DROP CONSTRAINT uq_phase_tenant_id_project_id_key",
    "CREATE UNIQUE INDEX uq_phase_key ON phase (tenant_id, project_id, key) WHERE deleted_at IS NULL",
)
DOWN = (
    "DROP TABLE attachment",
    "DROP INDEX uq_phase_key",
    "ALTER TABLE phase ADD CONSTRAINT uq_phase_tenant_id_project_id_key UNIQUE (tenant_id, project_id, key)",
    "ALTER TABLE phase DROP COLUMN deleted_at",
    "ALTER TABLE phase ALTER COLUMN purpose SET NOT NULL",
)


def upgrade() -> None:
    create_file_tables()
    for statement in UP:
        op.execute(statement)
    protect("attachment")
    journaled("attachment")


def downgrade() -> None:
    """Only while no phase lacks a purpose or was removed."""
    no_longer_journaled("attachment")
    for statement in DOWN:
        op.execute(statement)
    refresh_past("phase")
    drop_file_tables()
