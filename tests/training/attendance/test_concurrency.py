"""Many at once: the same person scanning, answering, and jobs that run twice side by side."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.training.catchup.service import CatchUpService
from services.training.certificate.service import CertificateService
from services.training.issuer.service import Issuer
from shared.kit import clock
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster, create_session, enrol
from tests.training.catchup.test_service import missed, set_policy
from tests.training.checkin.test_endpoints import code_of, open_door, scan
from tests.training.feedback.test_endpoints import answer

AT_ONCE = 6


async def count(training: ServiceUnderTest, table: str) -> int:
    async with training.database.transaction(training.tenant) as db:
        return int((await db.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())


async def test_what_happens_at_once_happens_once(committed: ServiceUnderTest) -> None:
    people = (await create_roster(committed, people=4))["people"]
    course = await create_course(committed)
    session = await create_session(committed, course, capacity=2, minutes=-5, trainers=people[:1])
    for person in people[:2]:
        await enrol(committed, session, person)
    await open_door(committed, session)
    code = await code_of(committed, session)
    scans = await asyncio.gather(*(scan(committed, code, people[0]) for _ in range(AT_ONCE)))
    assert {(each.status_code, each.text) for each in scans} == {(200, scans[0].text)}
    assert await count(committed, "attendance_mark") == 1

    await scan(committed, code, people[1])
    assert (await answer(committed, session, people[1], ("useful", 1))).status_code == 204
    async with committed.database.transaction(committed.tenant) as db:  # so that all have read before one writes
        await db.execute(text("SELECT FROM feedback_box FOR UPDATE"))
        asked = [asyncio.create_task(answer(committed, session, people[0], ("useful", 5))) for _ in range(AT_ONCE)]
        await asyncio.sleep(0.5)
    answers = await asyncio.gather(*asked)
    assert Counter(each.status_code for each in answers) == {204: 1, 409: AT_ONCE - 1}

    with clock.frozen(clock.now() + timedelta(hours=3)):
        issued = await asyncio.gather(*(issue(committed) for _ in range(AT_ONCE)))
    assert sorted(issued) == [0] * (AT_ONCE - 1) + [2]
    assert await count(committed, "issuer_key") == 1
    await catch_up_forms_once(committed, course, people[2:])


async def issue(committed: ServiceUnderTest) -> int:
    issuer = Issuer.build(committed.settings.file_key_bytes(), committed.settings.public_url)
    async with committed.database.transaction(committed.tenant) as db:
        return await CertificateService(db, issuer).issue()


async def catch_up_forms_once(committed: ServiceUnderTest, course: str, people: list[UUID]) -> None:
    await set_policy(committed, minSize=2)
    await missed(committed, course, people)

    async def look() -> Any:
        async with committed.database.transaction(committed.tenant) as db:
            return [await CatchUpService(db).look_at(one) for one in await CatchUpService(db).courses()]

    assert sorted(await asyncio.gather(*(look() for _ in range(AT_ONCE)))) == [[0]] * (AT_ONCE - 1) + [[1]]
    await set_policy(committed, minSize=2, mode="create")
    await asyncio.gather(*(look() for _ in range(AT_ONCE)))
    sessions = await committed.client.get("/training/v1/sessions", headers=committed.as_(LEADER))
    assert (await count(committed, "catch_up"), len(sessions.json()["items"])) == (1, 3)
