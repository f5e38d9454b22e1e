"""The refusal of a plan that contradicts itself."""

from collections.abc import Sequence

from services.projects.instantiation.conflicts import Conflict, conflicts
from services.projects.instantiation.draft import Draft
from services.projects.instantiation.preview_schemas import ConflictPublic
from shared.kit.problems import FieldError, Invalid
from shared.kit.text import Text


class PlanInfeasible(Invalid):
    """The plan holds pairs that contradict each other; `conflicts` shows both places of each."""

    slug = "plan-infeasible"
    title = Text(sv="Planen motsäger sig själv", en="The plan contradicts itself", da="Planen modsiger sig selv")

    def __init__(self, found: Sequence[Conflict]) -> None:
        super().__init__(
            Text(
                sv=f"{len(found)} par i planen kan inte gälla samtidigt; ändra ett datum eller skicka strict: false",
                en=f"{len(found)} pairs in the plan cannot both hold; change a date or send strict: false",
            ),
            errors=[
                FieldError(pointer=f"#/anchors/{place.anchor}", detail=each.text, code=each.code)
                for each in found
                for place in (each.first, each.second)
                if place.anchor is not None
            ],
            conflicts=[ConflictPublic.model_validate(each).model_dump(mode="json", by_alias=True) for each in found],
        )


def demand_feasible(draft: Draft) -> None:
    """Raise PlanInfeasible with every pair that cannot both hold."""
    if found := conflicts(draft):
        raise PlanInfeasible(found)
