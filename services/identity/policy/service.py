"""The rules that hold in a tenant: the defaults, and what it has ruled itself, with the decision where it is looser."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.decision.models import TakenDecision
from services.identity.decision.service import DecisionService
from services.identity.policy.errors import DecisionNeeded, LocksOut, PolicyNotFound
from services.identity.policy.models import AssurancePolicy
from services.identity.policy.repository import PolicyRepository
from services.identity.policy.schemas import AssurancePolicyUpdate
from shared.auth import Acr, DataClass, Population, Principal
from shared.auth.assurance import HOLDERS, Rule, default_rule, set_rule
from shared.contracts.identity_assurance import AssurancePolicyChanged
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.problems import FieldError
from shared.kit.text import Text
from shared.queue.outbox import publish
from shared.web.preconditions import check_version

_CHILDREN = Text(
    sv="Öppen fråga: barn har ingen andra faktor. NemID för barn eller en nationell lösning väntas.",
    en="Open issue: children have no second factor. NemID for children or a national solution is awaited.",
    da="Åbent spørgsmål: børn har ingen anden faktor. NemID til børn eller en national løsning afventes.",
)
OPEN_ISSUES = {(Population.pupil.value, DataClass.sensitive): _CHILDREN}
"""What the programme's table leaves open [AU-S]; it stays with the rule, whatever a tenant makes of it."""

_HOW = Text(
    sv="Ange decisionId: ett beslut som är taget i projektet. Skärpa får du utan beslut.",
    en="Name a decisionId: a decision that was taken in the project. To tighten needs none.",
    da="Angiv decisionId: en beslutning, der er truffet i projektet. At stramme kræver ingen.",
)
_ORDINARY = Text(
    sv="Vanliga uppgifter kan inte stängas; ta bort rollen i stället.",
    en="Ordinary data cannot be closed; remove the role instead.",
    da="Almindelige oplysninger kan ikke lukkes; fjern rollen i stedet.",
)


@dataclass(frozen=True)
class Effective:
    """A rule that holds, whether by default (`version` 0) or by the tenant's own word."""

    id: UUID
    holder: str
    data_class: DataClass
    rule: Rule
    decision_id: UUID | None = None
    decision_key: str | None = None
    version: int = 0
    updated_at: datetime | None = None

    @property
    def open_issue(self) -> Text | None:
        return OPEN_ISSUES.get((self.holder, self.data_class))


class PolicyService:
    """The rules of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._repository = PolicyRepository(session)

    async def effective(self) -> Sequence[Effective]:
        """One rule for each holder and data class, the tenant's own before the default."""
        own = {(row.holder, row.data_class): _of_row(row) for row in await self._repository.all()}
        return [
            own.get((holder, data_class.value)) or self._default(holder, data_class)
            for holder in HOLDERS
            for data_class in DataClass
        ]

    async def get(self, policy_id: UUID) -> Effective:
        """The rule; raises PolicyNotFound."""
        for one in await self.effective():
            if one.id == policy_id:
                return one
        raise PolicyNotFound()

    async def change(
        self, policy_id: UUID, expected_version: int, body: AssurancePolicyUpdate, caller: Principal
    ) -> Effective:
        """Set a rule; every service follows within seconds. Raises DecisionNeeded where it loosens without a decision,
        DecisionNotTaken, DecisionReplaced, LocksOut, StaleVersion, PolicyNotFound."""
        await self._repository.lock()
        former = await self.get(policy_id)
        check_version(expected_version, former.version)
        rule = _changed(former.rule, body)
        decision = None
        if body.decision_id is not None:
            decision = await DecisionService(self._session).get_taken(body.decision_id)
        elif rule.loosens(former.rule):
            raise DecisionNeeded(_HOW, errors=[FieldError(pointer="#/decisionId", detail=_HOW, code="missing")])
        _refuse_locking_out(former, rule, caller)
        return await self._keep(former, rule, decision, body.reason)

    async def lapse(self, decision_id: UUID) -> int:
        """A decision was superseded: what was looser than the default by it is so no longer; how many rules lapsed.

        Where such a rule is stricter in another respect, it stays so: nothing is loosened by this.
        """
        await self._repository.lock()
        lapsed = 0
        for row in await self._repository.resting_on(decision_id):
            former, default = _of_row(row), default_rule(row.holder, DataClass(row.data_class))
            if not former.rule.loosens(default):
                continue
            row.sqlmodel_update(_columns(_stricter(former.rule, default)))
            row.decision_id = row.decision_key = None
            row.touch()
            await self._session.flush()
            await self._tell(former, row, "decision_superseded", "lapsed")
            lapsed += 1
        return lapsed

    async def _keep(
        self, former: Effective, rule: Rule, decision: TakenDecision | None, reason: str | None
    ) -> Effective:
        rows = {(row.holder, row.data_class): row for row in await self._repository.all()}
        row = rows.get((former.holder, former.data_class.value))
        if row is None:
            row = AssurancePolicy(
                tenant_id=tenant_of(self._session),
                id=former.id,
                holder=former.holder,
                data_class=former.data_class.value,
                **_columns(rule),
            )
            self._repository.add(row)
        else:
            row.sqlmodel_update(_columns(rule))
            row.touch()
        if decision is not None:
            row.decision_id, row.decision_key = decision.id, decision.decision_key
        elif not rule.loosens(default_rule(row.holder, former.data_class)):
            row.decision_id = row.decision_key = None  # what is left needs nobody's decision
        await self._session.flush()
        await self._tell(former, row, reason, "changed")
        return _of_row(row)

    async def _tell(self, former: Effective, row: AssurancePolicy, reason: str | None, verb: str) -> None:
        before = {"version": former.version, "decisionId": str(former.decision_id or ""), **_columns(former.rule)}
        after = {"version": row.version, "decisionId": str(row.decision_id or ""), **_columns(_rule(row))}
        after["decisionKey"] = row.decision_key
        place = {"holder": row.holder, "dataClass": row.data_class}
        event = AssurancePolicyChanged(
            assurance_policy_id=row.id,
            decision_id=row.decision_id,
            decision_key=row.decision_key,
            version=row.version,
            **_told(row),
        )
        await record(
            self._session,
            f"assurance_policy.{verb}",
            "assurance_policy",
            row.id,
            before=place | before,
            after=place | after,
            reason=reason,
        )
        await set_rule(self._session, event)
        await publish(self._session, event)

    def _default(self, holder: str, data_class: DataClass) -> Effective:
        # Derived, so that a rule has one address before and after the tenant's first word on it.
        policy_id = uuid5(tenant_of(self._session), f"{holder}/{data_class.value}")
        return Effective(policy_id, holder, data_class, default_rule(holder, data_class))


def _changed(former: Rule, body: AssurancePolicyUpdate) -> Rule:
    max_age = former.max_age
    if "max_age_seconds" in body.model_fields_set:
        max_age = timedelta(seconds=body.max_age_seconds) if body.max_age_seconds is not None else None
    return Rule(body.min_acr or former.min_acr, max_age, former.is_open if body.is_open is None else body.is_open)


def _stricter(one: Rule, other: Rule) -> Rule:
    """What both demand together."""
    ages = [rule.max_age for rule in (one, other) if rule.max_age is not None]
    min_acr = one.min_acr if one.min_acr.at_least(other.min_acr) else other.min_acr
    return Rule(min_acr, min(ages, default=None), one.is_open and other.is_open)


def _refuse_locking_out(former: Effective, rule: Rule, caller: Principal) -> None:
    if former.data_class is DataClass.ordinary and not rule.is_open:
        raise LocksOut(_ORDINARY)
    is_own = any(grant.role.value == former.holder for grant in caller.roles)
    if is_own and former.data_class is not DataClass.sensitive and not Rule(rule.min_acr).is_met_by(caller):
        raise LocksOut()


def _columns(rule: Rule) -> dict[str, Any]:
    seconds = int(rule.max_age.total_seconds()) if rule.max_age is not None else None
    return {"is_open": rule.is_open, "min_acr": rule.min_acr.value, "max_age_seconds": seconds}


def _told(row: AssurancePolicy) -> dict[str, Any]:
    return {"holder": row.holder, "data_class": row.data_class, **_columns(_rule(row))}


def _rule(row: AssurancePolicy) -> Rule:
    max_age = timedelta(seconds=row.max_age_seconds) if row.max_age_seconds is not None else None
    return Rule(Acr(row.min_acr), max_age, row.is_open)


def _of_row(row: AssurancePolicy) -> Effective:
    return Effective(
        id=row.id,
        holder=row.holder,
        data_class=DataClass(row.data_class),
        rule=_rule(row),
        decision_id=row.decision_id,
        decision_key=row.decision_key,
        version=row.version,
        updated_at=row.updated_at,
    )
