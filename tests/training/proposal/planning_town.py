"""A small town to plan for: schools with staff, a course, rooms and trainers."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.training.proposal.tasks import solve_plan
from services.training.roster.service import RosterService
from shared.contracts.sync import Change, DutyChange, DutyRole, PersonChange, SchoolForm, UnitChange, UnitKind
from shared.kit import clock
from shared.kit.ids import new_id
from tests.support.jobs import Context
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER

PLANS = "/training/v1/plans"


class PlanContext(Context):
    """`attempt` is the last one unless given."""

    attempt = 3


async def staff(training: ServiceUnderTest, sizes: list[int], *, trainers: int = 2) -> dict[str, Any]:
    """Schools with so many teachers each, and trainers who teach nowhere; gives their ids."""
    units = [new_id() for _ in sizes]
    people: list[list[UUID]] = [[new_id() for _ in range(size)] for size in sizes]
    holders = [new_id() for _ in range(trainers)]
    lines: list[Change] = [unit(each, f"Skola {number}") for number, each in enumerate(units)]
    for school, members in zip(units, people, strict=True):
        lines += [line for who in members for line in teacher(who, school)]
    office = new_id()
    lines += [
        unit(office, "Kontoret"),
        *(line for who in holders for line in teacher(who, office, DutyRole.school_leader)),
    ]
    async with training.database.transaction(training.tenant) as session:
        await RosterService(session).take_in(lines, 1)
    return {"units": units, "people": people, "trainers": holders}


def unit(unit_id: UUID, name: str) -> UnitChange:
    return UnitChange(
        version=1, op="put", id=unit_id, name=name, unit_kind=UnitKind.school, school_forms=(SchoolForm.compulsory,)
    )


def teacher(who: UUID, school: UUID, role: DutyRole = DutyRole.teacher) -> list[Change]:
    return [
        PersonChange(version=1, op="put", id=who, display_name=f"Test {who}", protected=False),
        DutyChange(version=1, op="put", id=new_id(), person_id=who, unit_id=school, role=role, protected=False),
    ]


async def post(training: ServiceUnderTest, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
    url = path if path.startswith("/") else f"/training/v1/{path}"
    return await training.client.post(url, json=body, headers=training.as_(LEADER) | headers)


async def make(training: ServiceUnderTest, path: str, body: dict[str, Any]) -> str:
    """Create something; gives its id."""
    answer = await post(training, path, body)
    assert answer.status_code in (201, 202), answer.text
    return str(answer.json()["id"])


async def room(training: ServiceUnderTest, name: str = "Sal 1", seats: int | None = None) -> str:
    return await make(training, "rooms", {"name": name, "seats": seats})


async def course(training: ServiceUnderTest, low: int = 5, high: int = 10, **more: Any) -> str:
    body = {"key": f"c-{low}-{high}", "title": {"sv": "Kurs", "en": "Course"}, "audience": ["teacher"]}
    return await make(training, "courses", body | {"minSize": low, "maxSize": high} | more)


def slots(number: int) -> list[dict[str, str]]:
    """One slot of three hours on each of so many days from the day after tomorrow."""
    first = (clock.now() + timedelta(days=2)).replace(hour=8, minute=0, second=0, microsecond=0)
    starts = [first + timedelta(days=day) for day in range(number)]
    return [{"startsAt": at.isoformat(), "endsAt": (at + timedelta(hours=3)).isoformat()} for at in starts]


async def ask(training: ServiceUnderTest, **body: Any) -> dict[str, Any]:
    """A plan, made by its job at once; gives it as the API shows it, with its ETag."""
    asked = {"name": "Plan", "seconds": 5, **body}
    return await solved(training, await make(training, "plans", asked))


async def solved(training: ServiceUnderTest, plan: str) -> dict[str, Any]:
    await solve_plan(PlanContext(training, plan=plan))
    return dict(await read(training, f"{PLANS}/{plan}"))


async def read(training: ServiceUnderTest, path: str) -> Any:
    answer = await training.client.get(path, headers=training.as_(LEADER))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def act(training: ServiceUnderTest, plan: dict[str, Any], action: str, body: Any = None) -> Any:
    """The answer to approvals, publications and the like, on the version that is given."""
    return await post(training, f"plans/{plan['id']}/{action}", body, **{"If-Match": f'"{plan["version"]}"'})


async def published(training: ServiceUnderTest, plan: dict[str, Any]) -> dict[str, Any]:
    """The plan, approved and published."""
    for action in ("approvals", "publications"):
        answer = await act(training, plan, action)
        assert answer.status_code == 201, answer.text
        plan = dict(answer.json())
    return plan
