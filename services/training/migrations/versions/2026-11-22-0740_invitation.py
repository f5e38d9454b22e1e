"""Mail and calendars: addresses, templates, invitations, reminders, what was sent, messages, feeds."""

from alembic import op

from shared.kit.migrations import protect

revision = "2026_11_22_0740"
down_revision = "2026_11_22_0730"
branch_labels = None
depends_on = None

_KEY = "tenant_id uuid NOT NULL, id uuid NOT NULL"
_VERSIONED = "version integer NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL"


def _to(table: str, parent: str, column: str) -> str:
    return (
        f"CONSTRAINT fk_{table}_tenant_id_{column} FOREIGN KEY (tenant_id, {column})"
        f" REFERENCES {parent} (tenant_id, id)"
    )


_TABLES = {
    "mail_address": f"""{_KEY}, sealed bytea, mark bytea, refused_at timestamptz, roster_version integer NOT NULL,
        CONSTRAINT pk_mail_address PRIMARY KEY (tenant_id, id),
        CONSTRAINT ck_mail_address_sealed CHECK ((sealed IS NULL) = (mark IS NULL))""",
    "mail_choice": f"""{_KEY}, {_VERSIONED}, language text NOT NULL,
        CONSTRAINT pk_mail_choice PRIMARY KEY (tenant_id, id),
        CONSTRAINT ck_mail_choice_language CHECK (language IN ('sv', 'da', 'en'))""",
    "mail_rule": f"""tenant_id uuid NOT NULL, {_VERSIONED}, language text NOT NULL, quiet_from time, quiet_to time,
        has_reminders boolean NOT NULL,
        CONSTRAINT pk_mail_rule PRIMARY KEY (tenant_id),
        CONSTRAINT ck_mail_rule_language CHECK (language IN ('sv', 'da', 'en')),
        CONSTRAINT ck_mail_rule_quiet CHECK ((quiet_from IS NULL) = (quiet_to IS NULL))""",
    "mail_template": f"""{_KEY}, {_VERSIONED}, kind text NOT NULL, language text NOT NULL, subject text NOT NULL,
        body text NOT NULL,
        CONSTRAINT pk_mail_template PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_mail_template_tenant_id_kind_language UNIQUE (tenant_id, kind, language),
        CONSTRAINT ck_mail_template_language CHECK (language IN ('sv', 'da', 'en'))""",
    "enrolment_told": f"""{_KEY}, state text NOT NULL, enrolment_version integer NOT NULL, session_mark text NOT NULL,
        CONSTRAINT pk_enrolment_told PRIMARY KEY (tenant_id, id), {_to("enrolment_told", "enrolment", "id")}""",
    "invitation": f"""{_KEY}, {_VERSIONED}, enrolment_id uuid NOT NULL, session_id uuid NOT NULL,
        person_id uuid NOT NULL, part integer NOT NULL, sequence integer NOT NULL, is_cancelled boolean NOT NULL,
        starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, zone text NOT NULL, place text NOT NULL,
        told_at timestamptz NOT NULL, remind_at timestamptz, remind_step text,
        CONSTRAINT pk_invitation PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_invitation_tenant_id_enrolment_id_part UNIQUE (tenant_id, enrolment_id, part),
        {_to("invitation", "enrolment", "enrolment_id")}, {_to("invitation", "session", "session_id")},
        CONSTRAINT ck_invitation_part CHECK (part >= 1), CONSTRAINT ck_invitation_sequence CHECK (sequence >= 0),
        CONSTRAINT ck_invitation_remind CHECK ((remind_at IS NULL) = (remind_step IS NULL)),
        CONSTRAINT ck_invitation_remind_step CHECK (remind_step IN ('week', 'day', 'hour'))""",
    "session_message": f"""{_KEY}, session_id uuid NOT NULL, subject text NOT NULL, body text NOT NULL,
        created_by uuid, created_at timestamptz NOT NULL,
        CONSTRAINT pk_session_message PRIMARY KEY (tenant_id, id), {_to("session_message", "session", "session_id")}""",
    "mail": f"""{_KEY}, enrolment_id uuid NOT NULL, session_id uuid NOT NULL, person_id uuid NOT NULL,
        invitation_id uuid, message_id uuid, kind text NOT NULL, key text NOT NULL, sequence integer,
        state text NOT NULL, reason text, attempts integer NOT NULL, is_repeated boolean NOT NULL,
        next_try_at timestamptz, sent_at timestamptz, created_at timestamptz NOT NULL,
        CONSTRAINT pk_mail PRIMARY KEY (tenant_id, id), CONSTRAINT uq_mail_tenant_id_key UNIQUE (tenant_id, key),
        {_to("mail", "enrolment", "enrolment_id")}, {_to("mail", "session", "session_id")},
        {_to("mail", "invitation", "invitation_id")}, {_to("mail", "session_message", "message_id")},
        CONSTRAINT ck_mail_kind CHECK (kind IN ('invitation', 'change', 'cancellation', 'waiting', 'offer', 'left',
            'reminder', 'message')),
        CONSTRAINT ck_mail_state CHECK (state IN ('waiting', 'sending', 'sent', 'unreachable', 'failed', 'dropped'))""",
    "calendar_feed": f"""{_KEY}, {_VERSIONED}, kind text NOT NULL, person_id uuid, unit_id uuid,
        language text NOT NULL, secret_hash bytea NOT NULL, created_by uuid NOT NULL, revoked_at timestamptz,
        last_used_on date,
        CONSTRAINT pk_calendar_feed PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_calendar_feed_tenant_id_secret_hash UNIQUE (tenant_id, secret_hash),
        CONSTRAINT ck_calendar_feed_kind CHECK (kind IN ('personal', 'trainer', 'unit')),
        CONSTRAINT ck_calendar_feed_about CHECK ((kind = 'unit') = (unit_id IS NOT NULL)
            AND (kind = 'unit') = (person_id IS NULL))""",
}
_INDEXES = (
    "CREATE INDEX ix_invitation_remind ON invitation (tenant_id, remind_at) WHERE remind_at IS NOT NULL",
    "CREATE INDEX ix_invitation_tenant_id_session_id ON invitation (tenant_id, session_id)",
    "CREATE INDEX ix_invitation_tenant_id_person_id ON invitation (tenant_id, person_id)",
    "CREATE INDEX ix_mail_due ON mail (tenant_id, next_try_at) WHERE state IN ('waiting', 'sending')",
    "CREATE INDEX ix_mail_tenant_id_session_id ON mail (tenant_id, session_id, id)",
    "CREATE INDEX ix_mail_tenant_id_enrolment_id ON mail (tenant_id, enrolment_id, id)",
    "CREATE INDEX ix_mail_tenant_id_person_id ON mail (tenant_id, person_id)",
    "CREATE INDEX ix_session_message_tenant_id_session_id ON session_message (tenant_id, session_id)",
    "CREATE INDEX ix_calendar_feed_tenant_id_created_by ON calendar_feed (tenant_id, created_by)",
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
