"""What must hold of the seats of a session, read from the tables; and a session to try it on."""

from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import text

from services.training.course.models import Course
from services.training.session.models import Session
from services.training.session.seats import Seats
from shared.kit import clock
from shared.kit.db import Database
from shared.kit.ids import new_id

_FACTS = text("""
SELECT s.capacity, s.state,
    (SELECT count(*) FROM free_seat f WHERE f.tenant_id = s.tenant_id AND f.session_id = s.id) AS free,
    count(e.seat) AS taken, count(DISTINCT e.seat) AS seats,
    count(*) FILTER (WHERE e.state = 'waiting') AS waiting,
    count(*) FILTER (WHERE e.state <> 'cancelled') AS people,
    count(DISTINCT e.person_id) FILTER (WHERE e.state <> 'cancelled') AS persons
FROM session s LEFT JOIN enrolment e ON e.tenant_id = s.tenant_id AND e.session_id = s.id
WHERE s.tenant_id = :tenant AND s.id = :session GROUP BY s.tenant_id, s.id
""")


class Place(Protocol):
    """Where the sessions are; a service under test is one."""

    @property
    def database(self) -> Database:
        """Of training's own."""

    @property
    def tenant(self) -> UUID:
        """Whose sessions."""


async def seat_facts(training: Place, session_id: UUID) -> Any:
    """capacity, free, taken, waiting; AssertionError when a seat is given twice, lost, or free while someone waits."""
    async with training.database.transaction(training.tenant) as db:
        facts = (await db.execute(_FACTS, {"tenant": training.tenant, "session": session_id})).one()
    assert facts.taken == facts.seats, "a seat was given twice"
    assert facts.taken <= facts.capacity, "oversold"
    assert facts.people == facts.persons, "somebody is in twice"
    if facts.state == "planned":
        assert facts.free + facts.taken == facts.capacity, "a seat was lost"
        assert not (facts.free and facts.waiting), "a seat is free while somebody waits"
    return facts


async def plan_sessions(training: Place, capacity: int, *, count: int = 1, hours: int = 24, **more: Any) -> list[UUID]:
    """Sessions of one course, a day apart, that begin `hours` from now."""
    async with training.database.transaction(training.tenant) as db:
        course = Course(
            tenant_id=training.tenant, key=f"c-{new_id()}", title={}, mode="on_site", audience=["teacher"],
            min_size=1, max_size=25,
        )  # fmt: skip
        db.add(course)
        await db.flush()
        made = []
        for number in range(count):
            starts = clock.now() + timedelta(hours=hours, days=number)
            planned = Session(
                tenant_id=training.tenant, course_id=course.id, starts_at=starts, place="Room 1",
                ends_at=starts + timedelta(hours=2), zone="Europe/Stockholm", capacity=capacity, **more,
            )  # fmt: skip
            db.add(planned)
            await db.flush()
            await db.execute(
                text("INSERT INTO session_date VALUES (:tenant, :id, :id, :starts, :ends)"),
                {"tenant": training.tenant, "id": planned.id, "starts": starts, "ends": planned.ends_at},
            )
            await Seats(db, planned.id).open(capacity)
            made.append(planned.id)
    return made
