"""Add working-day calendars: which country's days a project counts, and the days an authority frees or claims."""

from alembic import op

from shared.kit.history import journaled, no_longer_journaled
from shared.kit.migrations import protect

revision = "2026_11_22_0035"
down_revision = "2026_11_22_0030"
branch_labels = None
depends_on = None

TABLES = {
    "calendar_exception": """
    CREATE TABLE calendar_exception (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        unit_id uuid,
        kind text NOT NULL,
        title jsonb NOT NULL,
        starts_on date NOT NULL,
        ends_on date NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_calendar_exception PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_calendar_exception_tenant_id_unit_id
            FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id),
        CONSTRAINT ck_calendar_exception_kind CHECK (kind IN ('school_break', 'closure', 'working_day', 'term')),
        CONSTRAINT ck_calendar_exception_days CHECK (starts_on <= ends_on AND ends_on - starts_on <= 400)
    )""",
    "project_calendar": """
    CREATE TABLE project_calendar (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        country text NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_project_calendar PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_project_calendar_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT uq_project_calendar_tenant_id_project_id UNIQUE (tenant_id, project_id),
        CONSTRAINT ck_project_calendar_country CHECK (country IN ('SE', 'DK', 'NO', 'FI'))
    )""",
}
INDEXES = (
    "CREATE INDEX ix_calendar_exception_tenant_id_unit_id ON calendar_exception (tenant_id, unit_id)",
    "CREATE INDEX ix_calendar_exception_tenant_id_starts_on_id ON calendar_exception (tenant_id, starts_on, id)",
)


def upgrade() -> None:
    for table, ddl in TABLES.items():
        op.execute(ddl)
        protect(table)
    for index in INDEXES:
        op.execute(index)
    for table in TABLES:
        journaled(table)


def downgrade() -> None:
    for table in reversed(TABLES):
        no_longer_journaled(table)
        op.drop_table(table)
