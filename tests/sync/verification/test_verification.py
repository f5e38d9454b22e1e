"""A unit's data are verified when register and platform agree and its head has signed; both legs, day after day."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from cli.demo_roster.model import Municipality
from shared.kit.clock import frozen
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest, Start
from tests.sync.platform.export import Rows, compare, declare_platform, exported, name_platform
from tests.sync.town import oneroster_zip, town
from tests.sync.work import LOADER, approve, load, plan, read, upload, work

DAY = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


async def _compared(start: Start, *plants: Any) -> tuple[ServiceUnderTest, Municipality]:
    sync = await start("sync")
    small = town()
    await load(sync, oneroster_zip(small))
    assert (await name_platform(sync, await declare_platform(sync))).status_code == 200
    await compare(sync, exported(small, *plants))
    return sync, small


async def _standing(sync: ServiceUnderTest) -> dict[str, Any]:
    return await read(sync, "/sync/v1/verification")


async def _sign(sync: ServiceUnderTest, unit: str, role: str | None = None, **more: Any) -> Any:
    report = await read(sync, f"/sync/v1/units/{unit}/verification")
    body = {"seenHash": more.pop("seen", report["contentHash"])}
    headers = sync.as_(role or f"unit_head@{unit}", **{"side": "customer", **more})
    return await sync.client.post(f"/sync/v1/units/{unit}/sign-offs", json=body, headers=headers)


async def _sign_all(sync: ServiceUnderTest) -> None:
    for unit in (await _standing(sync))["units"]:
        signed = await _sign(sync, unit["unitId"])
        assert signed.status_code == 201, signed.text
    await work(sync)


def _codes(standing: dict[str, Any]) -> set[str]:
    return {reason["code"] for reason in standing["reasons"]}


async def _told(sync: ServiceUnderTest) -> list[dict[str, Any]]:
    async with sync.relay.transaction(None) as session:
        query = "SELECT data FROM outbox WHERE type = 'sync.verification.changed.v1' ORDER BY seq"
        return [row.data for row in (await session.execute(text(query))).all()]


def _drop_first(rows: Rows) -> None:
    gone = rows[0]["Konto-ID"]
    rows[:] = [row for row in rows if row["Konto-ID"] != gone]


async def test_both_legs_must_hold_and_nobody_else_than_the_heads_can_sign(committed_service: Start) -> None:
    sync, _ = await _compared(committed_service)
    before = await _standing(sync)
    assert _codes(before["whole"]) == {"not_signed_off"}
    assert (before["whole"]["registerOk"], before["whole"]["platformOk"]) == (False, True)
    unit = before["units"][0]["unitId"]
    other = before["units"][1]["unitId"]
    refused = await _sign(sync, unit, f"unit_head@{other}")
    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (403, "head-signs-off")
    assert (await _sign(sync, unit, side="supplier")).status_code == 403
    assert (await _sign(sync, unit, acr=None, auth_time=None)).status_code == 403
    assert (await _sign(sync, unit, "trainer@*")).status_code == 403
    with_children, *_ = [one["unitId"] for one in before["units"] if await _pupils(sync, one["unitId"])]
    assert (await _sign(sync, with_children, LOADER)).status_code == 403
    await _sign_all(sync)
    after = await _standing(sync)
    assert _codes(after["whole"]) == set()
    assert after["whole"]["days"] == 1
    assert all(one["days"] == 1 for one in after["units"])
    newest = [event for event in await _told(sync) if event["unitId"] is None][-1]
    assert (newest["days"], newest["drift"], newest["registerOk"], newest["platformOk"]) == (1, 0, True, True)
    assert newest["units"] == newest["unitsHeld"] == len(after["units"])


async def _pupils(sync: ServiceUnderTest, unit: str) -> int:
    report = await read(sync, f"/sync/v1/units/{unit}/verification")
    return sum(row["pupils"] for row in report["years"])


async def test_where_no_child_is_enrolled_the_registers_keeper_signs(committed_service: Start) -> None:
    sync, _ = await _compared(committed_service)
    units = [one["unitId"] for one in (await _standing(sync))["units"]]
    childless = [unit for unit in units if not await _pupils(sync, unit)]
    assert childless, "the municipality has staff at its central office"
    assert (await _sign(sync, childless[0], LOADER)).status_code == 201


async def test_a_report_that_has_changed_is_not_signed(committed_service: Start) -> None:
    sync, small = await _compared(committed_service)
    unit = (await _standing(sync))["units"][0]["unitId"]
    seen = (await read(sync, f"/sync/v1/units/{unit}/verification"))["contentHash"]
    rows_of_unit = {place.person for place in small.enrolments} | {duty.person for duty in small.duties}
    assert rows_of_unit

    def empty(rows: Rows) -> None:
        del rows[::2]

    await compare(sync, exported(small, empty))
    answer = await _sign(sync, unit, seen=seen)
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (409, "report-changed")
    assert answer.json()["contentHash"] != seen


async def test_a_new_difference_lapses_the_sign_off_and_ends_the_count_of_days(committed_service: Start) -> None:
    with frozen(DAY):
        sync, small = await _compared(committed_service)
        await _sign_all(sync)
    with frozen(DAY + timedelta(days=3)):
        await compare(sync, exported(small))
        assert (await _standing(sync))["whole"]["days"] == 4
    with frozen(DAY + timedelta(days=4)):
        await compare(sync, exported(small, _drop_first))
        standing = await _standing(sync)
        assert _codes(standing["whole"]) == {"sign_off_lapsed", "platform_differs"}
        assert (standing["whole"]["days"], standing["whole"]["missing"]) == (0, 1)
        worst = standing["units"][0]
        assert _codes(worst) == {"sign_off_lapsed", "platform_differs"}
        newest = [event for event in await _told(sync) if event["unitId"] is None][-1]
        assert (newest["days"], newest["drift"], newest["worstUnitId"]) == (0, 1, worst["unitId"])
        report = await read(sync, f"/sync/v1/units/{worst['unitId']}/verification")
        assert [one["kind"] for one in report["differences"]] == ["missing_account"]
        assert report["newDifferences"] == 1
        offs = (await read(sync, f"/sync/v1/units/{worst['unitId']}/sign-offs"))["items"]
        assert [one["lapseReason"] for one in offs] == ["drift"]
    with frozen(DAY + timedelta(days=5)):
        await compare(sync, exported(small))
        assert (await _standing(sync))["whole"]["days"] == 0
        assert (await _sign(sync, worst["unitId"])).status_code == 201
        await work(sync)
        assert (await _standing(sync))["whole"]["days"] == 1
        others = [one["days"] for one in (await _standing(sync))["units"] if one["unitId"] != worst["unitId"]]
        assert set(others) == {6}  # the other schools have held all the while


async def test_old_proof_proves_nothing(committed_service: Start) -> None:
    with frozen(DAY):
        sync, small = await _compared(committed_service)
        await _sign_all(sync)
    with frozen(DAY + timedelta(days=7, hours=1)):
        assert {"register_stale", "platform_stale"} == _codes((await _standing(sync))["whole"])
        await compare(sync, exported(small))
        assert {"register_stale"} == _codes((await _standing(sync))["whole"])
        again = await sync.client.get("/sync/v1/runs", headers=sync.as_(LOADER))
        assert again.status_code == 200
        nothing = await plan(sync, oneroster_zip(small))  # a plan without a change needs no approval and proves as much
        assert nothing["state"] == "planned"
        assert _codes((await _standing(sync))["whole"]) == set()


async def test_without_a_platform_nothing_is_verified(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    assert "no_platform" in _codes((await _standing(sync))["whole"])
    empty = await read(sync, "/sync/v1/verification", LOADER)
    assert empty["whole"]["days"] == 0


async def test_no_platform_counts_but_the_one_that_the_customers_leader_named(committed_service: Start) -> None:
    """Else a second one, made up to agree, would prove a platform that does not."""
    with frozen(DAY):
        sync, small = await _compared(committed_service)
        made_up = await declare_platform(sync, "kopia")
        await compare(sync, exported(small), "kopia")
        await _sign_all(sync)
        assert (await name_platform(sync, made_up, side="supplier")).status_code == 403
        assert (await name_platform(sync, made_up, LOADER)).status_code == 403
        assert (await name_platform(sync, str(new_id()))).status_code == 422
    with frozen(DAY + timedelta(days=3)):
        await compare(sync, exported(small, _drop_first))
        await compare(sync, exported(small), "kopia")
        assert "platform_differs" in _codes((await _standing(sync))["whole"])
        await compare(sync, exported(small))
        await _sign_all(sync)
        assert (await _standing(sync))["units"][-1]["days"] == 4
        assert (await name_platform(sync, made_up)).status_code == 200
        await work(sync)
        standing = await _standing(sync)
        assert {one["days"] for one in (standing["whole"], *standing["units"])} == {1}
        journal = (await read(sync, "/sync/v1/journal-entries?limit=50", "auditor@*"))["items"]
        named = [one for one in journal if one["action"] == "verification_policy.name_platform"]
        assert [one["reason"] for one in named] == ["Beslut i styrgruppen"] * 2
        await _execute(sync, "UPDATE verification_policy SET platform_source_id = NULL")
        assert _codes((await _standing(sync))["whole"]) == {"platform_unnamed"}


async def test_the_customer_sets_what_is_let_pass_with_a_reason_and_within_bounds(committed_service: Start) -> None:
    sync, _ = await _compared(committed_service, _drop_first)
    path, reason = "/sync/v1/verification-policy", "Beslut i styrgruppen"

    async def set_to(role: str = LOADER, tag: str | None = None, **body: Any) -> Any:
        tag = tag or (await sync.client.get(path, headers=sync.as_(LOADER))).headers["etag"]
        claims = {"side": body.pop("side", "customer")}
        return await sync.client.patch(path, json=body, headers=sync.as_(role, **claims) | {"If-Match": tag})

    assert (await set_to(maxDrift=101, reason=reason)).status_code == 422
    assert (await set_to(maxDrift=1)).status_code == 422
    assert (await set_to(maxDrift=1, reason=reason, side="supplier")).status_code == 403
    assert (await set_to("project_leader@*", maxDrift=1, reason=reason)).status_code == 403
    assert (await set_to(tag='"1"', maxDrift=1, reason=reason)).status_code == 412
    assert "platform_differs" in _codes((await _standing(sync))["whole"])
    assert (await set_to(mustCompare=["names"], reason=reason)).status_code == 422
    assert (await set_to(mustCompare=["groups"], reason=reason)).json()["mustCompare"] == ["groups"]
    assert (await set_to(maxDrift=1, reason=reason)).json()["mustCompare"] == ["groups"]
    assert (await set_to(mustCompare=None, maxDrift=None, reason=reason)).json()["mustCompare"] is None
    assert (await set_to(maxDrift=1, reason=reason)).json()["maxDrift"] == 1
    assert "platform_differs" not in _codes((await _standing(sync))["whole"])
    units = [one["unitId"] for one in (await _standing(sync))["units"]]
    assert (await _sign(sync, units[0])).status_code == 201
    await work(sync)
    wave = await read(sync, f"/sync/v1/verification?unitId={units[0]}")
    assert [one["unitId"] for one in wave["units"]] == [units[0]]
    assert (wave["whole"]["days"], _codes(wave["whole"])) == (1, set())
    assert (await _standing(sync))["whole"]["days"] == 0


async def test_a_head_sees_the_own_unit_alone_and_a_stranger_nothing(committed_service: Start) -> None:
    sync, _ = await _compared(committed_service)
    units = [one["unitId"] for one in (await _standing(sync))["units"]]
    seen = await read(sync, "/sync/v1/verification", f"unit_head@{units[0]}")
    assert [one["unitId"] for one in seen["units"]] == [units[0]]
    asked = [
        await read(sync, f"/sync/v1/verification?unitId={unit}", f"unit_head@{units[0]}")
        for unit in (units[1], new_id(), units[0])
    ]
    assert asked[0] == asked[1], "another's unit reads as one that is not there"
    assert asked[2]["whole"] != asked[0]["whole"]
    other = await sync.client.get(f"/sync/v1/units/{units[1]}/verification", headers=sync.as_(f"unit_head@{units[0]}"))
    assert other.status_code == 404
    foreign = await sync.client.get(
        f"/sync/v1/units/{units[0]}/verification", headers=sync.as_(LOADER, tenant=new_id())
    )
    assert foreign.status_code == 404
    foreign = await sync.client.post(
        f"/sync/v1/units/{units[0]}/sign-offs",
        json={"seenHash": "0" * 64},
        headers=sync.as_(f"unit_head@{units[0]}", tenant=new_id(), side="customer"),
    )
    assert foreign.status_code == 404


async def test_a_delivery_of_which_nobody_can_tell_that_it_is_whole_proves_nothing(committed_service: Start) -> None:
    with frozen(DAY):
        sync, small = await _compared(committed_service)
        await _sign_all(sync)
    with frozen(DAY + timedelta(days=30)):
        await compare(sync, exported(small))
        upload_id = await upload(sync, oneroster_zip(small))
        await _execute(sync, "UPDATE upload SET incomplete = ARRAY['person'] WHERE id = :id", id=upload_id)
        await sync.client.post("/sync/v1/runs", json={"uploadId": upload_id}, headers=sync.as_(LOADER))
        await work(sync)
        assert "register_stale" in _codes((await _standing(sync))["whole"])
        run = await plan(sync, oneroster_zip(small))
        assert _codes((await _standing(sync))["whole"]) == set()
        await _execute(sync, "UPDATE run SET guard = 'held' WHERE id = :id", id=run["id"])
        assert _codes((await _standing(sync))["whole"]) == {"register_stale"}


async def test_a_register_whose_newest_delivery_was_undone_is_not_what_the_roster_holds(
    committed_service: Start,
) -> None:
    sync, small = await _compared(committed_service)
    await _sign_all(sync)
    next(iter(small.of_part("pupil"))).family = "Annan"
    run = await load(sync, oneroster_zip(small))
    assert (await _standing(sync))["whole"]["registerOk"] is True
    asked = await sync.client.post(
        f"/sync/v1/runs/{run['id']}/undos", json={"reason": "a mistake"}, headers=sync.as_(LOADER)
    )
    await work(sync)
    await approve(sync, await read(sync, f"/sync/v1/runs/{asked.json()['id']}"))
    await work(sync)
    whole = (await _standing(sync))["whole"]
    assert (whole["registerOk"], whole["stale"]) == (False, 1)
    assert "plan_waits" in _codes(whole)


async def test_a_register_whose_newest_delivery_was_called_off_is_not_what_the_roster_holds(
    committed_service: Start,
) -> None:
    sync, small = await _compared(committed_service)
    await _sign_all(sync)
    before = oneroster_zip(small)
    next(iter(small.of_part("pupil"))).family = "Annan"
    run = await plan(sync, oneroster_zip(small))
    assert (await _standing(sync))["whole"]["registerOk"] is True
    cancelled = await sync.client.post(f"/sync/v1/runs/{run['id']}/cancellations", headers=sync.as_(LOADER))
    assert cancelled.status_code == 200
    await work(sync)
    whole = (await _standing(sync))["whole"]
    assert (whole["registerOk"], whole["stale"], "plan_waits" in _codes(whole)) == (False, 1, True)
    await _execute(sync, "UPDATE run SET state = 'stale', ended_code = 'plan_stale' WHERE id = :id", id=run["id"])
    assert (await _standing(sync))["whole"]["registerOk"] is False
    await plan(sync, before)
    assert (await _standing(sync))["whole"]["registerOk"] is True


async def _execute(sync: ServiceUnderTest, statement: str, **values: Any) -> None:
    async with sync.database.transaction(sync.tenant) as session:
        await session.execute(text(statement), values)
