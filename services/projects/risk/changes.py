"""What people change about risks: each change is a row, a journal entry and an event in one transaction."""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.plan.vocabulary import RiskLevel
from services.projects.project.rights import demand
from services.projects.project.service import ProjectService
from services.projects.risk.errors import RiskClosed, RiskNotAssessed
from services.projects.risk.matrix import Definition
from services.projects.risk.models import Risk, RiskAcceptance, RiskAssessment, RiskMatrix
from services.projects.risk.rights import refusal_to_accept, refusal_to_edit, refusal_to_manage
from services.projects.risk.schemas import (
    RiskAcceptanceCreate,
    RiskAssessmentCreate,
    RiskChange,
    RiskCreate,
    TriggerRule,
)
from services.projects.risk.service import RiskService, RiskView
from services.projects.risk.vocabulary import AssessmentKind, MatrixKind, RiskState
from shared.auth.principal import Principal
from shared.contracts.projects_delivery import RiskChanged, RiskLevelChanged, RiskMatrixChanged
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.problems import FieldError, Invalid
from shared.kit.text import Text
from shared.queue.outbox import publish
from shared.web.preconditions import check_version

_WORDS = ("event", "consequence", "measure")
_PLAIN = ("area", "owner_id", "owner_role", "owner_side", "state")
_WIRE_NAMES = {"owner_id": "ownerId", "owner_role": "ownerRole", "owner_side": "ownerSide"}


class RiskChanges:
    """Changes by one caller. Every method raises NotYours, and ProjectClosed for a closed project."""

    def __init__(self, session: AsyncSession, caller: Principal) -> None:
        self._session = session
        self._caller = caller
        self._risks = RiskService(session)
        self._projects = ProjectService(session)

    async def create(self, project_id: UUID, given: RiskCreate) -> RiskView:
        """A risk without a level. Raises ProjectNotFound."""
        await self._projects.get_active(project_id)
        demand(refusal_to_manage(self._caller))
        risk = Risk(
            tenant_id=tenant_of(self._session),
            project_id=project_id,
            position=await self._risks.next_position(project_id),
            area=given.area,
            owner_id=given.owner_id,
            owner_role=given.owner_role,
            owner_side=given.owner_side,
            event=given.event.text().model_dump(),
            consequence=given.consequence.text().model_dump() if given.consequence else None,
            measure=given.measure.text().model_dump() if given.measure else None,
        )
        set_trigger(risk, given.trigger)
        await self._risks.keep(risk)
        after = {"area": risk.area, "trigger_kind": risk.trigger_kind, "owner_id": risk.owner_id}
        await record(self._session, "risk.create", "risk", risk.id, after=after)
        await self.tell(risk, ["created"])
        await self._risks.recheck(project_id)
        return await self._risks.view(risk)

    async def change(self, risk_id: UUID, version: int, change: RiskChange) -> RiskView:
        """Raises RiskNotFound, StaleVersion. A change that changes nothing leaves no trace."""
        risk = await self._risks.get(risk_id, lock=True)
        demand(refusal_to_edit(self._caller, risk, change.model_fields_set))
        check_version(version, risk.version)
        await self._projects.get_active(risk.project_id)
        before = _facts(risk)
        self._apply(risk, change)
        after = _facts(risk)
        changed = [name for name in after if after[name] != before[name]]
        if not changed:
            return await self._risks.view(risk)
        risk.touch()
        await record(
            self._session,
            "risk.change",
            "risk",
            risk.id,
            before={name: before[name] for name in changed if name not in _WORDS},
            after={name: "changed" if name in _WORDS else after[name] for name in changed},
        )
        await self.tell(risk, changed)
        await self._session.flush()
        await self._risks.recheck(risk.project_id)
        return await self._risks.view(risk)

    async def assess(self, risk_id: UUID, given: RiskAssessmentCreate) -> RiskAssessment:
        """Score a risk by the matrix in force, which is frozen into the score. Raises RiskClosed, ScoreInvalid."""
        risk = await self._open(risk_id)
        demand(refusal_to_manage(self._caller))
        number, definition = await self._risks.definition(risk.project_id)
        level = definition.score(given.level, given.likelihood, given.consequence)
        assessment = self._score(risk, given, level, number, definition)
        column = f"{given.kind}_level"
        before = getattr(risk, column)
        setattr(risk, column, level.value)
        risk.touch()
        await self._risks.keep(assessment)
        await record(
            self._session,
            "risk.assess",
            "risk",
            risk.id,
            before={column: before},
            after={column: level, "assessment_id": assessment.id, "matrix_number": number},
        )
        await self.tell(risk, [column])
        if before != level:
            await self._tell_level(risk, given.kind, level, before)
        await self._risks.tell_levels(risk.project_id)
        return assessment

    async def accept(self, risk_id: UUID, given: RiskAcceptanceCreate) -> RiskAcceptance:
        """Live with a risk at its level of now. Raises RiskClosed, RiskNotAssessed, Invalid for a day that is over."""
        risk = await self._open(risk_id)
        demand(refusal_to_accept(self._caller))
        level = risk.level
        if level is None:
            raise RiskNotAssessed()
        if given.expires_on < clock.today():
            text = Text(sv="Dagen har redan varit", en="The day is over already", da="Dagen er allerede forbi")
            raise Invalid(errors=[FieldError(pointer="#/expiresOn", detail=text, code="past")])
        acceptance = RiskAcceptance(
            tenant_id=risk.tenant_id,
            project_id=risk.project_id,
            risk_id=risk.id,
            level=level,
            reason=given.reason,
            expires_on=given.expires_on,
            accepted_by=self._caller.subject,
        )
        risk.touch()
        await self._risks.keep(acceptance)
        after = {"acceptance_id": acceptance.id, "level": level, "expires_on": given.expires_on.isoformat()}
        await record(self._session, "risk.accept", "risk", risk.id, after=after, reason=given.reason)
        await self.tell(risk, ["acceptance"])
        await self._risks.tell_levels(risk.project_id)
        return acceptance

    async def choose_matrix(self, project_id: UUID, definition: Definition) -> RiskMatrix:
        """Score by another matrix from now on; what was scored stays. Raises ProjectNotFound."""
        await self._projects.lock_active(project_id)
        demand(refusal_to_manage(self._caller))
        number, _ = await self._risks.definition(project_id)
        matrix = RiskMatrix(
            tenant_id=tenant_of(self._session),
            project_id=project_id,
            number=number + 1,
            kind=definition.kind,
            basis="startklar" if definition.kind is MatrixKind.grid else "source",
            definition=definition.model_dump(mode="json", by_alias=True),
            created_by=self._caller.subject,
        )
        await self._risks.keep(matrix)
        after = {"number": matrix.number, "kind": matrix.kind}
        await record(self._session, "risk_matrix.create", "risk_matrix", matrix.id, after=after)
        told = RiskMatrixChanged(project_id=project_id, matrix_id=matrix.id, number=matrix.number)
        await publish(self._session, told)
        return matrix

    async def tell(self, risk: Risk, fields: list[str]) -> None:
        names = tuple(_WIRE_NAMES.get(name, name) for name in fields)
        told = RiskChanged(project_id=risk.project_id, risk_id=risk.id, version=risk.version, fields=names)
        await publish(self._session, told)

    def _score(
        self, risk: Risk, given: RiskAssessmentCreate, level: RiskLevel, number: int, definition: Definition
    ) -> RiskAssessment:
        return RiskAssessment(
            tenant_id=risk.tenant_id,
            project_id=risk.project_id,
            risk_id=risk.id,
            kind=given.kind,
            level=level,
            likelihood=given.likelihood,
            consequence=given.consequence,
            matrix_number=number,
            matrix=definition.model_dump(mode="json", by_alias=True),
            note=given.note,
            assessed_by=self._caller.subject,
            assessed_side=str(self._caller.side),
        )

    async def _tell_level(self, risk: Risk, kind: AssessmentKind, level: RiskLevel, before: str | None) -> None:
        told = RiskLevelChanged(
            project_id=risk.project_id,
            risk_id=risk.id,
            kind=kind.value,
            level=level.value,
            level_before=RiskLevel(before).value if before else None,
        )
        await publish(self._session, told)

    async def _open(self, risk_id: UUID) -> Risk:
        risk = await self._risks.get(risk_id, lock=True)
        await self._projects.get_active(risk.project_id)
        if risk.state == RiskState.closed:
            raise RiskClosed()
        return risk

    def _apply(self, risk: Risk, change: RiskChange) -> None:
        given = change.model_fields_set
        for name in _PLAIN:
            if name in given:
                setattr(risk, name, getattr(change, name))
        for name in _WORDS:
            if name in given:
                words = getattr(change, name)
                setattr(risk, name, words and words.text().model_dump())
        if "trigger" in given:
            set_trigger(risk, change.trigger)


def set_trigger(risk: Risk, rule: TriggerRule | None) -> None:
    """A new rule has said nothing yet."""
    kind, params = (rule.kind.value, rule.params()) if rule else (None, {})
    if (kind, params) != (risk.trigger_kind, risk.trigger_params):
        risk.trigger_kind, risk.trigger_params = kind, params
        risk.trigger_state, risk.trigger_changed_at = None, None


def _facts(risk: Risk) -> dict[str, Any]:
    names = (*_PLAIN, *_WORDS, "trigger_kind", "trigger_params")
    return {name: getattr(risk, name) for name in names}
