"""Add governance: bodies, seats, meetings, decisions, escalations."""

from alembic import op

from shared.kit.history import journaled, no_longer_journaled, refresh_past
from shared.kit.migrations import definer_function, protect

revision = "2026_11_22_0045"
down_revision = "2026_11_22_0040"
branch_labels = None
depends_on = None

KEY = "tenant_id uuid NOT NULL, id uuid NOT NULL"
VERSIONED = "version integer NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL"
WINDOW = "window_start date, window_end date, window_precision text, window_tentative boolean NOT NULL"
WINDOW_CHECK = (
    "(window_start IS NULL) = (window_end IS NULL) AND (window_start IS NULL) = (window_precision IS NULL)"
    " AND window_start <= window_end"
)
SIDES = "('customer', 'supplier', 'joint', 'third_party', 'programme')"
FORMS = "('preschool', 'compulsory', 'leisure', 'upper_secondary', 'adult')"
LEVELS = "('strategic', 'effect', 'operative', 'advisory', 'union', 'programme', 'pilot')"


def to(table: str, own: str, column: str) -> str:
    """A foreign key within the tenant."""
    return (
        f"CONSTRAINT fk_{own}_tenant_id_{column} FOREIGN KEY (tenant_id, {column}) REFERENCES {table} (tenant_id, id)"
    )


def alone(column: str) -> str:
    """A column as a range of one value: GiST knows ranges, and needs an extension to know plain uuids."""
    return f"uuid_span({column}, {column}, '[]') WITH &&"


TABLES = {
    "body": f"""
        {KEY}, project_id uuid NOT NULL, {WINDOW},
        key text NOT NULL, source_ref text, position integer NOT NULL, level text NOT NULL, mandate text NOT NULL,
        side text NOT NULL, title jsonb NOT NULL, purpose jsonb, note jsonb, cadence jsonb NOT NULL,
        active_phase text, active_anchor text, active_on date, ended_on date, escalates_to text, size integer,
        summons_days integer, overdue_told date, {VERSIONED},
        CONSTRAINT pk_body PRIMARY KEY (tenant_id, id),
        {to("project", "body", "project_id")},
        CONSTRAINT ck_body_window CHECK ({WINDOW_CHECK}),
        CONSTRAINT ck_body_level CHECK (level IN {LEVELS}),
        CONSTRAINT ck_body_mandate CHECK (mandate IN ('decides', 'advisory')),
        CONSTRAINT ck_body_side CHECK (side IN {SIDES}),
        CONSTRAINT ck_body_advisory CHECK (level <> 'advisory' OR mandate = 'advisory'),
        CONSTRAINT uq_body_tenant_id_project_id_key UNIQUE (tenant_id, project_id, key)""",
    "seat": f"""
        {KEY}, project_id uuid NOT NULL, body_id uuid NOT NULL, key text NOT NULL, position integer NOT NULL,
        title jsonb, side text, role_key text, unit_id uuid, unit_title jsonb, school_form text,
        is_chair boolean NOT NULL, source_ref text, source_uncertain text, {VERSIONED},
        CONSTRAINT pk_seat PRIMARY KEY (tenant_id, id),
        {to("project", "seat", "project_id")},
        {to("body", "seat", "body_id")},
        {to("unit", "seat", "unit_id")},
        CONSTRAINT ck_seat_side CHECK (side IN {SIDES}),
        CONSTRAINT ck_seat_school_form CHECK (school_form IN {FORMS}),
        CONSTRAINT uq_seat_tenant_id_body_id_key UNIQUE (tenant_id, body_id, key)""",
    "seat_membership": f"""
        {KEY}, seat_id uuid NOT NULL, account_id uuid, valid_from date NOT NULL, valid_to date, {VERSIONED},
        CONSTRAINT pk_seat_membership PRIMARY KEY (tenant_id, id),
        {to("seat", "seat_membership", "seat_id")},
        CONSTRAINT ck_seat_membership_order CHECK (valid_from <= valid_to),
        CONSTRAINT ex_seat_membership_one_holder EXCLUDE USING gist
            ({alone("tenant_id")}, {alone("seat_id")}, daterange(valid_from, valid_to, '[]') WITH &&)""",
    "decision": f"""
        {KEY}, project_id uuid NOT NULL, {WINDOW},
        key text NOT NULL, source_ref text, activity_id uuid, body_id uuid, meeting_id uuid, supersedes_id uuid,
        question jsonb NOT NULL, note jsonb, options jsonb NOT NULL, by_side text NOT NULL,
        function jsonb, tool jsonb, modality text, school_forms jsonb NOT NULL, certainty text, source_text text,
        candidates jsonb NOT NULL, state text NOT NULL, option_key text, outcome text NOT NULL, valid_from date,
        decided_at timestamptz, decided_by uuid, {VERSIONED},
        CONSTRAINT pk_decision PRIMARY KEY (tenant_id, id),
        {to("project", "decision", "project_id")},
        {to("activity", "decision", "activity_id")},
        {to("body", "decision", "body_id")},
        {to("decision", "decision", "supersedes_id")},
        CONSTRAINT ck_decision_window CHECK ({WINDOW_CHECK}),
        CONSTRAINT ck_decision_by_side CHECK (by_side IN {SIDES}),
        CONSTRAINT ck_decision_modality CHECK (modality IN ('must', 'should', 'may')),
        CONSTRAINT ck_decision_certainty CHECK (certainty IN ('good', 'medium', 'low')),
        CONSTRAINT ck_decision_state CHECK (state IN ('open', 'decided', 'superseded', 'withdrawn')),
        CONSTRAINT ck_decision_decided CHECK ((state IN ('decided', 'superseded')) = (decided_at IS NOT NULL)),
        CONSTRAINT ck_decision_owner CHECK (decided_at IS NULL OR body_id IS NOT NULL)""",
    "function_usage": f"""
        {KEY}, project_id uuid NOT NULL, decision_key text NOT NULL, unit_id uuid NOT NULL,
        is_in_use boolean NOT NULL, since date, marked_by uuid, {VERSIONED},
        CONSTRAINT pk_function_usage PRIMARY KEY (tenant_id, id),
        {to("project", "function_usage", "project_id")},
        {to("unit", "function_usage", "unit_id")},
        CONSTRAINT uq_function_usage_tenant_id_project_id_decision_key_unit_id
            UNIQUE (tenant_id, project_id, decision_key, unit_id)""",
    "role_assignment": f"""
        {KEY}, project_id uuid NOT NULL, role_id uuid NOT NULL, unit_id uuid, account_id uuid, deputy_id uuid,
        valid_from date NOT NULL, valid_to date, allocation_percent integer, decision_id uuid, network text NOT NULL,
        told_on date, vacancy_told_at timestamptz, {VERSIONED},
        CONSTRAINT pk_role_assignment PRIMARY KEY (tenant_id, id),
        {to("project", "role_assignment", "project_id")},
        {to("project_role", "role_assignment", "role_id")},
        {to("unit", "role_assignment", "unit_id")},
        {to("decision", "role_assignment", "decision_id")},
        CONSTRAINT ck_role_assignment_order CHECK (valid_from <= valid_to),
        CONSTRAINT ck_role_assignment_allocation CHECK (allocation_percent >= 0 AND allocation_percent <= 100),
        CONSTRAINT ex_role_assignment_once EXCLUDE USING gist
            ({alone("tenant_id")}, {alone("role_id")},
             {alone("coalesce(unit_id, '00000000-0000-0000-0000-000000000000'::uuid)")}, {alone("account_id")},
             daterange(valid_from, valid_to, '[]') WITH &&) WHERE (account_id IS NOT NULL)""",
    "meeting_series": f"""
        {KEY}, project_id uuid NOT NULL, body_id uuid NOT NULL, title text NOT NULL, stage text NOT NULL,
        starts_on date NOT NULL, ends_on date NOT NULL, weekday integer, local_start time NOT NULL, zone text NOT NULL,
        duration_minutes integer NOT NULL, times_per_period integer NOT NULL, summons_days integer NOT NULL,
        ended_at timestamptz, {VERSIONED},
        CONSTRAINT pk_meeting_series PRIMARY KEY (tenant_id, id),
        {to("project", "meeting_series", "project_id")},
        {to("body", "meeting_series", "body_id")},
        CONSTRAINT ck_meeting_series_stage CHECK (stage IN ('implementation', 'management')),
        CONSTRAINT ck_meeting_series_order CHECK (starts_on <= ends_on),
        CONSTRAINT ck_meeting_series_weekday CHECK (weekday >= 1 AND weekday <= 7)""",
    "meeting": f"""
        {KEY}, project_id uuid NOT NULL, body_id uuid NOT NULL, series_id uuid, title text NOT NULL,
        held_on date NOT NULL, local_start time NOT NULL, zone text NOT NULL, duration_minutes integer NOT NULL,
        place text NOT NULL, state text NOT NULL, summon_by date, summoned_at timestamptz, closed_at timestamptz,
        minutes text NOT NULL, minutes_by uuid, attachments jsonb NOT NULL, {VERSIONED},
        CONSTRAINT pk_meeting PRIMARY KEY (tenant_id, id),
        {to("project", "meeting", "project_id")},
        {to("body", "meeting", "body_id")},
        {to("meeting_series", "meeting", "series_id")},
        CONSTRAINT ck_meeting_state CHECK (state IN ('planned', 'summoned', 'held', 'cancelled')),
        CONSTRAINT ck_meeting_duration CHECK (duration_minutes > 0)""",
    "agenda_item": f"""
        {KEY}, meeting_id uuid NOT NULL, position integer NOT NULL, title text NOT NULL, minutes integer NOT NULL,
        is_break boolean NOT NULL, presenter_id uuid, presenter_role text, decision_id uuid,
        CONSTRAINT pk_agenda_item PRIMARY KEY (tenant_id, id),
        {to("meeting", "agenda_item", "meeting_id")},
        {to("decision", "agenda_item", "decision_id")},
        CONSTRAINT ck_agenda_item_minutes CHECK (minutes > 0),
        CONSTRAINT uq_agenda_item_tenant_id_meeting_id_position UNIQUE (tenant_id, meeting_id, position)""",
    "action_item": f"""
        {KEY}, meeting_id uuid NOT NULL, activity_id uuid NOT NULL,
        CONSTRAINT pk_action_item PRIMARY KEY (tenant_id, id),
        {to("meeting", "action_item", "meeting_id")},
        {to("activity", "action_item", "activity_id")},
        CONSTRAINT uq_action_item_tenant_id_meeting_id_activity_id UNIQUE (tenant_id, meeting_id, activity_id)""",
    "escalation": f"""
        {KEY}, project_id uuid NOT NULL, from_body_id uuid NOT NULL, to_body_id uuid NOT NULL, item text NOT NULL,
        activity_id uuid, state text NOT NULL, raised_by uuid, raised_at timestamptz NOT NULL, due_on date NOT NULL,
        answer text NOT NULL, answered_by uuid, answered_at timestamptz, decision_id uuid, closed_at timestamptz,
        {VERSIONED},
        CONSTRAINT pk_escalation PRIMARY KEY (tenant_id, id),
        {to("project", "escalation", "project_id")},
        {to("body", "escalation", "from_body_id")},
        {to("body", "escalation", "to_body_id")},
        {to("activity", "escalation", "activity_id")},
        {to("decision", "escalation", "decision_id")},
        CONSTRAINT ck_escalation_state CHECK (state IN ('raised', 'answered', 'closed')),
        CONSTRAINT ck_escalation_answered CHECK ((state = 'raised') = (answered_at IS NULL)),
        CONSTRAINT ck_escalation_bodies CHECK (from_body_id <> to_body_id)""",
    "consultation": f"""
        {KEY}, project_id uuid NOT NULL, title text NOT NULL, document_ref text NOT NULL,
        document_version text NOT NULL, audience jsonb NOT NULL, due_on date NOT NULL, state text NOT NULL,
        closed_at timestamptz, {VERSIONED},
        CONSTRAINT pk_consultation PRIMARY KEY (tenant_id, id),
        {to("project", "consultation", "project_id")},
        CONSTRAINT ck_consultation_state CHECK (state IN ('open', 'closed'))""",
    "consultation_response": f"""
        {KEY}, consultation_id uuid NOT NULL, respondent text NOT NULL, account_id uuid, content text NOT NULL,
        received_at timestamptz NOT NULL, disposition text, motive text NOT NULL, disposed_by uuid,
        disposed_at timestamptz, {VERSIONED},
        CONSTRAINT pk_consultation_response PRIMARY KEY (tenant_id, id),
        {to("consultation", "consultation_response", "consultation_id")},
        CONSTRAINT ck_consultation_response_disposition
            CHECK (disposition IN ('accepted', 'partly', 'rejected', 'noted')),
        CONSTRAINT ck_consultation_response_disposed CHECK ((disposition IS NULL) = (disposed_at IS NULL))""",
}

# Columns that are looked up by: those of foreign keys that no other key begins with, and accounts.
INDEXES = {
    "seat": ("project_id", "unit_id"),
    "seat_membership": ("seat_id", "account_id"),
    "decision": ("project_id", "activity_id", "body_id", "meeting_id", "supersedes_id"),
    "function_usage": ("unit_id",),
    "role_assignment": ("project_id", "role_id", "unit_id", "account_id", "deputy_id", "decision_id"),
    "meeting_series": ("project_id", "body_id"),
    "meeting": ("project_id", "series_id"),
    "agenda_item": ("decision_id", "presenter_id"),
    "action_item": ("activity_id",),
    "escalation": ("project_id", "from_body_id", "to_body_id", "activity_id", "decision_id"),
    "consultation": ("project_id",),
    "consultation_response": ("consultation_id", "account_id"),
}
# Lists of these are narrowed by a parent other than the project.
SCOPES = {
    "seat_membership": "seat_id",
    "agenda_item": "meeting_id",
    "action_item": "meeting_id",
    "consultation_response": "consultation_id",
}
MORE = (
    "ALTER TABLE decision ADD CONSTRAINT fk_decision_tenant_id_meeting_id"
    " FOREIGN KEY (tenant_id, meeting_id) REFERENCES meeting (tenant_id, id)",
    "CREATE INDEX ix_meeting_tenant_id_body_id_held_on ON meeting (tenant_id, body_id, held_on)",
    # One question has one answer in force, and at most one that is being prepared.
    "CREATE UNIQUE INDEX uq_decision_open ON decision (tenant_id, project_id, key) WHERE state = 'open'",
    "CREATE UNIQUE INDEX uq_decision_decided ON decision (tenant_id, project_id, key) WHERE state = 'decided'",
    "ALTER TABLE project_role ALTER COLUMN source_ref DROP NOT NULL",
    """ALTER TABLE project_role ADD COLUMN min_count integer, ADD COLUMN is_per_unit boolean NOT NULL DEFAULT false,
        ADD COLUMN needs_mandate boolean NOT NULL DEFAULT false""",
    "ALTER TABLE project_role ALTER COLUMN is_per_unit DROP DEFAULT, ALTER COLUMN needs_mandate DROP DEFAULT",
    "ALTER TABLE project_role ADD CONSTRAINT ck_project_role_min_count CHECK (min_count >= 1)",
    """INSERT INTO role_assignment (tenant_id, id, project_id, role_id, account_id, valid_from, network, version,
            created_at, updated_at)
        SELECT r.tenant_id, gen_random_uuid(), r.project_id, r.id, r.account_id, p.created_at::date, '', 1, now(), now()
        FROM project_role r JOIN project p ON (p.tenant_id, p.id) = (r.tenant_id, r.project_id)
        WHERE r.account_id IS NOT NULL""",
    "ALTER TABLE project_role DROP COLUMN account_id",
)
BACK = (
    "ALTER TABLE project_role ADD COLUMN account_id uuid",
    """UPDATE project_role r SET account_id = a.account_id FROM role_assignment a
        WHERE (a.tenant_id, a.role_id) = (r.tenant_id, r.id) AND a.unit_id IS NULL AND a.valid_to IS NULL""",
    "CREATE INDEX ix_project_role_tenant_id_account_id ON project_role (tenant_id, account_id)",
    "ALTER TABLE project_role DROP COLUMN min_count, DROP COLUMN is_per_unit, DROP COLUMN needs_mandate",
    "ALTER TABLE project_role ALTER COLUMN source_ref SET NOT NULL",
    "ALTER TABLE decision DROP CONSTRAINT fk_decision_tenant_id_meeting_id",
)


def upgrade() -> None:
    op.execute("CREATE TYPE uuid_span AS RANGE (subtype = uuid)")
    for table, columns in TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        protect(table)
    for table, names in INDEXES.items():
        for name in names:
            op.execute(f"CREATE INDEX ix_{table}_tenant_id_{name} ON {table} (tenant_id, {name})")
    for statement in MORE:
        op.execute(statement)
    for table in TABLES:
        journaled(table, scope=SCOPES.get(table))
    refresh_past("project_role", is_per_unit="false", needs_mandate="false")
    op.execute(
        "CREATE FUNCTION plan_tenants() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER"
        " SET search_path = public, pg_temp"
        " AS 'SELECT DISTINCT tenant_id FROM project WHERE state = ''active'' ORDER BY tenant_id'"
    )
    definer_function("plan_tenants()")


def downgrade() -> None:
    op.execute("DROP FUNCTION plan_tenants()")
    for statement in BACK:
        op.execute(statement)
    refresh_past("project_role")
    for table in reversed(TABLES):
        no_longer_journaled(table)
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP TYPE uuid_span")
