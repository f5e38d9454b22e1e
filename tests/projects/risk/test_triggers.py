"""What raises a risk by itself: triggered, quiet, and unknown where nobody told; never quiet by silence."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.projects.plan.vocabulary import RiskTrigger
from services.projects.risk.service import RiskService
from services.projects.risk.triggers import Delivery, Hours, TriggerFacts, judge_trigger
from services.projects.signal.facts import Told
from services.projects.signal.models import Signal
from shared.kit import clock
from shared.kit.ids import new_id
from tests.projects.conftest import LEADER
from tests.projects.risk.conftest import Register

TENANT = new_id()
TODAY = date(2027, 6, 1)
SIGNALS: dict[str, tuple[str, str, str]] = {
    # trigger: source, kind and key of the signal that it reads
    "attendance_below": ("training", "attendance", "key_person"),
    "trained_without_account": ("training", "accounts_missing", "key_person"),
    "key_persons_without_time": ("training", "key_persons", ""),
    "unpurged_copies": ("projects", "copylog_empty", ""),
    "guardians_before_content": ("sync", "guardian_stage", ""),
    "decision_overdue": ("projects", "decision_overdue", ""),
    "training_coverage_below": ("training", "training_coverage", "key_person"),
}


def told(trigger: str, value: dict[str, Any]) -> Told:
    source, kind, key = SIGNALS[trigger]
    signal = Signal(
        tenant_id=TENANT,
        source=source,
        kind=kind,
        scope="tenant",
        scope_id=TENANT,
        key=key,
        value=value,
        observed_at=datetime(2027, 5, 1, tzinfo=UTC),
        event_id=new_id(),
        position=1,
    )
    return Told((signal,))


@pytest.mark.parametrize("trigger", list(RiskTrigger))
def test_what_nobody_told_is_unknown_and_says_so(trigger: RiskTrigger) -> None:
    seen = judge_trigger(trigger, {}, TriggerFacts(TODAY))
    assert (seen.state, seen.explanation.en.startswith("Unknown: ")) == ("unknown", True)


@pytest.mark.parametrize(
    ("trigger", "params", "value", "state"),
    [
        ("attendance_below", {}, {"attended": 79, "invited": 100}, "triggered"),
        ("attendance_below", {}, {"attended": 80, "invited": 100}, "quiet"),
        ("attendance_below", {"minPercent": 90}, {"attended": 80, "invited": 100}, "triggered"),
        ("attendance_below", {"role": "teacher"}, {"attended": 0, "invited": 100}, "unknown"),
        ("attendance_below", {}, {"attended": 0, "invited": 0}, "unknown"),
        ("trained_without_account", {}, {"trained": 9, "granted": 8, "missing": 1, "unknown": 0}, "triggered"),
        ("trained_without_account", {}, {"trained": 9, "granted": 0, "missing": 1, "unknown": 8}, "triggered"),
        ("trained_without_account", {}, {"trained": 9, "granted": 9, "missing": 0, "unknown": 0}, "quiet"),
        ("trained_without_account", {}, {"trained": 9, "granted": 8, "missing": 0, "unknown": 1}, "unknown"),
        ("trained_without_account", {}, {"trained": 0, "granted": 0, "missing": 0, "unknown": 0}, "unknown"),
        (
            "trained_without_account",
            {"role": "teacher"},
            {"trained": 9, "granted": 9, "missing": 0, "unknown": 0},
            "unknown",
        ),
        ("key_persons_without_time", {}, {"appointed": 4, "withoutTime": 1}, "triggered"),
        ("key_persons_without_time", {}, {"appointed": 4, "withoutTime": 0}, "quiet"),
        ("key_persons_without_time", {}, {"appointed": 0, "withoutTime": 0}, "unknown"),
        ("unpurged_copies", {}, {"open": 5, "overdue": 0}, "quiet"),
        ("unpurged_copies", {}, {"open": 5, "overdue": 1}, "triggered"),
        ("guardians_before_content", {}, {"open": True, "contentPercent": 79.5}, "triggered"),
        ("guardians_before_content", {}, {"open": True, "contentPercent": 80}, "quiet"),
        ("guardians_before_content", {}, {"open": False, "contentPercent": 0}, "quiet"),
        ("decision_overdue", {}, {"overdue": 2}, "triggered"),
        ("decision_overdue", {}, {"overdue": 0}, "quiet"),
        ("training_coverage_below", {"minPercent": 50}, {"trained": 49, "needed": 100}, "triggered"),
        ("training_coverage_below", {"minPercent": 50}, {"trained": 50, "needed": 100}, "quiet"),
    ],
)
def test_a_trigger_reads_its_signal(trigger: str, params: dict[str, Any], value: dict[str, Any], state: str) -> None:
    facts = TriggerFacts(TODAY, told(trigger, value))
    assert judge_trigger(RiskTrigger(trigger), params, facts).state == state


@pytest.mark.parametrize(("due", "state"), [(date(2027, 5, 31), "triggered"), (TODAY, "quiet"), (None, "quiet")])
def test_a_third_party_is_late_after_the_last_day_of_its_window(due: date | None, state: str) -> None:
    delivery = Delivery(new_id(), "Licensbolaget", due)
    facts = TriggerFacts(TODAY, deliveries=(delivery,), has_deliveries=True)
    assert judge_trigger(RiskTrigger.third_party_overdue, {}, facts).state == state


def test_deliveries_that_are_all_done_are_quiet() -> None:
    facts = TriggerFacts(TODAY, has_deliveries=True)
    assert judge_trigger(RiskTrigger.third_party_overdue, {}, facts).state == "quiet"


@pytest.mark.parametrize(
    ("planned", "assigned", "state"), [("8", "7.99", "triggered"), ("8", "8", "quiet"), ("0", "0", "quiet")]
)
def test_hours_that_nobody_took_on_raise_a_risk(planned: str, assigned: str, state: str) -> None:
    facts = TriggerFacts(TODAY, hours=Hours(Decimal(planned), Decimal(assigned)))
    assert judge_trigger(RiskTrigger.assigned_hours_below_planned, {}, facts).state == state


async def test_a_trigger_that_goes_off_is_kept_and_told_once(register: Register) -> None:
    risk = await register.add(trigger={"kind": "unpurged_copies"})
    assert risk["trigger"]["state"] == "unknown"
    day = clock.today().isoformat()
    body = {
        "what": "Export",
        "place": "Server",
        "medium": "server",
        "dataClass": "ordinary",
        "isEncrypted": True,
        "madeAt": "2026-01-01T08:00:00Z",
        "purgeDue": "2026-02-01",
    }
    logged = await register.post(f"/projects/{register.rollout.id}/copy-log-entries", body)
    assert logged.status_code == 201, logged.text
    assert (await register.read(risk))["trigger"]["state"] == "triggered"
    for _ in range(2):
        async with register.rollout.service.database.transaction(register.rollout.service.tenant) as session:
            await RiskService(session).recheck(UUID(register.rollout.id))
    found = await register.read(risk)
    assert found["trigger"]["changedAt"].startswith(day)
    journal = (await register.rollout.get(f"/journal-entries?entityId={risk['id']}")).json()["items"]
    assert [entry["action"] for entry in journal].count("risk.trigger") == 2  # unknown first, triggered then


async def test_a_late_third_party_raises_a_risk_from_the_plans_own_rows(register: Register) -> None:
    activity = await register.rollout.activity("HAN-A2.04")
    late = {
        "title": {"sv": "Licensnycklar"},
        "phaseId": activity["phaseId"],
        "kind": "deliverable",
        "side": "third_party",
        "externalParty": "Licensbolaget",
        "window": {"start": "2026-03-01", "end": "2026-03-31", "precision": "month", "tentative": False},
    }
    made = await register.post(f"/projects/{register.rollout.id}/activities", late, LEADER)
    assert made.status_code == 201, made.text
    risk = await register.add(trigger={"kind": "third_party_overdue"})
    assert risk["trigger"]["state"] == "triggered"
    assert risk["trigger"]["evidence"]["activityIds"] == [made.json()["id"]]
