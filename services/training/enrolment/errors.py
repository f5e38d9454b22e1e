"""What can be wrong with an enrolment."""

from shared.kit.problems import Conflict, Forbidden
from shared.kit.text import Text


class AlreadyEnrolled(Conflict):
    slug = "already-enrolled"
    title = Text(sv="Redan anmäld", en="Already enrolled", da="Allerede tilmeldt")


class EnrolmentOver(Conflict):
    slug = "enrolment-over"
    title = Text(sv="Anmälan är avslutad", en="The enrolment is over", da="Tilmeldingen er afsluttet")


class SessionOver(Conflict):
    slug = "session-over"
    title = Text(sv="Tillfället är över", en="The session is over", da="Sessionen er slut")


class SessionNotStarted(Conflict):
    slug = "session-not-started"
    title = Text(sv="Tillfället har inte börjat", en="The session has not started", da="Sessionen er ikke begyndt")


class NotYourUnit(Forbidden):
    slug = "not-your-unit"
    title = Text(sv="Personen hör till en annan enhet", en="The person belongs to another unit", da="Anden enhed")
