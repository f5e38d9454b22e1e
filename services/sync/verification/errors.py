"""Why a unit's data cannot be signed off."""

from shared.kit.problems import Conflict, Forbidden
from shared.kit.text import Text


class ReportChanged(Conflict):
    """The report is another one than the caller has seen: read it again, then sign what it says now."""

    slug = "report-changed"
    title = Text(sv="Rapporten har ändrats", en="The report has changed", da="Rapporten er ændret")
    mend = Text(
        sv="Läs rapporten igen och skicka dess contentHash",
        en="Read the report again and send its contentHash",
        da="Læs rapporten igen, og send dens contentHash",
    )


class HeadSignsOff(Forbidden):
    """The head of the unit signs its data off; who keeps the register does so only where nobody is enrolled."""

    slug = "head-signs-off"
    title = Text(
        sv="Enhetens chef godkänner uppgifterna",
        en="The unit's head signs the data off",
        da="Enhedens leder godkender oplysningerne",
    )
