"""What can be wrong with an enrolment."""

from shared.kit.problems import Conflict, Forbidden
from shared.kit.text import Text


class AlreadyEnrolled(Conflict):
    slug = "already-enrolled"
    title = Text(sv="Redan anmäld", en="Already enrolled", da="Allerede tilmeldt")
    mend = Text(
        sv="Använd anmälan som enrolmentId nämner",
        en="Use the enrolment that enrolmentId names",
        da="Brug den tilmelding, som enrolmentId nævner",
    )


class EnrolmentOver(Conflict):
    slug = "enrolment-over"
    title = Text(sv="Anmälan är avslutad", en="The enrolment is over", da="Tilmeldingen er afsluttet")
    mend = Text(
        sv="Gör en ny anmälan",
        en="Make a new enrolment",
        da="Lav en ny tilmelding",
    )


class SessionOver(Conflict):
    slug = "session-over"
    title = Text(sv="Tillfället är över", en="The session is over", da="Sessionen er slut")
    mend = Text(
        sv="Välj ett tillfälle som inte är över",
        en="Choose a session that is not over",
        da="Vælg en session, der ikke er slut",
    )


class SessionNotStarted(Conflict):
    slug = "session-not-started"
    title = Text(sv="Tillfället har inte börjat", en="The session has not started", da="Sessionen er ikke begyndt")
    mend = Text(
        sv="Vänta tills tillfället har börjat (startsAt)",
        en="Wait until the session has begun (startsAt)",
        da="Vent til sessionen er begyndt (startsAt)",
    )


class NotYourUnit(Forbidden):
    slug = "not-your-unit"
    title = Text(sv="Personen hör till en annan enhet", en="The person belongs to another unit", da="Anden enhed")
