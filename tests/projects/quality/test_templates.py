"""What shipped templates bring of the quality work: each row once, empty ones marked, ours marked as ours."""

from typing import Any
from uuid import UUID

import pytest

from services.projects.assessment.service import AssessmentService
from services.projects.deviation.service import DeviationService
from services.projects.goal.service import GoalService
from services.projects.lesson.service import LessonService
from services.projects.survey.service import DefinitionService
from services.projects.template.catalogue import shipped
from services.projects.template.definition import Template
from services.projects.wheel.service import WheelService
from tests.projects.benefit.support import ok
from tests.projects.conftest import Rollout

VA, MIT, DK, IM = (
    "sv-programme-effect-goals",
    "sv-systematic-pdca",
    "dk-programme-12-12-12",
    "sv-projectplan-checklist",
)


def template(key: str) -> Template:
    return shipped().get(key, "1.0.0")


async def write(rollout: Rollout, of: Template, options: dict[str, Any] | None = None) -> list[int]:
    """Hand the sections of a template to their owners, as instantiation does; how many rows each wrote."""
    service, project = rollout.service, UUID(rollout.id)
    async with service.database.transaction(service.tenant) as session:
        return [
            await GoalService(session).add_from_template(project, of.goals),
            await DeviationService(session).add_from_template(project, of.deviation_causes),
            await DefinitionService(session).add_from_template(project, of.surveys, options or {}),
            await AssessmentService(session).add_from_template(project, of.surveys),
            await WheelService(session).add_from_template(project, of.annual_wheels),
            await LessonService(session).add_from_template(project, of.lists),
        ]


async def listed(rollout: Rollout, what: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await ok(rollout.service, "GET", f"/projects/{rollout.id}/{what}?limit=200"))[
        "items"
    ]
    return items


@pytest.mark.parametrize("key", [VA, MIT, DK, IM])
async def test_a_second_writing_writes_nothing(rollout: Rollout, key: str) -> None:
    first = await write(rollout, template(key))
    assert sum(first) > 0
    assert await write(rollout, template(key)) == [0] * 6


async def test_the_ten_effect_goals_have_no_perspective_and_no_progress(rollout: Rollout) -> None:
    await write(rollout, template(VA))
    goals = [goal for goal in await listed(rollout, "goals") if (goal["sourceRef"] or "").startswith("VA-E")]
    assert [goal["sourceRef"] for goal in goals] == [f"VA-E{number:02}" for number in range(1, 11)]
    assert {(goal["kind"], goal["isMeasurable"]) for goal in goals} == {("effect", False)}
    assert {str(goal["perspective"]) for goal in goals} == {"None"}


async def test_lessons_need_cards_and_the_backlog_with_its_legal_reviews_are_there(rollout: Rollout) -> None:
    await write(rollout, template(VA))
    assert len([row for row in await listed(rollout, "lessons") if row["kind"] == "lesson"]) == 14
    cards = {card["sourceRef"]: card for card in await listed(rollout, "need-cards")}
    counts = [len(cards["VA-C1"][side]) for side in ("gains", "pains", "needs", "functionality", "experience")]
    assert counts[1:4] == [3, 7, 9]
    backlog = await listed(rollout, "requirements")
    assert len(backlog) == 21
    assert any(row["needsLegalReview"] for row in backlog)


async def test_causes_matrix_and_wheel_come_as_the_source_has_them(rollout: Rollout) -> None:
    await write(rollout, template(MIT))
    causes = await listed(rollout, "deviation-causes")
    assert [cause["sourceRef"] for cause in causes] == [f"MIT-V{number}" for number in range(1, 12)]
    (matrix,) = [row for row in await listed(rollout, "assessment-matrices") if row["sourceRef"] == "MIT-M"]
    assert (matrix["isEmpty"], matrix["areas"], matrix["sourceText"] is not None) == (True, [], True)
    (wheel,) = [row for row in await listed(rollout, "annual-wheels") if row["sourceRef"] == "MIT-W"]
    assert {event["anchor"] for event in wheel["events"]} == {None, "each_tertial_end"}


@pytest.mark.parametrize(("chosen", "questions", "source"), [(False, 0, "template"), (True, 8, "startklar")])
async def test_the_readiness_survey_ships_empty_and_our_topics_are_a_choice(
    rollout: Rollout, chosen: bool, questions: int, source: str
) -> None:
    await write(rollout, template(DK), {"readiness_topics": chosen})
    (survey,) = [row for row in await listed(rollout, "survey-definitions") if row["sourceRef"] == "AU-V"]
    assert (survey["isEmpty"], len(survey["questions"]), survey["source"]) == (not chosen, questions, source)
    assert survey["sourceText"]


async def test_the_project_goals_link_to_the_effect_goals_of_their_template(rollout: Rollout) -> None:
    await write(rollout, template(IM))
    kinds = {goal["sourceRef"]: goal["kind"] for goal in await listed(rollout, "goals")}
    assert [kinds[ref] for ref in ("IM-E1", "IM-E2", "IM-E3", "IM-P1", "IM-P4")] == ["effect"] * 3 + ["project"] * 2
