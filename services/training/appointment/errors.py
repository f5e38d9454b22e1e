"""What can be wrong with an appointment."""

from shared.kit.problems import Conflict, Forbidden
from shared.kit.text import Text


class AlreadyAppointed(Conflict):
    slug = "already-appointed"
    title = Text(sv="Redan utsedd", en="Already appointed", da="Allerede udpeget")
    mend = Text(
        sv="Använd uppdraget som appointmentId nämner",
        en="Use the appointment that appointmentId names",
        da="Brug det hverv, som appointmentId nævner",
    )


class UnitNotYours(Forbidden):
    slug = "unit-not-yours"
    title = Text(sv="Enheten är inte din", en="The unit is not yours", da="Enheden er ikke din")
