"""A declared template, data like a mapping: how the roster becomes the files that a platform imports.

Requirements: IM-C13, HAN-I1.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from services.sync.outbound.fields import ROWS, SEALED
from shared.contracts.sync import DutyRole, GroupKind, SchoolForm

Header = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")]
Word = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
RowsKind = Literal["units", "persons", "enrolments", "placements", "duties", "groups", "memberships", "responsibles"]
FILE_NAME = r"^[A-Za-z0-9ÅÄÖåäöÆØæø_][A-Za-z0-9ÅÄÖåäöÆØæø._ -]*\.(csv|txt)$"


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)


class OutColumn(_Declared):
    """One column, and what the platform demands of its cells. `form` text takes everything but a formula."""

    header: Header
    required: bool = False
    max_length: int = Field(200, ge=1, le=2000)
    form: Literal["text", "id", "email", "login", "date", "number", "national_id"] = "text"


class Where(_Declared):
    """Which rows: of these units, duty roles, school forms or kinds of groups; empty means all."""

    units: frozenset[UUID] = frozenset()
    roles: frozenset[DutyRole] = frozenset()
    school_forms: frozenset[SchoolForm] = frozenset()
    group_kinds: frozenset[GroupKind] = frozenset()


class Part(_Declared):
    """Rows of one kind. `fill` says by header which field is written, `constants` which word, `values` translates."""

    rows: RowsKind
    fill: dict[Header, str] = Field(min_length=1, max_length=50)
    constants: dict[Header, Word] = Field(default_factory=dict, max_length=50)
    values: dict[Header, dict[Word, Word]] = Field(default_factory=dict, max_length=50)
    where: Where = Where()

    @model_validator(mode="after")
    def _fields_exist(self) -> Self:
        unknown = set(self.fill.values()) - set(ROWS[self.rows].fields)
        if unknown:
            known = ", ".join(ROWS[self.rows].fields)
            raise ValueError(f"{self.rows} have no field {', '.join(sorted(unknown))}; there are {known}")
        return self


class OutFile(_Declared):
    """One file. `key` names the columns that make a row unique: what a delta removes is told by them alone."""

    file: Annotated[str, Field(max_length=100, pattern=FILE_NAME)]
    columns: Annotated[tuple[OutColumn, ...], Field(min_length=1, max_length=60)]
    key: Annotated[tuple[Header, ...], Field(min_length=1, max_length=6)]
    static: Annotated[tuple[dict[Header, Word], ...], Field(max_length=50)] = ()
    parts: Annotated[tuple[Part, ...], Field(max_length=10)] = ()
    trailer: Word | None = None

    @property
    def headers(self) -> tuple[str, ...]:
        return tuple(column.header for column in self.columns)

    @model_validator(mode="after")
    def _headers_exist(self) -> Self:
        if len(set(self.headers)) != len(self.headers):
            raise ValueError("every header stands once")
        named = {*self.key}.union(*self.static, *({*part.fill, *part.constants} for part in self.parts))
        if unknown := named - set(self.headers):
            raise ValueError(f"no column is called {', '.join(sorted(unknown))}")
        for part in self.parts:
            self._check_key(part)
        return self

    def _check_key(self, part: Part) -> None:
        """Keys are ids: what a removal tells must not be a name, an address or a number."""
        told = {part.fill[header] for header in self.key if header in part.fill}
        if bad := {name for name in told if name in SEALED or name in ROWS[part.rows].personal}:
            raise ValueError(f"{', '.join(sorted(bad))} cannot be a part of the key; use a source id")
        if not told:
            raise ValueError("the key needs a column that every part fills")


class Delta(_Declared):
    """How a delta tells what to do with a row: the column, and its three words."""

    column: Header
    add: Word = "add"
    change: Word = "change"
    remove: Word = "remove"


class Template(_Declared):
    """A whole package: one CSV file, or a zip of several.

    `protected`: leave such persons out, or send them by alias. `on_invalid`: hold the delivery, or leave the row out.
    `national_ids` must be true where a column holds national numbers. What has dates is told while it is in force on
    the day of the package; with `ahead_days` also what begins within so many days, for accounts made before a term.
    """

    name: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[a-z0-9][a-z0-9.-]*$")]
    package: Literal["zip", "single"] = "zip"
    delimiter: Literal[",", ";", "\t", "|"] = ";"
    encoding: Literal["utf-8", "utf-8-sig", "cp1252"] = "utf-8"
    line_end: Literal["crlf", "lf"] = "crlf"
    protected: Literal["leave_out", "alias"] = "leave_out"
    national_ids: bool = False
    on_invalid: Literal["hold", "leave_out"] = "hold"
    ahead_days: int = Field(0, ge=0, le=366)
    delta: Delta | None = None
    files: Annotated[tuple[OutFile, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        names = [file.file.casefold() for file in self.files]
        if len(set(names)) != len(names):
            raise ValueError("every file is declared once")
        if self.package == "single" and len(self.files) != 1:
            raise ValueError("a single file is one file; use zip for several")
        words = [word for file in self.files for word in (*file.headers, file.trailer or "")]
        words += [self.delta.column, self.delta.add, self.delta.change, self.delta.remove] if self.delta else []
        if unwritable := [word for word in words if not _is_writable(word, self.encoding)]:
            raise ValueError(f"{self.encoding} cannot write {', '.join(unwritable)}")
        told = {name for file in self.files for part in file.parts for name in part.fill.values()}
        if told & SEALED and not self.national_ids:
            raise ValueError("set nationalIds to true to send national numbers")
        if self.delta and any(self.delta.column in file.headers for file in self.files):
            raise ValueError("the column of the delta is added to every file; do not declare it")
        return self


def _is_writable(word: str, encoding: str) -> bool:
    try:
        word.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@cache
def shipped(name: str) -> Template:
    """A template that comes with the service."""
    text = files("services.sync.outbound").joinpath("templates", f"{name}.json").read_text(encoding="utf-8")
    return Template.model_validate(json.loads(text))
