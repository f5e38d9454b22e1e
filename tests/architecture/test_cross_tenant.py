"""Every route, called by everybody who may not: without token, scope, role, as the wrong kind, from another tenant.

The requests come from the routes and their documents, so a new route is in the matrix when it exists. The tenant that
must not be seen has a row in every table.
"""

from typing import Any

import httpx
import pytest

from shared.auth import Acr, Role, Scope
from shared.auth.principal import service_audience
from shared.kit.ids import new_id
from tests.architecture.calls import Ids, call, ids_of, random_id
from tests.architecture.routes import Endpoint, endpoints
from tests.architecture.synthetic_rows import Rows, fingerprint, insert_rows
from tests.architecture.test_services_are_uniform import OWNERS, WITHOUT_DATA
from tests.support.services import ServiceUnderTest, Start

# Internal routes that answer for all tenants, to services alone, with ids and no personal data (design.md section 6).
FOR_ALL_TENANTS = {"/internal/events"}

every_service = pytest.mark.parametrize("name", OWNERS)


def guarded(name: str) -> list[Endpoint]:
    return [one for one in endpoints(name) if one.requirements]


def own_scopes(endpoint: Endpoint) -> list[Scope]:
    return [one.scope for one in endpoint.requirements if one.scope is not None]


def audience(endpoint: Endpoint) -> dict[str, Any]:
    """The claim that lets a token through the door of the endpoint."""
    return {"audience": service_audience(endpoint.service)} if endpoint.is_internal else {}


async def answers(service: ServiceUnderTest, asked: list[Endpoint], expected: int, **claims: Any) -> dict[str, int]:
    """The endpoints that answer anything but `expected` to a caller with these claims; no claims, no token."""
    found = {}
    for one in asked:
        full = {"tenant": service.tenant, "acr": Acr.eid3, **audience(one), **claims}
        headers = service.mint.headers(**full) if claims else {}
        response = await call(service, one, random_id, headers)
        if response.status_code != expected:
            found[str(one)] = response.status_code
    return found


@every_service
async def test_nobody_enters_without_a_token(name: str, committed_service: Start) -> None:
    service = await committed_service(name)
    assert await answers(service, guarded(name), 401) == {}


@every_service
async def test_nobody_enters_with_a_token_of_another_issuer(name: str, committed_service: Start) -> None:
    service, other = await committed_service(name), await committed_service(name)
    for one in guarded(name):
        response = await call(service, one, random_id, other.mint.headers(tenant=service.tenant, **audience(one)))
        assert response.status_code == 401, str(one)


@every_service
async def test_a_service_token_opens_no_public_route_and_a_persons_token_no_internal_one(
    name: str, committed_service: Start
) -> None:
    service = await committed_service(name)
    outside = [one for one in guarded(name) if not one.is_internal]
    inside = [one for one in guarded(name) if one.is_internal]
    assert await answers(service, outside, 401, audience=service_audience(name)) == {}
    assert await answers(service, inside, 401, audience="urn:startklar:api") == {}


@every_service
async def test_a_service_token_for_another_service_opens_nothing(name: str, committed_service: Start) -> None:
    service = await committed_service(name)
    assert await answers(service, guarded(name), 401, audience=service_audience("another")) == {}


@every_service
async def test_a_token_without_the_scope_is_refused(name: str, committed_service: Start) -> None:
    service = await committed_service(name)
    scoped = [one for one in guarded(name) if own_scopes(one)]
    roles = [f"{role}@*" for role in Role]
    found: dict[str, int] = {}
    for one in scoped:
        others = [scope for scope in Scope if scope not in own_scopes(one)]
        found |= await answers(service, [one], 403, scopes=others, roles=roles)
    assert found == {}


@every_service
async def test_a_caller_with_all_other_roles_is_refused(name: str, committed_service: Start) -> None:
    service = await committed_service(name)
    found: dict[str, int] = {}
    for one in guarded(name):
        for requirement in one.requirements:
            others = [f"{role}@*" for role in Role if role not in requirement.roles]
            if requirement.roles:
                found |= await answers(service, [one], 403, roles=others)
    assert found == {}


@every_service
async def test_a_role_at_one_unit_opens_nothing_that_belongs_to_the_whole_authority(
    name: str, committed_service: Start
) -> None:
    service = await committed_service(name)
    whole = [one for one in guarded(name) if any(requirement.everywhere for requirement in one.requirements)]
    assert await answers(service, whole, 403, roles=[f"{role}@{new_id()}" for role in Role]) == {}


def betrays(endpoint: Endpoint, response: httpx.Response, rows: Rows, sent: set[str]) -> str | None:
    """What is wrong with the answer to a stranger; None when nothing is."""
    if response.status_code >= 500:
        return f"{response.status_code}: a fault instead of an answer"
    if response.status_code == 401:
        return "401: the token should have been accepted, so the matrix tested nothing"
    if shown := sorted(one for one in rows.ids - sent if one in response.text):
        return f"{response.status_code}: shows {shown[:3]}"
    if not response.is_success or endpoint.path.startswith(KEYED):
        return None
    if "{" in endpoint.path and sent:
        return f"{response.status_code}: found what belongs to another tenant"
    took = any(one in response.text for one in sent & rows.ids)
    return f"{response.status_code}: took an id of another tenant" if took else None


# Named by a word of the catalogue, the same in every tenant, which an invented id is not; tests of its own hold it.
CATALOGUE = "/sync/v1/retention-schedules/"
# Named by the tenant's own word for a source: the defaults hold for every word, and no other tenant's limits are shown.
KEYED = ("/sync/v1/guard-policies/", CATALOGUE)
# Two strangers: whoever holds every role of another tenant, and the platform's administrator, who reads no tenant's
# data and keeps the directory of tenants.
STRANGERS: dict[str, list[Role]] = {
    "another tenant": [role for role in Role if role is not Role.platform_admin],
    "the platform": [Role.platform_admin],
}
DIRECTORY = "/identity/v1/tenants"
# Public metadata that belong to no tenant, so that no tenant has a row there.
SHARED = "/identity/v1/federations/"
# A rule's id follows from tenant, holder and class, so that a rule that was never changed has one too.
DERIVED = "/identity/v1/assurance-policies/"
# Shows accounts that an administrator of a unit opened there, which a bare row is not; tests of its own hold it.
OPENED = "/identity/v1/unit-accounts/"
# About units that are still there, which the invented one, with a value in every column, is not.
PRESENT = ("/sync/v1/units/{unitId}/verification", "/sync/v1/units/{unitId}/sign-offs")


@every_service
@pytest.mark.parametrize("who", STRANGERS)
async def test_a_strangers_calls_neither_show_nor_change_a_tenants_rows(
    name: str, who: str, committed_service: Start
) -> None:
    service = await committed_service(name)
    rows = await insert_rows(service.urls.owner, new_id())
    before = await fingerprint(service.urls.owner, rows.tenant)
    found = {}
    for one in guarded(name):
        is_theirs = who == "the platform" and one.path.startswith(DIRECTORY)
        choices: tuple[Ids, ...] = () if is_theirs or one.path in FOR_ALL_TENANTS else (ids_of(rows), random_id)
        for ids in choices:
            sent: set[str] = set()
            roles = [f"{role}@*" for role in STRANGERS[who]]
            headers = service.mint.headers(tenant=service.tenant, roles=roles, acr=Acr.eid3, **audience(one))
            response = await call(service, one, noting(ids, sent), headers)
            if wrong := betrays(one, response, rows, sent):
                found[str(one)] = wrong
    assert found == {}
    assert await fingerprint(service.urls.owner, rows.tenant) == before


@every_service
async def test_the_tenant_itself_finds_what_strangers_do_not(name: str, committed_service: Start) -> None:
    """Without this the matrix could pass because it asks for what is not there."""
    service = await committed_service(name)
    rows = await insert_rows(service.urls.owner, service.tenant)
    missed = []
    # Who asks is the person of the tenant's row, where something is shown to its person alone.
    person = rows.by_table.get("enrolment", {}).get("person_id")
    claims: dict[str, Any] = {"person": person} if person else {}
    for one in guarded(name):
        is_own = not one.is_internal and not one.path.startswith((SHARED, DERIVED, OPENED, CATALOGUE, *PRESENT))
        if one.method == "GET" and "{" in one.path and is_own:
            headers = service.as_(*(f"{role}@*" for role in Role), acr=Acr.eid3, **claims)
            response = await call(service, one, ids_of(rows), headers)
            if response.status_code in (403, 404):
                missed.append(f"{one}: {response.status_code}")
    assert missed == []


def noting(ids: Ids, sent: set[str]) -> Ids:
    """The same ids; those handed out are remembered in `sent`."""

    def give(parameter: str) -> str:
        sent.add(ids(parameter))
        return max(sent)

    return give


@pytest.mark.parametrize("name", sorted(WITHOUT_DATA))
def test_a_service_without_data_has_nothing_to_guard(name: str) -> None:
    """Else it belongs into the matrix."""
    assert [str(one) for one in guarded(name)] == []


FOREIGN = "0197a0e4-0000-7000-8000-000000000001"
SENT = "0197a0e4-0000-7000-8000-000000000002"
VERDICTS = {
    "a fault": (500, "", "fault"),
    "a token refused": (401, "", "tested nothing"),
    "a foreign row in a list": (200, FOREIGN, "shows"),
    "a foreign row in an error": (404, FOREIGN, "shows"),
    "a foreign row found by its id": (200, "{}", "found"),
    "a foreign row removed by its id": (204, "", "found"),
    "not found": (404, SENT, None),
    "not allowed": (403, "", None),
    "refused input": (422, SENT, None),
}


@pytest.mark.parametrize("case", VERDICTS)
def test_an_answer_is_judged_by_what_it_shows(case: str) -> None:
    status, text, verdict = VERDICTS[case]
    rows = Rows(new_id(), {"course": {"id": FOREIGN}, "session": {"id": SENT}})
    endpoint = Endpoint("training", "GET", "/training/v1/courses/{courseId}", "courses_get", None, None, True)
    wrong = betrays(endpoint, httpx.Response(status, text=text), rows, {SENT})
    assert wrong is None if verdict is None else verdict in str(wrong)


def test_a_foreign_id_that_was_taken_over_is_seen() -> None:
    rows = Rows(new_id(), {"session": {"id": SENT}})
    endpoint = Endpoint("training", "POST", "/training/v1/enrolments", "enrolments_create", None, None, True)
    assert "took an id" in str(betrays(endpoint, httpx.Response(201, text=f'"{SENT}"'), rows, {SENT}))
    assert betrays(endpoint, httpx.Response(200, text="{}"), rows, {SENT}) is None
