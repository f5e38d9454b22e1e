"""Nothing of a source is lost: every requirement row is carried by its template and shown by the API, none invented.

The rows are written out here from the requirements (sections 1.1 to 1.5 and 1.9), never read from the templates.
A dot and a number behind a row's ID name a part of it (AU-T.1), in the order in which the row names its parts.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from services.projects.template.catalogue import shipped
from tests.support.services import ServiceUnderTest

BASE = "/projects/v1"
NEWEST = {
    "sv-supplier-5-phase": "1.2.0",
    "sv-projectplan-checklist": "1.0.0",
    "sv-systematic-pdca": "1.0.0",
    "dk-programme-12-12-12": "1.0.0",
    "sv-programme-effect-goals": "1.0.0",
}
# Template, section of the answer, rows. `A1.01-10` is A1.01 to A1.10; `lists.key` is the list with that key.
ROWS = {
    "sv-supplier-5-phase": """
        goals HAN-G1-3
        phases HAN-P1-5
        activities HAN-A1.01-10 HAN-A2.01-09 HAN-A3.01-06 HAN-A4.01-03 HAN-A5.01-04
        gates HAN-M1-5
        tracks HAN-S1-3
        decisions HAN-D01-14
        bodies HAN-GOV1-3
        roles HAN-R1-10
        lists.customer_responsibilities HAN-RC1-9
        lists.gate_criteria_library HAN-F1-9
        activities HAN-I1-7
        activities HAN-MG1.1-3 HAN-MG2.1-4 HAN-MG3.1-6 HAN-MG4.1-2 HAN-MG5.1-2
        migrationFlows HAN-MC1-6
        trainingGroups HAN-T1-5
        lists.training_modules HAN-TM1-19
        risks HAN-K01-17
        lists.quality_loop HAN-Q1-4
        lists.automation HAN-X
        lists.cross_cutting X-TEST X-CONF X-ENV X-USE X-DOC X-3RD X-PLATFORM X-AGREE X-OWN
    """,
    "sv-projectplan-checklist": """
        goals IM-E1-3 IM-P1-4
        roles IM-R1-11 IM-RS1-4
        lists.obstacles IM-O1-8
        lists.success_keywords IM-N1-9
        activities IM-T01-13 IM-C01-23
        lists.cross_cutting X-MYWORK X-COST
    """,
    "sv-systematic-pdca": """
        phases MIT-L1-4
        deviationCauses MIT-V1-11
        lists.maturity_areas MIT-D1-5
        roles MIT-A
        lists.cascade_training MIT-T
        lists.platform_procurement MIT-B
        annualWheels MIT-W MIT-W1
        surveys MIT-M
        lists.strategy_principles MIT-I
        lists.care_processes MIT-P
        lists.cross_cutting X-COST
        lists.city_goal_sets X-GOALS
    """,
    "dk-programme-12-12-12": """
        meetings AU-M
        phases AU-F1 AU-F2.1-3 AU-F3
        waves AU-W0-4
        lists.deliverables AU-D
        roles AU-R
        lists.task_list AU-T
        surveys AU-V
        assurance AU-S
        lists.security_controls AU-SC1-17
        lists.security_fronts AU-SF1-7
        migrationFlows AU-DM01-13
        bodies AU-P
        lists.platform_functions AU-FN1-18
        lists.programme_goals X-GOALS
    """,
    "sv-programme-effect-goals": """
        lists.stakeholder_groups VA-S1-14
        activities VA-X VA-A VA-D
        lists.needs_cards VA-C1-2
        bodies VA-GOV1-6
        goals VA-E01-10
        lists.lessons VA-L1-14
        lists.requirement_backlog VA-FX1-21
        communication VA-K
    """,
}
# What requirements section 10 and the headings of section 1 count.
COUNTS = {
    "HAN-A": 32, "HAN-M": 5, "HAN-K": 17, "HAN-MG": 17, "HAN-I": 7, "HAN-R": 10, "HAN-RC": 9, "HAN-F": 9, "HAN-MC": 6,
    "HAN-TM": 19, "HAN-D": 14, "HAN-T": 5, "HAN-Q": 4, "IM-C": 23, "IM-T": 13, "IM-R": 11, "IM-RS": 4, "IM-O": 8,
    "IM-N": 9, "MIT-V": 11, "MIT-L": 4, "MIT-D": 5, "AU-DM": 13, "AU-W": 5, "AU-SC": 17, "AU-SF": 7, "AU-FN": 18,
    "VA-S": 14, "VA-E": 10, "VA-FX": 21, "VA-L": 14, "VA-GOV": 6,
}  # fmt: skip


def spread(written: str) -> list[str]:
    """HAN-K01-17 as its seventeen IDs; a single ID as itself."""
    found = re.fullmatch(r"(.*?)(\d+)-(\d+)", written)
    if found is None:
        return [written]
    stem, first, last = found.groups()
    width = len(first) if first.startswith("0") and len(first) > 1 else 0
    return [f"{stem}{number:0{width}}" for number in range(int(first), int(last) + 1)]


def expected(key: str) -> dict[str, set[str]]:
    """The IDs of each section."""
    sections: dict[str, set[str]] = {}
    for line in filter(None, map(str.strip, ROWS[key].splitlines())):
        section, *written = line.split()
        sections.setdefault(section, set()).update(ref for each in written for ref in spread(each))
    return sections


def shown_refs(value: Any) -> Iterator[str]:
    """Every row that a JSON answer carries, wherever it stands in it, repeats kept."""
    if isinstance(value, dict):
        if (ref := value.get("sourceRef")) is not None:
            yield ref
        yield from value.get("carries", ())
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from shown_refs(each)


def section_of(answer: dict[str, Any], name: str) -> Any:
    if not name.startswith("lists."):
        return answer[name]
    [found] = [each for each in answer["lists"] if each["key"] == name.removeprefix("lists.")]
    return found


@pytest.fixture
async def answers(projects: ServiceUnderTest) -> dict[str, dict[str, Any]]:
    """The newest version of each template, as the API shows it."""
    found = {}
    for key, version in NEWEST.items():
        url = f"{BASE}/templates/{key}/versions/{version}"
        answer = await projects.client.get(url, headers=projects.as_("project_leader@*"))
        assert answer.status_code == 200, answer.text
        found[key] = answer.json()
    return found


async def test_every_row_of_the_sources_is_shown_where_it_belongs_and_none_is_lost_or_invented(
    answers: dict[str, dict[str, Any]],
) -> None:
    for key, answer in answers.items():
        wanted = expected(key)
        for section, refs in wanted.items():
            assert refs <= set(shown_refs(section_of(answer, section))), (key, section)
        known = set().union(*wanted.values())
        further = Counter(ref for ref in shown_refs(answer) if ref not in known)
        bases = Counter(ref.rpartition(".")[0] for ref in further)
        assert set(bases) <= known, (key, set(bases) - known)
        # Parts are numbered from one without a gap, so that a lost one shows.
        assert set(further) == {f"{base}.{n}" for base, count in bases.items() for n in range(1, count + 1)}, key


async def test_no_row_is_carried_twice_in_a_template(answers: dict[str, dict[str, Any]]) -> None:
    for key, answer in answers.items():
        assert [ref for ref, times in Counter(shown_refs(answer)).items() if times > 1] == [], key


async def test_no_template_carries_a_row_of_another_source(answers: dict[str, dict[str, Any]]) -> None:
    prefixes = {key: {ref.partition("-")[0] for ref in shown_refs(answer)} - {"X"} for key, answer in answers.items()}
    assert list(prefixes.values()) == [{"HAN"}, {"IM"}, {"MIT"}, {"AU"}, {"VA"}]


async def test_the_families_have_as_many_rows_as_the_requirements_count(answers: dict[str, dict[str, Any]]) -> None:
    families = Counter(
        match.group(1)
        for key, answer in answers.items()
        for ref in set(shown_refs(answer)) & set().union(*expected(key).values())
        if (match := re.match(r"([A-Z]+-[A-Z]+)\d", ref))
    )
    assert {family: families[family] for family in COUNTS} == COUNTS


async def test_login_groups_and_data_classes_are_three_each(answers: dict[str, dict[str, Any]]) -> None:
    assurance = answers["dk-programme-12-12-12"]["assurance"]
    assert [each["key"] for each in assurance["loginGroups"]] == ["parents", "staff", "children"]
    assert [len(each["factors"]) for each in assurance["loginGroups"]] == [2, 2, 1]
    assert [each["key"] for each in assurance["dataClasses"]] == ["ordinary", "confidential", "sensitive"]


async def test_every_shipped_template_is_listed_and_only_one_is_restricted(projects: ServiceUnderTest) -> None:
    headers = projects.as_("project_leader@*")
    listed = (await projects.client.get(f"{BASE}/templates?limit=100", headers=headers)).json()["items"]
    assert set(NEWEST.items()) <= {(item["key"], item["version"]) for item in listed}
    restricted = {t.key for t in shipped().all() if t.version == NEWEST[t.key] and t.visibility == "restricted"}
    assert restricted == {"sv-supplier-5-phase"}


@pytest.mark.parametrize(
    ("key", "anchors"),
    [
        ("sv-supplier-5-phase", {"start_month": "2027-03"}),
        ("sv-projectplan-checklist", {"project_start": "2027-01-11"}),
        ("sv-systematic-pdca", {}),
        ("dk-programme-12-12-12", {"rollout_start": "2028-10-02"}),
        ("sv-programme-effect-goals", {"programme_start": "2027-01"}),
    ],
)
async def test_each_template_becomes_a_project_with_its_rows(
    projects: ServiceUnderTest, key: str, anchors: dict[str, str]
) -> None:
    headers = projects.as_("project_leader@*", "approver@*")
    body = {
        "name": "Ett projekt",
        "templateKey": key,
        "templateVersion": NEWEST[key],
        "anchors": anchors,
        "parties": [{"side": "customer", "name": "Björkby kommun"}],
    }
    made = await projects.client.post(f"{BASE}/projects", json=body, headers=headers)
    assert made.status_code == 201, made.text
    url = f"{BASE}/projects/{made.json()['id']}/activities?limit=200"
    rows = (await projects.client.get(url, headers=headers)).json()["items"]
    assert [row["sourceRef"] for row in rows] == [a.source_ref for a in shipped().get(key, NEWEST[key]).activities]


@pytest.mark.parametrize(
    ("written", "refs"),
    [
        ("HAN-K08-10", ["HAN-K08", "HAN-K09", "HAN-K10"]),
        ("HAN-MG2.1-2", ["HAN-MG2.1", "HAN-MG2.2"]),
        ("AU-W0-1", ["AU-W0", "AU-W1"]),
        ("X-3RD", ["X-3RD"]),
        ("HAN-X", ["HAN-X"]),
    ],
)
def test_compact_ranges_spread_as_they_are_read(written: str, refs: list[str]) -> None:
    assert spread(written) == refs
