"""Maps of levels of assurance: what each federation's or provider's words are worth here. Data, one YAML file each.

A changed meaning is a new `version` of the same key, since a stored assurance names both. The rules of a map are its
`steps`: the first that decides ends the reading.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from shared.auth import Acr

FOLDER = Path(__file__).with_name("maps")


def _acr(word: object) -> object:
    """Maps write the short name: `strong`."""
    return Acr[word] if isinstance(word, str) and word in Acr.__members__ else word


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Level(_Part):
    """What one value is worth. With `without`, an answer that carries such an attribute contradicts the value, which
    then counts as basic. `ask`: whether the value may stand in a request."""

    acr: Annotated[Acr, BeforeValidator(_acr)]
    without: tuple[str, ...] = ()
    ask: bool = True

    @property
    def factors(self) -> int:
        """How many factors stand behind the value, at least."""
        return 2 if self.acr.at_least(Acr.strong) else 1


class Reading(_Part):
    """Where values stand: a place of every protocol, or an attribute by any of its wire names."""

    place: Literal["contexts", "amr"] | None = None
    attribute: tuple[str, ...] = ()
    name: str = ""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if bool(self.place) is bool(self.attribute):
            raise ValueError("a reading has a place or an attribute")
        return self


class Step(_Part):
    """`several`: which of the values there counts; a value that nobody knows counts as basic where the weakest does,
    and not at all where the strongest does. `decides`: whether any value ends the reading, or only a known one.
    `enough`: the readings that must all be there, any one list of them; else the answer counts as basic.
    """

    readings: tuple[Reading, ...] = Field(min_length=1)
    several: Literal["strongest", "weakest"]
    decides: Literal["present", "known"]
    enough: tuple[tuple[str, ...], ...] = ()
    prefix: str = ""

    @model_validator(mode="after")
    def _named(self) -> Self:
        if {name for names in self.enough for name in names} - {reading.name for reading in self.readings}:
            raise ValueError("`enough` names a reading that is not there")
        return self


class Request(_Part):
    """How a level is asked for: every value that would do, the lowest that would do, always `values`, or not at all."""

    comparison: Literal["exact", "minimum", "always", "none"]
    values: tuple[str, ...] = ()


class LoaMap(_Part):
    """One federation or kind of provider. What a tenant adds to it is worth `own_ceiling` at most: an authority may
    answer for its own second factor, not for an e-legitimation that others review."""

    key: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    version: int = Field(ge=1)
    title: str
    documents: tuple[str, ...] = Field(min_length=1)
    ignored: frozenset[str] = frozenset()
    steps: tuple[Step, ...] = Field(min_length=1)
    request: Request
    levels: dict[str, Level] = Field(min_length=1)
    own_ceiling: Annotated[Acr, BeforeValidator(_acr)] = Acr.strong


# A provider without a map: contexts and methods mean what the tenant says, up to any level. It has version 0, since
# what it means is in the provider's own settings, whose changes are in the journal.
OWN = LoaMap.model_construct(
    key="",
    version=0,
    title="",
    documents=(),
    ignored=frozenset(),
    steps=(
        Step(readings=(Reading(place="contexts"),), several="weakest", decides="known"),
        Step(readings=(Reading(place="amr"),), several="strongest", decides="known"),
    ),
    request=Request(comparison="exact"),
    levels={},
    own_ceiling=Acr.eid3,
)


@cache
def loa_maps() -> Mapping[str, LoaMap]:
    """Every map by its key."""
    read = [LoaMap.model_validate(yaml.safe_load(file.read_bytes())) for file in sorted(FOLDER.glob("*.yaml"))]
    return {one.key: one for one in read}


def find_map(key: str) -> LoaMap:
    """The map; KeyError for a key that is none, so that a removed map lets nobody in by guesswork. '' is OWN."""
    return loa_maps()[key] if key else OWN


def known_map(key: str) -> str:
    """The key, where there is such a map or it is ''; ValueError that names the maps otherwise."""
    if key and key not in loa_maps():
        raise ValueError(f"there is no such map; choose one of {', '.join(loa_maps())}")
    return key


LoaMapKey = Annotated[str, AfterValidator(known_map)]
"""The key of a map, as somebody writes it."""


def with_own(loa_map: LoaMap, own: Mapping[str, str]) -> Mapping[str, Level]:
    """The map's levels and the tenant's additions: only of values that the map does not know, capped by its ceiling."""
    added = {
        value: Level(acr=min(Acr(acr), loa_map.own_ceiling, key=list(Acr).index))
        for value, acr in own.items()
        if value not in loa_map.levels and value not in loa_map.ignored
    }
    return {**loa_map.levels, **added}
