"""The smallest pieces of the template format: keys, references, and the base that every row is made from."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from shared.kit.text import Text

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
TemplateKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
VersionNumber = Annotated[str, StringConstraints(pattern=r"^\d{1,4}\.\d{1,4}\.\d{1,4}$")]
# HAN-A1.05, HAN-MG1.1, AU-F2.1, HAN-RC1, and families such as HAN-X, AU-M, X-TEST.
SourceRef = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,10}-[A-Za-z0-9]{1,20}(\.[0-9]{1,3})?$")]
Basis = Literal["source", "startklar"]
Count = Annotated[int, Field(ge=0, le=1_000_000)]


class Part(BaseModel):
    """Base of everything inside a template: frozen, and a misspelt key is an error, never ignored.

    Files write snake_case, the API camelCase.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    def walk(self, pointer: str = "#") -> Iterator[tuple[str, "Part"]]:
        """This part and every part inside it with the JSON pointer to each, in the order of the format."""
        yield pointer, self
        for name in type(self).model_fields:
            yield from _walk_into(getattr(self, name), f"{pointer}/{to_camel(name)}")


def _walk_into(value: Any, pointer: str) -> Iterator[tuple[str, Part]]:
    if isinstance(value, Part):
        yield from value.walk(pointer)
        return
    inner: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, (tuple, list)):
        inner = enumerate(value)
    elif isinstance(value, dict):
        inner = value.items()
    for key, item in inner:
        yield from _walk_into(item, f"{pointer}/{key}")


class Uncertainty(Part):
    """What the source left unclear about a row, and the other reading. `alternative_side` is a party side."""

    note: Text
    alternative_side: Literal["customer", "supplier", "joint", "third_party", "programme"] | None = None
    source_text: str | None = Field(default=None, max_length=500)


class Row(Part):
    """A row that carries requirement rows: `source_ref` its own, `carries` further ones that it also holds.

    `source_ref` is null for what is ours (`basis: startklar`).
    """

    source_ref: SourceRef | None = None
    carries: tuple[SourceRef, ...] = ()
    basis: Basis = "source"
    source_uncertain: Uncertainty | None = None


class SourceRow(Row):
    """A row that the source numbers."""

    source_ref: SourceRef


class Container(Row):
    """A row whose content may be missing in the source: then it is empty and marked, and never invented.

    `source_text` is what the source has in its place, such as "shown as an image only" (requirements 1.7).
    """

    is_empty: bool = False
    source_text: str | None = Field(default=None, max_length=2000)

    def content(self) -> tuple[Part, ...]:
        """What must be absent where `is_empty` is true, and present where it is not."""
        raise NotImplementedError
