"""The words of the mails where a tenant has none of its own, as data. Places in braces are filled when a mail leaves.

course   title of the course          place  room and address, or the session's place
date     day, in figures              time   from and to, local, with the zone's city
when     all dates, a line each       link   the enrolment at the front-end
expires  when an offer lapses         text   what a trainer wrote (`message` alone)
"""

from typing import Final, Literal

from shared.kit.text import Lang

Kind = Literal["invitation", "change", "cancellation", "waiting", "offer", "left", "reminder", "message"]
KINDS: tuple[Kind, ...] = (
    "invitation", "change", "cancellation", "waiting", "offer", "left", "reminder", "message",
)  # fmt: skip

PLACES: Final = frozenset({"course", "date", "time", "place", "when", "link"})
_MORE: dict[Kind, frozenset[str]] = {"offer": frozenset({"expires"}), "message": frozenset({"subject", "text"})}


def places_of(kind: Kind) -> frozenset[str]:
    """What a template of the kind may name."""
    return PLACES | _MORE.get(kind, frozenset())


DEFAULTS: dict[Kind, dict[Lang, tuple[str, str]]] = {
    "invitation": {
        "sv": (
            "Plats bekräftad: {course} {date}",
            "Du har en plats på {course}.\n\n{date} {time}\n{place}\n\nAlla tillfällen:\n{when}\n\n"
            "Kan du inte komma? Avboka så att någon annan får platsen:\n{link}",
        ),
        "da": (
            "Plads bekræftet: {course} {date}",
            "Du har en plads på {course}.\n\n{date} {time}\n{place}\n\nAlle mødegange:\n{when}\n\n"
            "Kan du ikke komme? Meld afbud, så en anden får pladsen:\n{link}",
        ),
        "en": (
            "Seat confirmed: {course} {date}",
            "You have a seat in {course}.\n\n{date} {time}\n{place}\n\nAll dates:\n{when}\n\n"
            "Can you not come? Cancel, so that somebody else gets the seat:\n{link}",
        ),
    },
    "change": {
        "sv": (
            "Ändrad tid eller plats: {course} {date}",
            "Tid eller plats har ändrats för {course}. Nu gäller:\n\n{date} {time}\n{place}\n\n{link}",
        ),
        "da": (
            "Ændret tid eller sted: {course} {date}",
            "Tid eller sted er ændret for {course}. Nu gælder:\n\n{date} {time}\n{place}\n\n{link}",
        ),
        "en": (
            "New time or place: {course} {date}",
            "The time or place of {course} has changed. It is now:\n\n{date} {time}\n{place}\n\n{link}",
        ),
    },
    "cancellation": {
        "sv": (
            "Avbokat: {course} {date}",
            "Din plats på {course} gäller inte längre.\n\n{date} {time}\n{place}\n\n{link}",
        ),
        "da": (
            "Afmeldt: {course} {date}",
            "Din plads på {course} gælder ikke længere.\n\n{date} {time}\n{place}\n\n{link}",
        ),
        "en": (
            "Cancelled: {course} {date}",
            "Your seat in {course} is no longer yours.\n\n{date} {time}\n{place}\n\n{link}",
        ),
    },
    "waiting": {
        "sv": (
            "I kö: {course}",
            "{course} är fullt. Du står i kö och får besked om en plats blir ledig.\n\n{when}\n{place}\n\n{link}",
        ),
        "da": (
            "På venteliste: {course}",
            "{course} er fuldt. Du står på venteliste og får besked, hvis en plads bliver ledig.\n\n"
            "{when}\n{place}\n\n{link}",
        ),
        "en": (
            "On the waiting list: {course}",
            "{course} is full. You are on the waiting list and will be told if a seat becomes free.\n\n"
            "{when}\n{place}\n\n{link}",
        ),
    },
    "offer": {
        "sv": (
            "En plats är ledig: {course}",
            "En plats på {course} hålls för dig till {expires}. Tacka ja här:\n{link}\n\n{when}\n{place}",
        ),
        "da": (
            "En plads er ledig: {course}",
            "En plads på {course} holdes til dig indtil {expires}. Sig ja her:\n{link}\n\n{when}\n{place}",
        ),
        "en": (
            "A seat is free: {course}",
            "A seat in {course} is held for you until {expires}. Accept it here:\n{link}\n\n{when}\n{place}",
        ),
    },
    "left": {
        "sv": (
            "Inte längre i kö: {course}",
            "Du står inte längre i kö och har ingen plats på {course}.\n\n{when}\n{place}\n\n{link}",
        ),
        "da": (
            "Ikke længere på venteliste: {course}",
            "Du står ikke længere på venteliste og har ingen plads på {course}.\n\n{when}\n{place}\n\n{link}",
        ),
        "en": (
            "No longer on the waiting list: {course}",
            "You are no longer on the waiting list and have no seat in {course}.\n\n{when}\n{place}\n\n{link}",
        ),
    },
    "reminder": {
        "sv": (
            "Påminnelse: {course} {date}",
            "Snart är det dags för {course}.\n\n{date} {time}\n{place}\n\n"
            "Kan du inte komma? Avboka så att någon annan får platsen:\n{link}",
        ),
        "da": (
            "Påmindelse: {course} {date}",
            "Snart er det tid til {course}.\n\n{date} {time}\n{place}\n\n"
            "Kan du ikke komme? Meld afbud, så en anden får pladsen:\n{link}",
        ),
        "en": (
            "Reminder: {course} {date}",
            "It will soon be time for {course}.\n\n{date} {time}\n{place}\n\n"
            "Can you not come? Cancel, so that somebody else gets the seat:\n{link}",
        ),
    },
    "message": {
        "sv": ("{course}: {subject}", "{text}\n\nDet gäller {course}:\n{when}\n{place}\n\n{link}"),
        "da": ("{course}: {subject}", "{text}\n\nDet gælder {course}:\n{when}\n{place}\n\n{link}"),
        "en": ("{course}: {subject}", "{text}\n\nThis is about {course}:\n{when}\n{place}\n\n{link}"),
    },
}

EXAMPLE: dict[str, str] = {
    "course": "Nyckelpersoner", "date": "2027-03-24", "time": "09:00-11:00 (Stockholm)", "place": "Sal 2, Storgatan 1",
    "when": "2027-03-24 09:00-11:00 (Stockholm)", "link": "https://startklar.example/training/enrolments/0197",
    "expires": "2027-03-20 16:00", "subject": "Ta med dator", "text": "Ta med din dator och laddare.",
}  # fmt: skip
"""What a preview is filled with: nobody's data."""
