"""Assurance maps and policies."""

from alembic import op

from shared.auth.tables import create_assurance_rule, drop_assurance_rule
from shared.kit.migrations import protect

revision = "2026_11_22_0440"
down_revision = "2026_11_22_0430"
branch_labels = None
depends_on = None

_TABLES = {
    "assurance_policy": """
    CREATE TABLE assurance_policy (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        holder text NOT NULL,
        data_class text NOT NULL
            CONSTRAINT ck_assurance_policy_data_class CHECK (data_class IN ('ordinary', 'confidential', 'sensitive')),
        is_open boolean NOT NULL,
        min_acr text NOT NULL CONSTRAINT ck_assurance_policy_min_acr CHECK (min_acr IN (
            'urn:startklar:loa:basic', 'urn:startklar:loa:strong', 'urn:startklar:loa:eid2', 'urn:startklar:loa:eid3')),
        max_age_seconds integer,
        decision_id uuid,
        CONSTRAINT pk_assurance_policy PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_assurance_policy_tenant_id_holder_data_class UNIQUE (tenant_id, holder, data_class)
    )""",
    "taken_decision": """
    CREATE TABLE taken_decision (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        decision_key text NOT NULL,
        taken_at timestamptz NOT NULL,
        successor_id uuid,
        CONSTRAINT pk_taken_decision PRIMARY KEY (tenant_id, id)
    )""",
}


def upgrade() -> None:
    create_assurance_rule()
    for table, ddl in _TABLES.items():
        op.execute(ddl)
        protect(table)


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
    drop_assurance_rule()
