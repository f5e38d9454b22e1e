"""Sending: once, with the platform's credentials, tried again while that may help, and recalled for a protection."""

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response

from services.sync.outbound.forgetting import forget_packages
from services.sync.outbound.tasks import handlers
from services.sync.settings import Settings
from shared.kit import clock
from shared.kit.ids import new_id
from shared.queue.metrics import Metrics
from shared.queue.runner import JobRunner
from tests.support.services import Start
from tests.sync.fetching.harness import answering
from tests.sync.outbound.packages import ELEVER, changed, confirmed, content, declared, platform, produced, table
from tests.sync.town import oneroster_zip, town
from tests.sync.work import LOADER, approve, load, make_due, read, verdicts, work


def slug(response: Any) -> str:
    return str(response.json()["type"]).rsplit("/", 1)[-1]


def https(url: str, **more: Any) -> dict[str, Any]:
    return {"destination": {"kind": "https", "url": url} | more, "autoSend": True}


async def test_a_package_in_good_order_is_sent_by_itself_with_the_platforms_token(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    async with platform() as there:
        template = await declared(sync, **https(there.url, auth="bearer"), credentials={"token": "hemlig-nyckel"})
        delivery = await produced(sync, template)
    assert (delivery["state"], [attempt["status"] for attempt in delivery["attempts"]]) == ("sent", [202])
    [(first, headers, body)] = there.taken
    assert first == "PUT /import HTTP/1.1"
    assert (headers["authorization"], headers["content-type"]) == ("Bearer hemlig-nyckel", "text/csv")
    assert len(table(body)) == delivery["counts"][0]["written"]
    shown = await read(sync, f"/sync/v1/outbound-templates/{template}")
    assert shown["heldCredentials"] == ["token"]
    assert "hemlig-nyckel" not in str(shown)


async def test_nobody_points_packages_elsewhere_alone(committed_service: Start) -> None:
    """A supplier, or one stolen account, could else have all children's data sent to a server of their own."""
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    human = str(new_id())
    async with platform() as right, platform() as wrong:
        template = await declared(sync, **https(right.url))
        path = f"/sync/v1/outbound-templates/{template}"
        shown = await sync.client.get(path, headers=sync.as_(LOADER))
        headers = sync.as_(LOADER, person=human, side="supplier") | {"If-Match": shown.headers["etag"]}
        moved = await sync.client.patch(path, json=https(wrong.url), headers=headers)
        assert (moved.status_code, moved.json()["isConfirmed"]) == (200, False)
        delivery = await produced(sync, template)
        assert delivery["state"] == "ready"
        sendings = f"/sync/v1/outbound-deliveries/{delivery['id']}/sendings"
        refused = await sync.client.post(sendings, headers=sync.as_(LOADER))
        assert (refused.status_code, slug(refused)) == (409, "address-unconfirmed")
        assert slug(await confirmed(sync, template, side="supplier")) == "customer-confirms"
        assert slug(await confirmed(sync, template, person=human)) == "second-person-confirms"
        assert (right.taken, wrong.taken) == ([], [])
        assert (await confirmed(sync, template)).json()["isConfirmed"]
        assert (await sync.client.post(sendings, headers=sync.as_(LOADER))).status_code == 202
        async with sync.database.transaction(sync.tenant) as session:
            await session.execute(text("UPDATE outbound_template SET confirmed_at = NULL"))
        await work(sync)  # pointed elsewhere again while it waited to be sent
        assert (right.taken, wrong.taken) == ([], [])
        after = await read(sync, f"/sync/v1/outbound-deliveries/{delivery['id']}")
        assert (after["state"], after["attempts"][-1]["outcome"]) == ("failed", "address_unconfirmed")


async def test_nobody_widens_alone_what_a_platform_is_told(service: Start) -> None:
    """Children with a protected identity, or national numbers, go where they did not before."""
    sync = await service("sync")
    template = await declared(sync, **https("https://import.example/a"))
    for wider in ({"protected": "alias"}, {"nationalIds": True}):
        answer = await changed(sync, template, template=ELEVER | wider)
        assert (answer.status_code, answer.json()["isConfirmed"]) == (200, False), wider
        assert (await confirmed(sync, template)).status_code == 200
        for same in (ELEVER | wider, ELEVER):
            assert (await changed(sync, template, template=same)).json()["isConfirmed"], same


async def test_a_platform_that_is_busy_is_tried_again_and_takes_the_same_package_once(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    async with platform(503) as there:
        delivery = await produced(sync, await declared(sync, **https(there.url)))
        assert (delivery["state"], len(there.taken)) == ("sending", 1)
        await make_due(sync, "outbound-send")
        await work(sync)
    delivery = await read(sync, f"/sync/v1/outbound-deliveries/{delivery['id']}")
    assert [(attempt["outcome"], attempt["status"]) for attempt in delivery["attempts"]] == [
        ("answered", 503),
        ("sent", 202),
    ]
    assert len({headers["idempotency-key"] for _, headers, _ in there.taken}) == 1


async def test_whoever_has_mended_the_platform_does_not_wait_for_the_next_try(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    async with platform(503) as there:
        delivery = await produced(sync, await declared(sync, **https(there.url)))
        path = f"/sync/v1/outbound-deliveries/{delivery['id']}"
        assert (await verdicts(sync, path))["send"] == (True, None)
        asked = await sync.client.post(f"{path}/sendings", headers=sync.as_(LOADER))
        assert asked.status_code == 202, asked.text
        await work(sync)
    assert (await read(sync, path))["state"] == "sent"
    assert len(there.taken) == 2


async def test_a_platform_that_refuses_is_not_asked_again(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    async with platform(400) as there:
        delivery = await produced(sync, await declared(sync, **https(there.url)))
    assert (delivery["state"], delivery["attempts"][0]["outcome"]) == ("failed", "refused")
    verdicts = {action["action"]: action["allowed"] for action in delivery["allowedActions"]}
    assert verdicts == {"send": True, "answer": False, "erase_content": True}


async def test_an_empty_delta_is_not_sent_at_all(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    async with platform() as there:
        template = await declared(sync, **https(there.url))
        await produced(sync, template)
        delta = await produced(sync, template, "delta")
    assert (delta["state"], delta["attempts"][0]["outcome"], len(there.taken)) == ("sent", "nothing_changed", 1)


async def test_a_protection_erases_every_package_and_makes_anew_what_was_under_way(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    ready = await produced(sync, await declared(sync, key="annan"))
    async with platform(503) as there:
        delivery = await produced(sync, await declared(sync, **https(there.url)))
        async with sync.database.transaction(sync.tenant) as session:
            await forget_packages(session, [])
        await work(sync)
    old = await read(sync, f"/sync/v1/outbound-deliveries/{delivery['id']}")
    assert (old["state"], old["isErased"], old["attempts"][-1]["outcome"]) == ("failed", True, "recalled")
    gone = await sync.client.get(f"/sync/v1/outbound-deliveries/{ready['id']}/content", headers=sync.as_(LOADER))
    assert (gone.status_code, gone.json()["type"].rsplit("/", 1)[-1]) == (409, "outbound-content-erased")
    newest = (await read(sync, "/sync/v1/outbound-deliveries"))["items"][0]
    assert (newest["state"], len(there.taken)) == ("sent", 2)


async def test_a_schedule_produces_at_its_time_and_not_after_it_was_taken_away(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    schedule = {"at": "03:30", "everyHours": 24, "zone": "Europe/Stockholm"}
    template = await declared(sync, schedule=schedule)
    with clock.frozen(clock.now() + timedelta(days=1, minutes=1)):
        await make_due(sync, "outbound-due")
        await work(sync)
        assert len((await read(sync, "/sync/v1/outbound-deliveries"))["items"]) == 1
    shown = await sync.client.get(f"/sync/v1/outbound-templates/{template}", headers=sync.as_(LOADER))
    headers = sync.as_(LOADER) | {"If-Match": shown.headers["etag"]}
    path = f"/sync/v1/outbound-templates/{template}"
    assert (await sync.client.patch(path, json={"schedule": None}, headers=headers)).json()["nextAt"] is None
    with clock.frozen(clock.now() + timedelta(days=3)):
        await make_due(sync, "outbound-due")
        await work(sync)
        assert len((await read(sync, "/sync/v1/outbound-deliveries"))["items"]) == 1


async def test_bad_templates_are_refused_with_the_field_and_the_mend(committed_service: Start) -> None:
    sync = await committed_service("sync")
    file = ELEVER["files"][0]
    part = file["parts"][0]
    cases: list[tuple[dict[str, Any], str]] = [
        ({"template": None}, "give template or shipped"),
        ({"template": ELEVER | {"files": [file | {"key": ["Förnamn"]}]}}, "cannot be a part of the key"),
        ({"template": ELEVER | {"files": [file | {"key": ["Okänd"]}]}}, "no column is called Okänd"),
        (
            {"template": ELEVER | {"files": [file | {"parts": [part | {"fill": part["fill"] | {"Epost": "phone"}}]}]}},
            "persons have no field phone",
        ),
        (
            {
                "template": ELEVER
                | {"files": [file | {"parts": [part | {"fill": part["fill"] | {"Epost": "nationalId"}}]}]}
            },
            "set nationalIds to true",
        ),
        ({"destination": {"kind": "https", "url": "https://x.example", "auth": "bearer"}}, "this connector needs"),
        (
            {"template": ELEVER | {"encoding": "cp1252", "files": [file | {"trailer": "Снежана"}]}},
            "cp1252 cannot write Снежана",
        ),
        ({"scheduledMode": "delta", "template": {k: v for k, v in ELEVER.items() if k != "delta"}}, "delta"),
    ]
    for more, words in cases:
        body = {"key": "k", "name": "n", "template": ELEVER} | more
        response = await sync.client.post("/sync/v1/outbound-templates", json=body, headers=sync.as_(LOADER))
        assert response.status_code == 422, (more, response.text)
        assert words in response.text, response.text


async def test_national_numbers_leave_only_where_the_template_says_so(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    file = ELEVER["files"][0]
    part = file["parts"][0]
    columns = [*file["columns"], {"header": "Personnr", "form": "national_id"}]
    with_number = ELEVER | {
        "nationalIds": True,
        "files": [file | {"columns": columns, "parts": [part | {"fill": part["fill"] | {"Personnr": "nationalId"}}]}],
    }
    rows = table(await content(sync, await produced(sync, await declared(sync, template=with_number))))
    numbers = [row["Personnr"] for row in rows if row["Personnr"]]
    assert numbers
    assert all(len(number) == 12 and number.isdigit() for number in numbers)


async def test_secrets_do_not_follow_to_another_destination(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    async with platform() as there, platform() as elsewhere:
        first = https(there.url, auth="bearer")
        template = await declared(sync, **first, credentials={"token": "hemlig-nyckel"})
        path = f"/sync/v1/outbound-templates/{template}"

        async def patched(**change: Any) -> int:
            etag = (await sync.client.get(path, headers=sync.as_(LOADER))).headers["etag"]
            response = await sync.client.patch(path, json=change, headers=sync.as_(LOADER) | {"If-Match": etag})
            return response.status_code

        moved = https(elsewhere.url, auth="bearer")["destination"]
        assert await patched(destination=moved) == 422
        assert await patched(destination=moved | {"auth": "none"}) == 200
        assert (await read(sync, path))["heldCredentials"] == []
        assert await patched(destination=moved, credentials={"token": "en-annan-nyckel"}) == 200
        assert await patched(destination=moved | {"method": "POST"}) == 200
        assert (await read(sync, path))["heldCredentials"] == ["token"]
        assert await patched(name=None) == 422
        assert (await confirmed(sync, template)).status_code == 200
        assert (await produced(sync, template))["state"] == "sent"
    assert there.taken == []
    assert elsewhere.taken[0][1]["authorization"] == "Bearer en-annan-nyckel"


async def test_what_cannot_be_made_fails_and_does_not_stand_in_the_way(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    body = {"templateId": await declared(sync), "mode": "total"}
    asked = await sync.client.post("/sync/v1/outbound-deliveries", json=body, headers=sync.as_(LOADER))
    assert isinstance(sync.settings, Settings)
    small = handlers(sync.settings.model_copy(update={"max_upload_bytes": 100}))
    runner = JobRunner(small, sync.database, sync.relay, Metrics())
    while await runner.step() or runner._running:
        if runner._running:
            await asyncio.wait(runner._running)
    delivery = await read(sync, f"/sync/v1/outbound-deliveries/{asked.json()['id']}")
    assert (delivery["state"], [one["outcome"] for one in delivery["attempts"]]) == ("failed", ["file-too-large"])
    again = await sync.client.post("/sync/v1/outbound-deliveries", json=body, headers=sync.as_(LOADER))
    assert again.status_code == 202


async def test_a_package_whose_worker_was_lost_for_good_makes_room_for_the_next(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    async with platform(503) as there:
        template = await declared(sync, **https(there.url))
        lost = await produced(sync, template)
        body = {"templateId": template, "mode": "total"}
        waits = await sync.client.post("/sync/v1/outbound-deliveries", json=body, headers=sync.as_(LOADER))
        assert (lost["state"], waits.status_code) == ("sending", 409)
        async with sync.database.transaction(sync.tenant) as session:
            await session.execute(text("UPDATE job SET state = 'failed' WHERE kind = 'outbound-send'"))
        assert (await produced(sync, template))["state"] == "sent"
    lost = await read(sync, f"/sync/v1/outbound-deliveries/{lost['id']}")
    assert (lost["state"], lost["attempts"][-1]["outcome"]) == ("failed", "worker_lost")


async def test_what_was_recalled_on_its_way_is_known_to_be_at_the_platform(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    is_first = True

    async def taken(_: Request) -> Response:
        nonlocal is_first
        if is_first:
            is_first = False
            async with sync.database.transaction(sync.tenant) as session:
                await forget_packages(session, [])
        return Response(status_code=202)

    async with answering(taken) as url:
        delivery = await produced(sync, await declared(sync, **https(url)))
    assert (delivery["state"], delivery["isErased"]) == ("sent", True)
    assert [attempt["outcome"] for attempt in delivery["attempts"]] == ["recalled", "sent"]
    newest = (await read(sync, "/sync/v1/outbound-deliveries"))["items"]
    assert [one["state"] for one in newest] == ["sent", "sent"], "made anew once the first had arrived"


async def test_what_a_recalled_package_may_have_told_is_told_again(committed_service: Start) -> None:
    """Nobody knows whether the platform took it: the next delta must be right in both cases."""
    sync = await committed_service("sync")
    small = town()
    await load(sync, oneroster_zip(small))
    async with platform(202, 503) as there:
        template = await declared(sync, **https(there.url))
        assert (await produced(sync, template))["state"] == "sent"
        person = small.of_part("pupil")[0]
        former, person.family = person.family, "Annan"
        await load(sync, oneroster_zip(small))
        assert (await produced(sync, template, "delta"))["state"] == "sending"
        person.family = former  # as the platform knew it before: an older delivery, for two persons to approve
        assert (await approve(sync, await load(sync, oneroster_zip(small)))).json()["jobId"]
        await work(sync)
        async with sync.database.transaction(sync.tenant) as session:
            await forget_packages(session, [])
        await work(sync)
    rows = table(there.taken[-1][2])
    assert [(row["ElevID"], row["Åtgärd"], row["Efternamn"]) for row in rows] == [(person.id, "U", former)]


async def test_a_secret_that_no_header_can_carry_is_refused_and_not_repeated(committed_service: Start) -> None:
    sync = await committed_service("sync")
    for token in ("nyckel\u20ac", "nyckel\r\nX-Evil: 1", "nyckel\x00"):
        body = {"key": "k", "name": "n", "template": ELEVER, "credentials": {"token": token}}
        body |= https("https://import.example/a", auth="bearer")
        response = await sync.client.post("/sync/v1/outbound-templates", json=body, headers=sync.as_(LOADER))
        assert response.status_code == 422, response.text
        assert "nyckel" not in response.text
