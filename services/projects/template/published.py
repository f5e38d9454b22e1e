"""A template version that can be used, wherever it comes from."""

from dataclasses import dataclass
from typing import Literal

from services.projects.template.catalogue import numbers
from services.projects.template.definition import Template


@dataclass(frozen=True)
class Published:
    """A version that can be used. `digest` is the SHA-256 of what exactly was published, hexadecimal."""

    template: Template
    digest: str
    origin: Literal["shipped", "tenant"]

    @property
    def sort_key(self) -> tuple[str, list[int]]:
        """By key, the newest version first."""
        return self.template.key, [-number for number in numbers(self.template.version)]
