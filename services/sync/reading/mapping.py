"""A declared mapping: how the rows of delivered files become canonical rows. Data, sent with an upload or shipped."""

import json
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from services.sync.reading.canonical import ENTITIES

Column = Annotated[str, Field(min_length=1, max_length=100)]
Kind = Literal[
    "unit",
    "person",
    "duty",
    "enrolment",
    "group",
    "membership",
    "responsible",
    "placement",
    "activity",
    "teaching",
    "activity_teacher",
    "absence",
    "account",
]
Word = Annotated[str, Field(max_length=100)]


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)


class When(_Declared):
    """Emit only where the column is not empty, or (`in`) holds one of these, or is an id that was `collected`."""

    column: Column
    among: frozenset[Word] | None = Field(None, alias="in")
    collected: Word | None = None


class Picked(_Declared):
    """A cell of `{type:value}` pairs (OneRoster userIds): take the value of type `pick`."""

    column: Column
    pick: Word


class Emit(_Declared):
    """One canonical row per delivered row (or per element, where `each` names a list cell).

    `repeats` says that the same row is expected many times, as joined files repeat the pupil on every line. `values`
    translates cells, `lists` names fields whose cell is a comma-separated list, `each` the field to emit once per
    element, `collect` puts the person's id into a named set that a later `when` can ask.
    """

    entity: Kind | None = None
    collect: Word | None = None
    repeats: bool = False
    when: tuple[When, ...] | When = ()
    fields: dict[str, Column | Picked] = Field(default_factory=dict, max_length=20)
    constants: dict[str, Word] = Field(default_factory=dict, max_length=20)
    values: dict[str, dict[Word, Word]] = Field(default_factory=dict, max_length=20)
    lists: frozenset[str] = frozenset()
    each: str | None = None

    @property
    def conditions(self) -> tuple[When, ...]:
        return self.when if isinstance(self.when, tuple) else (self.when,)

    @model_validator(mode="after")
    def _fields_exist(self) -> Self:
        if (self.entity is None) == (self.collect is None):
            raise ValueError("an emit names an entity or a set to collect, one of them")
        if self.entity is None:
            if set(self.fields) != {"id"}:
                raise ValueError("a collecting emit fills the field id")
            return self
        spec = ENTITIES[self.entity]
        filled = set(self.fields) | set(self.constants)
        unknown = (filled | set(self.values) | self.lists) - {field.name for field in spec.fields}
        if unknown:
            raise ValueError(f"{self.entity} has no field {', '.join(sorted(unknown))}")
        missing = {field.name for field in spec.fields if field.required} - filled
        if missing:
            raise ValueError(f"{self.entity} needs {', '.join(sorted(missing))}")
        if self.each is not None and self.each not in self.fields:
            raise ValueError("each must name one of fields")
        return self


class MappedFile(_Declared):
    """One delivered file. `trailer` is the first cell of a last row whose second cell counts the rows before it."""

    file: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^/\\]+$")]
    required: bool = True
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    encoding: Literal["utf-8", "cp1252", "utf-16"] | None = None
    trailer: Word | None = None
    skip: tuple[When, ...] | When = ()
    emits: Annotated[tuple[Emit, ...], Field(min_length=1, max_length=20)]

    @property
    def skips(self) -> tuple[When, ...]:
        """A row that any of these is true of is left out."""
        return self.skip if isinstance(self.skip, tuple) else (self.skip,)


class Mapping(_Declared):
    """All files of a delivery, in the order in which they are read.

    `absent_marking` says what it means that no column carries the protection marking: `protected` (fail closed: every
    new person counts as protected) or `filtered` (the source has already left protected persons out). `manifest` says
    that the delivery is no CSV of somebody's own: a OneRoster package, an SS12000 package, STIL's XML.
    """

    name: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[a-z0-9][a-z0-9.-]*$")]
    manifest: Literal["oneroster", "ss12000", "stil"] | None = None
    national_id: Literal["se", "dk", "fi", "no"] = "se"
    absent_marking: Literal["protected", "filtered"] = "protected"
    files: Annotated[tuple[MappedFile, ...], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [file.file.casefold() for file in self.files]
        if len(set(names)) != len(names):
            raise ValueError("every file is declared once")
        return self

    def in_words(self) -> str:
        """The same text for the same mapping in every process: sets have no order of their own."""
        return json.dumps(self.model_dump(by_alias=True), sort_keys=True, default=sorted)


@cache
def shipped(name: str) -> Mapping:
    """A mapping that comes with the service (`oneroster-1.2`, `ss12000-2.1`, `stil-ws17`)."""
    text = files("services.sync.reading").joinpath("profiles", f"{name}.json").read_text(encoding="utf-8")
    return Mapping.model_validate(json.loads(text))


ONEROSTER = "oneroster-1.2"
SS12000 = "ss12000-2.1"
STIL = "stil-ws17"
