"""The letter of one mail: the tenant's words filled in, and the invitation that calendar programs read. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from services.training.invitation.models import Invitation
from services.training.invitation.planning import Slot
from services.training.wording.service import Words
from shared.kit import clock, ics
from shared.kit.mail import Invitation as CalendarPart
from shared.kit.mail import Letter

_PRODUCT = "-//Startklar//Training//SV"
_SAFE = "@+!$*-._~'"


@dataclass(frozen=True)
class About:
    """What a letter is about. `told` is the date that the mail is of; without one it is of them all."""

    enrolment_id: UUID
    course: str
    slots: Sequence[Slot]
    told: Invitation | None = None
    expires: datetime | None = None
    subject: str = ""
    text: str = ""


@dataclass(frozen=True)
class Sender:
    """Where mail comes from, and the front-end that its links lead to. Links hold no secret."""

    address: str
    base: str

    def link(self, enrolment_id: UUID) -> str:
        return f"{self.base.rstrip('/')}/training/enrolments/{enrolment_id}"


def letter(words: Words, about: About, to: str, sender: Sender, key: UUID) -> Letter:
    """The mail as it leaves now."""
    values = _values(about, sender)
    subject, text, html = words.said(values)
    part = None
    if about.told is not None and words.kind in ("invitation", "change", "cancellation"):
        part = itip(about, to, sender)
    return Letter(to, subject, text, html, words.language, invitation=part, key=key)


def itip(about: About, to: str, sender: Sender) -> CalendarPart:
    """REQUEST or CANCEL of one date (RFC 5546 sections 3.2.2 and 3.2.5)."""
    row = about.told
    assert row is not None  # noqa: S101 - said by the caller
    head = [f"PRODID:{_PRODUCT}", f"METHOD:{'CANCEL' if row.is_cancelled else 'REQUEST'}"]
    link = sender.link(about.enrolment_id)
    event = [
        f"UID:{row.id}@startklar",
        f"SEQUENCE:{row.sequence}",
        f"DTSTAMP:{ics.instant(clock.now())}",
        ics.timed("DTSTART", row.starts_at, row.zone),
        ics.timed("DTEND", row.ends_at, row.zone),
        f"SUMMARY:{ics.text(about.course)}",
        f"LOCATION:{ics.text(row.place)}",
        f"DESCRIPTION:{ics.text(link)}",
        f"ORGANIZER;CN=Startklar:mailto:{quote(sender.address, safe=_SAFE)}",
        f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:{quote(to, safe=_SAFE)}",
        f"STATUS:{'CANCELLED' if row.is_cancelled else 'CONFIRMED'}",
        "TRANSP:OPAQUE",
    ]
    body = ics.calendar(head, [row.zone], [ics.component("VEVENT", event)])
    return CalendarPart("CANCEL" if row.is_cancelled else "REQUEST", body)


def _values(about: About, sender: Sender) -> dict[str, str]:
    row = about.told
    one = Slot(row.starts_at, row.ends_at, row.zone, row.place) if row else about.slots[0] if about.slots else None
    values = {
        "course": about.course,
        "when": "\n".join(f"{_date(slot)} {_time(slot)}" for slot in about.slots),
        "link": sender.link(about.enrolment_id),
        "subject": about.subject,
        "text": about.text,
    }
    if one is not None:
        values |= {"date": _date(one), "time": _time(one), "place": one.place}
        if about.expires is not None:
            values["expires"] = f"{about.expires.astimezone(ZoneInfo(one.zone)):%Y-%m-%d %H:%M}"
    return values


def _date(slot: Slot) -> str:
    return f"{slot.starts_at.astimezone(ZoneInfo(slot.zone)):%Y-%m-%d}"


def _time(slot: Slot) -> str:
    place = ZoneInfo(slot.zone)
    city = slot.zone.rpartition("/")[2].replace("_", " ")
    return f"{slot.starts_at.astimezone(place):%H:%M}-{slot.ends_at.astimezone(place):%H:%M} ({city})"
