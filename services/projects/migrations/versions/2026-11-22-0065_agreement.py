"""Agree on plans: proposals, change requests, share links, baselines."""

from alembic import op

from shared.kit.migrations import protect, service_name

revision = "2026_11_22_0065"
down_revision = "2026_11_22_0060"
branch_labels = None
depends_on = None

SIDES = "('customer', 'supplier', 'joint', 'third_party', 'programme')"
WINDOW = """(window_start IS NULL) = (window_end IS NULL) AND (window_start IS NULL) = (window_precision IS NULL)
            AND window_start <= window_end"""

TABLES = {
    "baseline": """
    CREATE TABLE baseline (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        name text NOT NULL,
        cause text NOT NULL,
        cause_id uuid,
        reason text NOT NULL,
        taken_at timestamptz NOT NULL,
        taken_by uuid,
        CONSTRAINT pk_baseline PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_baseline_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT ck_baseline_cause CHECK (cause IN ('manual', 'approval', 'gate', 'change_request'))
    )""",
    "baseline_item": f"""
    CREATE TABLE baseline_item (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        window_start date,
        window_end date,
        window_precision text,
        window_tentative boolean NOT NULL,
        baseline_id uuid NOT NULL,
        subject text NOT NULL,
        subject_id uuid NOT NULL,
        source_ref text,
        position integer NOT NULL,
        title jsonb NOT NULL,
        side text,
        state text,
        is_enabled boolean NOT NULL,
        duration_days_min integer,
        duration_days_max integer,
        CONSTRAINT pk_baseline_item PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_baseline_item_tenant_id_baseline_id
            FOREIGN KEY (tenant_id, baseline_id) REFERENCES baseline (tenant_id, id),
        CONSTRAINT ck_baseline_item_window CHECK ({WINDOW}),
        CONSTRAINT ck_baseline_item_subject CHECK (subject IN ('phase', 'activity', 'gate')),
        CONSTRAINT uq_baseline_item_tenant_id_baseline_id_subject_subject_id
            UNIQUE (tenant_id, baseline_id, subject, subject_id)
    )""",
}
INDEXES = ("CREATE INDEX ix_baseline_tenant_id_project_id_id ON baseline (tenant_id, project_id, id)",)

# A frozen plan stays as it was frozen.
APPEND_ONLY = ("baseline", "baseline_item")


def upgrade() -> None:
    for table, ddl in TABLES.items():
        op.execute(ddl)
        protect(table)
    for index in INDEXES:
        op.execute(index)
    for table in APPEND_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {service_name()}_app")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
