"""Share links: a plan without an account, for a limited time, without persons."""

from datetime import timedelta
from typing import Any

import pytest

from shared.kit import clock
from tests.projects.conftest import BASE, LEADER, Rollout

SHARED = f"{BASE}/shared-plans"


async def shared(rollout: Rollout, **body: Any) -> dict[str, Any]:
    path = f"{BASE}/projects/{rollout.id}/share-links"
    wanted = {"label": "Leverantörens projektstöd"} | body
    answer = await rollout.service.client.post(path, json=wanted, headers=rollout.service.as_(LEADER))
    assert answer.status_code == 201, answer.text
    link: dict[str, Any] = answer.json()
    return link


async def read(rollout: Rollout, secret: str) -> Any:
    return await rollout.service.client.get(SHARED, headers={"Startklar-Share": secret})


async def test_a_link_shows_the_plan_as_it_stands_now_without_persons_and_notes(rollout: Rollout) -> None:
    link = await shared(rollout)
    assert (await rollout.patch("HAN-A2.02", {"notes": "Ring Kim", "state": "started"})).status_code == 200
    answer = await read(rollout, link["secret"])
    assert answer.status_code == 200
    plan = answer.json()
    row = next(row for row in plan["rows"] if row["sourceRef"] == "HAN-A2.02")
    assert row["state"] == "started"
    assert "Kim" not in answer.text
    assert "ownerId" not in answer.text
    assert plan["planState"] == "draft"


async def test_the_secret_stands_behind_the_hash_and_is_never_shown_again(rollout: Rollout) -> None:
    link = await shared(rollout)
    assert link["url"].endswith(f"/projects/v1/shared-plans#{link['secret']}")
    assert link["secret"] not in (await rollout.get(f"/share-links/{link['id']}")).text
    assert link["secret"] not in (await rollout.get(f"/projects/{rollout.id}/share-links")).text


async def test_a_revoked_link_shows_nothing(rollout: Rollout) -> None:
    link = await shared(rollout)
    path, headers = f"{BASE}/share-links/{link['id']}", rollout.service.as_(LEADER)
    assert (await rollout.service.client.delete(path, headers=headers)).status_code == 428
    gone = await rollout.service.client.delete(path, headers=headers | {"If-Match": '"1"'})
    assert gone.status_code == 204
    assert (await read(rollout, link["secret"])).status_code == 404


async def test_a_link_ends_after_twelve_months_by_itself(rollout: Rollout) -> None:
    link = await shared(rollout)
    with clock.frozen(clock.now() + timedelta(days=360)):
        assert (await read(rollout, link["secret"])).status_code == 200
    with clock.frozen(clock.now() + timedelta(days=370)):
        assert (await read(rollout, link["secret"])).status_code == 404


@pytest.mark.parametrize("days", [-1, 370])
async def test_a_link_cannot_be_made_for_the_past_or_for_longer(rollout: Rollout, days: int) -> None:
    path = f"{BASE}/projects/{rollout.id}/share-links"
    body = {"label": "Länk", "expiresOn": (clock.today() + timedelta(days=days)).isoformat()}
    answer = await rollout.service.client.post(path, json=body, headers=rollout.service.as_(LEADER))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/expiresOn"


@pytest.mark.parametrize("secret", ["", "x", "A" * 64, "å" * 64])
async def test_a_guessed_secret_learns_nothing(rollout: Rollout, secret: str) -> None:
    answer = await rollout.service.client.get(SHARED, headers={b"Startklar-Share": secret.encode()})
    assert answer.status_code == 404
    assert answer.json()["type"].endswith("share-not-valid")


async def test_another_tenant_in_the_secret_does_not_open_the_link(rollout: Rollout) -> None:
    link = await shared(rollout)
    foreign = "B" + link["secret"][1:]
    assert (await read(rollout, foreign)).status_code == 404


async def test_a_browser_gets_a_page_that_holds_no_plan_and_loads_nothing_foreign(rollout: Rollout) -> None:
    answer = await rollout.service.client.get(SHARED, headers={"Accept": "text/html", "Accept-Language": "da"})
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert 'lang="da"' in answer.text
    assert "HAN-" not in answer.text


async def test_a_supplier_may_not_give_the_plan_out(rollout: Rollout) -> None:
    path = f"{BASE}/projects/{rollout.id}/share-links"
    supplier = rollout.service.as_(LEADER, side="supplier")
    assert (await rollout.service.client.post(path, json={"label": "Vår"}, headers=supplier)).status_code == 403
