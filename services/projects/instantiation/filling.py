"""Party names in the texts of a template: `{customer}` becomes the name that the project gave."""

from collections.abc import Callable
from typing import Any, TypeVar

from services.projects.template.parts import Part
from shared.kit.text import Text

P = TypeVar("P", bound=Part)
Fill = Callable[[Text], Text]


def filled(part: P, fill: Fill) -> P:
    """The same part with every text filled in, those of the parts inside it too."""
    changed = {
        name: new
        for name in type(part).model_fields
        if (new := _filled(value := getattr(part, name), fill)) is not value
    }
    return part.model_copy(update=changed) if changed else part


def _filled(value: Any, fill: Fill) -> Any:
    if isinstance(value, Text):
        return fill(value)
    if isinstance(value, Part):
        return filled(value, fill)
    if isinstance(value, tuple):
        return tuple(_filled(item, fill) for item in value)
    if isinstance(value, dict):
        return {key: _filled(item, fill) for key, item in value.items()}
    return value
