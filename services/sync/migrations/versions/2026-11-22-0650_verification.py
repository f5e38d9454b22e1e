"""Findings know their unit and row; the platform's truth; verification, sign-offs and evidence."""

from alembic import op

from shared.kit.migrations import protect

revision = "2026_11_22_0650"
down_revision = "2026_11_22_0640"
branch_labels = None
depends_on = None

TABLES = {
    "platform_comparison": """
    CREATE TABLE platform_comparison (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        source_id uuid NOT NULL,
        upload_id uuid NOT NULL,
        state text NOT NULL,
        job_id uuid,
        started_by uuid,
        roster_version bigint,
        counts jsonb NOT NULL,
        units jsonb NOT NULL,
        files jsonb NOT NULL,
        incomplete text[] NOT NULL,
        problem text,
        ended_at timestamptz,
        CONSTRAINT pk_platform_comparison PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_platform_comparison_tenant_id_upload_id UNIQUE (tenant_id, upload_id),
        CONSTRAINT ck_platform_comparison_state CHECK (state IN ('queued', 'done', 'failed')),
        CONSTRAINT fk_platform_comparison_tenant_id_source_id
            FOREIGN KEY (tenant_id, source_id) REFERENCES source (tenant_id, id),
        CONSTRAINT fk_platform_comparison_tenant_id_upload_id
            FOREIGN KEY (tenant_id, upload_id) REFERENCES upload (tenant_id, id)
    )""",
    "platform_account": """
    CREATE TABLE platform_account (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        comparison_id uuid NOT NULL,
        person_id uuid,
        row_ref text,
        is_active boolean NOT NULL,
        last_login_on date,
        unit_ids uuid[] NOT NULL,
        CONSTRAINT pk_platform_account PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_platform_account_tenant_id_comparison_id
            FOREIGN KEY (tenant_id, comparison_id) REFERENCES platform_comparison (tenant_id, id) ON DELETE CASCADE
    )""",
    "platform_difference": """
    CREATE TABLE platform_difference (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        comparison_id uuid NOT NULL,
        kind text NOT NULL,
        severity text NOT NULL,
        cause text,
        unit_id uuid,
        person_id uuid,
        row_ref text,
        file text NOT NULL,
        line integer,
        column_name text,
        mark text NOT NULL,
        CONSTRAINT pk_platform_difference PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_platform_difference_tenant_id_comparison_id
            FOREIGN KEY (tenant_id, comparison_id) REFERENCES platform_comparison (tenant_id, id) ON DELETE CASCADE
    )""",
    "verification_state": """
    CREATE TABLE verification_state (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        unit_id uuid,
        register_ok boolean NOT NULL,
        platform_ok boolean NOT NULL,
        missing integer NOT NULL,
        stale integer NOT NULL,
        duplicate integer NOT NULL,
        reasons text[] NOT NULL,
        held_since date,
        told jsonb,
        looked_at timestamptz NOT NULL,
        CONSTRAINT pk_verification_state PRIMARY KEY (tenant_id, id)
    )""",
    "unit_sign_off": """
    CREATE TABLE unit_sign_off (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        unit_id uuid NOT NULL,
        account_id uuid NOT NULL,
        signed_at timestamptz NOT NULL,
        seen_hash text NOT NULL,
        marks text[] NOT NULL,
        numbers jsonb NOT NULL,
        note text,
        lapsed_at timestamptz,
        lapse_reason text,
        CONSTRAINT pk_unit_sign_off PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_unit_sign_off_tenant_id_unit_id FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id)
    )""",
    "evidence_pack": """
    CREATE TABLE evidence_pack (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        unit_id uuid NOT NULL,
        made_at timestamptz NOT NULL,
        made_by uuid NOT NULL,
        content text NOT NULL,
        content_hash text NOT NULL,
        signature text NOT NULL,
        CONSTRAINT pk_evidence_pack PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_evidence_pack_tenant_id_unit_id FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id)
    )""",
}
INDEXES = {
    "ix_evidence_pack_unit": ("evidence_pack", ["tenant_id", "unit_id", "id"]),
    "ix_unit_sign_off_unit": ("unit_sign_off", ["tenant_id", "unit_id", "id"]),
    "ix_platform_account_person": ("platform_account", ["tenant_id", "person_id"]),
    "ix_platform_account_comparison": ("platform_account", ["tenant_id", "comparison_id", "id"]),
    "ix_platform_difference_comparison": ("platform_difference", ["tenant_id", "comparison_id", "unit_id", "id"]),
    "ix_platform_difference_person": ("platform_difference", ["tenant_id", "person_id"]),
}


def upgrade() -> None:
    op.execute("ALTER TABLE finding ADD COLUMN entity text, ADD COLUMN unit_id uuid, ADD COLUMN row_ref text")
    op.create_index("ix_finding_unit", "finding", ["tenant_id", "unit_id", "run_id"])
    for table, statement in TABLES.items():
        op.execute(statement)
        protect(table)
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_index("ix_finding_unit", "finding")
    op.execute("ALTER TABLE finding DROP COLUMN entity, DROP COLUMN unit_id, DROP COLUMN row_ref")
