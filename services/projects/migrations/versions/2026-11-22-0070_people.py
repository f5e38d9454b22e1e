"""Remind people: preferences and sent notices.

None of these tables is journaled: they hold addresses and what was mailed to whom, no fact of a plan.
"""

from alembic import op

from shared.kit.migrations import protect

revision = "2026_11_22_0070"
down_revision = "2026_11_22_0065"
branch_labels = None
depends_on = None

TABLES = {
    "notification_preference": """
        tenant_id uuid NOT NULL, id uuid NOT NULL, account_id uuid NOT NULL, digest text NOT NULL,
        has_reminders boolean NOT NULL, has_summons boolean NOT NULL, language text NOT NULL, zone text NOT NULL,
        quiet_from time, quiet_to time, address_sealed bytea, address_state text NOT NULL, code_sealed bytea,
        code_expires_at timestamptz, code_attempts integer NOT NULL, confirmed_at timestamptz,
        version integer NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
        CONSTRAINT pk_notification_preference PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_notification_preference_tenant_id_account_id UNIQUE (tenant_id, account_id),
        CONSTRAINT ck_notification_preference_digest CHECK (digest IN ('daily', 'weekly', 'off')),
        CONSTRAINT ck_notification_preference_address_state
            CHECK (address_state IN ('none', 'unconfirmed', 'confirmed', 'bouncing')),
        CONSTRAINT ck_notification_preference_address CHECK ((address_sealed IS NULL) = (address_state = 'none')),
        CONSTRAINT ck_notification_preference_quiet CHECK ((quiet_from IS NULL) = (quiet_to IS NULL))
    """,
    "notice_mail": """
        tenant_id uuid NOT NULL, id uuid NOT NULL, account_id uuid NOT NULL, kind text NOT NULL, state text NOT NULL,
        attempts integer NOT NULL, next_try_at timestamptz, sent_at timestamptz, secret_hash bytea,
        created_at timestamptz NOT NULL,
        CONSTRAINT pk_notice_mail PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_notice_mail_tenant_id_secret_hash UNIQUE (tenant_id, secret_hash),
        CONSTRAINT ck_notice_mail_kind CHECK (kind IN ('confirmation', 'digest', 'reminder', 'summons')),
        CONSTRAINT ck_notice_mail_state CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'dropped'))
    """,
    "sent_notice": """
        tenant_id uuid NOT NULL, id uuid NOT NULL, account_id uuid NOT NULL, mail_id uuid NOT NULL,
        kind text NOT NULL, key text NOT NULL, about_id uuid,
        CONSTRAINT pk_sent_notice PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_sent_notice_tenant_id_mail_id FOREIGN KEY (tenant_id, mail_id)
            REFERENCES notice_mail (tenant_id, id),
        CONSTRAINT uq_sent_notice_tenant_id_account_id_kind_key UNIQUE (tenant_id, account_id, kind, key)
    """,
}
INDEXES = (
    "CREATE INDEX ix_notice_mail_tenant_id_account_id ON notice_mail (tenant_id, account_id)",
    "CREATE INDEX ix_notice_mail_waiting ON notice_mail (tenant_id, next_try_at) WHERE state = 'waiting'",
    "CREATE INDEX ix_sent_notice_tenant_id_mail_id ON sent_notice (tenant_id, mail_id)",
)


def upgrade() -> None:
    for table, columns in TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        protect(table)
    for index in INDEXES:
        op.execute(index)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
