"""Create endpoints with their secrets, the public event log, deliveries and their attempts."""

from alembic import op

from shared.auth.tables import create_access_cutoff, drop_access_cutoff
from shared.kit.kit_tables import create_kit_tables, drop_kit_tables
from shared.kit.migrations import protect, relay_access

revision = "2026_11_21_2150"
down_revision = None
branch_labels = None
depends_on = None

TABLES = {
    "endpoint": """
        CREATE TABLE endpoint (
            tenant_id uuid NOT NULL,
            id uuid NOT NULL,
            version integer NOT NULL,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            url text NOT NULL,
            description text NOT NULL,
            event_types text[] NOT NULL,
            state text NOT NULL CONSTRAINT ck_endpoint_state CHECK (state IN ('enabled', 'disabled')),
            disabled_reason text,
            disabled_at timestamptz,
            failing_since timestamptz,
            created_by uuid,
            CONSTRAINT pk_endpoint PRIMARY KEY (tenant_id, id),
            CONSTRAINT ck_endpoint_disabled_reason CHECK ((state = 'disabled') = (disabled_reason IS NOT NULL))
        )""",
    "endpoint_secret": """
        CREATE TABLE endpoint_secret (
            tenant_id uuid NOT NULL,
            id uuid NOT NULL,
            endpoint_id uuid NOT NULL,
            sealed bytea NOT NULL,
            created_at timestamptz NOT NULL,
            expires_at timestamptz,
            CONSTRAINT pk_endpoint_secret PRIMARY KEY (tenant_id, id),
            CONSTRAINT fk_endpoint_secret_tenant_id_endpoint_id FOREIGN KEY (tenant_id, endpoint_id)
                REFERENCES endpoint (tenant_id, id) ON DELETE CASCADE
        )""",
    "public_event": """
        CREATE TABLE public_event (
            tenant_id uuid NOT NULL,
            id uuid NOT NULL,
            position bigint NOT NULL,
            type text NOT NULL,
            source text NOT NULL,
            subject uuid NOT NULL,
            occurred_at timestamptz NOT NULL,
            received_at timestamptz NOT NULL,
            traceparent text,
            data jsonb NOT NULL,
            CONSTRAINT pk_public_event PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_public_event_tenant_id_position UNIQUE (tenant_id, position)
        )""",
    "event_position": """
        CREATE TABLE event_position (
            tenant_id uuid NOT NULL,
            last bigint NOT NULL,
            CONSTRAINT pk_event_position PRIMARY KEY (tenant_id)
        )""",
    "delivery": """
        CREATE TABLE delivery (
            tenant_id uuid NOT NULL,
            id uuid NOT NULL,
            endpoint_id uuid NOT NULL,
            event_id uuid NOT NULL,
            state text NOT NULL
                CONSTRAINT ck_delivery_state CHECK (state IN ('pending', 'delivered', 'failed', 'discarded')),
            attempts integer NOT NULL,
            step integer NOT NULL,
            due_at timestamptz NOT NULL,
            leased_until timestamptz,
            created_at timestamptz NOT NULL,
            finished_at timestamptz,
            CONSTRAINT pk_delivery PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_delivery_tenant_id_endpoint_id_event_id UNIQUE (tenant_id, endpoint_id, event_id),
            CONSTRAINT fk_delivery_tenant_id_endpoint_id FOREIGN KEY (tenant_id, endpoint_id)
                REFERENCES endpoint (tenant_id, id) ON DELETE CASCADE,
            CONSTRAINT fk_delivery_tenant_id_event_id FOREIGN KEY (tenant_id, event_id)
                REFERENCES public_event (tenant_id, id) ON DELETE CASCADE
        )""",
    "delivery_attempt": """
        CREATE TABLE delivery_attempt (
            tenant_id uuid NOT NULL,
            id uuid NOT NULL,
            delivery_id uuid NOT NULL,
            number integer NOT NULL,
            started_at timestamptz NOT NULL,
            is_success boolean NOT NULL,
            status_code integer,
            error text,
            latency_ms integer NOT NULL,
            excerpt text,
            CONSTRAINT pk_delivery_attempt PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_delivery_attempt_tenant_id_delivery_id_number UNIQUE (tenant_id, delivery_id, number),
            CONSTRAINT fk_delivery_attempt_tenant_id_delivery_id FOREIGN KEY (tenant_id, delivery_id)
                REFERENCES delivery (tenant_id, id) ON DELETE CASCADE
        )""",
}
INDEXES = (
    "CREATE INDEX ix_endpoint_secret_endpoint ON endpoint_secret (tenant_id, endpoint_id)",
    "CREATE INDEX ix_public_event_received_at ON public_event (received_at)",
    "CREATE INDEX ix_delivery_due ON delivery (tenant_id, endpoint_id, due_at) WHERE state = 'pending'",
    "CREATE INDEX ix_delivery_event ON delivery (tenant_id, event_id)",
)
# The dispatcher leases deliveries across tenants, and retention drops old rows: neither table holds more than ids,
# times and states. Addresses, secrets and answers stay out of the relay role's sight.
FOR_THE_RELAY = ("delivery", "public_event")


def upgrade() -> None:
    create_kit_tables()
    create_access_cutoff()
    for table, statement in TABLES.items():
        op.execute(statement)
        protect(table)
    for statement in INDEXES:
        op.execute(statement)
    for table in FOR_THE_RELAY:
        relay_access(table)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
    drop_access_cutoff()
    drop_kit_tables()
