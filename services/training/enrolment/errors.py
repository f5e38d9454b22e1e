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


class OtherChosen(Conflict):
    slug = "other-chosen"
    title = Text(
        sv="Ett annat alternativ är valt", en="Another alternative is chosen", da="Et andet alternativ er valgt"
    )
    mend = Text(
        sv="Avboka anmälan som enrolmentId nämner, eller flytta den hit",
        en="Cancel the enrolment that enrolmentId names, or move it here",
        da="Afmeld tilmeldingen, som enrolmentId nævner, eller flyt den hertil",
    )


class SessionsOverlap(Conflict):
    slug = "sessions-overlap"
    title = Text(sv="Personen är upptagen då", en="The person is taken at that time", da="Personen er optaget")
    mend = Text(
        sv="Välj en annan tid; enrolmentId nämner anmälan som krockar",
        en="Choose another time; enrolmentId names the enrolment that clashes",
        da="Vælg et andet tidspunkt; enrolmentId nævner tilmeldingen, der kolliderer",
    )


class SessionFull(Conflict):
    slug = "session-full"
    title = Text(sv="Tillfället är fullt", en="The session is full", da="Sessionen er fuld")
    mend = Text(
        sv="Välj ett annat tillfälle eller ställ personen i kö",
        en="Choose another session, or let the person wait",
        da="Vælg en anden session, eller lad personen vente",
    )


class NotSwappable(Conflict):
    slug = "not-swappable"
    title = Text(
        sv="Bara bekräftade platser i samma kurs kan bytas",
        en="Only confirmed seats of the same course can change hands",
        da="Kun bekræftede pladser på samme kursus kan byttes",
    )


class OfferLapsed(Conflict):
    slug = "offer-lapsed"
    title = Text(sv="Erbjudandet har gått ut", en="The offer has lapsed", da="Tilbuddet er udløbet")


class NothingToAccept(Conflict):
    slug = "nothing-to-accept"
    title = Text(sv="Ingen plats är ledig än", en="No seat is free yet", da="Ingen plads er ledig endnu")
    mend = Text(
        sv="Vänta: platsen ges eller erbjuds i köns ordning",
        en="Wait: a seat is given or offered in the order of the queue",
        da="Vent: en plads gives eller tilbydes i køens rækkefølge",
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
