"""Shelves of what was learnt and what is needed: the same few moves for each kind of row."""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.benefit import rows
from services.projects.benefit.errors import RowUnknown
from services.projects.benefit.tell import Entity, change, tell
from services.projects.goal.service import GoalService
from services.projects.lesson.errors import (
    EvaluationIncomplete,
    EvaluationNotFound,
    LegalReviewMissing,
    LessonNotFound,
    NeedCardNotFound,
    RequirementNotFound,
)
from services.projects.lesson.models import Evaluation, Lesson, NeedCard, Requirement
from services.projects.lesson.vocabulary import LessonKind, RequirementState
from services.projects.project.rights import demand, refusal_to_lead
from services.projects.project.service import ProjectService
from services.projects.template.delivery import CatalogueList, ListItem
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound
from shared.web.models import ApiInput, ApiPatch
from shared.web.preconditions import check_version

R = TypeVar("R", Evaluation, Lesson, NeedCard, Requirement)

_LESSONS = {"lessons": LessonKind.lesson, "status": LessonKind.status, "quality_loop": LessonKind.quality_step}
_NEED_CARDS, _REQUIREMENTS = "needs_cards", "requirement_backlog"
_SIDES_OF_A_CARD = ("gains", "pains", "needs", "functionality", "experience")


class Shelf(Generic[R]):
    """The rows of one kind in the session's tenant. What a kind demands of its own is `settle`'s."""

    def __init__(self, session: AsyncSession, model: type[R], entity: Entity, missing: type[NotFound]) -> None:
        self._session = session
        self._model: type[R] = model
        self._entity = entity
        self._missing = missing

    async def get(self, row_id: UUID) -> R:
        """Raises the kind's NotFound."""
        found: R = await rows.get(self._session, self._model, row_id, self._missing)
        return found

    async def list_after(self, project_id: UUID, after: UUID | None, limit: int) -> Sequence[R]:
        wanted = col(self._model.project_id) == project_id
        return await rows.page(self._session, self._model, after, limit, wanted)

    async def add(self, project_id: UUID, wanted: ApiInput, caller: Principal) -> R:
        """Raises ProjectNotFound, ProjectClosed, NotYours, and what the kind demands."""
        await ProjectService(self._session).get_active(project_id)
        demand(refusal_to_lead(caller, Scope.goals_write))
        make: Any = self._model  # what is left out here is set from the request just below
        row: R = make(tenant_id=tenant_of(self._session), project_id=project_id)
        await self._apply(row, _stored(wanted.model_dump(mode="json"), wanted))
        self._session.add(row)
        await tell(self._session, self._entity, "add", row, project_id=project_id)
        return row

    async def change(self, row_id: UUID, version: int, wanted: ApiPatch, caller: Principal) -> R:
        """Raises the kind's NotFound, NotYours, StaleVersion, ProjectClosed, and what the kind demands."""
        row: R = await rows.get(self._session, self._model, row_id, self._missing, lock=True)
        demand(refusal_to_lead(caller, Scope.goals_write))
        check_version(version, row.version)
        await ProjectService(self._session).get_active(row.project_id)
        after = await self._apply(row, _stored(wanted.model_dump(mode="json", exclude_unset=True), wanted))
        if after:
            row.touch()
            await tell(self._session, self._entity, "change", row, project_id=row.project_id, after=after)
        return row

    async def _apply(self, row: R, given: dict[str, Any]) -> Mapping[str, Any]:
        """Set the fields; of all of them, being words, only that they changed is kept."""
        settled = await self._settle(row, given)
        _, after = change(row, settled, words=frozenset(settled))
        return dict(after)

    async def _settle(self, row: R, given: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - a kind may ask its row
        return given


class EvaluationShelf(Shelf[Evaluation]):
    def __init__(self, session: AsyncSession) -> None:
        super().__init__(session, Evaluation, "evaluation", EvaluationNotFound)

    async def _settle(self, row: Evaluation, given: dict[str, Any]) -> dict[str, Any]:
        """Raises RowUnknown, EvaluationIncomplete."""
        if given.get("goal_ids"):
            known = {str(goal.id) for goal in await GoalService(self._session).of_project(row.project_id)}
            if not set(given["goal_ids"]) <= known:
                raise RowUnknown("#/goalIds")
        is_completed = given.pop("is_completed", None)
        if is_completed is None:
            return given
        answers = [given.get(name, getattr(row, name)) for name in ("why", "what", "how", "collected_when", "outcome")]
        if is_completed and not all(answers):
            raise EvaluationIncomplete()
        return given | {"completed_at": (row.completed_at or clock.now()) if is_completed else None}


class LessonShelf(Shelf[Lesson]):
    def __init__(self, session: AsyncSession) -> None:
        super().__init__(session, Lesson, "lesson", LessonNotFound)


class NeedCardShelf(Shelf[NeedCard]):
    def __init__(self, session: AsyncSession) -> None:
        super().__init__(session, NeedCard, "need_card", NeedCardNotFound)


class RequirementShelf(Shelf[Requirement]):
    def __init__(self, session: AsyncSession) -> None:
        super().__init__(session, Requirement, "requirement", RequirementNotFound)

    async def _settle(self, row: Requirement, given: dict[str, Any]) -> dict[str, Any]:
        """Raises RowUnknown, LegalReviewMissing."""
        card_id = given.pop("need_card_id", None)
        if card_id is not None:
            wanted = (NeedCard.id == UUID(card_id), NeedCard.project_id == row.project_id)
            if not await rows.find(self._session, NeedCard, *wanted):
                raise RowUnknown("#/needCardId")
            given["need_card_id"] = UUID(card_id)
        reviewed = given.pop("is_legally_reviewed", None)
        if reviewed is not None:
            given["legally_reviewed_at"] = (row.legally_reviewed_at or clock.now()) if reviewed else None
        after = {name: given.get(name, getattr(row, name)) for name in ("needs_legal_review", "legally_reviewed_at")}
        state = given.get("state", row.state)
        if state == RequirementState.accepted and after["needs_legal_review"] and after["legally_reviewed_at"] is None:
            raise LegalReviewMissing()
        return given


class LessonService:
    """What a template brings of all this."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add_from_template(self, project_id: UUID, lists: Sequence[CatalogueList]) -> int:
        """Write the lessons, quality steps, need cards and backlog of a template; returns how many rows it wrote.

        A row whose source reference the project has already is left out, so that it can be done again.
        """
        written = 0
        for one in lists:
            kind = LessonKind(_LESSONS[one.key]) if one.key in _LESSONS else None
            for position, item in enumerate(one.items, start=1):
                row = self._row(project_id, one.key, kind, item, position)
                if row is not None and not await self._is_known(row):
                    self._session.add(row)
                    await self._session.flush()
                    written += 1
        return written

    def _row(
        self, project_id: UUID, key: str, kind: LessonKind | None, item: ListItem, position: int
    ) -> Lesson | NeedCard | Requirement | None:
        base: dict[str, Any] = {
            "tenant_id": tenant_of(self._session),
            "project_id": project_id,
            "source_ref": item.source_ref,
        }
        title, text = item.title.model_dump(), item.text.model_dump() if item.text else None
        if kind is not None:
            return Lesson(kind=kind.value, title=title, text=text, position=position, **base)
        if key == _NEED_CARDS:
            lists: dict[str, Any] = {side: _texts(item.fields.get(side)) for side in _SIDES_OF_A_CARD}
            return NeedCard(stakeholder=title, description=text, **lists, **base)
        if key == _REQUIREMENTS:
            area = item.fields.get("area")
            return Requirement(
                title=title,
                area=area if isinstance(area, str) else None,
                needs_legal_review=bool(item.fields.get("legal_review")),
                **base,
            )
        return None

    async def _is_known(self, row: Lesson | NeedCard | Requirement) -> bool:
        if row.source_ref is None:
            return False
        model = type(row)
        wanted = (model.project_id == row.project_id, model.source_ref == row.source_ref)
        return bool(await rows.find(self._session, model, *wanted))


def _texts(value: Any) -> list[dict[str, Any]]:
    """The texts of a field; one that is written in a single language is the same in all."""
    found = value if isinstance(value, tuple) else (value,) if value is not None else ()
    return [{"sv": one, "en": one, "da": None} if isinstance(one, str) else one.model_dump() for one in found]


def _stored(given: dict[str, Any], wanted: ApiInput) -> dict[str, Any]:
    """JSON for the columns of JSON, and days as days."""
    return {name: getattr(wanted, name) if name == "on_date" else value for name, value in given.items()}
