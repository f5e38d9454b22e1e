"""What can go wrong with tables of figures."""

from shared.kit.problems import Conflict, Invalid, NotFound
from shared.kit.text import Text


class TableMissing(NotFound):
    slug = "statistics-template-not-found"


class ExportMissing(NotFound):
    slug = "statistics-export-not-found"


class TableKeyTaken(Conflict):
    slug = "statistics-template-key-taken"
    title = Text(
        sv="Det finns redan en tabell med den nyckeln",
        en="There is a table with this key already",
        da="Der findes allerede en tabel med den nøgle",
    )


class DayToCome(Invalid):
    slug = "statistics-day-to-come"
    title = Text(
        sv="Mätdagen ligger i framtiden; det går bara att räkna det som har varit",
        en="The reference date lies in the future; only what has been can be counted",
        da="Måledagen ligger i fremtiden; kun det, der har været, kan tælles",
    )
