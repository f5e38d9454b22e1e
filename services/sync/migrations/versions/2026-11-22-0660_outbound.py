"""Files for platforms and statistics: templates, deliveries, tables of figures."""

from alembic import op

from shared.kit.migrations import protect

revision = "2026_11_22_0660"
down_revision = "2026_11_22_0650"
branch_labels = None
depends_on = None

STATES = "'queued', 'ready', 'invalid', 'sending', 'sent', 'failed', 'accepted', 'rejected'"
_ROW = "tenant_id uuid NOT NULL, id uuid NOT NULL"
_VERSIONED = f"{_ROW}, version integer NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL"
TABLES = {
    "outbound_template": f"""
    CREATE TABLE outbound_template (
        {_VERSIONED},
        key text NOT NULL,
        name text NOT NULL,
        template jsonb NOT NULL,
        destination jsonb NOT NULL,
        credentials bytea,
        auto_send boolean NOT NULL,
        schedule jsonb,
        scheduled_mode text NOT NULL,
        next_at timestamptz,
        is_active boolean NOT NULL,
        CONSTRAINT pk_outbound_template PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_outbound_template_tenant_id_key UNIQUE (tenant_id, key),
        CONSTRAINT ck_outbound_template_scheduled_mode CHECK (scheduled_mode IN ('total', 'delta'))
    )""",
    "outbound_delivery": f"""
    CREATE TABLE outbound_delivery (
        {_VERSIONED},
        template_id uuid NOT NULL,
        mode text NOT NULL,
        state text NOT NULL,
        base_id uuid,
        roster_version bigint,
        file_id uuid,
        manifest_id uuid,
        file_name text,
        size bigint,
        sha256 text,
        counts jsonb NOT NULL,
        findings jsonb NOT NULL,
        attempts jsonb NOT NULL,
        receipt jsonb,
        job_id uuid,
        asked_by uuid,
        sent_at timestamptz,
        CONSTRAINT pk_outbound_delivery PRIMARY KEY (tenant_id, id),
        CONSTRAINT ck_outbound_delivery_state CHECK (state IN ({STATES})),
        CONSTRAINT ck_outbound_delivery_mode CHECK (mode IN ('total', 'delta')),
        CONSTRAINT fk_outbound_delivery_tenant_id_template_id
            FOREIGN KEY (tenant_id, template_id) REFERENCES outbound_template (tenant_id, id),
        CONSTRAINT fk_outbound_delivery_tenant_id_base_id
            FOREIGN KEY (tenant_id, base_id) REFERENCES outbound_delivery (tenant_id, id),
        CONSTRAINT fk_outbound_delivery_tenant_id_file_id
            FOREIGN KEY (tenant_id, file_id) REFERENCES stored_file (tenant_id, id),
        CONSTRAINT fk_outbound_delivery_tenant_id_manifest_id
            FOREIGN KEY (tenant_id, manifest_id) REFERENCES stored_file (tenant_id, id)
    )""",
    "statistics_template": f"""
    CREATE TABLE statistics_template (
        {_VERSIONED},
        key text NOT NULL,
        name text NOT NULL,
        template jsonb NOT NULL,
        next_on date,
        CONSTRAINT pk_statistics_template PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_statistics_template_tenant_id_key UNIQUE (tenant_id, key)
    )""",
    "statistics_export": f"""
    CREATE TABLE statistics_export (
        {_VERSIONED},
        template_id uuid NOT NULL,
        reference_date date NOT NULL,
        roster_version bigint NOT NULL,
        headings jsonb NOT NULL,
        rows jsonb NOT NULL,
        asked_by uuid,
        CONSTRAINT pk_statistics_export PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_statistics_export_tenant_id_template_id
            FOREIGN KEY (tenant_id, template_id) REFERENCES statistics_template (tenant_id, id)
    )""",
}
INDEXES = (
    "CREATE INDEX ix_outbound_delivery_template ON outbound_delivery (tenant_id, template_id, id)",
    "CREATE INDEX ix_statistics_export_template ON statistics_export (tenant_id, template_id, id)",
)


def upgrade() -> None:
    for table, statement in TABLES.items():
        op.execute(statement)
        protect(table)
    for statement in INDEXES:
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
