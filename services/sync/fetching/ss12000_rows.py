"""What is told about the objects of an SS12000 register while they pass: ids, the newest change, what they refer to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Row = dict[str, Any]

# Endpoint -> the kinds of canonical rows that come from it, in the order in which they are asked for.
ENTITIES: dict[str, frozenset[str]] = {
    "organisations": frozenset({"unit"}),
    "persons": frozenset({"person", "enrolment", "responsible"}),
    "groups": frozenset({"group", "membership"}),
    "duties": frozenset({"duty", "membership"}),
    "placements": frozenset({"placement"}),
    "activities": frozenset({"activity", "teaching", "activity_teacher", "membership"}),
    "syllabuses": frozenset(),
}
# Lists within an object that are tables of their own.
_LISTS = {
    "persons": ("enrolments", "responsibles"),
    "groups": ("groupMemberships",),
    "duties": ("assignmentRole",),
    "activities": ("groups", "teachers"),
}
_DERIVED = {"activities.teachers": "activities.groups.teachers"}
# A watermark goes back by this much: clocks of one register's machines differ, and a change is seen when it is stored.
OVERLAP = timedelta(minutes=10)


@dataclass
class Tally:
    """Of one endpoint: the ids, how many came twice, the newest `meta.modified`, which tables had rows."""

    entity: str
    ids: set[str] = field(default_factory=set)
    twice: int = 0
    newest: datetime | None = None
    seen: set[str] = field(default_factory=set)

    def take(self, row: Row) -> bool:
        """Note a row; False where its id was there before."""
        if row["id"] in self.ids:
            self.twice += 1
            return False
        self.ids.add(row["id"])
        changed = changed_at(row)
        if changed is not None and (self.newest is None or changed > self.newest):
            self.newest = changed
        self.seen |= tables_of(self.entity, row)
        return True


def tables_of(entity: str, row: Row) -> set[str]:
    """The tables that this object has rows in."""
    inner = {f"{entity}.{name}" for name in _LISTS.get(entity, ()) if row.get(name)}
    return {entity} | inner | {derived for name, derived in _DERIVED.items() if name in inner}


def changed_at(row: Row) -> datetime | None:
    """When the object was last changed, by the register's clock."""
    meta = row.get("meta")
    told = meta.get("modified") or meta.get("created") if isinstance(meta, dict) else None
    return moment(told) if isinstance(told, str) else None


def moment(text: str) -> datetime | None:
    """An RFC 3339 time; None where it is none, or year 1, as which some write none. One without an offset is UTC."""
    try:
        at = datetime.fromisoformat(text)
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year > 1 else None


def watermark(newest: datetime | None, asked: datetime) -> str | None:
    """The time to ask for changes after; None where no object told its time. A change that is dated later than the
    register was `asked` is no reason to pass over those that come before that date."""
    return (min(newest, asked) - OVERLAP).isoformat() if newest else None


def persons_in(entity: str, row: Row) -> Iterator[str]:
    """The ids of the persons that an object refers to."""
    references: Iterable[Any] = ()
    if entity == "duties":
        references = (row.get("person"),)
    elif entity == "placements":
        references = (row.get("child"),)
    elif entity in ("groups", "persons"):
        ties = row.get("groupMemberships" if entity == "groups" else "responsibles")
        references = (tie.get("person") for tie in ties if isinstance(tie, dict)) if isinstance(ties, list) else ()
    for reference in references:
        sid = reference.get("id") if isinstance(reference, dict) else None
        if isinstance(sid, str):
            yield sid
