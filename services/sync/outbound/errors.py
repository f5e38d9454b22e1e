"""What can go wrong with templates and deliveries."""

from shared.kit.problems import Conflict, Invalid, NotFound
from shared.kit.text import Text


class TemplateMissing(NotFound):
    slug = "outbound-template-not-found"


class DeliveryMissing(NotFound):
    slug = "outbound-delivery-not-found"


class TemplateKeyTaken(Conflict):
    slug = "outbound-template-key-taken"
    title = Text(
        sv="Det finns redan en mall med den nyckeln",
        en="There is a template with this key already",
        da="Der findes allerede en skabelon med den nøgle",
    )


class TemplateOff(Conflict):
    slug = "outbound-template-off"
    title = Text(sv="Mallen är avstängd", en="The template is switched off", da="Skabelonen er slået fra")


class NoDelta(Invalid):
    slug = "outbound-no-delta"
    title = Text(
        sv="Mallen beskriver ingen delta; lägg till delta i mallen eller ta en totalfil",
        en="The template declares no delta; add delta to it or produce a total file",
        da="Skabelonen beskriver ingen delta; tilføj delta eller lav en totalfil",
    )


class DeliveryUnderWay(Conflict):
    slug = "outbound-delivery-under-way"
    title = Text(
        sv="En leverans av mallen är redan på väg; vänta tills den är klar",
        en="A delivery of this template is under way; wait until it has ended",
        da="En leverance af skabelonen er allerede i gang; vent til den er færdig",
    )


class NotReady(Conflict):
    slug = "outbound-not-ready"
    title = Text(
        sv="Leveransen är inte i ett läge där det går",
        en="The delivery is not in a state in which this can be done",
        da="Leverancen er ikke i en tilstand, hvor det er muligt",
    )


class ContentErased(Conflict):
    slug = "outbound-content-erased"
    title = Text(
        sv="Innehållet är raderat; producera en ny leverans",
        en="The content has been erased; produce a new delivery",
        da="Indholdet er slettet; lav en ny leverance",
    )


class SecretsWrong(Invalid):
    slug = "outbound-secrets-wrong"
    title = Text(
        sv="Inloggningsuppgifterna passar inte målet",
        en="The credentials do not fit the destination",
        da="Loginoplysningerne passer ikke til målet",
    )
