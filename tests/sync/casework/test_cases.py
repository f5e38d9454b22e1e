"""Cases for people: what waits, what a decision does in the next plan, and that nobody protected is named."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from cli.demo_roster import Municipality
from cli.demo_roster.civic import luhn_digit
from services.sync.person.erasing import forget_person
from services.sync.person.reasons import forget_reasons
from services.sync.plan.marking import protect
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest, Start
from tests.sync.plan.test_planning import pupil, renamed, without
from tests.sync.town import oneroster_zip, town
from tests.sync.work import LOADER, approve, load, make_due, plan, read, work


async def open_case(service: ServiceUnderTest) -> dict[str, Any]:
    cases = (await read(service, "/sync/v1/correlation-cases?state=open"))["items"]
    assert len(cases) == 1
    found: dict[str, Any] = cases[0]
    return found


async def decide(service: ServiceUnderTest, case: dict[str, Any], decision: str) -> Any:
    return await service.client.post(
        f"/sync/v1/correlation-cases/{case['id']}/decisions",
        json={"decision": decision, "reason": "Kontrollerat i registret"},
        headers=service.as_(LOADER),
    )


def number(serial: int) -> str:
    """A national number that nobody of the town has."""
    return f"18000101{serial}{luhn_digit(f'000101{serial}')}"


def given_away(small: Municipality) -> Municipality:
    """The register has given the first pupil's id to somebody new."""
    person = pupil(small)
    person.given, person.family, person.civic, person.login = "Ny", "Person", number(980), "ny@alvsunda.example"
    return small


async def test_an_id_with_other_marks_waits_and_the_person_keeps_everything(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town()
    await load(sync, oneroster_zip(small))
    name = f"{pupil(small).given} {pupil(small).family}"
    run = await plan(sync, oneroster_zip(given_away(small)))
    assert (run["guard"], [one["code"] for one in run["guardReasons"]]) == ("clear", ["case_waits"])
    assert {(c["created"], c["changed"], c["ended"]) for c in run["counts"].values()} == {(0, 0, 0)}
    case = await open_case(sync)
    assert (case["kind"], case["person"]["label"], case["file"]) == ("id_reused", name, "users.csv")
    assert case["question"].startswith("Is the record under this id")


async def test_decided_the_same_the_next_plan_takes_the_new_marks(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town()
    await load(sync, oneroster_zip(small))
    content = oneroster_zip(given_away(small))
    await plan(sync, content)
    case = await open_case(sync)
    assert (await decide(sync, case, "same")).json()["state"] == "decided"
    again = await decide(sync, case, "different")
    assert (again.status_code, again.json()["type"].rsplit("/", 1)[-1]) == (409, "case-closed")
    run = await load(sync, content)
    assert run["counts"]["person"] | {"unchanged": 0} == {"created": 0, "changed": 1, "ended": 0, "unchanged": 0}
    person = await read(sync, f"/sync/v1/persons/{case['person']['id']}")
    assert person["familyName"] == "Person"


async def test_a_decision_holds_for_the_marks_that_it_was_made_on(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town()
    await load(sync, oneroster_zip(small))
    await plan(sync, oneroster_zip(given_away(small)))
    await decide(sync, await open_case(sync), "same")
    pupil(small).civic = number(981)
    await plan(sync, oneroster_zip(small))
    assert (await open_case(sync))["decision"] is None


async def test_decided_different_the_id_is_somebody_new_and_the_known_person_ends_in_the_plan(
    committed_service: Start,
) -> None:
    sync = await committed_service("sync")
    small = town()
    await load(sync, oneroster_zip(small))
    content = oneroster_zip(given_away(small))
    await plan(sync, content)
    case = await open_case(sync)
    assert (await decide(sync, case, "different")).status_code == 200
    run = await load(sync, content)
    assert (run["counts"]["person"]["created"], run["counts"]["person"]["ended"]) == (1, 1)
    known = await read(sync, f"/sync/v1/persons/{case['person']['id']}")
    assert known["endedAt"]


async def test_a_decision_is_taken_back_and_nothing_rests_on_it_any_more(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town()
    await load(sync, oneroster_zip(small))
    content = oneroster_zip(given_away(small))
    await plan(sync, content)
    case = await open_case(sync)
    path = f"/sync/v1/correlation-cases/{case['id']}/retractions"

    async def take_back(role: str = LOADER) -> Any:
        return await sync.client.post(path, json={"reason": "Fel person"}, headers=sync.as_(role))

    assert (await take_back()).json()["type"].endswith("/case-undecided")
    assert (await take_back("auditor@*")).status_code == 403
    for decision, counts in (("same", (0, 1, 0)), ("different", (1, 0, 1))):
        await decide(sync, case, decision)
        run = await plan(sync, content)
        assert tuple(run["counts"]["person"][op] for op in ("created", "changed", "ended")) == counts
        assert (await take_back()).json()["state"] == "open"
        stale = await approve(sync, run)
        assert stale.json()["type"].endswith("/run-not-planned")
        ended = await read(sync, f"/sync/v1/runs/{run['id']}")
        assert (ended["state"], ended["endedCode"]) == ("stale", "decision_taken_back")
        run = await plan(sync, content)
        assert {(c["created"], c["changed"], c["ended"]) for c in run["counts"].values()} == {(0, 0, 0)}
        assert (await open_case(sync))["decision"] is None
    await decide(sync, case, "same")
    run = await load(sync, content)
    built = await take_back()
    assert (built.json()["type"].rsplit("/", 1)[-1], built.json()["runId"]) == ("case-built-upon", run["id"])


async def test_a_namesake_decided_the_same_keeps_id_and_history_under_the_new_id(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town()
    await load(sync, oneroster_zip(small))
    person = pupil(small)
    person.login = person.civic = ""
    renamed(small, person.id, "nytt-id")
    content = oneroster_zip(small)
    await plan(sync, content)
    case = await open_case(sync)
    assert (case["kind"], case["sourceId"]) == ("perhaps_same", "nytt-id")
    assert (await decide(sync, case, "later")).json()["state"] == "open"
    await decide(sync, case, "same")
    run = await load(sync, content)
    assert (run["counts"]["person"]["created"], run["counts"]["person"]["ended"]) == (0, 0)
    assert (await read(sync, f"/sync/v1/persons/{case['person']['id']}"))["endedAt"] is None


async def test_a_namesake_that_bears_another_number_since_it_was_decided_is_somebody_else(
    committed_service: Start,
) -> None:
    sync = await committed_service("sync")
    small = town()
    await load(sync, oneroster_zip(small))
    person = pupil(small)
    person.login = person.civic = ""
    renamed(small, person.id, "nytt-id")
    await plan(sync, oneroster_zip(small))
    await decide(sync, await open_case(sync), "same")
    person.civic = number(982)
    run = await plan(sync, oneroster_zip(small))
    counts = run["counts"]["person"]
    assert (counts["created"], counts["changed"], counts["ended"]) == (1, 0, 1), "nobody takes over the known person"


async def test_a_namesake_decided_different_comes_and_the_other_goes(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town()
    await load(sync, oneroster_zip(small))
    person = pupil(small)
    person.login = person.civic = ""
    renamed(small, person.id, "nytt-id")
    content = oneroster_zip(small)
    await plan(sync, content)
    await decide(sync, await open_case(sync), "different")
    run = await plan(sync, content)
    assert (run["counts"]["person"]["created"], run["counts"]["person"]["ended"]) == (1, 1)


async def test_what_the_register_has_mended_asks_nobody_any_more(committed_service: Start) -> None:
    sync = await committed_service("sync")
    good = oneroster_zip(town())
    await load(sync, good)
    await plan(sync, oneroster_zip(given_away(town())))
    assert await open_case(sync)
    changed = town()
    changed = without(changed, changed.of_part("pupil")[5])
    await plan(sync, oneroster_zip(changed))
    assert (await read(sync, "/sync/v1/correlation-cases?state=open"))["items"] == []
    assert [one["state"] for one in (await read(sync, "/sync/v1/correlation-cases"))["items"]] == ["gone"]


async def test_a_case_never_names_a_protected_person(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town()
    await load(sync, oneroster_zip(small))
    person = pupil(small)
    secrets = [person.given, person.family, person.id]
    await plan(sync, oneroster_zip(given_away(small)))
    case = await open_case(sync)
    assert case["person"]["label"] == f"{secrets[0]} {secrets[1]}"
    headers = sync.as_(LOADER) | {"If-Match": '"1"'}
    marked = await sync.client.patch(
        f"/sync/v1/persons/{case['person']['id']}", json={"protected": True}, headers=headers
    )
    assert marked.status_code == 200, marked.text
    response = await sync.client.get("/sync/v1/correlation-cases", headers=sync.as_(LOADER))
    assert response.json()["items"][0]["person"]["isProtected"]
    assert [secret for secret in secrets if f'"{secret}' in response.text or f"{secret} " in response.text] == []


async def test_a_case_about_a_person_who_is_erased_is_gone(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town()
    await load(sync, oneroster_zip(small))
    await plan(sync, oneroster_zip(given_away(small)))
    case = await open_case(sync)
    async with sync.database.transaction(sync.tenant) as session:
        await forget_person(session, UUID(case["person"]["id"]))
    assert (await read(sync, "/sync/v1/correlation-cases"))["items"] == []


async def test_another_tenant_neither_sees_nor_decides(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town()
    await load(sync, oneroster_zip(small))
    await plan(sync, oneroster_zip(given_away(small)))
    case = await open_case(sync)
    stranger = sync.as_(LOADER, tenant=new_id())
    assert (await sync.client.get("/sync/v1/correlation-cases", headers=stranger)).json()["items"] == []
    foreign = await sync.client.post(
        f"/sync/v1/correlation-cases/{case['id']}/decisions", json={"decision": "same"}, headers=stranger
    )
    assert foreign.status_code == 404


async def test_a_marking_takes_the_name_out_of_what_people_wrote(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town()
    await load(sync, oneroster_zip(small))
    person = small.of_part("pupil")[3]
    held = town()
    for gone in small.of_part("pupil")[6:]:
        held = without(held, gone)
    run = await plan(sync, oneroster_zip(held))
    for words in (f"Enligt {person.family.upper()}s vårdnadshavare", "Skolan lades ner i somras"):
        body = {"planHash": run["planHash"], "reason": words}
        path = f"/sync/v1/runs/{run['id']}/approvals"
        assert (await sync.client.post(path, json=body, headers=sync.as_(LOADER))).status_code == 202
    told = "SELECT count(reason) FROM journal_entry WHERE reason ILIKE :name"
    rows = f"SELECT (SELECT count(reason) FROM approval), ({told})"
    values = {"name": f"%{person.family}%"}

    async def counted() -> tuple[int, ...]:
        async with sync.database.transaction(sync.tenant) as session:
            return tuple((await session.execute(text(rows), values)).one())

    assert await counted() == (2, 1)
    async with sync.database.transaction(sync.tenant) as session:
        ids = {row.source_id: row.id for row in await session.execute(text("SELECT source_id, id FROM person"))}
        await forget_reasons(session, [new_id()])
    assert await counted() == (2, 1)
    async with sync.database.transaction(sync.tenant) as session:
        await protect(session, [ids[person.id]], "register")
    assert await counted() == (1, 0)


async def test_a_plan_that_came_to_nothing_forgets_its_names(committed_service: Start) -> None:
    sync = await committed_service("sync")
    run = await plan(sync, oneroster_zip(town()))
    named = text(
        "SELECT count(*) FROM planned_person WHERE num_nonnulls(given_name, family_name, email, login, login_digest,"
        " civic_hash, civic_cipher, external_ids, external_digests, before) > 0"
    )
    async with sync.database.transaction(sync.tenant) as session:
        assert await session.scalar(named)
    await make_due(sync, "plan-forget")
    await work(sync)
    async with sync.database.transaction(sync.tenant) as session:
        assert await session.scalar(named) == 0
    ended = await read(sync, f"/sync/v1/runs/{run['id']}")
    assert (ended["state"], ended["endedCode"]) == ("stale", "waited_too_long")
    cancelled = await plan(sync, oneroster_zip(town()))
    await sync.client.post(f"/sync/v1/runs/{cancelled['id']}/cancellations", headers=sync.as_(LOADER))
    await make_due(sync, "plan-forget")
    await work(sync)
    async with sync.database.transaction(sync.tenant) as session:
        assert await session.scalar(named) == 0
    applied = await load(sync, oneroster_zip(town()))
    await make_due(sync, "plan-forget")
    await work(sync)
    assert (await read(sync, f"/sync/v1/runs/{applied['id']}"))["state"] == "applied"
    async with sync.database.transaction(sync.tenant) as session:
        assert await session.scalar(named), "an applied plan is history"
