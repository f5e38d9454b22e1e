"""Guard policies over HTTP, and what they do to a plan: who may loosen, and who may release what is held."""

from typing import Any

from services.sync.plan.policy import GuardPolicy, Limit
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest, Start
from tests.sync.plan.test_planning import without
from tests.sync.town import oneroster_zip, town
from tests.sync.work import LOADER, approve, load, plan, read, work

PATH = "/sync/v1/guard-policies/register"
TIGHT = {"rule": "ends_many", "kind": "person", "share": 0.001, "number": 0, "most": 100}
WIDE = {"rule": "ends_most", "kind": "*", "share": 0.99, "number": 10}


def slug(response: Any) -> str:
    return str(response.json()["type"]).rsplit("/", 1)[-1]


async def put(service: ServiceUnderTest, version: int, body: dict[str, Any], **claims: Any) -> Any:
    headers = service.as_(LOADER, **claims) | {"If-Match": f'"{version}"'}
    return await service.client.put(PATH, json=body, headers=headers)


async def confirm(service: ServiceUnderTest, version: int, **claims: Any) -> Any:
    headers = service.as_(claims.pop("role", "approver@*"), **claims) | {"If-Match": f'"{version}"'}
    return await service.client.post(f"{PATH}/confirmations", headers=headers)


async def half_gone(service: ServiceUnderTest) -> dict[str, Any]:
    """The plan of a register of which most pupils are missing."""
    small = town(pupils=100)
    await load(service, oneroster_zip(small))
    for person in list(small.of_part("pupil"))[:70]:
        small = without(small, person)
    run = await plan(service, oneroster_zip(small))
    assert run["guard"] == "held"
    return run


async def test_the_limits_in_force_are_shown_with_the_defaults(service: Start) -> None:
    sync = await service("sync")
    shown = await read(sync, PATH)
    assert shown["version"] == 0
    limits = {(one["rule"], one["kind"]): one for one in shown["limits"]}
    assert limits["ends_most", "*"]["level"] == "held"
    assert all(one["isDefault"] for one in shown["limits"])


async def test_anybody_who_keeps_the_register_tightens_and_the_customer_alone_loosens_with_a_reason(
    service: Start,
) -> None:
    sync = await service("sync")
    tightened = await put(sync, 0, {"limits": [TIGHT]}, side="supplier")
    assert (tightened.status_code, tightened.json()["version"]) == (200, 1)
    refused = await put(sync, 1, {"limits": [WIDE], "reason": "Sammanslagning"}, side="supplier")
    assert (refused.status_code, slug(refused)) == (403, "customer-loosens")
    program = await put(sync, 1, {"limits": [WIDE], "reason": "Sammanslagning"}, acr=None, auth_time=None)
    assert (program.status_code, slug(program)) == (403, "customer-loosens")
    silent = await put(sync, 1, {"limits": [WIDE]}, side="customer")
    assert (silent.status_code, slug(silent)) == (422, "loosening-reason-missing")
    loosened = await put(sync, 1, {"limits": [WIDE], "reason": "Sammanslagning"}, side="customer")
    assert loosened.status_code == 200
    assert (loosened.json()["reason"], loosened.json()["waiting"]["reason"]) == (None, "Sammanslagning")
    stale = await put(sync, 1, {"limits": []}, side="customer")
    assert stale.status_code == 412
    journal = (await read(sync, "/sync/v1/journal-entries?limit=50", "auditor@*"))["items"]
    assert next(one["reason"] for one in journal if one["action"] == "guard_policy.put") == "Sammanslagning"


async def test_what_lets_more_through_holds_once_a_second_person_of_the_customer_has_confirmed_it(
    service: Start,
) -> None:
    sync = await service("sync")
    first, other, human = new_id(), new_id(), str(new_id())
    loose = {"limits": [WIDE], "reason": "Sammanslagning"}
    said = await put(sync, 0, loose, subject=first, person=human, side="customer")

    async def held() -> float:
        limits = {(one["rule"], one["kind"]): one["share"] for one in (await read(sync, PATH))["limits"]}
        return float(limits["ends_most", "*"])

    assert (said.json()["waiting"]["saidBy"], await held()) == (str(first), 0.5)
    for who, code, why in (
        ({"subject": first, "side": "customer"}, 409, "second-person-confirms"),
        ({"subject": other, "person": human, "side": "customer"}, 409, "second-person-confirms"),
        ({"subject": other, "side": "supplier"}, 403, "customer-confirms"),
        ({"subject": other, "acr": None, "auth_time": None}, 403, "customer-confirms"),
    ):
        refused = await confirm(sync, 1, **who)
        assert (refused.status_code, slug(refused), await held()) == (code, why, 0.5)
    assert (await confirm(sync, 0, subject=other, side="customer")).status_code == 412
    confirmed = await confirm(sync, 1, subject=other, side="customer")
    assert (confirmed.status_code, confirmed.json()["waiting"], await held()) == (200, None, 0.99)
    assert (confirmed.json()["changedBy"], confirmed.json()["reason"]) == (str(first), "Sammanslagning")
    again = await confirm(sync, 2, subject=other, side="customer")
    assert (again.status_code, slug(again)) == (409, "nothing-to-confirm")


async def test_what_is_tightened_meanwhile_leaves_nothing_to_confirm(service: Start) -> None:
    sync = await service("sync")
    await put(sync, 0, {"limits": [WIDE], "reason": "Sammanslagning"}, side="customer")
    tightened = await put(sync, 1, {"limits": [TIGHT]}, side="supplier")
    assert (tightened.json()["waiting"], tightened.json()["version"]) == (None, 2)
    assert slug(await confirm(sync, 2, side="customer", subject=new_id())) == "nothing-to-confirm"


async def test_nobody_lets_protection_be_lifted_or_registers_taken_over_by_one(service: Start) -> None:
    sync = await service("sync")
    for rule in ("lifts_protection", "takes_over"):
        body = {"limits": [{"rule": rule, "share": 10, "number": 10_000_000}], "reason": "Går fortare så"}
        assert (await put(sync, 0, body, side="customer")).status_code == 422
        said_before = GuardPolicy({rule: {"*": Limit(10, 10_000_000)}})
        assert said_before.limit(rule).is_passed(1, 1_000_000)


async def test_another_tenant_sees_nothing_of_the_limits_under_the_same_key(service: Start) -> None:
    sync = await service("sync")
    await put(sync, 0, {"limits": [TIGHT]})
    other = await sync.client.get(PATH, headers=sync.as_(LOADER, tenant=new_id()))
    assert all(one["isDefault"] for one in other.json()["limits"])
    assert other.json()["version"] == 0


async def test_a_rule_or_kind_that_there_is_not_is_refused(service: Start) -> None:
    sync = await service("sync")
    for wrong in ({"rule": "ends_some"}, {"kind": "teapot"}):
        refused = await put(sync, 0, {"limits": [TIGHT | wrong]})
        assert refused.status_code == 422


async def test_a_tightened_limit_asks_for_a_second_person(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town()
    await load(sync, oneroster_zip(small))
    await put(sync, 0, {"limits": [TIGHT]})
    run = await plan(sync, oneroster_zip(without(small, small.of_part("pupil")[0])))
    assert run["guard"] == "second_person"
    assert [(one["code"], one["message"]) for one in run["guardReasons"] if one["kind"] == "person"] == [
        ("ends_many", f"1 of {len(small.persons)} persons would end")
    ]


async def test_two_persons_of_the_customer_release_a_held_plan_each_with_a_reason(committed_service: Start) -> None:
    sync = await committed_service("sync")
    run = await half_gone(sync)
    assert all(one["message"] and one["mend"] for one in run["guardReasons"])
    first, second, human = new_id(), new_id(), new_id()
    body = {"planHash": run["planHash"]}
    path = f"/sync/v1/runs/{run['id']}/approvals"

    async def release(subject: Any, **more: Any) -> Any:
        claims = {"subject": subject, "person": str(human), "side": more.pop("side", "customer")}
        headers = sync.as_(LOADER, **claims)
        return await sync.client.post(path, json=body | more, headers=headers)

    silent = await release(first)
    assert (silent.status_code, slug(silent)) == (422, "reason-missing")
    supplier = await release(first, side="supplier", reason="Skolan lades ner")
    assert supplier.status_code == 403
    assert (await release(first, reason="Skolan lades ner i somras")).json()["needed"] == 2
    again = await release(first, reason="Skolan lades ner i somras")
    assert (again.status_code, slug(again)) == (409, "second-person-needed")
    same = await release(second, reason="Samma människa med ett annat konto")
    assert (same.status_code, slug(same)) == (409, "second-person-needed")
    human = new_id()
    assert (await release(second, reason="Kontrollerat mot beslutet")).json()["jobId"]
    await work(sync)
    shown = await read(sync, f"/sync/v1/runs/{run['id']}")
    assert shown["state"] == "applied"
    assert [one["reason"] for one in shown["approvals"]] == ["Skolan lades ner i somras", "Kontrollerat mot beslutet"]
    journal = (await read(sync, "/sync/v1/journal-entries?limit=50", "auditor@*"))["items"]
    assert len([one for one in journal if one["action"] == "run.release"]) == 2


async def test_nobody_releases_a_plan_from_which_something_is_missing(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town()
    await load(sync, oneroster_zip(small))
    small.responsibles.clear()
    small.duties.clear()
    run = await plan(sync, oneroster_zip(small))
    assert "kind_emptied" in {one["code"] for one in run["guardReasons"]}
    for _ in range(2):
        refused = await sync.client.post(
            f"/sync/v1/runs/{run['id']}/approvals",
            json={"planHash": run["planHash"], "reason": "Vi vill det ändå"},
            headers=sync.as_(LOADER, subject=new_id(), side="customer"),
        )
        assert (refused.status_code, slug(refused)) == (409, "plan-held")


async def test_a_declared_window_explains_the_turn_of_the_year_and_reports_on_classes(
    committed_service: Start,
) -> None:
    sync = await committed_service("sync")
    small = town(pupils=120)
    await load(sync, oneroster_zip(small))
    for row in small.enrolments:
        row.grade = str(int(row.grade) + 1) if row.grade else row.grade
    undeclared = await plan(sync, oneroster_zip(small))
    assert "year_roll_undeclared" in {one["code"] for one in undeclared["guardReasons"]}
    window = {"startsOn": "2020-01-01", "endsOn": "2020-02-01"}
    body = {"windows": [window], "reason": "Läsårsbytet"}
    assert (await put(sync, 0, body, side="customer")).status_code == 200
    assert (await confirm(sync, 1, side="customer", subject=new_id())).status_code == 200
    still = await plan(sync, oneroster_zip(small))
    assert "year_roll_undeclared" in {one["code"] for one in still["guardReasons"]}
    today = undeclared["createdAt"][:10]
    body["windows"] = [{"startsOn": today, "endsOn": today}]
    assert (await put(sync, 2, body, side="customer")).status_code == 200
    waits = await plan(sync, oneroster_zip(small))
    assert "year_roll_undeclared" in {one["code"] for one in waits["guardReasons"]}
    assert (await confirm(sync, 3, side="customer", subject=new_id())).status_code == 200
    run = await plan(sync, oneroster_zip(small))
    assert (run["guard"], run["hasYearRoll"]) == ("clear", True), run["guardReasons"]
    report = await read(sync, f"/sync/v1/runs/{run['id']}/year-roll")
    assert sum(year["promoted"] for year in report["years"]) == sum(bool(row.grade) for row in small.enrolments)
    assert report["unmatchedPersons"] == []
    assert (await approve(sync, run)).status_code == 202
