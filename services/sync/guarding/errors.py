"""Why a guard policy is not taken."""

from shared.kit.problems import Forbidden, Invalid
from shared.kit.text import Text


class CustomerLoosens(Forbidden):
    """Whoever helps the customer, and any program, may tighten the limits; what is borne of a source is for a person of
    the customer to say."""

    slug = "customer-loosens"
    title = Text(
        sv="Bara kunden lättar på skyddet", en="Only the customer loosens the guard", da="Kun kunden løsner værnet"
    )


class LooseningReasonMissing(Invalid):
    """A policy that lets more through says why."""

    slug = "loosening-reason-missing"
    title = Text(sv="Ett skäl behövs", en="A reason is needed", da="En grund er nødvendig")
    mend = Text(
        sv="Skriv i reason varför gränserna får vara vidare",
        en="Write in reason why the limits may be wider",
        da="Skriv i reason, hvorfor grænserne må være videre",
    )
