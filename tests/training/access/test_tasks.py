"""Who has access comes from sync as it runs: a register, the platform's export, and the routes between services."""

import dataclasses
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from cli.demo_roster.model import Municipality
from services.training.access.service import AccessService
from services.training.access.tasks import follow_access
from services.training.forgetting import release_seats
from services.training.roster.tasks import follow_roster
from shared.contracts.sync_access import PlatformSeen, parse_access_page
from shared.kit import clock
from shared.kit.ids import new_id
from shared.queue.changes import ChangeFeed
from tests.support.jobs import Context
from tests.support.services import ServiceUnderTest, Start
from tests.support.training import create_course
from tests.sync.platform.export import Rows, compare, declare_platform, exported, name_platform
from tests.sync.town import oneroster_zip, town
from tests.sync.work import load
from tests.training.signal.facts import held, signal


class SyncTokens:
    """Tokens of our services, by sync's own mint."""

    def __init__(self, sync: ServiceUnderTest) -> None:
        self._sync = sync

    async def token(self, service: str, tenant: UUID | None = None) -> str:
        return self._sync.mint.service_token(service, ["changes:read"], tenant)


async def _rows(sync: ServiceUnderTest, **asked: Any) -> httpx.Response:
    token = sync.mint.service_token("sync", ["changes:read"], sync.tenant)
    headers = {"Authorization": f"Bearer {token}"}
    return await sync.client.get("/internal/platform-access", params=asked, headers=headers)


async def test_what_the_platforms_export_shows_decides_who_has_access(
    committed_service: Start, training: ServiceUnderTest
) -> None:
    sync = await committed_service("sync")
    small = town()
    await load(sync, oneroster_zip(small))
    training = dataclasses.replace(training, tenant=sync.tenant)
    feed = ChangeFeed({"sync": "http://sync.test"}, SyncTokens(sync), httpx.ASGITransport(app=sync.app))
    await follow_roster(feed, None, release_seats)(Context(training))
    assert (await _rows(sync)).content.count(b"\n") == 1, "no platform, nothing known"

    course = await create_course(training, audience=("teacher",))
    async with training.database.transaction(training.tenant) as session:
        found = await session.execute(text("SELECT DISTINCT person_id FROM duty WHERE role = 'teacher' ORDER BY 1"))
        teachers = list(found.scalars())
    await held(training, course, dict.fromkeys(teachers, "attended"))
    platform = await declare_platform(sync)

    async def followed(**spoilt: Any) -> dict[str, int]:
        done = await compare(sync, exported(small, lambda rows: _spoil(rows, **spoilt)))
        assert done["state"] == "done"
        await follow_access(feed)(Context(training))
        with clock.frozen(clock.now() + timedelta(hours=26)):
            return await signal(training, "access", "teacher")

    assert await followed() == {"trained": len(teachers), "unknown": len(teachers)}, "nobody named it the platform"
    assert (await name_platform(sync, platform, acr="urn:startklar:loa:strong")).status_code == 200
    assert await followed(shut=True) == {"trained": len(teachers), "granted": len(teachers) - 1, "missing": 1}
    assert await followed() == {"trained": len(teachers), "granted": len(teachers)}

    old = await _staff_alone(sync, small)
    current = UUID((await compare(sync, exported(small)))["id"])
    assert (await _rows(sync, cursor=old)).status_code == 409
    assert (await _rows(sync, cursor="x")).status_code == 422
    other = await declare_platform(sync, "andra")
    assert (await compare(sync, exported(small, lambda rows: rows.pop()), key="andra"))["state"] == "done"
    seen = parse_access_page((await _rows(sync)).content)[1]
    assert seen.comparison_id == current, "another source says nothing of the platform"
    assert (await name_platform(sync, other, acr="urn:startklar:loa:strong")).status_code == 200
    assert parse_access_page((await _rows(sync)).content)[1].comparison_id != current


async def _staff_alone(sync: ServiceUnderTest, small: Municipality) -> str | None:
    """Look through the pages; the cursor of the second."""
    first = await _rows(sync, limit=2)
    lines, end = parse_access_page(first.content)
    assert (len(lines), end.is_whole, end.tells_login) == (2, True, True)
    names = {part for person in small.persons for part in (person.given, person.family, person.login) if part}
    assert not any(name in first.text for name in names)
    staff, cursor = {line.person_id for line in lines}, end.next
    while cursor:
        lines, end = parse_access_page((await _rows(sync, limit=2000, cursor=cursor)).content)
        staff, cursor = staff | {line.person_id for line in lines}, end.next
    async with sync.database.transaction(sync.tenant) as session:
        pupils = await session.execute(text("SELECT DISTINCT person_id FROM enrolment"))
        protected = await session.execute(
            text("SELECT DISTINCT p.id FROM person p JOIN duty d ON d.person_id = p.id WHERE p.protected")
        )
        assert not staff & set(pupils.scalars())
        assert set(protected.scalars()) <= staff, "of protected staff as of everybody else"
    return parse_access_page(first.content)[1].next


def _spoil(rows: Rows, *, shut: bool = False) -> None:
    """Everybody was in today; with `shut` one teacher's account is closed."""
    for row in rows:
        row["Senast inloggad"] = f"{clock.today().isoformat()} 08:15"
    if shut:
        teacher = next(row["Konto-ID"] for row in rows if row["Roll"] == "Lärare")
        for row in rows:
            if row["Konto-ID"] == teacher:
                row["Status"] = "Avstängd"


async def test_only_our_services_with_a_tenant_may_ask(service: Start) -> None:
    sync = await service("sync")
    url = "/internal/platform-access"
    assert (await sync.client.get(url, headers=sync.as_("register_admin@*"))).status_code == 401
    nobody = sync.mint.service_token("sync", ["changes:read"])
    assert (await sync.client.get(url, headers={"Authorization": f"Bearer {nobody}"})).status_code == 403


@pytest.mark.parametrize("body", [b"", b'{"personId":"x"}\n', PlatformSeen().model_dump_json().encode()[:20]])
def test_a_page_that_was_cut_off_is_no_page(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"cut off|validation"):
        parse_access_page(body)


async def test_an_older_look_takes_nothing_back(training: ServiceUnderTest) -> None:
    seen = {"comparison_id": new_id(), "observed_at": clock.now(), "is_whole": True, "tells_login": True}
    older = seen | {"comparison_id": new_id(), "observed_at": clock.now() - timedelta(days=1)}
    for sight, taken in ((seen, True), (older, False)):
        async with training.database.transaction(training.tenant) as session:
            assert await AccessService(session).take_in([], PlatformSeen.model_validate(sight)) is taken
