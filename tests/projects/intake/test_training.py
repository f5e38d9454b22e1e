"""What training computes becomes signals that gates and units show; only training may tell it."""

from typing import Any

import pytest

from services.projects.gate.evaluation import judge
from services.projects.gate.facts import Facts
from services.projects.gate.models import GateCriterion
from services.projects.intake.tasks import on_training_signal
from services.projects.signal.models import Signal
from shared.contracts.training_signal import AccessChanged, KeyPersonsChanged, TrainingSignal
from shared.kit import clock
from shared.kit.ids import new_id
from tests.projects.conftest import Facts as TellFacts
from tests.projects.conftest import Rollout
from tests.projects.readiness.test_endpoints import facts_of, readiness
from tests.projects.rows import units

TENANT = new_id()
SEEN = {"trained": 4, "granted": 4, "missing": 0, "pending": 0, "unknown": 0}


def judged(kind: str, value: dict[str, Any], *, source: str = "training", key: str = "", max_open: int = 0) -> str:
    asked = GateCriterion(
        tenant_id=TENANT, gate_id=new_id(), key="key", position=1, kind="training_ready", title={}, basis="source",
        params={"signal": kind, "role": "key_person", "max_open": max_open},
    )  # fmt: skip
    told = Signal(
        tenant_id=TENANT, source=source, kind=kind, scope="tenant", scope_id=TENANT, key=key, value=value,
        observed_at=clock.now(), event_id=new_id(), position=1,
    )  # fmt: skip
    return judge(asked, Facts(now=clock.now(), signals=[told])).state.value


@pytest.mark.parametrize(
    ("kind", "value", "more", "state"),
    [
        ("key_persons", {"missing": 0}, {}, "met"),
        ("key_persons", {"missing": 1}, {}, "unmet"),
        ("key_persons", {"missing": 1}, {"max_open": 1}, "met"),
        ("key_persons", {"missing": 0}, {"source": "identity"}, "unknown"),
        ("attendance", {"noShow": 0, "unmarked": 0}, {"key": "key_person"}, "met"),
        ("attendance", {"noShow": 0, "unmarked": 1}, {"key": "key_person"}, "unknown"),
        ("attendance", {"noShow": 0, "unmarked": 0}, {"key": "teacher"}, "unknown"),
        ("attendance", {"noShow": 2, "unmarked": 0}, {"key": "key_person", "max_open": 1}, "unmet"),
        ("missed", {"missed": 1}, {"key": "key_person"}, "unmet"),
        ("accounts_missing", SEEN, {"key": "key_person"}, "met"),
        ("accounts_missing", SEEN | {"missing": 1}, {"key": "key_person"}, "unmet"),
        ("accounts_missing", SEEN | {"unknown": 1}, {"key": "key_person"}, "unknown"),
        ("accounts_missing", SEEN | {"pending": 1}, {"key": "key_person"}, "unknown"),
        ("trainer_capacity", {"withoutTrainer": 1}, {}, "unmet"),
        ("course_demand", {"waiting": 3, "free": 0}, {"key": "course"}, "unmet"),
        ("course_demand", {"waiting": 3, "free": 1}, {"key": "course"}, "met"),
    ],
)
def test_a_gate_reads_a_signal_of_training(kind: str, value: dict[str, Any], more: dict[str, Any], state: str) -> None:
    assert judged(kind, value, **more) == state


async def test_a_unit_shows_its_key_persons_and_who_reaches_the_platform(rollout: Rollout, facts: TellFacts) -> None:
    (unit,) = await units(rollout, "Almen")

    async def told(event: TrainingSignal) -> None:
        await facts.tell(on_training_signal, event, "training")

    async def seen(kind: str) -> list[tuple[str, int | None, int | None]]:
        shown = facts_of(await readiness(rollout, unit), kind)
        return [(fact["state"], fact["needed"], fact["present"]) for fact in shown]

    about = {"signal_id": new_id(), "unit_id": unit}
    assert await seen("key_persons") == [("unknown", None, None)]
    await told(KeyPersonsChanged(**about, appointed=2, unbooked=2, units=1, missing=1, red=1))
    assert await seen("key_persons") == [("not_ready", 2, 0)]
    await told(KeyPersonsChanged(**about, appointed=2, trained=1, units=1))
    assert await seen("key_persons") == [("ready", 2, 1)]
    assert await seen("access") == [("unknown", None, None)]
    for more, state in (
        ({"unknown": 1}, "unknown"),
        ({"granted": 1}, "ready"),
        ({"missing": 1}, "not_ready"),
        ({"pending": 1}, "unknown"),
    ):  # fmt: skip
        await told(AccessChanged(**about, role="key_person", trained=1, **more))
        assert [each[0] for each in await seen("access")] == [state]
