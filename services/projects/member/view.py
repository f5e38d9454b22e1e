"""Members and coverage as one caller sees them."""

from uuid import UUID

from fastapi import Request

from services.projects.member.coverage import Coverage
from services.projects.member.errors import AlreadyWaived, MemberHasEntered, NotReady, WaveNotOpen
from services.projects.member.models import WaveMember
from services.projects.member.readiness import ReadinessState
from services.projects.member.schemas import (
    CoveragePublic,
    MemberPublic,
    UncoveredMember,
    WaveCoverPublic,
    WaveSimulation,
)
from services.projects.member.service import MemberView, Simulated
from services.projects.programme.rights import refusal_to_run, refusal_to_waive
from services.projects.programme.view import BASE
from services.projects.schedule.delta import show_deltas
from shared.auth.principal import Principal
from shared.kit.text import Lang, Text
from shared.web.actions import allowed_action


def show_member(
    view: MemberView, caller: Principal, request: Request, lang: Lang, *, gates_on_readiness: bool
) -> MemberPublic:
    row = view.member
    path, refused = f"{BASE}/members/{row.id}", refusal_to_run(caller)
    kept = MemberHasEntered.title if row.entered_at or row.waived_at else None
    entered = MemberHasEntered.title if row.entered_at else None
    waived = entered or (AlreadyWaived.title if row.waived_at else None)
    enter = entered or _why_not(view, gates_on_readiness)
    asked = (
        ("change", "PATCH", path, refused),
        ("remove", "DELETE", path, refused or kept),
        ("enter", "POST", f"{path}/entries", refused or enter),
        ("waive", "POST", f"{path}/waivers", refusal_to_waive(caller) or waived),
        ("invite", "POST", f"{path}/invitations", refused),
    )
    computed = {
        "readiness": {"state": view.readiness.state, "lacks": list(view.readiness.lacks)},
        "standing": view.standing,
        "waiver": {"at": row.waived_at, "by": row.waived_by, "reason": row.waiver_reason} if row.waived_at else None,
        "invitation": {
            "state": _invitation(row),
            "invited_at": row.invited_at,
            "accepted_at": row.accepted_at,
        },
        "allowed_actions": [
            allowed_action(request, lang, name, method, href, refused=why)  # type: ignore[arg-type]
            for name, method, href, why in asked
        ],
    }
    return MemberPublic.model_validate(row.model_dump() | computed)


def show_coverage(found: Coverage) -> CoveragePublic:
    return CoveragePublic(
        expected=found.expected,
        known=found.known,
        assigned=found.assigned,
        planned_min=found.planned_min,
        planned_max=found.planned_max,
        uncovered_min=found.uncovered_min,
        uncovered_max=found.uncovered_max,
        unnamed=None if found.expected is None else max(found.expected - found.known, 0),
        waves=[
            WaveCoverPublic.model_validate(
                one.wave.model_dump()
                | {
                    "wave_id": one.wave.id,
                    "is_counted": one.is_counted,
                    "assigned": one.assigned,
                    "entered": one.entered,
                    "lacking": one.lacking,
                    "beyond": one.beyond,
                }
            )
            for one in found.waves
        ],
        without_wave=[UncoveredMember.model_validate(one.model_dump()) for one in found.without_wave],
    )


def show_simulation(wave_id: UUID, found: Simulated) -> WaveSimulation:
    together = show_deltas(found.deltas)
    return WaveSimulation(
        **dict(together),
        wave_id=wave_id,
        shift_days=found.shift_days,
        newly_late_gate_count=sum(gate.is_newly_late for delta in found.deltas for gate in delta.gates),
        members_without_project=found.without_project,
        projects_left_out=found.left_out,
    )


def _why_not(view: MemberView, gates_on_readiness: bool) -> Text | None:
    if view.member.wave_id is None:
        return WaveNotOpen.title
    is_ready = view.readiness.state in (ReadinessState.ready, ReadinessState.waived)
    return None if is_ready or not gates_on_readiness else NotReady.title


def _invitation(row: WaveMember) -> str:
    if row.accepted_at is not None:
        return "accepted"
    return "none" if row.invite_hash is None else "open"
