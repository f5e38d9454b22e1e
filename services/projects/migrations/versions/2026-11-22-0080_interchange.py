"""Let calendars be followed and files be imported."""

from alembic import op

from shared.kit.history import journaled, no_longer_journaled
from shared.kit.migrations import protect

revision = "2026_11_22_0080"
down_revision = "2026_11_22_0075"
branch_labels = None
depends_on = None

TABLES = {
    "plan_import": """
    CREATE TABLE plan_import (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        state text NOT NULL,
        format text,
        size integer NOT NULL,
        sha256 text NOT NULL,
        options jsonb NOT NULL,
        rights jsonb NOT NULL,
        file_id uuid,
        outcome_id uuid,
        job_id uuid,
        plan_hash text,
        counts jsonb NOT NULL,
        judged_at timestamptz,
        created_by uuid,
        applied_by uuid,
        applied_at timestamptz,
        purge_after timestamptz NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_plan_import PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_plan_import_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT fk_plan_import_tenant_id_file_id
            FOREIGN KEY (tenant_id, file_id) REFERENCES stored_file (tenant_id, id),
        CONSTRAINT fk_plan_import_tenant_id_outcome_id
            FOREIGN KEY (tenant_id, outcome_id) REFERENCES stored_file (tenant_id, id),
        CONSTRAINT ck_plan_import_state
            CHECK (state IN ('reading', 'judged', 'unreadable', 'applied', 'erased'))
    )""",
    "calendar_feed": """
    CREATE TABLE calendar_feed (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        kind text NOT NULL,
        project_id uuid,
        body_id uuid,
        language text NOT NULL,
        secret_hash bytea NOT NULL,
        created_by uuid,
        revoked_at timestamptz,
        last_used_on date,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_calendar_feed PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_calendar_feed_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT fk_calendar_feed_tenant_id_body_id
            FOREIGN KEY (tenant_id, body_id) REFERENCES body (tenant_id, id),
        CONSTRAINT uq_calendar_feed_tenant_id_secret_hash UNIQUE (tenant_id, secret_hash),
        CONSTRAINT ck_calendar_feed_kind CHECK (kind IN ('project', 'body', 'person')),
        CONSTRAINT ck_calendar_feed_about
            CHECK ((kind = 'project') = (project_id IS NOT NULL) AND (kind = 'body') = (body_id IS NOT NULL))
    )""",
}
INDEXES = (
    "CREATE INDEX ix_plan_import_tenant_id_project_id_id ON plan_import (tenant_id, project_id, id)",
    "CREATE INDEX ix_plan_import_tenant_id_file_id ON plan_import (tenant_id, file_id)",
    "CREATE INDEX ix_plan_import_tenant_id_outcome_id ON plan_import (tenant_id, outcome_id)",
    "CREATE INDEX ix_calendar_feed_tenant_id_created_by ON calendar_feed (tenant_id, created_by)",
    "CREATE INDEX ix_calendar_feed_tenant_id_project_id ON calendar_feed (tenant_id, project_id)",
    "CREATE INDEX ix_calendar_feed_tenant_id_body_id ON calendar_feed (tenant_id, body_id)",
)


def upgrade() -> None:
    for table, ddl in TABLES.items():
        op.execute(ddl)
        protect(table)
        journaled(table)
    for index in INDEXES:
        op.execute(index)


def downgrade() -> None:
    for table in reversed(TABLES):
        no_longer_journaled(table)
        op.drop_table(table)
