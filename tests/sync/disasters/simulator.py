"""Plays deliveries against the real planner and the real database, and counts who was wrongly ended.

Everything that one seed does happens in one transaction that is rolled back: towns are loaded once. What the guard
lets through with one person's word is applied without a look, what it stops is shown to two who know the truth.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from cli.demo_roster import Municipality
from services.sync.history.hashing import state_hash
from services.sync.plan.keys import civic_keys
from services.sync.plan.models import Approval, Run
from services.sync.reading.findings import Fatal
from services.sync.reading.process import ReadTask
from services.sync.run.planner import plan_delivery
from services.sync.run.service import RunService
from services.sync.undo.service import UndoService
from services.sync.upload.models import Upload
from shared.kit import clock
from shared.kit.ids import new_id
from tests.sync.disasters.beside import WIDE, activities_of, placed_in
from tests.sync.town import KEY, TODAY, frames

_ENDED = {
    "unit": "SELECT source_id AS a, NULL AS b, NULL AS c FROM planned_unit WHERE run_id = :run AND op = 'end'",
    "group": "SELECT source_id AS a, NULL AS b, NULL AS c FROM planned_school_group WHERE run_id = :run AND op = 'end'",
    "activity": "SELECT source_id AS a, NULL AS b, NULL AS c FROM planned_activity WHERE run_id = :run AND op = 'end'",
    "placement": """
        SELECT p.source_id AS a, u.source_id AS b, n.school_form AS c FROM planned_placement n
        JOIN person p ON p.id = n.child_id JOIN unit u ON u.id = n.unit_id WHERE n.run_id = :run AND n.op = 'end'""",
    "person": "SELECT source_id AS a, NULL AS b, NULL AS c FROM planned_person WHERE run_id = :run AND op = 'end'",
    "enrolment": """
        SELECT p.source_id AS a, u.source_id AS b, n.school_form AS c FROM planned_enrolment n
        JOIN person p ON p.id = n.person_id JOIN unit u ON u.id = n.unit_id WHERE n.run_id = :run AND n.op = 'end'""",
    "duty": """
        SELECT p.source_id AS a, u.source_id AS b, n.role AS c FROM planned_duty n
        JOIN person p ON p.id = n.person_id JOIN unit u ON u.id = n.unit_id WHERE n.run_id = :run AND n.op = 'end'""",
    "membership": """
        SELECT p.source_id AS a, g.source_id AS b, n.role AS c FROM planned_membership n
        JOIN person p ON p.id = n.person_id JOIN school_group g ON g.id = n.group_id
        WHERE n.run_id = :run AND n.op = 'end'""",
    "responsible": """
        SELECT c.source_id AS a, g.source_id AS b, NULL AS c FROM planned_responsible n
        JOIN person c ON c.id = n.child_id JOIN person g ON g.id = n.guardian_id
        WHERE n.run_id = :run AND n.op = 'end'""",
}
# Every so many applied runs are undone, and that undone again.
INVERTED_OF = 5
Key = tuple[str, str | None, str | None]


@dataclass
class Tally:
    """What the seeds of one process came to. `wrongful` names what was ended though it is there, by disaster."""

    seeds: int = 0
    harmless: int = 0
    false_holds: int = 0
    second_looks: int = 0
    applied: int = 0
    stopped: int = 0
    refused: int = 0
    inverted: int = 0
    dripped: int = 0
    rolls: int = 0
    rolls_held: int = 0
    by_name: Counter[str] = field(default_factory=Counter)
    wrongful: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)

    def document(self) -> str:
        return json.dumps(vars(self) | {"by_name": dict(self.by_name)})

    def add(self, document: str) -> None:
        """Add what another process has counted."""
        for name, value in json.loads(document).items():
            mine = getattr(self, name)
            if isinstance(mine, Counter):
                mine.update(value)
            else:
                setattr(self, name, max(mine, value) if name == "dripped" else mine + value)

    def summary(self) -> str:
        """What the run came to. Of what was seen in none of n cases, the 95 % bound of its rate is 3 / n."""
        bad_days = self.seeds - self.by_name["harmless"]
        lines = [
            f"{self.seeds} seeds: {bad_days} disasters and great changes, {self.harmless} harmless deliveries",
            f"wrongful endings: {len(self.wrongful)} (95 % bound of the rate per disaster {3 / max(1, bad_days):.5f})",
            f"false holds: {self.false_holds} of {self.harmless} harmless; second looks: {self.second_looks}",
            f"stopped {self.stopped}, applied {self.applied}, unreadable {self.refused}; undone {self.inverted}",
            f"a slow drip ended at most {self.dripped} persons of a town before it was stopped",
            f"declared year rolls: {self.rolls}, of them held: {self.rolls_held}",
            *(f"{count:6} {name}" for name, count in sorted(self.by_name.items()) if "seed" not in name),
        ]
        return "\n".join(lines + self.wrongful[:20] + self.untold[:20])


def true_ties(town: Municipality) -> dict[str, set[Key]]:
    """What is there in truth, by the ids of the roster's first load."""
    return {
        "unit": {(row.id, None, None) for row in town.units},
        "group": {(row.id, None, None) for row in town.groups},
        "activity": {(row, None, None) for row, *_ in activities_of(town)},
        "placement": {(row.person, row.unit, row.form) for row in placed_in(town)},
        "person": {(row.id, None, None) for row in town.persons},
        "enrolment": {(row.person, row.unit, row.form) for row in town.enrolments},
        "duty": {(row.person, row.unit, row.role) for row in town.duties},
        "membership": {(row.person, row.group, row.role) for row in town.memberships},
        "responsible": {(row.child, row.guardian, None) for row in town.responsibles},
    }


@dataclass
class Play:
    """One seed at work: deliveries of one tenant in one transaction."""

    session: AsyncSession
    tenant: UUID
    tally: Tally
    name: str

    async def deliver(self, content: bytes, source: str = "register") -> Run | None:
        """Plan a delivery; None where it cannot be read at all."""
        upload = Upload(
            tenant_id=self.tenant,
            kind="oneroster_zip",
            source=source,
            state="erased",
            mapping={},
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        self.session.add(upload)
        await self.session.flush()
        run = Run(tenant_id=self.tenant, kind="delivery", source=source, state="queued", upload_id=upload.id)
        self.session.add(run)
        await self.session.flush()
        task = ReadTask(WIDE, civic_keys(KEY, self.tenant), TODAY)
        try:
            await plan_delivery(self.session, run, frames(task, content))
        except Fatal:
            self.tally.refused += 1
            run.state = "failed"
            return None
        return run

    async def wrongly_ended(self, run: Run, truth: Municipality) -> list[str]:
        """Which rows the run would end although they are there."""
        if not any(row["ended"] for row in run.counts.values()):
            return []
        there = true_ties(truth)
        found = []
        for kind, query in _ENDED.items():
            if run.counts[kind]["ended"]:
                rows = await self.session.execute(text(query), {"run": run.id})
                found += [f"{kind} {row.a} {row.b} {row.c}" for row in rows if (row.a, row.b, row.c) in there[kind]]
        return found

    async def approve(self, run: Run, persons: int) -> None:
        """Apply the run upon the word of so many."""
        for _ in range(persons):
            self.session.add(
                Approval(
                    tenant_id=self.tenant,
                    run_id=run.id,
                    account_id=new_id(),
                    plan_hash=run.plan_hash or "",
                    reason="Granskad" if run.guard == "held" else None,
                    approved_at=clock.now(),
                )
            )
        run.state = "applying"
        is_changing = any(row[name] for row in run.counts.values() for name in ("created", "changed", "ended"))
        inverts = is_changing and self.tally.applied % INVERTED_OF == 0
        before = await state_hash(self.session) if inverts else ""
        assert await RunService(self.session).apply_approved(run), run.ended_code
        self.tally.applied += 1
        if inverts:
            await self._invert(run, before)

    async def _invert(self, run: Run, before: str) -> None:
        """Undo the run, look, and undo the undoing."""
        after = await state_hash(self.session)
        undone = run
        for expected in (before, after):
            inverse = await UndoService(self.session).start(undone.id, new_id(), "Simulering")
            await UndoService(self.session).plan(inverse)
            assert await RunService(self.session).apply(inverse)
            assert await state_hash(self.session) == expected, f"{self.name} is not what it was"
            undone = inverse
        self.tally.inverted += 1

    async def judge_disaster(self, run: Run | None, truth: Municipality, codes: Collection[str]) -> None:
        """Apply what one person may let through; what is stopped must say why."""
        if run is None:
            return
        wrong = await self.wrongly_ended(run, truth)
        if run.guard == "clear":
            await self.approve(run, 1)
            self.tally.wrongful += [f"{self.name}: {one}" for one in wrong]
            return
        self.tally.stopped += 1
        said = {reason["code"] for reason in run.guard_reasons}
        if not said & set(codes):
            self.tally.untold.append(f"{self.name}: {sorted(said)}")

    async def judge_harmless(self, run: Run | None, truth: Municipality) -> None:
        """What only tells the truth should go through."""
        assert run is not None, "a whole delivery can be read"
        self.tally.harmless += 1
        self.tally.false_holds += run.guard == "held"
        self.tally.second_looks += run.guard == "second_person"
        wrong = await self.wrongly_ended(run, truth)
        await self.approve(run, 1 if run.guard == "clear" else 2)
        self.tally.wrongful += [f"{self.name}: {one}" for one in wrong]
        if run.guard != "clear":
            self.tally.by_name[f"{self.name} {run.guard} {[reason['code'] for reason in run.guard_reasons]}"] += 1


def chance(seed: int) -> Random:
    return Random(seed)
