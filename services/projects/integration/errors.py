"""What can stand in the way of connecting a system."""

from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text


class SystemNotFound(NotFound):
    slug = "system-not-found"
    title = Text(sv="Systemet finns inte", en="No such system", da="Systemet findes ikke")


class IntegrationNotFound(NotFound):
    slug = "integration-not-found"
    title = Text(sv="Integrationen finns inte", en="No such integration", da="Integrationen findes ikke")


class KeyTaken(Conflict):
    slug = "integration-key-taken"
    title = Text(
        sv="Nyckeln används redan i projektet", en="The project uses this key already", da="Nøglen bruges allerede"
    )


class NotVerified(Conflict):
    """Nothing is put into operation before it was verified; `soakDaysLeft` says how long it must still be watched."""

    slug = "integration-not-verified"
    title = Text(
        sv="Integrationen är inte verifierad",
        en="The integration is not verified",
        da="Integrationen er ikke verificeret",
    )
    mend = Text(
        sv="Registrera en godkänd verifiering från kundens sida när inkörningstiden är slut",
        en="Record a passed verification of the customer's side when the soak is over",
        da="Registrér en godkendt verifikation fra kundens side, når indkøringen er slut",
    )


class WrongStep(Conflict):
    """States follow each other: planned, set up, verifying, verified, active."""

    slug = "integration-wrong-step"
    title = Text(
        sv="Integrationen kan inte gå dit från sitt nuvarande läge",
        en="The integration cannot move there from where it is",
        da="Integrationen kan ikke gå dertil fra sin nuværende tilstand",
    )


class SoakTooEarly(Conflict):
    slug = "integration-not-watched"
    title = Text(
        sv="Verifieringen har inte börjat", en="The verification has not begun", da="Verifikationen er ikke begyndt"
    )
    mend = Text(
        sv="Sätt integrationen i läget verifying först",
        en="Move the integration to verifying first",
        da="Sæt integrationen i tilstanden verifying først",
    )


class LicenceMissing(Conflict):
    """The third party's deliverable that it needs, such as licence keys, is not done (HAN-K04)."""

    slug = "integration-licence-missing"
    title = Text(
        sv="Licensleveransen är inte klar",
        en="The licence deliverable is not done",
        da="Licensleverancen er ikke færdig",
    )


class IntegrationElsewhere(Invalid):
    """A system, step or deliverable that is not in the project."""

    slug = "integration-elsewhere"
    title = Text(sv="Finns inte i projektet", en="Is not in the project", da="Findes ikke i projektet")

    def __init__(self, pointer: str) -> None:
        super().__init__(errors=[FieldError(pointer=pointer, detail=self.title, code="unknown")])


class DayInvalid(Invalid):
    slug = "verification-day-invalid"
    title = Text(
        sv="Dagen ligger i framtiden eller före inkörningen",
        en="The day lies in the future or before the soak",
        da="Dagen ligger i fremtiden eller før indkøringen",
    )

    def __init__(self) -> None:
        super().__init__(errors=[FieldError(pointer="#/verifiedOn", detail=self.title, code="day")])
