"""Whatever is done to rows, in whatever order: each past instant shows what a plain model in Python wrote down then."""

import copy
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.models import Activity, ActivityParticipation
from services.projects.phase.models import Phase
from services.projects.project.models import Project
from shared.kit import clock
from shared.kit.db import Database
from shared.kit.ids import new_id
from tests.projects.history.conftest import hour
from tests.support.databases import Clone, rolled_back

# Values whose text is easily bent on the way through JSON and back.
TEXTS = st.text("aåä'\"\\{}:%☃ \t\n", max_size=6)
TITLES = st.dictionaries(st.sampled_from(["sv", "en"]), TEXTS, max_size=2)
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
ACTIVITY = st.fixed_dictionaries(
    {"title": TITLES, "note": st.none() | TITLES, "notes": TEXTS, "is_enabled": st.booleans(), "links": st.lists(TEXTS)}
    | {"done_at": st.none() | MOMENTS, "position": st.integers(0, 2**31 - 1)}
)
PARTICIPATION = st.fixed_dictionaries({"actual_hours": st.none() | st.decimals(0, 999_999, places=2)})
ACTS: st.SearchStrategy[tuple[str, int, dict[str, Any], dict[str, Any]]] = st.one_of(
    st.tuples(st.just("insert"), st.integers(0, 2), ACTIVITY, PARTICIPATION),
    st.tuples(st.just("update"), st.integers(0, 2), ACTIVITY, PARTICIPATION),
    st.tuples(st.just("delete"), st.integers(0, 2), st.just({}), st.just({})),
)
# Each inner list is one transaction.
HISTORIES = st.lists(st.lists(ACTS, min_size=1, max_size=4), min_size=1, max_size=8)

State = dict[UUID, dict[str, Any]]


class Plan:
    """A project with one phase and no activities, and ways to change and read it."""

    def __init__(self, database: Database) -> None:
        self.database, self.tenant, self.project, self.phase = database, new_id(), new_id(), new_id()
        self.rows: dict[int, UUID] = {}
        self.state: State = {}

    @property
    def key(self) -> dict[str, Any]:
        return {"tenant_id": self.tenant, "project_id": self.project}

    async def create(self) -> None:
        async with self.database.transaction(self.tenant) as session:
            project: dict[str, Any] = {
                "name": "A",
                "template_key": "k",
                "template_version": "1",
                "template_digest": "d",
            }
            project |= {"state": "active", "stage": "implementation", "plan_state": "draft"}
            lists: dict[str, Any] = {"anchors": {}, "options": {}, "school_forms": [], "created_by": new_id()}
            session.add(Project(tenant_id=self.tenant, id=self.project, **project, **lists))
            await session.flush()
            session.add(Phase(**self.key, id=self.phase, key="p", position=1, title={}, purpose={}))

    async def act(
        self, session: AsyncSession, act: str, number: int, row: dict[str, Any], part: dict[str, Any]
    ) -> None:
        """Insert what is not there, change or remove what is; the model follows. Anything else is no act."""
        known = self.rows.get(number)
        if act == "insert" and known is None:
            made = self.rows[number] = new_id()
            session.add(Activity(**self.key, id=made, phase_id=self.phase, kind="task", **row))
            await session.flush()
            given_: dict[str, Any] = {"id": made, "activity_id": made, "side": "customer", "raci": "R"}
            session.add(ActivityParticipation(**self.key, **given_, **part))
            await session.flush()
            self.state[made] = {**row, **part}
        elif act == "update" and known is not None:
            await session.execute(update(Activity).where(col(Activity.id) == known).values(**row))
            of_it = col(ActivityParticipation.activity_id) == known
            await session.execute(update(ActivityParticipation).where(of_it).values(**part))
            self.state[known] = {**row, **part}
        elif act == "delete" and known is not None:
            await session.execute(delete(ActivityParticipation).where(col(ActivityParticipation.activity_id) == known))
            await session.execute(delete(Activity).where(col(Activity.id) == known))
            del self.rows[number], self.state[known]

    async def read(self) -> State:
        async with self.database.transaction(self.tenant) as session:
            wanted = select(Activity).where(Activity.tenant_id == self.tenant, Activity.project_id == self.project)
            rows = (await session.exec(wanted)).all()
            parts = (await session.exec(select(ActivityParticipation))).all()
            hours = {part.activity_id: part.actual_hours for part in parts}
            fields = ("title", "note", "notes", "is_enabled", "links", "done_at", "position")
            assert hours.keys() == {row.id for row in rows}
            return {
                row.id: {name: getattr(row, name) for name in fields} | {"actual_hours": hours[row.id]} for row in rows
            }


@settings(max_examples=25, deadline=None, database=None)
@given(history=HISTORIES)
async def test_each_instant_shows_the_rows_of_that_instant(worker_database: Clone, history: list[Any]) -> None:
    urls = await worker_database("projects")
    async with rolled_back(urls.app) as connection:
        database = Database(urls.app, bound_to=connection)
        plan, told = Plan(database), [State()]
        with clock.frozen(hour(0)):
            await plan.create()
        for number, acts in enumerate(history, start=1):
            with clock.frozen(hour(number)):
                async with database.transaction(plan.tenant) as session:
                    for act in acts:
                        await plan.act(session, *act)
                told.append(copy.deepcopy(plan.state))
                assert await plan.read() == plan.state
        with clock.frozen(hour(99)):
            for number, then in enumerate(told):
                with clock.looking_back(hour(number)):
                    assert await plan.read() == then
        await database.stop()
