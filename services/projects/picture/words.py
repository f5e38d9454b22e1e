"""The words of pictures and documents, in the reader's language."""

from shared.kit.text import Lang, Text

MONTHS: dict[Lang, tuple[str, ...]] = {
    "sv": ("jan", "feb", "mars", "apr", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec"),
    "da": ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
SIDES = {
    "customer": Text(sv="Kund", en="Customer", da="Kunde"),
    "supplier": Text(sv="Leverantör", en="Supplier", da="Leverandør"),
    "joint": Text(sv="Gemensamt", en="Joint", da="Fælles"),
    "third_party": Text(sv="Tredje part", en="Third party", da="Tredjepart"),
    "programme": Text(sv="Program", en="Programme", da="Program"),
    "nobody": Text(sv="Ingen angiven", en="Nobody stated", da="Ingen angivet"),
}
STATES = {
    "planned": Text(sv="planerad", en="planned", da="planlagt"),
    "started": Text(sv="påbörjad", en="started", da="startet"),
    "done": Text(sv="klar", en="done", da="færdig"),
    "cancelled": Text(sv="inställd", en="cancelled", da="aflyst"),
    "open": Text(sv="öppen", en="open", da="åben"),
    "ready": Text(sv="redo", en="ready", da="klar"),
    "passed": Text(sv="passerad", en="passed", da="passeret"),
    "waived": Text(sv="passerad med undantag", en="passed with a waiver", da="passeret med undtagelse"),
}
TODAY = Text(sv="I dag", en="Today", da="I dag")
TENTATIVE = Text(sv="preliminärt", en="tentative", da="foreløbigt")
CRITICAL = Text(sv="kritiska linjen", en="critical path", da="kritiske vej")
BASELINE = Text(sv="godkänd plan", en="approved plan", da="godkendt plan")
LATE_ONES = Text(sv="sena", en="late", da="forsinkede")
LATE = Text(sv="försenat", en="late", da="forsinket")
DONE = Text(sv="klart", en="done", da="færdigt")
GATE = Text(sv="grind", en="gate", da="port")
WITHOUT_DATES = Text(sv="utan datum", en="without dates", da="uden datoer")
WEEKS = Text(sv="veckor", en="weeks", da="uger")
HOURS = Text(sv="timmar", en="hours", da="timer")
ACTUAL = Text(sv="utfall", en="actual", da="faktisk")
ESTIMATE = Text(sv="beräknat", en="estimate", da="anslået")
UNKNOWN = Text(sv="utan uppgift", en="not stated", da="uden oplysning")
