"""What webhooks holds of persons: next to nothing. Events hold ids, never facts about somebody."""

from shared.contracts.processing.holding import Ground, Holding, Keep, What, Whom
from shared.kit.text import Text

HOLDINGS = (
    Holding(
        key="webhooks.endpoints",
        service="webhooks",
        tables=("endpoint", "endpoint_secret"),
        title=Text(sv="Mottagare av händelser", en="Endpoints of events", da="Modtagere af hændelser"),
        purpose=Text(
            sv="Era system får veta vad som händer",
            en="Your systems hear of what happens",
            da="Jeres systemer får besked om, hvad der sker",
        ),
        whom=(Whom.staff, Whom.suppliers),
        what=(What.ids,),
        data_class="confidential",
        ground=Ground.public_task,
        keep=Keep(
            until=Text(sv="tills de tas bort", en="until they are removed", da="til de fjernes"),
            done_by="endpoints_delete",
        ),
        on_erasure="anonymised",
    ),
    Holding(
        key="webhooks.events",
        service="webhooks",
        tables=("public_event", "delivery", "delivery_attempt"),
        title=Text(sv="Händelselogg", en="Event log", da="Hændelseslog"),
        purpose=Text(
            sv="En mottagare som varit nere kan läsa om",
            en="An endpoint that was down can read again",
            da="En modtager, der har været nede, kan læse igen",
        ),
        whom=tuple(Whom),
        what=(What.ids,),
        data_class="ordinary",
        ground=Ground.public_task,
        keep=Keep(
            until=Text(sv="90 dagar", en="90 days", da="90 dage"),
            days=90,
            done_by="event_retention_days of the installation",
        ),
        on_erasure="kept",
    ),
)
