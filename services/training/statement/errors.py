"""What can be wrong with a learning record store."""

from shared.kit.egress import EgressRefused
from shared.kit.problems import Conflict, FieldError, Invalid
from shared.kit.text import Text


class StoreKnown(Conflict):
    slug = "record-store-known"
    title = Text(sv="En LRS är redan angiven", en="There is a record store", da="Der er allerede en LRS")
    mend = Text(sv="Ändra den med PUT", en="Change it with PUT", da="Ret den med PUT")


class StoreRefused(Invalid):
    slug = "record-store-refused"
    title = Text(sv="Adressen anropas inte", en="The address is not called", da="Adressen kaldes ikke")
    mend = Text(
        sv="Använd en https-adress på det öppna nätet",
        en="Use an https address on the public network",
        da="Brug en https-adresse på det åbne net",
    )

    @classmethod
    def because(cls, refusal: EgressRefused) -> "StoreRefused":
        return cls(cls.mend, errors=[FieldError(pointer="#/url", detail=cls.mend, code=refusal.code)])
