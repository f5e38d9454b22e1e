"""Routing and runs as answers."""

from collections.abc import Sequence

from services.projects.transfer.models import MigrationCheck, MigrationFlow, MigrationRun
from services.projects.transfer.routing import WORDS, Placed
from services.projects.transfer.schemas import (
    CheckPublic,
    DoubtPublic,
    FlowPublic,
    PlacedPublic,
    RoutingPublic,
    RunPublic,
)
from shared.kit.text import Text


def show_flow(flow: MigrationFlow) -> FlowPublic:
    reach, use = flow.reach_percent, flow.use_percent
    priority = None if reach is None or use is None else round(reach * use / 100)
    return FlowPublic.model_validate(flow.model_dump() | {"priority": priority})


def show_routing(placed: Sequence[Placed]) -> RoutingPublic:
    return RoutingPublic(is_complete=all(each.is_settled for each in placed), placed=[_placed(each) for each in placed])


def _placed(placed: Placed) -> PlacedPublic:
    flow, destination = placed.flow, placed.destination
    return PlacedPublic(
        content=placed.category.content or (str(flow.content["sv"]) if flow else ""),
        source_ref=flow.source_ref if flow else placed.category.ref,
        outcome=placed.outcome,
        flow_id=flow.id if flow else None,
        destination_id=destination.id if destination else None,
        destination=Text.model_validate(destination.title) if destination else None,
        doubts=[DoubtPublic(code=doubt, detail=WORDS[doubt]) for doubt in placed.doubts],
    )


def show_run(run: MigrationRun, checks: Sequence[MigrationCheck]) -> RunPublic:
    own = [CheckPublic.model_validate(check) for check in checks if check.run_id == run.id]
    return RunPublic.model_validate(run.model_dump() | {"checks": own})
