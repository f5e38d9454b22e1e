"""AU-S, row by row: data classes, the factor rule, logins per group, the chain of logins, the rule for the engine."""

from datetime import UTC, datetime, timedelta

import pytest

from services.identity.assurance.evaluation import evaluate
from services.identity.assurance.evidence import Evidence
from services.identity.policy.service import OPEN_ISSUES, PolicyService
from shared.auth import Acr, DataClass, Population, Principal, Role, RoleGrant, Side
from shared.auth.assurance import HOLDERS, default_rule, judge
from shared.auth.principal import API_AUDIENCE
from shared.kit import clock
from shared.kit.ids import new_id
from tests.architecture.routes import endpoints
from tests.identity.policy.test_endpoints import change, rules, taken
from tests.support.services import ServiceUnderTest

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NSIS = "https://data.gov.dk/concept/core/nsis/loa"


def person(population: Population, acr: Acr, age: timedelta = timedelta(0)) -> Principal:
    """Somebody of a group; staff as a head of every unit."""
    return Principal(
        subject=new_id(),
        tenant=new_id(),
        side=Side.customer,
        roles=(RoleGrant(Role.unit_head),) if population is Population.staff else (),
        scopes=frozenset(),
        acr=acr,
        auth_time=NOW - age,
        client_id="app",
        token_id="token",
        issued_at=NOW,
        expires_at=NOW + timedelta(minutes=5),
        audience=API_AUDIENCE,
        population=population,
    )


def opens(caller: Principal, data_class: DataClass) -> bool:
    with clock.frozen(NOW):
        return judge(caller, data_class, {}).principal is not None


def by_unilogin(word: str) -> Acr:
    return evaluate(Evidence(values={"unilogin_loa": (word,)}), "unilogin", {}).acr


def test_data_classes_there_are_three_and_routes_are_of_the_class_of_what_they_show() -> None:
    assert [one.value for one in DataClass] == ["ordinary", "confidential", "sensitive"]
    classes = {
        endpoint.name: endpoint.requirements[0].data_class
        for service in ("projects", "sync", "training")
        for endpoint in endpoints(service)
        if endpoint.requirements
    }
    # Ordinary: name, everyday dialogue. Confidential: national ids (a register's deliveries), results, personal files.
    assert classes["courses_list"] is classes["activities_list"] is DataClass.ordinary
    for name in ("persons_list", "uploads_put_content", "run_plan_items_list", "copy_log_entries_list"):
        assert classes[name] is DataClass.confidential, name


def test_factor_rule_sensitive_data_need_two_factors_of_whomever_they_open_to() -> None:
    for holder in HOLDERS:
        rule = default_rule(holder, DataClass.sensitive)
        assert rule.min_acr.at_least(Acr.strong)
        assert rule.max_age == timedelta(minutes=15)
    for word in ("pwd", "mfa"):
        judged = evaluate(Evidence(amr=(word,)), "entra", {})
        assert judged.acr.at_least(Acr.strong) is (judged.factors == 2)


def test_login_of_parents_unilogin_with_nemid_is_two_factors_and_opens_what_guardians_may_see() -> None:
    verified = by_unilogin("VoksenVerificeret")
    parent = person(Population.guardian, verified)
    assert all(opens(parent, one) for one in DataClass)
    alone = person(Population.guardian, by_unilogin("EnFaktor"))
    assert [opens(alone, one) for one in DataClass] == [True, False, False]


@pytest.mark.parametrize(
    ("second", "evidence"),
    [
        ("unilogin", Evidence(values={"unilogin_loa": ("ToFaktor",)})),  # UNI-Login and an employee signature
        ("nsis", Evidence(values={NSIS: (f"{NSIS}/Substantial",)})),  # employee signature at the municipality's own IdP
        ("adfs", Evidence(contexts=("http://schemas.microsoft.com/claims/multipleauthn",))),
    ],
)
def test_login_of_staff_by_employee_signature_or_adfs_is_two_factors(second: str, evidence: Evidence) -> None:
    acr = evaluate(evidence, second, {}).acr
    assert all(opens(person(Population.staff, acr), one) for one in DataClass)
    assert not opens(person(Population.staff, acr, timedelta(minutes=16)), DataClass.sensitive)
    assert not opens(person(Population.staff, by_unilogin("EnFaktor")), DataClass.confidential)


def test_login_of_children_unilogin_alone_opens_their_own_data_and_never_the_sensitive() -> None:
    child = person(Population.pupil, by_unilogin("EnFaktor"))
    assert [opens(child, one) for one in DataClass] == [True, True, False]
    for acr in Acr:
        assert not opens(person(Population.pupil, acr), DataClass.sensitive)


def test_login_chain_the_authoritys_own_provider_hands_the_level_on_and_cannot_raise_it() -> None:
    """NemID or UNI-Login -> the provider that the municipality chose -> here: the level is the weakest of the chain."""
    own = {f"{NSIS}/Low": Acr.strong.value, "urn:municipality:card": Acr.eid3.value}
    handed_on = Evidence(values={"loa": ("Substantial",), "aal": ("Low",)})
    assert evaluate(handed_on, "nsis", own).acr is Acr.basic
    assert evaluate(Evidence(values={NSIS: (f"{NSIS}/Low",)}), "nsis", own).acr is Acr.basic
    assert evaluate(Evidence(contexts=("urn:municipality:card",)), "nsis", own).acr is Acr.strong


def test_rule_for_the_engine_access_by_class_and_group_gives_the_factors_that_are_needed() -> None:
    needed = {
        (holder, one): 2 if default_rule(holder, one).min_acr.at_least(Acr.strong) else 1
        for holder in (Role.unit_head, Population.guardian, Population.pupil)
        for one in (DataClass.ordinary, DataClass.confidential)
    }
    ordinary = {key: factors for key, factors in needed.items() if key[1] is DataClass.ordinary}
    assert set(ordinary.values()) == {1}
    assert needed[Role.unit_head, DataClass.confidential] == needed[Population.guardian, DataClass.confidential] == 2
    assert needed[Population.pupil, DataClass.confidential] == 1


async def test_rule_for_the_engine_changes_only_by_a_recorded_decision_of_the_customer(
    identity: ServiceUnderTest,
) -> None:
    child = {"isOpen": True}
    assert (await change(identity, "pupil", "sensitive", child)).status_code == 422
    decision = await taken(identity)
    opened = await change(identity, "pupil", "sensitive", child | {"decisionId": decision})
    assert (opened.status_code, opened.json()["decisionId"]) == (200, decision)
    async with identity.database.transaction(identity.tenant) as session:
        now_open = {(one.holder, one.data_class): one.rule for one in await PolicyService(session).effective()}
    assert now_open["pupil", DataClass.sensitive].is_open
    assert now_open["pupil", DataClass.sensitive].max_age == timedelta(minutes=15)  # the rest of the rule stays


async def test_open_issue_about_the_childrens_id_is_kept_as_a_row_whatever_the_tenant_decides(
    identity: ServiceUnderTest,
) -> None:
    issue = OPEN_ISSUES["pupil", DataClass.sensitive]
    assert "NemID" in issue.en
    assert "national" in issue.en
    decided = await change(identity, "pupil", "sensitive", {"isOpen": True, "decisionId": await taken(identity)})
    assert decided.json()["openIssue"]
    told = {key for key, row in (await rules(identity)).items() if row["openIssue"]}
    assert told == {("pupil", "sensitive")}
