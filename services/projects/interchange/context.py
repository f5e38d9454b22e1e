"""What a parser must know of the project that a file is for. Plain values: it travels to the child process as JSON."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from services.projects.interchange.words import Names
from shared.kit.text import Lang, Text


class Part(BaseModel):
    """A phase or a track."""

    model_config = ConfigDict(frozen=True)

    key: str
    title: Text


class Context(BaseModel):
    """`uids`: rows by their number in MSPDI; `units`: names by id; `sections`: phase keys by another tool's section."""

    model_config = ConfigDict(frozen=True)

    project: str
    lang: Lang = "sv"
    phases: tuple[Part, ...] = ()
    tracks: tuple[Part, ...] = ()
    units: dict[str, str] = Field(default_factory=dict)
    uids: dict[int, str] = Field(default_factory=dict)
    sections: dict[str, str] = Field(default_factory=dict)
    default_phase: str | None = None
    system: str | None = None

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> "Context":
        return cls.model_validate(value)

    def names(self, field: str) -> Names:
        """The names of phases (`phase`) or tracks (`track`)."""
        return Names([(part.key, part.title) for part in (self.phases if field == "phase" else self.tracks)])

    def phase_of_section(self, section: str | None, names: Names) -> str | None:
        """The phase to which a section of another tool belongs: as was said, else of the same name."""
        if section is None:
            return None
        said = {name.casefold().strip(): key for name, key in self.sections.items()}
        return said.get(section.casefold().strip()) or names.find(section)
