"""An authority in a programme: it joins by code, takes over the task list and pushes aggregates, nothing else."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest

from services.projects.plan.vocabulary import FactKind
from services.projects.signal.service import SignalService
from services.projects.template.catalogue import shipped
from shared.kit import clock
from shared.kit.ids import new_id
from tests.projects.conftest import BASE, CHOICES, LEADER, Facts
from tests.projects.programme.support import Programme, make_programme
from tests.support.services import ServiceUnderTest


@dataclass
class Joined:
    """A programme body, and an authority in a tenant of its own (the service's). `member` is the programme's row."""

    programme: Programme
    service: ServiceUnderTest
    body: UUID
    member: str
    code: str
    id: str = ""

    async def body_send(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return await self.programme.send(method, path, body, tenant=self.body, **more)

    async def send(
        self, method: str, path: str, body: Any = None, *, version: int = 1, **claims: Any
    ) -> httpx.Response:
        headers = self.service.as_(LEADER, **claims) | {"If-Match": f'"{version}"'}
        return await self.service.client.request(method, BASE + path, json=body, headers=headers)

    async def join(self, **claims: Any) -> httpx.Response:
        return await self.send("POST", "/programme-memberships", {"code": self.code}, **claims)

    async def act(self, below: str, body: Any = None, **claims: Any) -> httpx.Response:
        return await self.send("POST", f"/programme-memberships/{self.id}/{below}", body, **claims)

    async def give_out(self, version: str = "1.0.0", key: str = "central-list", **changed: Any) -> None:
        """Publish a template of the programme's own, and give it out as the task list."""
        document = shipped().get("sv-supplier-5-phase", "1.0.0").model_dump(mode="json", by_alias=True)
        content = orjson.dumps(document | {"key": key, "version": version} | changed).decode()
        published = await self.body_send("POST", "/templates", {"content": content}, side="customer")
        assert published.status_code == 201, published.text
        wanted = {"templateKey": key, "templateVersion": version}
        given = await self.body_send("POST", f"/programmes/{self.programme.id}/publications", wanted, side="customer")
        assert given.status_code == 201, given.text


@pytest.fixture
async def invited(projects: ServiceUnderTest) -> Joined:
    body = new_id()
    programme = await make_programme(projects, tenant=body)
    wanted = {"kind": "municipality", "code": "0751", "name": "Björkby kommun", "waveKey": "main"}
    member = await programme.send("POST", f"/programmes/{programme.id}/members", wanted, tenant=body)
    invited = await programme.send("POST", f"/members/{member.json()['id']}/invitations", tenant=body)
    assert invited.status_code == 201, invited.text
    return Joined(programme, projects, body, member.json()["id"], invited.json()["code"])


@pytest.fixture
async def joined(invited: Joined) -> Joined:
    answer = await invited.join()
    assert answer.status_code == 201, answer.text
    invited.id = answer.json()["id"]
    return invited


async def project(joined: Joined, key: str, version: str) -> str:
    """A project of the authority, made from a template."""
    body = CHOICES | {"name": "Införande", "templateKey": key, "templateVersion": version}
    answer = await joined.send("POST", "/projects", body)
    assert answer.status_code == 201, answer.text
    made: str = answer.json()["id"]
    return made


async def test_an_accepted_invitation_stands_in_both_tenants_and_its_code_in_neither(joined: Joined) -> None:
    shown = await joined.send("GET", f"/programme-memberships/{joined.id}")
    assert (shown.json()["memberName"], shown.json()["state"]) == ("Björkby kommun", "active")
    member = await joined.body_send("GET", f"/members/{joined.member}")
    assert member.json()["invitation"]["state"] == "accepted"
    assert joined.code not in shown.text + member.text
    assert str(joined.service.tenant) not in member.text


async def test_accepting_twice_is_one_membership(joined: Joined) -> None:
    assert (await joined.join()).json()["id"] == joined.id


async def test_a_code_belongs_to_the_authority_that_accepted_it_first(joined: Joined) -> None:
    assert (await joined.join(tenant=new_id())).status_code == 404


@pytest.mark.parametrize("code", ["x", "A" * 64, "å" * 64])
async def test_a_guessed_code_learns_nothing(invited: Joined, code: str) -> None:
    answer = await invited.send("POST", "/programme-memberships", {"code": code})
    assert (answer.status_code, answer.json()["type"].rsplit("/")[-1]) == (404, "programme-handle-not-valid")


async def test_another_tenant_in_the_code_does_not_open_it(invited: Joined) -> None:
    invited.code = "B" + invited.code[1:]
    assert (await invited.join()).status_code == 404


async def test_an_invitation_that_nobody_took_ends_after_thirty_days(invited: Joined) -> None:
    with clock.frozen(clock.now() + timedelta(days=31)):
        assert (await invited.join()).status_code == 404


async def test_a_new_invitation_cuts_the_former_one_off(joined: Joined) -> None:
    await joined.give_out()
    assert (await joined.act("task-list-pulls")).status_code == 200
    assert (await joined.body_send("POST", f"/members/{joined.member}/invitations")).status_code == 201
    assert (await joined.act("task-list-pulls")).status_code == 404


async def test_a_revoked_handle_neither_reads_nor_reports(joined: Joined) -> None:
    await joined.give_out()
    version = (await joined.body_send("GET", f"/members/{joined.member}")).json()["version"]
    path = f"/members/{joined.member}/invitations"
    assert (await joined.body_send("DELETE", path, version=version)).status_code == 204
    made = await project(joined, "sv-supplier-5-phase", "1.0.0")
    assert (await joined.act("task-list-pulls")).status_code == 404
    assert (await joined.act("reports", {"projectId": made})).status_code == 404
    assert (await joined.join()).status_code == 404


async def test_who_has_left_can_do_nothing_more_and_the_programme_sees_it(joined: Joined) -> None:
    path = f"/programme-memberships/{joined.id}"
    assert (await joined.send("DELETE", path, version=2)).status_code == 412
    assert (await joined.send("DELETE", path, version=1)).status_code == 204
    assert (await joined.act("task-list-pulls")).status_code == 409
    assert (await joined.send("GET", path)).json()["state"] == "left"
    member = await joined.body_send("GET", f"/members/{joined.member}")
    assert member.json()["invitation"]["state"] == "none"


async def test_the_task_list_becomes_a_template_of_the_authority_once(joined: Joined) -> None:
    assert (await joined.act("task-list-pulls")).status_code == 404
    await joined.give_out()
    first, second = (await joined.act("task-list-pulls")).json(), (await joined.act("task-list-pulls")).json()
    assert (first["number"], first["isNew"], second["isNew"]) == (1, True, False)
    template = await joined.send("GET", "/templates/central-list/versions/1.0.0")
    assert (template.status_code, template.json()["digest"]) == (200, first["digest"])


async def test_the_difference_to_a_newer_list_is_seen_and_own_changes_are_kept(joined: Joined) -> None:
    await joined.give_out()
    await joined.act("task-list-pulls")
    made = await project(joined, "central-list", "1.0.0")
    listed = (await joined.send("GET", f"/projects/{made}/activities?limit=200")).json()["items"]
    row = next(one for one in listed if one["sourceRef"] == "HAN-A2.02")
    kept = await joined.send("PATCH", f"/activities/{row['id']}", {"notes": "Vårt eget"}, version=row["version"])
    assert kept.status_code == 200
    await joined.give_out("1.1.0", title={"sv": "Listan 2", "en": "The list 2"})
    pulled = (await joined.act("task-list-pulls")).json()
    assert (pulled["number"], pulled["templateVersion"]) == (2, "1.1.0")
    assert [one["projectId"] for one in pulled["projects"]] == [made]
    assert pulled["projects"][0]["previewHref"].endswith(f"/projects/{made}/template-upgrade-previews")
    preview = await joined.send("POST", f"/projects/{made}/template-upgrade-previews", {"version": "1.1.0"})
    assert preview.status_code == 200, preview.text


async def test_an_own_template_of_the_same_name_is_never_written_over(joined: Joined) -> None:
    await joined.give_out()
    document = shipped().get("sv-supplier-5-phase", "1.0.0").model_dump(mode="json", by_alias=True)
    own = orjson.dumps(document | {"key": "central-list", "title": {"sv": "Vår", "en": "Ours"}}).decode()
    assert (await joined.send("POST", "/templates", {"content": own})).status_code == 201
    assert (await joined.act("task-list-pulls")).status_code == 409


async def test_the_programme_sees_what_was_pushed_and_no_small_count_of_people(joined: Joined) -> None:
    made = await project(joined, "sv-supplier-5-phase", "1.0.0")
    facts = Facts(joined.service)
    await facts.coverage(37, 40)
    await facts.coverage(20, 40, role="teacher")
    async with joined.service.database.transaction(joined.service.tenant) as session:
        told = {"score": 82.5, "responses": 3}
        await SignalService(session).tell_own(FactKind.survey_score, told, project_id=UUID(made), key="readiness")
    sent = await joined.act("reports", {"projectId": made})
    assert sent.status_code == 200, sent.text
    member = (await joined.body_send("GET", f"/members/{joined.member}")).json()
    assert member["standing"] == sent.json()["standing"]
    assert member["readiness"] == {"state": "ready", "lacks": []}
    assert member["standing"]["readiness"]["responses"] is None
    training = {one["role"]: (one["trained"], one["needed"]) for one in member["standing"]["training"]}
    assert training == {"key_person": (None, 40), "teacher": (20, 40)}
    assert sum(side["total"] for side in member["standing"]["activities"]) > 0
    assert made not in str(member)
    with clock.frozen(clock.now() + timedelta(days=91)):
        later = (await joined.body_send("GET", f"/members/{joined.member}")).json()
    assert later["readiness"] == {"state": "unknown", "lacks": ["stale"]}


async def test_a_programme_reaches_no_project_of_its_member_and_a_member_nothing_of_the_programme(
    joined: Joined,
) -> None:
    made = await project(joined, "sv-supplier-5-phase", "1.0.0")
    assert (await joined.body_send("GET", f"/projects/{made}", side="customer")).status_code == 404
    assert (await joined.body_send("GET", f"/programme-memberships/{joined.id}")).status_code == 404
    assert (await joined.send("GET", f"/programmes/{joined.programme.id}")).status_code == 404
    assert (await joined.send("GET", f"/members/{joined.member}")).status_code == 404
    other = await joined.act("reports", {"projectId": made}, tenant=new_id())
    assert other.status_code == 404


async def test_only_leaders_of_the_customer_join_pull_and_report(joined: Joined) -> None:
    for claims in ({"side": "supplier"}, {"side": "programme"}):
        assert (await joined.join(**claims)).status_code == 403
        assert (await joined.act("task-list-pulls", **claims)).status_code == 403
        assert (await joined.act("reports", {"projectId": str(new_id())}, **claims)).status_code == 403
