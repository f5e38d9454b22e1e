"""A template with rows per unit, units to repeat them for, and a plan read back as plain facts."""

from typing import Any
from uuid import UUID

import yaml
from sqlalchemy import text

from services.projects.unit.models import Unit
from shared.kit.ids import new_id
from tests.projects.conftest import BASE, LEADER
from tests.support.services import ServiceUnderTest

CHOICES: dict[str, Any] = {
    "anchors": {"go_live": "2027-08-16"},
    "parties": [{"side": "customer", "name": "Björkby kommun"}],
}
CREATE = CHOICES | {"name": "Per enhet", "templateKey": "per-unit", "templateVersion": "1.0.0"}


def _words(sv: str, en: str) -> dict[str, str]:
    return {"sv": sv, "en": en}


def _row(number: int, **more: Any) -> dict[str, Any]:
    return {
        "source_ref": f"PU-A{number}",
        "phase": "all",
        "side": "customer",
        "title": _words(f"Steg {number} för {{customer}}", f"Step {number} for {{customer}}"),
        "window": {"first": "go_live-2m", "last": "go_live", "precision": "week"},
        **more,
    }


def template(**changed: Any) -> dict[str, Any]:
    """Three rows: one for every school, one for preschools, one for the whole authority."""
    everywhere: dict[str, Any] = {"kinds": ["school"]}
    whole: dict[str, Any] = {
        "key": "per-unit",
        "version": "1.0.0",
        "published": "2026-11-22",
        "title": _words("Per enhet", "Per unit"),
        "description": _words("Rader per enhet", "Rows per unit"),
        "anchors": {"go_live": {"type": "date", "title": _words("Start", "Go live")}},
        "parties": [{"side": "customer", "variable": "customer", "required": True, "title": _words("Kommun", "City")}],
        "options": {"extra": {"type": "bool", "default": False, "title": _words("Mer", "More")}},
        "school_forms": ["preschool", "compulsory"],
        "roles": [
            {
                "source_ref": "PU-R1",
                "key": "leader",
                "side": "customer",
                "title": _words("Ledare", "Leader"),
                "duty": _words("Leder", "Leads"),
            }
        ],
        "tracks": [
            {"source_ref": "PU-S1", "key": "tech", "title": _words("Teknik", "Tech"), "content": _words("Allt", "All")}
        ],
        "phases": [
            {"key": "all", "basis": "startklar", "title": _words("Allt", "All"), "purpose": _words("Klart", "Done")}
        ],
        "activities": [
            _row(1, fan_out=everywhere, checklist=True, section=_words("Start", "Start"), modality="must"),
            _row(2, fan_out={"school_forms": ["preschool"]}, track="tech", duration_days=[1, 3]),
            _row(3, participants=[{"side": "customer", "role": "leader", "raci": "A", "hours": [1, 2.5]}]),
            _row(4, fan_out=everywhere, enabled_if="extra"),
        ],
        "dependencies": [
            {"predecessor": "PU-A1", "successor": "PU-A3", "type": "FS", "lag_days": -2, "basis": "startklar"}
        ],
    }
    return whole | changed


async def publish(service: ServiceUnderTest, document: dict[str, Any]) -> None:
    answer = await service.client.post(
        f"{BASE}/templates", json={"content": yaml.safe_dump(document)}, headers=service.as_(LEADER)
    )
    assert answer.status_code == 201, answer.text


async def add_units(service: ServiceUnderTest, *forms: str, tenant: UUID | None = None) -> list[UUID]:
    """Schools of these forms, one each; `ended` is a school that is closed."""
    ids = [new_id() for _ in forms]
    async with service.database.transaction(tenant or service.tenant) as session:
        for place, (unit, form) in enumerate(zip(ids, forms, strict=True)):
            session.add(
                Unit(
                    tenant_id=tenant or service.tenant,
                    id=unit,
                    name=f"Skola {place}",
                    kind="school",
                    school_forms=[] if form == "ended" else [form],
                    is_ended=form == "ended",
                    roster_version=1,
                )
            )
    return ids


_ROWS = text(
    "SELECT a.source_ref, a.unit_id, p.source_ref AS parent, a.title->>'sv' AS title, a.window_start, a.window_end,"
    " a.is_enabled, a.section->>'sv' AS section, a.track_key, a.modality, a.is_checklist, a.duration_days_max"
    " FROM activity a LEFT JOIN activity p ON p.tenant_id = a.tenant_id AND p.id = a.parent_id"
    " WHERE a.tenant_id = :tenant AND a.project_id = :project ORDER BY a.source_ref, a.unit_id NULLS FIRST"
)
_COUNTS = text(
    "SELECT (SELECT count(*) FROM phase WHERE project_id = :project),"
    " (SELECT count(*) FROM track WHERE project_id = :project),"
    " (SELECT count(*) FROM gate WHERE project_id = :project),"
    " (SELECT count(*) FROM activity_participation WHERE project_id = :project),"
    " (SELECT count(*) FROM dependency WHERE project_id = :project)"
)


async def plan(service: ServiceUnderTest, project: UUID | str, tenant: UUID | None = None) -> tuple[Any, ...]:
    """All facts of a written plan that do not depend on when it was written."""
    held = tenant or service.tenant
    async with service.database.transaction(held) as session:
        values = {"tenant": held, "project": project}
        rows = [tuple(row) for row in (await session.execute(_ROWS, values)).all()]
        counts = tuple((await session.execute(_COUNTS, {"project": project})).one())
    return rows, counts
