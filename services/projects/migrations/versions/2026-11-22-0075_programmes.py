"""Add programmes, waves and central task lists."""

from alembic import op

from shared.kit.history import journaled, no_longer_journaled
from shared.kit.migrations import protect, service_name

revision = "2026_11_22_0075"
down_revision = "2026_11_22_0070"
branch_labels = None
depends_on = None

WINDOW = """(window_start IS NULL) = (window_end IS NULL) AND (window_start IS NULL) = (window_precision IS NULL)
            AND window_start <= window_end"""

TABLES = {
    "programme": """
    CREATE TABLE programme (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        key text NOT NULL,
        title jsonb NOT NULL,
        state text NOT NULL,
        template_key text,
        template_version text,
        expected_size integer,
        gates_on_readiness boolean NOT NULL,
        readiness_min_score integer NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_programme PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_programme_tenant_id_key UNIQUE (tenant_id, key),
        CONSTRAINT ck_programme_state CHECK (state IN ('active', 'closed')),
        CONSTRAINT ck_programme_expected_size CHECK (expected_size >= 0),
        CONSTRAINT ck_programme_readiness_min_score CHECK (readiness_min_score BETWEEN 0 AND 100)
    )""",
    "wave": f"""
    CREATE TABLE wave (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        programme_id uuid NOT NULL,
        key text NOT NULL,
        position integer NOT NULL,
        kind text NOT NULL,
        audience text NOT NULL,
        title jsonb NOT NULL,
        window_start date,
        window_end date,
        window_precision text,
        window_tentative boolean NOT NULL,
        use_start date,
        use_end date,
        use_precision text,
        use_tentative boolean NOT NULL,
        size_min integer,
        size_max integer,
        size_of text NOT NULL,
        source_ref text,
        state text NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_wave PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_wave_tenant_id_programme_id
            FOREIGN KEY (tenant_id, programme_id) REFERENCES programme (tenant_id, id),
        CONSTRAINT uq_wave_tenant_id_programme_id_key UNIQUE (tenant_id, programme_id, key),
        CONSTRAINT ck_wave_window CHECK ({WINDOW}),
        CONSTRAINT ck_wave_use_window CHECK ({WINDOW.replace("window_", "use_")}),
        CONSTRAINT ck_wave_kind CHECK (kind IN ('pilot', 'main', 'last', 'daycare')),
        CONSTRAINT ck_wave_audience CHECK (audience IN ('school', 'daycare')),
        CONSTRAINT ck_wave_size_of CHECK (size_of IN ('municipality', 'unit')),
        CONSTRAINT ck_wave_state CHECK (state IN ('planned', 'started', 'paused', 'done')),
        CONSTRAINT ck_wave_size CHECK (size_min >= 0 AND size_min <= size_max)
    )""",
    "wave_member": """
    CREATE TABLE wave_member (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        programme_id uuid NOT NULL,
        wave_id uuid,
        kind text NOT NULL,
        audience text NOT NULL,
        unit_id uuid,
        code text,
        name text NOT NULL,
        project_id uuid,
        standing jsonb,
        reported_at timestamptz,
        waived_at timestamptz,
        waived_by uuid,
        waiver_reason text,
        entered_at timestamptz,
        invite_hash bytea,
        invited_at timestamptz,
        acceptor_hash bytea,
        accepted_at timestamptz,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_wave_member PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_wave_member_tenant_id_programme_id
            FOREIGN KEY (tenant_id, programme_id) REFERENCES programme (tenant_id, id),
        CONSTRAINT fk_wave_member_tenant_id_wave_id FOREIGN KEY (tenant_id, wave_id) REFERENCES wave (tenant_id, id),
        CONSTRAINT fk_wave_member_tenant_id_unit_id FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id),
        CONSTRAINT fk_wave_member_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT uq_wave_member_tenant_id_programme_id_audience_unit_id
            UNIQUE (tenant_id, programme_id, audience, unit_id),
        CONSTRAINT uq_wave_member_tenant_id_programme_id_audience_code
            UNIQUE (tenant_id, programme_id, audience, code),
        CONSTRAINT uq_wave_member_tenant_id_invite_hash UNIQUE (tenant_id, invite_hash),
        CONSTRAINT ck_wave_member_kind CHECK (kind IN ('municipality', 'unit')),
        CONSTRAINT ck_wave_member_audience CHECK (audience IN ('school', 'daycare')),
        CONSTRAINT ck_wave_member_named
            CHECK ((kind = 'unit') = (unit_id IS NOT NULL) AND (kind = 'municipality') = (code IS NOT NULL))
    )""",
    "programme_publication": """
    CREATE TABLE programme_publication (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        programme_id uuid NOT NULL,
        number integer NOT NULL,
        template_key text NOT NULL,
        template_version text NOT NULL,
        digest text NOT NULL,
        published_at timestamptz NOT NULL,
        CONSTRAINT pk_programme_publication PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_programme_publication_tenant_id_programme_id
            FOREIGN KEY (tenant_id, programme_id) REFERENCES programme (tenant_id, id),
        CONSTRAINT uq_programme_publication_tenant_id_programme_id_number UNIQUE (tenant_id, programme_id, number)
    )""",
    "programme_membership": """
    CREATE TABLE programme_membership (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        programme_title jsonb NOT NULL,
        member_name text NOT NULL,
        audience text NOT NULL,
        handle_hash bytea NOT NULL,
        sealed_handle bytea,
        left_at timestamptz,
        project_id uuid,
        reported_at timestamptz,
        pulled_number integer,
        pulled_key text,
        pulled_version text,
        pulled_at timestamptz,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_programme_membership PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_programme_membership_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT uq_programme_membership_tenant_id_handle_hash UNIQUE (tenant_id, handle_hash),
        CONSTRAINT ck_programme_membership_audience CHECK (audience IN ('school', 'daycare'))
    )""",
}
INDEXES = (
    "CREATE INDEX ix_wave_member_tenant_id_programme_id_id ON wave_member (tenant_id, programme_id, id)",
    "CREATE INDEX ix_wave_member_tenant_id_wave_id ON wave_member (tenant_id, wave_id)",
    "CREATE INDEX ix_wave_member_tenant_id_unit_id ON wave_member (tenant_id, unit_id)",
    "CREATE INDEX ix_wave_member_tenant_id_project_id ON wave_member (tenant_id, project_id)",
    "CREATE INDEX ix_programme_membership_tenant_id_project_id ON programme_membership (tenant_id, project_id)",
)
SCOPES = {"wave": "programme_id", "wave_member": "programme_id", "programme_publication": "programme_id"}


def upgrade() -> None:
    for table, ddl in TABLES.items():
        op.execute(ddl)
        protect(table)
        journaled(table, scope=SCOPES.get(table))
    for index in INDEXES:
        op.execute(index)
    # What was published as the task list stays as it went out.
    op.execute(f"REVOKE UPDATE, DELETE ON programme_publication FROM {service_name()}_app")


def downgrade() -> None:
    for table in reversed(TABLES):
        no_longer_journaled(table)
        op.drop_table(table)
