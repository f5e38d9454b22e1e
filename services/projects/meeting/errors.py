"""What can stand in the way of a meeting."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text


class MeetingNotFound(NotFound):
    slug = "meeting-not-found"
    title = Text(sv="Mötet finns inte", en="No such meeting", da="Mødet findes ikke")


class SeriesNotFound(NotFound):
    slug = "meeting-series-not-found"
    title = Text(sv="Mötesserien finns inte", en="No such series of meetings", da="Mødeserien findes ikke")


class MeetingTooClose(Conflict):
    """The body's meetings need more days between them; `meetings` names the two."""

    slug = "meeting-too-close"
    title = Text(
        sv="Mötet ligger för nära ett annat av organets möten",
        en="The meeting is too close to another meeting of the body",
        da="Mødet ligger for tæt på et andet af organets møder",
    )

    def __init__(self, wanted: tuple[UUID | None, date], other: tuple[UUID, date], days: int) -> None:
        detail = Text(
            sv=f"{wanted[1]} och {other[1]} ligger närmare än {days} dagar; välj en annan dag",
            en=f"{wanted[1]} and {other[1]} are less than {days} days apart; choose another day",
        )
        meetings = [{"meetingId": id_ and str(id_), "heldOn": day.isoformat()} for id_, day in (wanted, other)]
        super().__init__(detail, meetings=meetings, minIntervalDays=days)


class MeetingOver(Conflict):
    """A meeting that was held or cancelled keeps its time; minutes and attachments can still be added."""

    slug = "meeting-over"
    title = Text(
        sv="Mötet är hållet eller inställt", en="The meeting was held or cancelled", da="Mødet er holdt eller aflyst"
    )


class MeetingAhead(Conflict):
    """What happens at a meeting cannot be told before its day."""

    slug = "meeting-ahead"
    title = Text(
        sv="Mötet har inte ägt rum ännu", en="The meeting has not taken place yet", da="Mødet er ikke holdt endnu"
    )


class BodyNotAtWork(Conflict):
    """The body does not work on that day: not yet, or no longer."""

    slug = "body-not-at-work"
    title = Text(
        sv="Organet arbetar inte den dagen", en="The body does not work on that day", da="Organet arbejder ikke den dag"
    )


class NoPeriod(Conflict):
    """The body's cadence for this stage has no period to make a series from."""

    slug = "cadence-without-period"
    title = Text(
        sv="Organets kadens för skedet anger ingen period",
        en="The body's cadence for this stage names no period",
        da="Organets kadence for fasen angiver ingen periode",
    )
    mend = Text(
        sv="Ange kadensen för skedet på organet, eller lägg in möten ett och ett",
        en="Give the body a cadence for this stage, or add meetings one by one",
    )


class TimesBeyondCadence(Invalid):
    slug = "times-beyond-cadence"
    title = Text(
        sv="Fler eller färre möten än kadensen anger",
        en="More or fewer meetings than the cadence says",
        da="Flere eller færre møder end kadencen angiver",
    )

    def __init__(self, least: int, most: int | None) -> None:
        upper = "" if most is None else f"–{most}"
        detail = Text(sv=f"Kadensen anger {least}{upper} per period", en=f"The cadence says {least}{upper} per period")
        super().__init__(errors=[FieldError(pointer="#/timesPerPeriod", detail=detail, code="beyond_cadence")])


class AgendaDoesNotAddUp(Invalid):
    slug = "agenda-does-not-add-up"
    title = Text(
        sv="Dagordningens tider går inte ihop",
        en="The times of the agenda do not add up",
        da="Dagsordenens tider går ikke op",
    )

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(errors=errors)


class AlreadyLinked(Conflict):
    slug = "action-item-exists"
    title = Text(
        sv="Aktiviteten är redan en åtgärd från mötet",
        en="The activity is an action item of the meeting already",
        da="Aktiviteten er allerede en opgave fra mødet",
    )
