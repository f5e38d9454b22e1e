"""Which units a row is repeated for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.projects.plan.vocabulary import SchoolForm
from services.projects.template.work import FanOut
from services.projects.unit.models import Unit


@dataclass(frozen=True)
class UnitRef:
    """What decides whether a row is repeated for a unit."""

    id: UUID
    kind: str
    school_forms: frozenset[str] = frozenset()

    @classmethod
    def of(cls, unit: Unit) -> "UnitRef":
        return cls(unit.id, unit.kind, frozenset(unit.school_forms))

    @classmethod
    def thawed(cls, frozen: dict[str, Any]) -> "UnitRef":
        return cls(UUID(frozen["id"]), frozen["kind"], frozenset(frozen["schoolForms"]))

    def frozen(self) -> dict[str, Any]:
        return {"id": str(self.id), "kind": self.kind, "schoolForms": sorted(self.school_forms)}


def selected(fan_out: FanOut, units: Sequence[UnitRef], school_forms: Sequence[SchoolForm]) -> list[UnitRef]:
    """The units that fit, in their order: of a wanted kind and form, and with a form that the project is about.

    A unit whose forms nobody has told fits wherever no form is asked for.
    """
    project = {form.value for form in school_forms}
    wanted = {form.value for form in fan_out.school_forms}
    return [
        unit
        for unit in units
        if unit.kind in fan_out.kinds
        and (not wanted or wanted & unit.school_forms)
        and (not unit.school_forms or project & unit.school_forms)
    ]
