"""Write the words of the plan document, and keep status reports as they were given."""

from alembic import op

from shared.kit.history import journaled, no_longer_journaled
from shared.kit.migrations import protect, service_name

revision = "2026_11_22_0085"
down_revision = "2026_11_22_0080"
branch_labels = None
depends_on = None

SECTIONS = (
    "('purpose', 'earlier_problem', 'need', 'scope', 'delimitations', 'evaluation_why', 'evaluation_what',"
    " 'evaluation_how', 'evaluation_when', 'success_factors', 'other_suppliers', 'linked_projects', 'project_meeting',"
    " 'closure')"
)

TABLES = {
    "plan_text": f"""
    CREATE TABLE plan_text (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        section text NOT NULL,
        content text NOT NULL,
        written_by uuid,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_plan_text PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_plan_text_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT ck_plan_text_section CHECK (section IN {SECTIONS}),
        CONSTRAINT uq_plan_text_tenant_id_project_id_section UNIQUE (tenant_id, project_id, section)
    )""",
    "status_report": """
    CREATE TABLE status_report (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        title text NOT NULL,
        colour text NOT NULL,
        suggested_colour text NOT NULL,
        reason text NOT NULL,
        narrative text NOT NULL,
        facts jsonb NOT NULL,
        reported_at timestamptz NOT NULL,
        reported_by uuid,
        CONSTRAINT pk_status_report PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_status_report_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT ck_status_report_colour CHECK (colour IN ('green', 'yellow', 'red')),
        CONSTRAINT ck_status_report_suggested_colour CHECK (suggested_colour IN ('green', 'yellow', 'red'))
    )""",
}
INDEXES = ("CREATE INDEX ix_status_report_tenant_id_project_id_id ON status_report (tenant_id, project_id, id)",)


def upgrade() -> None:
    for table, ddl in TABLES.items():
        op.execute(ddl)
        protect(table)
        journaled(table)
    for index in INDEXES:
        op.execute(index)
    # What was reported stays as it was reported.
    op.execute(f"REVOKE UPDATE, DELETE ON status_report FROM {service_name()}_app")


def downgrade() -> None:
    for table in reversed(TABLES):
        no_longer_journaled(table)
        op.drop_table(table)
