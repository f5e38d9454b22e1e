"""What the planner knows (availabilities, absence caps), and its plans with their sessions and seats."""

from alembic import op

from shared.kit.migrations import protect

revision = "2026_11_22_0730"
down_revision = "2026_11_22_0720"
branch_labels = None
depends_on = None

_KEY = "tenant_id uuid NOT NULL, id uuid NOT NULL"
_VERSIONED = "version integer NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL"

_TABLES = {
    "availability": f"""{_KEY}, {_VERSIONED}, subject text NOT NULL, subject_id uuid, kind text NOT NULL,
        starts_on date NOT NULL, ends_on date NOT NULL, weekdays integer[] NOT NULL, from_time time, to_time time,
        zone text NOT NULL,
        CONSTRAINT pk_availability PRIMARY KEY (tenant_id, id),
        CONSTRAINT ck_availability_subject CHECK (subject IN ('everybody', 'unit', 'person', 'room')),
        CONSTRAINT ck_availability_subject_id CHECK ((subject = 'everybody') = (subject_id IS NULL)),
        CONSTRAINT ck_availability_kind CHECK (kind IN ('free', 'busy')),
        CONSTRAINT ck_availability_days CHECK (starts_on <= ends_on),
        CONSTRAINT ck_availability_hours CHECK ((from_time IS NULL) = (to_time IS NULL) AND from_time < to_time)""",
    "absence_cap": f"""{_KEY}, {_VERSIONED}, unit_id uuid, percent integer NOT NULL,
        CONSTRAINT pk_absence_cap PRIMARY KEY (tenant_id, id),
        CONSTRAINT ck_absence_cap_percent CHECK (percent BETWEEN 0 AND 100)""",
    "plan": f"""{_KEY}, {_VERSIONED}, name text NOT NULL, state text NOT NULL, asked jsonb NOT NULL, base_id uuid,
        lost jsonb, job_id uuid, digests jsonb, input_hash text, findings jsonb, sessions integer, bound integer,
        cost integer, cost_bound integer, people integer, approved_at timestamptz, published_at timestamptz,
        CONSTRAINT pk_plan PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_plan_tenant_id_base_id FOREIGN KEY (tenant_id, base_id) REFERENCES plan (tenant_id, id),
        CONSTRAINT ck_plan_state CHECK (state IN
            ('solving', 'proposed', 'refused', 'failed', 'approved', 'published', 'withdrawn'))""",
    "plan_session": f"""{_KEY}, plan_id uuid NOT NULL, course_id uuid NOT NULL, form text NOT NULL,
        starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, room_id uuid, trainer_id uuid, backup_id uuid,
        session_id uuid, change text NOT NULL,
        CONSTRAINT pk_plan_session PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_plan_session_tenant_id_plan_id FOREIGN KEY (tenant_id, plan_id) REFERENCES plan (tenant_id, id),
        CONSTRAINT fk_plan_session_tenant_id_course_id FOREIGN KEY (tenant_id, course_id)
            REFERENCES course (tenant_id, id),
        CONSTRAINT fk_plan_session_tenant_id_room_id FOREIGN KEY (tenant_id, room_id) REFERENCES room (tenant_id, id),
        CONSTRAINT fk_plan_session_tenant_id_session_id FOREIGN KEY (tenant_id, session_id)
            REFERENCES session (tenant_id, id),
        CONSTRAINT ck_plan_session_duration CHECK (starts_at < ends_at),
        CONSTRAINT ck_plan_session_change CHECK (change IN ('added', 'kept', 'changed', 'cancelled'))""",
    "plan_seat": f"""{_KEY}, plan_id uuid NOT NULL, plan_session_id uuid, course_id uuid NOT NULL,
        person_id uuid NOT NULL,
        CONSTRAINT pk_plan_seat PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_plan_seat_tenant_id_plan_id_course_id_person_id
            UNIQUE (tenant_id, plan_id, course_id, person_id),
        CONSTRAINT fk_plan_seat_tenant_id_plan_id FOREIGN KEY (tenant_id, plan_id) REFERENCES plan (tenant_id, id),
        CONSTRAINT fk_plan_seat_tenant_id_plan_session_id FOREIGN KEY (tenant_id, plan_session_id)
            REFERENCES plan_session (tenant_id, id)""",
}
_INDEXES = (
    "CREATE INDEX ix_availability_tenant_id_subject_id ON availability (tenant_id, subject_id, starts_on)",
    "CREATE UNIQUE INDEX uq_absence_cap_tenant_id_unit_id ON absence_cap (tenant_id, unit_id) NULLS NOT DISTINCT",
    "CREATE INDEX ix_plan_tenant_id_base_id ON plan (tenant_id, base_id)",
    "CREATE INDEX ix_plan_session_tenant_id_plan_id ON plan_session (tenant_id, plan_id, starts_at)",
    "CREATE INDEX ix_plan_seat_tenant_id_plan_session_id ON plan_seat (tenant_id, plan_session_id)",
    "CREATE INDEX ix_plan_seat_tenant_id_person_id ON plan_seat (tenant_id, person_id)",
)


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        protect(table)
    for index in _INDEXES:
        op.execute(index)


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
