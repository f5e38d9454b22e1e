"""The words of reports, in the reader's language."""

from shared.kit.text import Lang, Text


def _t(sv: str, en: str, da: str) -> Text:
    return Text(sv=sv, en=en, da=da)


COVERAGE = _t("Utbildade per enhet och roll", "Trained by unit and role", "Uddannede pr. enhed og rolle")
NOBODY = _t("Ingen behöver utbildning", "Nobody needs training", "Ingen behøver uddannelse")
AUTHORITY = _t("Hela huvudmannen", "The whole authority", "Hele myndigheden")
LEGEND = _t(
    "Rutan säger hur många procent som är utbildade, och hur många av hur många",
    "Each cell says what percentage is trained, and how many of how many",
    "Hvert felt siger, hvor mange procent der er uddannet, og hvor mange af hvor mange",
)
CALENDAR = _t("Utbildningstillfällen", "Training sessions", "Uddannelsessessioner")
NOTHING = _t("Inga tillfällen", "No sessions", "Ingen sessioner")
MORE = _t("fler", "more", "flere")
WEEK = _t("v.", "wk", "uge")
LIST = _t("Deltagarlista", "Attendance list", "Deltagerliste")
COSTS = _t("Vikariekostnad", "Substitute cost", "Vikarudgift")
ELSEWHERE = _t("Utan enhet", "Without a unit", "Uden enhed")
ERASED = _t("Raderad person", "Erased person", "Slettet person")

HEADINGS = {
    "unit": _t("Enhet", "Unit", "Enhed"),
    "role": _t("Roll", "Role", "Rolle"),
    "trained": _t("Utbildade", "Trained", "Uddannede"),
    "needed": _t("Behöver", "Needed", "Behov"),
    "percent": _t("Procent", "Percent", "Procent"),
    "date": _t("Datum", "Date", "Dato"),
    "from": _t("Från", "From", "Fra"),
    "to": _t("Till", "To", "Til"),
    "zone": _t("Tidszon", "Time zone", "Tidszone"),
    "course": _t("Kurs", "Course", "Kursus"),
    "place": _t("Plats", "Place", "Sted"),
    "room": _t("Rum", "Room", "Lokale"),
    "taken": _t("Anmälda", "Taken", "Tilmeldte"),
    "capacity": _t("Platser", "Seats", "Pladser"),
    "name": _t("Namn", "Name", "Navn"),
    "units": _t("Enheter", "Units", "Enheder"),
    "state": _t("Närvaro", "Attendance", "Fremmøde"),
    "signature": _t("Underskrift", "Signature", "Underskrift"),
    "trainers": _t("Utbildare", "Trainers", "Undervisere"),
    "when": _t("Tid", "Time", "Tid"),
    "people": _t("Personer", "People", "Personer"),
    "hours": _t("Timmar", "Hours", "Timer"),
    "cost": _t("Kostnad", "Cost", "Udgift"),
    "currency": _t("Valuta", "Currency", "Valuta"),
}
STATES = {
    "confirmed": _t("anmäld", "enrolled", "tilmeldt"),
    "attended": _t("närvarande", "attended", "til stede"),
    "partial": _t("delvis närvarande", "partly attended", "delvist til stede"),
    "no_show": _t("uteblev", "did not come", "udeblev"),
}
ROLES = {
    "key_person": _t("Nyckelperson", "Key person", "Nøgleperson"),
    "school_administrator": _t("Administratör", "Administrator", "Administrator"),
    "advanced_user": _t("Systemförvaltare", "Advanced user", "Superbruger"),
    "teacher": _t("Lärare", "Teacher", "Lærer"),
    "central_administrator": _t("Central administratör", "Central administrator", "Central administrator"),
    "school_leader": _t("Skolledare", "School leader", "Skoleleder"),
    "other": _t("Övriga", "Others", "Øvrige"),
}
WEEKDAYS: dict[Lang, tuple[str, ...]] = {
    "sv": ("mån", "tis", "ons", "tors", "fre", "lör", "sön"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "da": ("man", "tir", "ons", "tor", "fre", "lør", "søn"),
}


def role_name(role: str, lang: Lang) -> str:
    """What a role is called; the roles of an authority's own by their key."""
    return ROLES[role].pick(lang) if role in ROLES else role


def headings(lang: Lang, *names: str) -> list[str]:
    return [HEADINGS[name].pick(lang) for name in names]
