"""Courses, sessions, enrolments, appointments, coverage, and the copies from the roster."""

from alembic import op

from shared.auth.tables import create_access_cutoff, drop_access_cutoff
from shared.kit.journal import create_journal_table
from shared.kit.kit_tables import create_kit_tables, drop_kit_tables
from shared.kit.migrations import definer_function, protect

revision = "t0001"
down_revision = None
branch_labels = None
depends_on = None

_KEY = "tenant_id uuid NOT NULL, id uuid NOT NULL"
_VERSIONED = "version integer NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL"

_TABLES = {
    "unit": f"""{_KEY}, name text NOT NULL, code text, school_forms text[] NOT NULL, ended boolean NOT NULL,
        roster_version integer NOT NULL,
        CONSTRAINT pk_unit PRIMARY KEY (tenant_id, id)""",
    "person": f"""{_KEY}, display_name text NOT NULL, protected boolean NOT NULL, ended boolean NOT NULL,
        roster_version integer NOT NULL,
        CONSTRAINT pk_person PRIMARY KEY (tenant_id, id)""",
    "duty": f"""{_KEY}, person_id uuid NOT NULL, unit_id uuid NOT NULL, role text NOT NULL, starts_on date,
        ends_on date, ended boolean NOT NULL, roster_version integer NOT NULL, CONSTRAINT pk_duty PRIMARY KEY (tenant_id, id)""",
    "roster_position": """tenant_id uuid NOT NULL, version integer NOT NULL,
        CONSTRAINT pk_roster_position PRIMARY KEY (tenant_id)""",
    "appointment": f"""{_KEY}, {_VERSIONED}, unit_id uuid NOT NULL, person_id uuid NOT NULL, role text NOT NULL,
        CONSTRAINT pk_appointment PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_appointment_tenant_id_unit_id_role_person_id UNIQUE (tenant_id, unit_id, role, person_id)""",
    "course": f"""{_KEY}, {_VERSIONED}, key text NOT NULL, title jsonb NOT NULL, mode text NOT NULL,
        audience text[] NOT NULL, min_size integer NOT NULL, max_size integer NOT NULL, archived boolean NOT NULL,
        CONSTRAINT pk_course PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_course_tenant_id_key UNIQUE (tenant_id, key),
        CONSTRAINT ck_course_sizes CHECK (min_size >= 1 AND min_size <= max_size)""",
    "session": f"""{_KEY}, {_VERSIONED}, course_id uuid NOT NULL, starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL, zone text NOT NULL, place text NOT NULL, capacity integer NOT NULL,
        taken integer NOT NULL, waiting integer NOT NULL, state text NOT NULL,
        CONSTRAINT pk_session PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_session_tenant_id_course_id FOREIGN KEY (tenant_id, course_id)
            REFERENCES course (tenant_id, id),
        CONSTRAINT ck_session_never_oversold CHECK (taken >= 0 AND taken <= capacity),
        CONSTRAINT ck_session_waiting CHECK (waiting >= 0),
        CONSTRAINT ck_session_duration CHECK (starts_at < ends_at),
        CONSTRAINT ck_session_state CHECK (state IN ('planned', 'held', 'cancelled'))""",
    "enrolment": f"""{_KEY}, {_VERSIONED}, session_id uuid NOT NULL, person_id uuid NOT NULL, state text NOT NULL,
        CONSTRAINT pk_enrolment PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_enrolment_tenant_id_session_id FOREIGN KEY (tenant_id, session_id)
            REFERENCES session (tenant_id, id),
        CONSTRAINT ck_enrolment_state
            CHECK (state IN ('confirmed', 'waiting', 'cancelled', 'attended', 'partial', 'no_show'))""",
    "coverage": f"""{_KEY}, {_VERSIONED}, unit_id uuid, role text NOT NULL, trained integer NOT NULL,
        needed integer NOT NULL, CONSTRAINT pk_coverage PRIMARY KEY (tenant_id, id)""",
}

_INDEXES = (
    "CREATE INDEX ix_duty_tenant_id_unit_id_role ON duty (tenant_id, unit_id, role)",
    "CREATE INDEX ix_duty_tenant_id_person_id ON duty (tenant_id, person_id)",
    "CREATE INDEX ix_session_tenant_id_course_id_starts_at ON session (tenant_id, course_id, starts_at)",
    "CREATE UNIQUE INDEX uq_enrolment_tenant_id_session_id_person_id ON enrolment (tenant_id, session_id, person_id)"
    " WHERE state <> 'cancelled'",
    "CREATE INDEX ix_enrolment_tenant_id_session_id_state ON enrolment (tenant_id, session_id, state, id)",
    "CREATE INDEX ix_enrolment_tenant_id_person_id ON enrolment (tenant_id, person_id)",
    "CREATE UNIQUE INDEX uq_coverage_tenant_id_unit_id_role ON coverage (tenant_id, unit_id, role) NULLS NOT DISTINCT",
)


def upgrade() -> None:
    create_kit_tables()
    create_journal_table()
    create_access_cutoff()
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        protect(table)
    for index in _INDEXES:
        op.execute(index)
    op.execute(
        "CREATE FUNCTION roster_tenants() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER"
        " SET search_path = public, pg_temp AS 'SELECT tenant_id FROM roster_position ORDER BY tenant_id'"
    )
    definer_function("roster_tenants()")


def downgrade() -> None:
    op.execute("DROP FUNCTION roster_tenants()")
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
    drop_access_cutoff()
    op.execute("DROP TABLE journal_entry")
    drop_kit_tables()
