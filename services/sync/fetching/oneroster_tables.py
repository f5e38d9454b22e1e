"""OneRoster 1.2 objects as the rows of the standard's CSV package (1EdTech OneRoster 1.2, REST and CSV bindings)."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.sync.fetching.errors import SourceAnswered

Row = Mapping[str, Any]
Cells = Callable[[Row], Iterator[list[str]]]


@dataclass(frozen=True)
class Column:
    """A column of the package and the path of its value in the object."""

    name: str
    path: tuple[str, ...]
    required: bool = False
    read: Callable[[Any], str] | None = None


def text(value: Any) -> str:
    """A cell. Raises SourceAnswered for what cannot stand in one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise SourceAnswered(reason="shape")


def _reference(value: Any) -> str:
    return text(value.get("sourcedId")) if isinstance(value, dict) else text(value)


def _references(value: Any) -> str:
    return ",".join(map(_reference, _list(value)))


def _words(value: Any) -> str:
    return ",".join(map(text, value)) if isinstance(value, list) else text(value)


def _user_ids(value: Any) -> str:
    pairs = [(text(one.get("type")), text(one.get("identifier"))) for one in _list(value) if isinstance(one, dict)]
    return ",".join(f"{{{kind}:{identifier}}}" for kind, identifier in pairs)


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise SourceAnswered(reason="shape")
    return value


_ID = Column("sourcedId", ("sourcedId",), required=True)
_STATUS = Column("status", ("status",))
TABLES: dict[str, tuple[Column, ...]] = {
    "orgs": (
        _ID,
        _STATUS,
        Column("name", ("name",), required=True),
        Column("type", ("type",)),
        Column("identifier", ("identifier",)),
        Column("parentSourcedId", ("parent",), read=_reference),
        Column("metadata.schoolForms", ("metadata", "schoolForms"), read=_words),
    ),
    "users": (
        _ID,
        _STATUS,
        Column("username", ("username",)),
        Column("userIds", ("userIds",), read=_user_ids),
        Column("givenName", ("givenName",), required=True),
        Column("familyName", ("familyName",), required=True),
        Column("email", ("email",)),
        Column("agentSourcedIds", ("agents",), read=_references),
        Column("metadata.securityMarking", ("metadata", "securityMarking")),
    ),
    "roles": (
        Column("userSourcedId", ("user",), required=True),
        Column("role", ("role",), required=True),
        Column("orgSourcedId", ("org",), required=True, read=_reference),
        Column("beginDate", ("beginDate",)),
        Column("endDate", ("endDate",)),
        Column("metadata.schoolForm", ("metadata", "schoolForm")),
        Column("metadata.schoolYear", ("metadata", "schoolYear")),
    ),
    "classes": (
        _ID,
        _STATUS,
        Column("title", ("title",), required=True),
        Column("classType", ("classType",)),
        Column("schoolSourcedId", ("school",), required=True, read=_reference),
        Column("metadata.schoolForm", ("metadata", "schoolForm")),
    ),
    "enrollments": (
        _ID,
        _STATUS,
        Column("classSourcedId", ("class",), required=True, read=_reference),
        Column("userSourcedId", ("user",), required=True, read=_reference),
        Column("role", ("role",), required=True),
        Column("beginDate", ("beginDate",)),
        Column("endDate", ("endDate",)),
    ),
}


def roles_of(user: Row) -> Iterator[dict[str, Any]]:
    """The roles that a user object holds, as rows of their own."""
    for role in _list(user.get("roles")):
        if not isinstance(role, dict):
            raise SourceAnswered(reason="shape")
        yield {"user": user.get("sourcedId"), **role}


def is_told(row: Row, column: Column) -> bool:
    """Whether the object says anything about the column: a field that is missing everywhere may be withheld from us."""
    value: Any = row
    for step in column.path:
        if not isinstance(value, Mapping) or step not in value:
            return False
        value = value[step]
    return True


def cells(row: Row, columns: Iterable[Column]) -> list[str]:
    """The cells of one object."""
    return [(column.read or text)(_value(row, column.path)) for column in columns]


def _value(row: Row, path: tuple[str, ...]) -> Any:
    value: Any = row
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def line(values: Iterable[str]) -> bytes:
    """One line of CSV."""
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerow(values)
    return target.getvalue().encode()


def manifest() -> bytes:
    """What the package says of itself: bulk, and which files it holds."""
    rows = [("propertyName", "value"), ("manifest.version", "1.0"), ("oneroster.version", "1.2")]
    rows += [(f"file.{name}", "bulk") for name in TABLES]
    return b"".join(line(row) for row in rows)
