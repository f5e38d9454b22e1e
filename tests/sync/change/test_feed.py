"""The change feed: complete, in pages, in an order that can be applied, for services alone."""

import hashlib
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from cli.demo_roster.model import Enrolment, Membership
from services.sync.change.service import ChangeService, FeedQuery
from shared.contracts.sync import (
    Change,
    DutyChange,
    EnrolmentChange,
    GroupChange,
    MembershipChange,
    PageEnd,
    PersonChange,
    ResponsibleChange,
    UnitChange,
    changes_of,
    parse_page,
)
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest, Start
from tests.sync.town import Roster, oneroster_zip, town


async def pages(
    roster: Roster, after: int = 0, limit: int = 100, kinds: frozenset[str] = frozenset()
) -> tuple[list[Change], list[PageEnd]]:
    changes: list[Change] = []
    ends: list[PageEnd] = []
    cursor = None
    while True:
        async with roster.database.transaction(roster.tenant) as session:
            page, end = parse_page(await ChangeService(session).page(FeedQuery(after, cursor, limit, kinds=kinds)))
        assert len(page) <= limit
        changes += page
        ends.append(end)
        cursor = end.next
        if cursor is None:
            return changes, ends


@pytest.mark.parametrize("limit", [1, 7, 100, 5000])
async def test_all_rows_come_once_whatever_the_size_of_the_pages(roster: Roster, limit: int) -> None:
    small = town(pupils=20)
    await roster.load(oneroster_zip(small))
    changes, ends = await pages(roster, limit=limit)
    assert len({(type(change), change.id) for change in changes}) == len(changes)
    kinds: list[tuple[type[Change], list[Any]]] = [
        (UnitChange, small.units),
        (PersonChange, small.persons),
        (DutyChange, small.duties),
        (EnrolmentChange, small.enrolments),
        (GroupChange, small.groups),
        (MembershipChange, small.memberships),
        (ResponsibleChange, small.responsibles),
    ]
    for kind, rows in kinds:
        assert len([change for change in changes if isinstance(change, kind)]) == len(rows), kind
    assert [end.version for end in ends] == [0] * (len(ends) - 1) + [1]


async def test_who_asks_for_some_kinds_is_told_of_nothing_else(roster: Roster) -> None:
    small = town(pupils=20)
    await roster.load(oneroster_zip(small))
    changes, ends = await pages(roster, limit=7, kinds=frozenset({"unit", "duty"}))
    assert {type(change) for change in changes} == {UnitChange, DutyChange}
    assert len({change.id for change in changes}) == len(changes) == len(small.units) + len(small.duties)
    assert ends[-1].version == 1, "and has read that version to its end"


async def test_ends_come_before_ties(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    small.of_part("pupil")[0].family = "Nyttnamn"  # a person that changed after its enrolment
    await roster.load(oneroster_zip(small))
    assert_ends_before_ties((await pages(roster))[0])


def assert_ends_before_ties(changes: list[Change]) -> None:
    seen: set[UUID] = set()
    for change in changes:
        for column in ("parent_id", "unit_id", "person_id", "group_id", "child_id", "guardian_id"):
            needed = getattr(change, column, None)
            assert needed is None or column == "parent_id" or needed in seen, change
        seen.add(change.id)


async def test_only_what_changed_after_the_version_comes(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    small.of_part("pupil")[0].family = "Nyttnamn"
    await roster.load(oneroster_zip(small))
    changes, ends = await pages(roster, after=1)
    assert [(type(change), change.version) for change in changes] == [(PersonChange, 2)]
    assert ends[-1].version == 2
    assert (await pages(roster, after=2))[0] == []


async def test_a_line_tells_names_dates_and_parts(roster: Roster) -> None:
    small = town()
    person = small.of_part("staff")[0]
    person.given, person.family, person.login = "Áilu", "Čáhput", "ailu@alvsunda.example"
    await roster.load(oneroster_zip(small))
    changes, _ = await pages(roster)
    line = next(c for c in changes if isinstance(c, PersonChange) and c.family_name == "Čáhput")
    assert (line.display_name, line.login_names) == ("Áilu Čáhput", ("ailu@alvsunda.example",))
    assert line.login_digests == (hashlib.sha256(b"ailu@alvsunda.example").hexdigest(),)
    duty = next(c for c in changes if isinstance(c, DutyChange) and c.person_id == line.id)
    assert duty.role == "school_administrator"


async def test_of_a_protected_person_the_feed_has_the_alias_and_the_digest_alone(roster: Roster) -> None:
    small = town()
    person = small.of_part("pupil")[0]
    person.marking, person.family = "Sekretessmarkering", "Hemlignamn"
    await roster.load(oneroster_zip(small))
    changes, _ = await pages(roster)
    lines = [c for c in changes if isinstance(c, PersonChange) and c.protected]
    for line in lines:
        assert (line.given_name, line.family_name, line.email, line.login_names) == (None, None, None, ())
        assert line.display_name.startswith("Skyddad ")
    hidden = {line.id for line in lines}
    ties = [c for c in changes if isinstance(c, EnrolmentChange | MembershipChange)]
    assert all(tie.protected == (tie.person_id in hidden) for tie in ties)
    assert any(tie.protected for tie in ties)


async def test_an_ended_row_is_a_tombstone_with_its_reason(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    gone = small.groups.pop()
    small.memberships = [row for row in small.memberships if row.group != gone.id]
    await roster.load(oneroster_zip(small))
    changes, _ = await pages(roster, after=1)
    line = next(c for c in changes if isinstance(c, GroupChange))
    assert (line.op, line.name, line.ended_reason) == ("end", gone.name, "absent_from_delivery")


async def test_a_row_that_changes_while_the_feed_is_read_is_never_missed(roster: Roster) -> None:
    small = town()
    await roster.load(oneroster_zip(small))
    async with roster.database.transaction(roster.tenant) as session:
        page, end = parse_page(await ChangeService(session).page(FeedQuery(0, None, 100)))
    for person in small.persons:
        person.family += "-ny"
    await roster.load(oneroster_zip(small))
    names = {c.id: c.family_name for c in page if isinstance(c, PersonChange)}
    while end.next:
        async with roster.database.transaction(roster.tenant) as session:
            page, end = parse_page(await ChangeService(session).page(FeedQuery(0, end.next, 100)))
        names |= {c.id: c.family_name for c in page if isinstance(c, PersonChange)}
    assert end.version == 1  # what changed meanwhile is read again from there
    later, _ = await pages(roster, after=end.version)
    names |= {c.id: c.family_name for c in later if isinstance(c, PersonChange)}
    assert all(name is None or name.endswith("-ny") for name in names.values())
    assert len(names) == len(small.persons)


@pytest.mark.parametrize("read", [1, 40, 90, 200])
async def test_ends_come_before_ties_whatever_is_applied_while_the_feed_is_read(roster: Roster, read: int) -> None:
    small = town(pupils=40)
    await roster.load(oneroster_zip(small))
    changes, end = await page_of(roster, 0, None, read)
    cohort = [replace(person, id=f"ny-{person.id}", civic="", email="", login="") for person in small.of_part("pupil")]
    school = replace(next(unit for unit in small.units if unit.kind == "school"), id="ny", name="Nya skolan", code="")
    for group in small.groups:
        group.unit = school.id  # a group that the reader may have met moves to a unit that the reader has passed
    small.units.append(school)
    small.persons += cohort
    small.enrolments += [Enrolment(person.id, school.id, "compulsory", "1") for person in cohort]
    small.memberships += [Membership(small.groups[0].id, person.id, "pupil") for person in cohort]
    await roster.load(oneroster_zip(small))
    while end.next:
        lines, end = await page_of(roster, 0, end.next, 50)
        changes += lines
    assert_ends_before_ties(changes)
    later, _ = await pages(roster, after=end.version)
    assert_ends_before_ties([*changes, *later])
    assert len({change.id for change in [*changes, *later] if isinstance(change, PersonChange)}) == len(small.persons)


async def page_of(roster: Roster, after: int, cursor: str | None, limit: int) -> tuple[list[Change], PageEnd]:
    async with roster.database.transaction(roster.tenant) as session:
        page, end = parse_page(await ChangeService(session).page(FeedQuery(after, cursor, limit)))
    assert len(page) <= limit
    return page, end


@pytest.mark.parametrize(
    "cursor", ["x", "1.2.3", "1.99.1.00000000-0000-0000-0000-000000000000", "a.b.c.d", f"0.0.-{2**70}.{UUID(int=0)}"]
)
async def test_a_cursor_of_somebody_elses_making_is_refused(service: Start, cursor: str) -> None:
    sync = await service("sync")
    token = sync.mint.service_token("sync", ["changes:read"], sync.tenant)
    response = await sync.client.get(
        "/internal/changes", params={"after": 0, "cursor": cursor}, headers={"Authorization": f"Bearer {token}"}
    )
    assert response.status_code == 422


async def test_the_feed_is_for_services_with_a_tenant(service: Start) -> None:
    sync = await service("sync")
    person = await sync.client.get("/internal/changes", headers=sync.as_("register_admin@*"))
    assert person.status_code == 401
    nobody = sync.mint.service_token("sync", ["changes:read"])
    response = await sync.client.get("/internal/changes", headers={"Authorization": f"Bearer {nobody}"})
    assert response.status_code == 403
    ours = {"Authorization": f"Bearer {sync.mint.service_token('sync', ['changes:read'], sync.tenant)}"}
    for path, status in ((changes_of(UnitChange, DutyChange), 200), ("changes?kind=room", 422)):
        assert (await sync.client.get(f"/internal/{path}", headers=ours)).status_code == status


async def test_a_tenant_without_roster_has_an_empty_feed(service: Start) -> None:
    sync = await service("sync")
    token = sync.mint.service_token("sync", ["changes:read"], new_id())
    response = await sync.client.get("/internal/changes", headers={"Authorization": f"Bearer {token}"})
    assert parse_page(response.content) == ([], PageEnd(next=None, version=0))


def test_a_page_that_was_cut_off_is_not_taken_for_a_page() -> None:
    with pytest.raises(ValueError, match="cut off"):
        parse_page(b'{"kind":"unit","op":"put"}\n')


def test_a_kind_of_a_later_release_is_skipped_and_a_broken_line_is_not() -> None:
    end = b'{"kind":"page","next":null,"version":3}'
    assert parse_page(b'{"kind":"room","op":"put","id":1}\n' + end) == ([], PageEnd(next=None, version=3))
    with pytest.raises(ValueError, match="version"):
        parse_page(b'{"kind":"unit","op":"put","name":"x"}\n' + end)


async def public(sync: ServiceUnderTest, path: str, *roles: str, **claims: Any) -> httpx.Response:
    claims.setdefault("scopes", ["changes:read"])
    token = sync.mint.token(tenant=sync.tenant, roles=roles or ("auditor@*",), acr=None, auth_time=None, **claims)
    return await sync.client.get(path, headers={"Authorization": f"Bearer {token}"})


async def test_a_program_outside_rebuilds_the_whole_roster_page_by_page(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town()
    await Roster(sync.database, sync.tenant).with_scope()
    await Roster(sync.database, sync.tenant).load(oneroster_zip(small))
    seen: dict[tuple[str, UUID], Change] = {}
    path = "/sync/v1/changes?after=0&limit=100"
    while True:
        response = await public(sync, path)
        assert (response.status_code, response.headers["content-type"]) == (200, "application/x-ndjson")
        lines, end = parse_page(response.content)
        assert len(lines) <= 100
        seen |= {(type(line).__name__, line.id): line for line in lines}
        if end.next is None:
            break
        path = f"/sync/v1/changes?after=0&limit=100&cursor={end.next}"
    assert end.version == 1
    assert len([key for key in seen if key[0] == "PersonChange"]) == len(small.persons)
    assert (await public(sync, "/sync/v1/changes?after=1")).content == b'{"kind":"page","next":null,"version":1}\n'


async def test_outside_a_protected_person_is_an_alias_without_any_digest(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town()
    person = small.of_part("pupil")[0]
    person.marking, person.family = "Sekretessmarkering", "Hemlignamn"
    await Roster(sync.database, sync.tenant).with_scope()
    await Roster(sync.database, sync.tenant).load(oneroster_zip(small))
    response = await public(sync, "/sync/v1/changes?limit=5000")
    assert "Hemlignamn" not in response.text
    assert hashlib.sha256(person.login.encode()).hexdigest() not in response.text
    assert person.id not in response.text
    assert "loginDigests" not in response.text
    hidden = [c for c in parse_page(response.content)[0] if isinstance(c, PersonChange) and c.protected]
    assert all(line.display_name.startswith("Skyddad ") for line in hidden)


async def test_the_public_feed_is_for_those_with_scope_and_role_of_the_own_tenant(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await Roster(sync.database, sync.tenant).load(oneroster_zip(town()))
    assert (await public(sync, "/sync/v1/changes", scopes=["persons:read"])).status_code == 403
    assert (await public(sync, "/sync/v1/changes", "unit_head@*")).status_code == 403
    assert (await public(sync, "/sync/v1/changes", f"auditor@{new_id()}")).status_code == 403
    assert (await sync.client.get("/sync/v1/changes")).status_code == 401
    assert (await public(sync, "/sync/v1/changes?limit=5001")).status_code == 422
    token = sync.mint.token(tenant=new_id(), roles=("auditor@*",), scopes=["changes:read"], acr=None, auth_time=None)
    other = await sync.client.get("/sync/v1/changes", headers={"Authorization": f"Bearer {token}"})
    assert parse_page(other.content)[0] == []
