"""Short ways to signals: key persons, sessions that are over, and what the service tells of them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.training.access.service import AccessService
from services.training.signal.service import SignalService
from shared.contracts.sync_access import AccountSeen, PlatformSeen
from shared.kit import clock
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster, create_session, enrol, mark


async def appoint(training: ServiceUnderTest, unit: UUID, person: UUID) -> None:
    body = {"personId": str(person), "unitId": str(unit)}
    made = await training.client.post("/training/v1/appointments", json=body, headers=training.as_(LEADER))
    assert made.status_code == 201, made.text


async def key_persons(training: ServiceUnderTest, people: int = 2) -> dict[str, Any]:
    """A school whose people are all key persons, and the course that key persons need."""
    found = await create_roster(training, people=people)
    found["course"] = await create_course(training, audience=("key_person",))
    for person in found["people"]:
        await appoint(training, found["unit"], person)
    return found


async def held(training: ServiceUnderTest, course: str, states: dict[UUID, str], *, minutes: int = -180) -> str:
    """A session that is over, and who came; without a state somebody was enrolled and nobody wrote a list."""
    session = await create_session(training, course, capacity=50, minutes=minutes)
    now = clock.now()
    with clock.frozen(now + timedelta(minutes=minutes + 1)):
        made = {(await enrol(training, session, person)).json()["id"]: state for person, state in states.items()}
    marks = {enrolment: state for enrolment, state in made.items() if state}
    if marks:
        assert (await mark(training, session, marks)).status_code == 200
    return session


async def refresh(training: ServiceUnderTest) -> int:
    async with training.database.transaction(training.tenant) as session:
        return await SignalService(session).refresh()


async def see(training: ServiceUnderTest, accounts: list[AccountSeen], observed_at: datetime, **sight: Any) -> None:
    """A look at the platform, as sync tells it."""
    shown = {"is_whole": True, "tells_login": True, "comparison_id": new_id(), "observed_at": observed_at} | sight
    async with training.database.transaction(training.tenant) as session:
        await AccessService(session).take_in(accounts, PlatformSeen.model_validate(shown))


async def signal(training: ServiceUnderTest, kind: str, key: str = "", unit: UUID | None = None) -> dict[str, int]:
    """The value of a stored signal, without the fields that are zero; empty where there is none."""
    await refresh(training)
    url = f"/training/v1/signals?limit=200&kind={kind}"
    rows = (await training.client.get(url, headers=training.as_(LEADER))).json()["items"]
    found = [row["value"] for row in rows if (row["key"], row["unitId"]) == (key, str(unit) if unit else None)]
    return {name: value for name, value in found[0].items() if value} if found else {}


async def set_wave(training: ServiceUnderTest, unit: UUID, goes_live_on: str) -> None:
    """The unit is in one wave, whose day is moved."""
    url, headers = "/training/v1/waves", training.as_(LEADER)
    known = (await training.client.get(url, headers=headers)).json()["items"]
    if known:
        body = {"goesLiveOn": goes_live_on}
        asked = await training.client.patch(
            f"{url}/{known[0]['id']}", json=body, headers=headers | {"If-Match": f'"{known[0]["version"]}"'}
        )
    else:
        new = {"name": "Wave 1", "goesLiveOn": goes_live_on, "unitIds": [str(unit)]}
        asked = await training.client.post(url, json=new, headers=headers)
    assert asked.status_code in (200, 201), asked.text
