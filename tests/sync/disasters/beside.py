"""Placements and activities of the simulated towns, in files beside the OneRoster package, which has none."""

import csv
import io
from collections.abc import Iterable, Sequence

from cli.demo_roster import Municipality
from cli.demo_roster.model import Enrolment
from services.sync.reading.mapping import Mapping
from tests.sync.town import ONEROSTER, repacked

_FILES = {
    "placements.csv": ("placement", {"child": "person", "unit": "unit", "schoolForm": "form"}),
    "activities.csv": ("activity", {"sourceId": "id", "name": "name", "unit": "unit"}),
    "teachings.csv": ("teaching", {"activity": "activity", "group": "group"}),
}
_PACKAGE = ONEROSTER.model_dump(mode="json", by_alias=True)
WIDE = Mapping.model_validate(
    _PACKAGE
    | {
        "files": [
            *_PACKAGE["files"],
            *(
                {"file": file, "required": False, "emits": [{"entity": entity, "fields": fields}]}
                for file, (entity, fields) in _FILES.items()
            ),
        ]
    }
)


def placed_in(town: Municipality) -> list[Enrolment]:
    """Whoever is in preschool or leisure care has a place there as well."""
    return [row for row in town.enrolments if row.form in ("preschool", "leisure")]


def activities_of(town: Municipality) -> list[tuple[str, str, str, str]]:
    """One for each group: its id, name and unit, and the group."""
    return [(f"akt-{group.id}", group.name, group.unit, group.id) for group in town.groups]


def beside(content: bytes, town: Municipality) -> bytes:
    """The package with the files of them."""
    activities = activities_of(town)
    return repacked(
        content,
        placements_csv=_csv(("person", "unit", "form"), [(row.person, row.unit, row.form) for row in placed_in(town)]),
        activities_csv=_csv(("id", "name", "unit"), [row[:3] for row in activities]),
        teachings_csv=_csv(("activity", "group"), [(row[0], row[3]) for row in activities]),
    )


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([header, *rows])
    return text.getvalue().encode()
