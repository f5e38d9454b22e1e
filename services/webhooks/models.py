"""Every table of webhooks, for alembic and the app."""

from services.webhooks.db import Model
from services.webhooks.delivery.models import Delivery, DeliveryAttempt
from services.webhooks.endpoint.models import Endpoint, EndpointSecret
from services.webhooks.event.models import EventPosition, PublicEvent
from shared.auth.tables import declare_access_cutoff, declare_assurance_rule
from shared.kit.kit_tables import declare_kit_tables

declare_kit_tables(Model)
declare_access_cutoff(Model)
declare_assurance_rule(Model)

__all__ = ["Delivery", "DeliveryAttempt", "Endpoint", "EndpointSecret", "EventPosition", "Model", "PublicEvent"]
