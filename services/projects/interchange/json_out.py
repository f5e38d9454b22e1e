"""A plan as our own JSON: codes and ISO dates, every row with its id, version and fingerprint. Pure."""

import json
from typing import Any

from pydantic.alias_generators import to_camel

from services.projects.interchange.cells import FIELDS, KEYS
from services.projects.interchange.layout import VERSION
from services.projects.interchange.outgoing import OutPlan, OutRow, based

FORMAT = "startklar-plan"
_FIELDS = tuple(name for name in (*KEYS, *FIELDS))


def write_json(plan: OutPlan) -> bytes:
    document = {
        "format": FORMAT,
        "formatVersion": VERSION,
        "projectId": plan.project,
        "name": plan.name,
        "language": plan.lang,
        "madeAt": plan.made_at.isoformat(),
        "phases": [part.model_dump() for part in plan.phases],
        "tracks": [part.model_dump() for part in plan.tracks],
        "activities": [_row(row) for row in plan.rows],
        "hours": [{to_camel(name): value for name, value in each.model_dump().items()} for each in plan.hours],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _row(row: OutRow) -> dict[str, Any]:
    cells = based(row.cells, _FIELDS)
    extra = {"parent_id": row.parent, "unit_name": row.unit_name, "is_enabled": row.is_enabled}
    return {to_camel(name): value for name, value in (cells | extra).items()}
