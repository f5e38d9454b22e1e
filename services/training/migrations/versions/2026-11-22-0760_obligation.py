"""Signals: what was told last, who has access at the platform, and what a substitute costs."""

from alembic import op

from shared.kit.migrations import protect

revision = "2026_11_22_0760"
down_revision = "2026_11_22_0750"
branch_labels = None
depends_on = None

_KEY = "tenant_id uuid NOT NULL, id uuid NOT NULL"
_VERSIONED = "version integer NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL"

_TABLES = {
    "training_signal": f"""{_KEY}, {_VERSIONED}, kind text NOT NULL, unit_id uuid, key text NOT NULL,
        value jsonb NOT NULL,
        CONSTRAINT pk_training_signal PRIMARY KEY (tenant_id, id),
        CONSTRAINT ck_training_signal_kind CHECK (kind IN ('key_persons', 'attendance', 'missed', 'access',
            'trainer_capacity', 'course_demand'))""",
    "platform_sight": """tenant_id uuid NOT NULL, comparison_id uuid NOT NULL, observed_at timestamptz NOT NULL,
        is_whole boolean NOT NULL, tells_login boolean NOT NULL,
        CONSTRAINT pk_platform_sight PRIMARY KEY (tenant_id)""",
    "platform_account": f"""{_KEY}, is_active boolean NOT NULL, last_login_on date,
        CONSTRAINT pk_platform_account PRIMARY KEY (tenant_id, id)""",
    "substitute_rate": f"""{_KEY}, {_VERSIONED}, hourly_rate numeric(8, 2) NOT NULL, currency text NOT NULL,
        CONSTRAINT pk_substitute_rate PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_substitute_rate_tenant_id UNIQUE (tenant_id),
        CONSTRAINT ck_substitute_rate_hourly_rate CHECK (hourly_rate >= 0),
        CONSTRAINT ck_substitute_rate_currency CHECK (currency IN ('SEK', 'DKK', 'NOK', 'EUR', 'ISK'))""",
}
_UNIQUE = (
    "CREATE UNIQUE INDEX uq_training_signal_tenant_id_kind_unit_id_key ON training_signal"
    " (tenant_id, kind, unit_id, key) NULLS NOT DISTINCT"
)


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        protect(table)
    op.execute(_UNIQUE)


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
