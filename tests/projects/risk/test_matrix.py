"""Scores are frozen: whatever a project chooses later, what was scored stays as it was."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.projects.plan.vocabulary import RiskLevel
from services.projects.risk.matrix import AXIS, Definition
from services.projects.risk.models import RiskMatrix
from services.projects.risk.service import RiskService
from services.projects.risk.vocabulary import MatrixKind
from shared.kit.ids import new_id
from shared.kit.text import Text
from tests.projects.risk.conftest import Register

WORDS = st.builds(Text, sv=st.sampled_from("abc"), en=st.sampled_from("abc"))


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    if draw(st.booleans()):
        return AXIS
    rows, columns = draw(st.integers(2, 5)), draw(st.integers(2, 5))
    return Definition(
        kind=MatrixKind.grid,
        levels=AXIS.levels,
        likelihood=tuple(draw(WORDS) for _ in range(rows)),
        consequence=tuple(draw(WORDS) for _ in range(columns)),
        cells=tuple(tuple(draw(st.sampled_from(RiskLevel)) for _ in range(columns)) for _ in range(rows)),
    )


@given(definitions())
def test_a_matrix_survives_being_frozen(definition: Definition) -> None:
    assert Definition.model_validate(definition.model_dump(mode="json", by_alias=True)) == definition


@given(definitions(), st.integers(1, 5), st.integers(1, 5))
def test_a_grid_gives_the_level_of_its_cell(definition: Definition, likelihood: int, consequence: int) -> None:
    if definition.kind is MatrixKind.axis:
        assert [definition.score(level, None, None) for level in RiskLevel] == list(RiskLevel)
        return
    row, column = min(likelihood, len(definition.likelihood)), min(consequence, len(definition.consequence))
    assert definition.score(None, row, column) == definition.cells[row - 1][column - 1]


def score_for(definition: Definition) -> dict[str, Any]:
    if definition.kind is MatrixKind.axis:
        return {"kind": "current", "level": "large"}
    return {"kind": "current", "likelihood": 2, "consequence": 2}


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(chosen=st.lists(definitions(), min_size=2, max_size=4))
async def test_no_later_matrix_rewrites_a_score(register: Register, chosen: Sequence[Definition]) -> None:
    risk = await register.add()
    path, frozen = f"/risks/{risk['id']}/assessments", []
    for definition in chosen:
        await choose(register, definition)
        answer = await register.post(path, score_for(definition))
        assert answer.status_code == 201, answer.text
        frozen.append(answer.json())
        assert answer.json()["matrix"] == definition.model_dump(mode="json", by_alias=True)
        assert (await register.rollout.get(path)).json()["items"] == frozen


async def choose(register: Register, definition: Definition) -> None:
    """As the route does it, without its journal: many matrices are tried."""
    service = register.rollout.service
    async with service.database.transaction(service.tenant) as session:
        risks, project = RiskService(session), UUID(register.rollout.id)
        number, _ = await risks.definition(project)
        row = RiskMatrix(
            tenant_id=service.tenant,
            project_id=project,
            number=number + 1,
            kind=definition.kind,
            basis="startklar",
            definition=definition.model_dump(mode="json", by_alias=True),
            created_by=new_id(),
        )
        await risks.keep(row)
