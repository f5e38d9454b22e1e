"""Proof of attendance, feedback, certificates."""

from alembic import op

from shared.kit.migrations import protect

revision = "2026_11_22_0750"
down_revision = "2026_11_22_0740"
branch_labels = None
depends_on = None

_KEY = "tenant_id uuid NOT NULL, id uuid NOT NULL"
_VERSIONED = "version integer NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL"

_TABLES = {
    "attendance_policy": f"""{_KEY}, {_VERSIONED}, late_after_minutes integer NOT NULL,
        partial_below_percent integer NOT NULL, absent_below_percent integer NOT NULL,
        settle_after_hours integer NOT NULL,
        CONSTRAINT pk_attendance_policy PRIMARY KEY (tenant_id, id),
        CONSTRAINT ck_attendance_policy_own CHECK (id = tenant_id),
        CONSTRAINT ck_attendance_policy_shares CHECK
            (0 <= absent_below_percent AND absent_below_percent <= partial_below_percent
             AND partial_below_percent <= 100)""",
    "session_door": f"""{_KEY}, {_VERSIONED}, secret bytea NOT NULL,
        CONSTRAINT pk_session_door PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_session_door_tenant_id_id FOREIGN KEY (tenant_id, id) REFERENCES session (tenant_id, id)""",
    "attendance_roll": f"""{_KEY}, session_id uuid NOT NULL, issued_at timestamptz NOT NULL, issued_to uuid NOT NULL,
        CONSTRAINT pk_attendance_roll PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_attendance_roll_tenant_id_session_id FOREIGN KEY (tenant_id, session_id)
            REFERENCES session (tenant_id, id)""",
    "attendance_mark": f"""{_KEY}, session_id uuid NOT NULL, enrolment_id uuid NOT NULL, nonce text NOT NULL,
        source text NOT NULL, kind text NOT NULL, at timestamptz NOT NULL, received_at timestamptz NOT NULL,
        marked_by uuid,
        CONSTRAINT pk_attendance_mark PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_attendance_mark_tenant_id_session_id_nonce UNIQUE (tenant_id, session_id, nonce),
        CONSTRAINT fk_attendance_mark_tenant_id_session_id FOREIGN KEY (tenant_id, session_id)
            REFERENCES session (tenant_id, id),
        CONSTRAINT fk_attendance_mark_tenant_id_enrolment_id FOREIGN KEY (tenant_id, enrolment_id)
            REFERENCES enrolment (tenant_id, id),
        CONSTRAINT ck_attendance_mark_source CHECK (source IN ('code', 'list', 'device')),
        CONSTRAINT ck_attendance_mark_kind
            CHECK (kind IN ('arrived', 'left', 'attended', 'partial', 'no_show'))""",
    "attendance": f"""{_KEY}, session_id uuid NOT NULL, arrived_at timestamptz, left_at timestamptz,
        is_late boolean NOT NULL,
        CONSTRAINT pk_attendance PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_attendance_tenant_id_id FOREIGN KEY (tenant_id, id) REFERENCES enrolment (tenant_id, id)""",
    "attendance_close": f"""{_KEY}, {_VERSIONED}, state text NOT NULL,
        CONSTRAINT pk_attendance_close PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_attendance_close_tenant_id_id FOREIGN KEY (tenant_id, id) REFERENCES session (tenant_id, id),
        CONSTRAINT ck_attendance_close_state CHECK (state IN ('settled', 'missing'))""",
    "feedback_form": f"""{_KEY}, {_VERSIONED}, questions jsonb NOT NULL,
        CONSTRAINT pk_feedback_form PRIMARY KEY (tenant_id, id),
        CONSTRAINT ck_feedback_form_own CHECK (id = tenant_id)""",
    "feedback_box": f"""{_KEY}, course_id uuid NOT NULL, spent uuid[] NOT NULL, held jsonb NOT NULL,
        shown jsonb NOT NULL,
        CONSTRAINT pk_feedback_box PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_feedback_box_tenant_id_id FOREIGN KEY (tenant_id, id) REFERENCES session (tenant_id, id)""",
    "issuer_key": f"""{_KEY}, kid text NOT NULL, private_sealed bytea NOT NULL, public_jwk jsonb NOT NULL,
        created_at timestamptz NOT NULL, retired_at timestamptz,
        CONSTRAINT pk_issuer_key PRIMARY KEY (tenant_id, id)""",
    "issuer_profile": f"""{_KEY}, {_VERSIONED}, name text NOT NULL, homepage text,
        CONSTRAINT pk_issuer_profile PRIMARY KEY (tenant_id, id),
        CONSTRAINT ck_issuer_profile_own CHECK (id = tenant_id)""",
    "certificate": f"""{_KEY}, {_VERSIONED}, person_id uuid, kind text NOT NULL, achievement_id uuid NOT NULL,
        title jsonb NOT NULL, courses uuid[] NOT NULL, issued_at timestamptz NOT NULL, number integer NOT NULL, credential text,
        revoked_at timestamptz, revoked_reason text,
        CONSTRAINT pk_certificate PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_certificate_tenant_id_number UNIQUE (tenant_id, number),
        CONSTRAINT ck_certificate_kind CHECK (kind IN ('course', 'curriculum')),
        CONSTRAINT ck_certificate_number CHECK (number >= 0),
        CONSTRAINT ck_certificate_revoked_reason CHECK
            (revoked_reason IN ('error', 'withdrawn', 'corrected', 'replaced', 'erased')),
        CONSTRAINT ck_certificate_revoked CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL)),
        CONSTRAINT ck_certificate_held CHECK
            (revoked_at IS NOT NULL OR person_id IS NOT NULL AND credential IS NOT NULL)""",
    "catch_up_policy": f"""{_KEY}, {_VERSIONED}, mode text NOT NULL, min_size integer NOT NULL,
        late_cancel_hours integer NOT NULL, newcomer_days integer NOT NULL, lead_days integer NOT NULL,
        CONSTRAINT pk_catch_up_policy PRIMARY KEY (tenant_id, id),
        CONSTRAINT ck_catch_up_policy_own CHECK (id = tenant_id),
        CONSTRAINT ck_catch_up_policy_mode CHECK (mode IN ('propose', 'create')),
        CONSTRAINT ck_catch_up_policy_min_size CHECK (min_size >= 1)""",
    "catch_up": f"""{_KEY}, {_VERSIONED}, course_id uuid NOT NULL, kind text NOT NULL, state text NOT NULL,
        people integer NOT NULL, session_id uuid, starts_at timestamptz, ends_at timestamptz, zone text, place text,
        CONSTRAINT pk_catch_up PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_catch_up_tenant_id_course_id FOREIGN KEY (tenant_id, course_id)
            REFERENCES course (tenant_id, id),
        CONSTRAINT fk_catch_up_tenant_id_session_id FOREIGN KEY (tenant_id, session_id)
            REFERENCES session (tenant_id, id),
        CONSTRAINT ck_catch_up_kind CHECK (kind IN ('join', 'form')),
        CONSTRAINT ck_catch_up_state CHECK (state IN ('proposed', 'done', 'dismissed', 'withdrawn'))""",
}
_INDEXES = (
    "CREATE INDEX ix_attendance_mark_tenant_id_enrolment_id ON attendance_mark (tenant_id, enrolment_id, at)",
    "CREATE INDEX ix_attendance_tenant_id_session_id ON attendance (tenant_id, session_id)",
    "CREATE INDEX ix_feedback_box_tenant_id_course_id ON feedback_box (tenant_id, course_id)",
    "CREATE UNIQUE INDEX uq_issuer_key_tenant_id_kid ON issuer_key (tenant_id, kid)",
    "CREATE UNIQUE INDEX uq_issuer_key_tenant_id ON issuer_key (tenant_id) WHERE retired_at IS NULL",
    "CREATE UNIQUE INDEX uq_certificate_tenant_id_person_id_achievement_id"
    " ON certificate (tenant_id, person_id, achievement_id) WHERE revoked_at IS NULL",
    "CREATE UNIQUE INDEX uq_catch_up_tenant_id_course_id ON catch_up (tenant_id, course_id) WHERE state = 'proposed'",
)


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        protect(table)
    for statement in _INDEXES:
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
