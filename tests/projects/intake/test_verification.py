"""What sync proves becomes the signal `sync_verified`, of the whole and of single units, and says where it is worst."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.projects.gate.evaluation import judge
from services.projects.gate.facts import Facts
from services.projects.gate.models import GateCriterion
from services.projects.intake.tasks import on_verification_changed
from services.projects.signal.models import Signal
from shared.contracts.sync_verification import Drift, VerificationChanged
from shared.kit.ids import new_id
from tests.projects.conftest import CreateRollout
from tests.projects.conftest import Facts as TellFacts

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TENANT, UNIT, OTHER = new_id(), new_id(), new_id()
HELD = {"days": 14, "drift": 0, "registerOk": True, "platformOk": True, "worstUnitId": None}


def _signal(value: dict[str, Any], unit: UUID | None = None) -> Signal:
    return Signal(
        tenant_id=TENANT,
        source="sync",
        kind="sync_verified",
        scope="unit" if unit else "tenant",
        scope_id=unit or TENANT,
        key="",
        value=value,
        observed_at=NOW,
        event_id=new_id(),
        position=1,
    )


def _judged(
    *signals: Signal, names: dict[UUID, str] | None = None, units: list[str] | None = None
) -> tuple[str, str, dict[str, Any]]:
    criterion = GateCriterion(
        tenant_id=TENANT,
        gate_id=new_id(),
        key="sync-verified",
        position=1,
        kind="sync_verified",
        params={"min_days": 14, "max_drift": 0, "max_age_days": 7, "units": units or []},
        title={},
        basis="source",
    )
    seen = judge(criterion, Facts(now=NOW, signals=signals, unit_names=names or {}))
    return seen.state.value, seen.observation.explanation.en, seen.observation.evidence


def test_a_gate_of_a_wave_waits_for_its_own_units_alone() -> None:
    failing = _signal(HELD | {"days": 0, "drift": 9})
    mine, later = _signal(HELD, UNIT), _signal(HELD | {"days": 1, "drift": 1}, OTHER)
    assert _judged(failing, mine, later, units=[str(UNIT)])[0] == "met"
    state, words, _ = _judged(failing, mine, later, units=[str(UNIT), str(OTHER)])
    assert (state, words.split(";")[0]) == ("unmet", "The transfer has held for 1 day with 1 deviation")
    assert _judged(failing, mine, units=[str(UNIT), str(OTHER)])[0] == "unknown"


def test_the_whole_decides_and_the_worst_unit_is_named() -> None:
    assert _judged(_signal(HELD), _signal(HELD | {"days": 0, "drift": 9}, UNIT))[0] == "met"
    failing = HELD | {
        "days": 0,
        "drift": 2,
        "platformOk": False,
        "worstUnitId": str(UNIT),
        "reasons": ["platform_differs"],
    }
    state, text, evidence = _judged(_signal(failing), names={UNIT: "Fjällvikens skola"})
    assert state == "unmet"
    assert "the platform's own export does not agree" in text
    assert text.endswith("worst: Fjällvikens skola")
    assert evidence["worstUnitId"] == str(UNIT)
    assert evidence["reasons"] == ["platform_differs"]


def test_where_only_units_are_told_all_of_them_must_hold() -> None:
    assert _judged(_signal(HELD, UNIT), _signal(HELD | {"days": 20}, OTHER))[0] == "met"
    state, text, evidence = _judged(_signal(HELD, UNIT), _signal(HELD | {"days": 3}, OTHER))
    assert (state, evidence["days"], evidence["worstUnitId"]) == ("unmet", 3, str(OTHER))
    assert str(OTHER) in text


def test_only_sync_may_tell() -> None:
    forged = _signal(HELD)
    forged.source = "training"
    assert _judged(forged)[0] == "unknown"


def changed(**more: Any) -> VerificationChanged:
    told = {"days": 1, "drift": 0, "parts": Drift(), "register_ok": True, "platform_ok": True}
    return VerificationChanged(verification_id=new_id(), **{**told, **more})


async def test_the_gate_turns_by_what_sync_tells(create_rollout: CreateRollout, facts: TellFacts) -> None:
    options = {"gate_needs_verified_sync": True, "sync_soak_days": 1}
    rollout = await create_rollout(templateVersion="1.1.0", options=options)
    assert (await rollout.criterion("m3", "sync-verified"))["state"] == "unknown"
    told = [
        (changed(days=0, platform_ok=False, parts=Drift(missing=2), drift=2), "unmet"),
        (changed(), "met"),
        (changed(unit_id=new_id(), days=0, drift=4), "met"),  # the whole counts every unit already
        (changed(days=0, drift=1), "unmet"),
    ]
    for event, state in told:
        await facts.tell(on_verification_changed, event, "sync")
        assert (await rollout.criterion("m3", "sync-verified"))["state"] == state
    await facts.tell(on_verification_changed, changed(), "training")
    assert (await rollout.criterion("m3", "sync-verified"))["state"] == "unmet"
