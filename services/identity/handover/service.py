"""Decisions about the hand-over chain [IM-C20..22]: who may hand which role to whom, and when it counts.

The supplier delivers a main administrator and one for each school; the orderer hands those to contact persons, who add
their own. At each step the giver holds the role (the main administrator may give every school's), the receiver is the
customer's, and the role is there when the receiver has logged in after the offer and taken it.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.service import AccountService
from services.identity.handover.errors import (
    FormerHolderUnknown,
    HandoverDecided,
    HandoverNotFound,
    HandoverOpen,
    NotTheReceiver,
    NotYoursToHandOver,
    ReasonMissing,
    ReceiverOfOtherSide,
    UnitMisfit,
)
from services.identity.handover.models import Handover, HandoverPolicy
from services.identity.handover.repository import HandoverRepository, SchoolStanding
from services.identity.handover.schemas import HandoverCreate
from services.identity.membership.errors import AlreadyMember
from services.identity.membership.models import Membership
from services.identity.membership.schemas import MembershipCreate
from services.identity.membership.service import MembershipService
from services.identity.roster.service import RosterService
from shared.auth import Principal, Role, Side
from shared.contracts.identity_account import HandoverAccepted, HandoverOffered, HandoverWithdrawn
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.problems import FieldError, Problem
from shared.queue.outbox import publish
from shared.web.preconditions import check_version

WANTED_PER_UNIT = 2


class HandoverService:
    """The hand-overs in the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._repository = HandoverRepository(session)
        self._memberships = MembershipService(session)

    async def offer(self, body: HandoverCreate, caller: Principal) -> Handover:
        """Offer a role. Raises NotYoursToHandOver, UnitMisfit, UnitUnknown, ReceiverOfOtherSide, FormerHolderUnknown,
        ReasonMissing, HandoverOpen, AlreadyMember."""
        role = Role(body.role)
        if (role is Role.tenant_admin) is not (body.unit_id is None):
            raise _at("#/unitId", UnitMisfit)
        if not _may_give(caller, role, body.unit_id):
            raise NotYoursToHandOver()
        if body.unit_id is not None:
            await RosterService(self._session).check_unit(body.unit_id)
        if body.previous == "kept" and not body.reason:
            raise _at("#/reason", ReasonMissing)
        await self._repository.lock()
        await self._check_receiver(body, role)
        if (body.previous == "none") is not (body.from_account_id is None) or (
            body.from_account_id and await self._held(body.from_account_id, role, body.unit_id) is None
        ):
            raise _at("#/fromAccountId", FormerHolderUnknown)
        row = Handover(
            tenant_id=tenant_of(self._session),
            **body.model_dump(),
            offered_by=caller.subject,
            offered_at=clock.now(),
        )
        self._repository.add(row)
        await self._session.flush()
        await self._let_log_in(row)
        after = body.model_dump(mode="json", exclude={"reason"})
        await record(self._session, "handover.offered", "handover", row.id, after=after, reason=body.reason)
        event = HandoverOffered(handover_id=row.id, role=row.role, unit_id=row.unit_id, due_on=row.due_on)
        await publish(self._session, event)
        return row

    async def accept(self, handover_id: UUID, caller: Principal) -> Handover:
        """Take an offered role, by a login after the offer. Raises HandoverNotFound, NotTheReceiver,
        HandoverDecided."""
        row = await self._repository.get_locked(handover_id)
        if row.to_account_id != caller.subject or caller.side is not Side.customer:
            raise NotTheReceiver()
        if row.state != "offered":
            raise HandoverDecided()
        if caller.auth_time is None or caller.auth_time < row.offered_at.replace(microsecond=0):
            raise NotTheReceiver()
        grant = MembershipCreate(
            account_id=row.to_account_id, role=Role(row.role), unit_id=row.unit_id, side=Side.customer
        )
        await self._memberships.grant(grant)
        if row.previous == "ended" and row.from_account_id is not None:
            former = await self._held(row.from_account_id, Role(row.role), row.unit_id)
            if former is not None:
                await self._memberships.remove(former.id, former.version)
        await self._decide(row, "accepted")
        told = {"handover_id": row.id, "role": row.role, "unit_id": row.unit_id, "previous": row.previous}
        await publish(self._session, HandoverAccepted.model_validate(told))
        return row

    async def withdraw(self, handover_id: UUID) -> Handover:
        """Take an offer back. Raises HandoverNotFound, HandoverDecided."""
        row = await self._repository.get_locked(handover_id)
        if row.state != "offered":
            raise HandoverDecided()
        await self._decide(row, "withdrawn")
        await publish(self._session, HandoverWithdrawn(handover_id=row.id))
        return row

    async def get(self, handover_id: UUID) -> Handover:
        """The hand-over; raises HandoverNotFound."""
        row = await self._repository.find(handover_id)
        if row is None:
            raise HandoverNotFound()
        return row

    async def list(
        self, limit: int, after: UUID | None, state: str | None, *, only_overdue: bool = False
    ) -> Sequence[Handover]:
        due_before: date | None = clock.today() if only_overdue else None
        return await self._repository.list(limit, after, state, due_before)

    async def offered_to(self, account_id: UUID, limit: int, after: UUID | None) -> Sequence[Handover]:
        """What the account could take."""
        return await self._repository.offered_to(account_id, limit, after)

    async def of_account(self, account_id: UUID) -> Sequence[Handover]:
        return await self._repository.of_account(account_id)

    async def schools(self, limit: int, after: UUID | None) -> Sequence[SchoolStanding]:
        """Each school of the roster with its administrators."""
        return await self._repository.schools(limit, after, clock.today())

    async def policy(self) -> HandoverPolicy:
        """How many administrators a school shall have; two where nobody has said."""
        found = await self._repository.find_policy()
        tenant = tenant_of(self._session)
        return found or HandoverPolicy(tenant_id=tenant, id=tenant, wanted_per_unit=WANTED_PER_UNIT)

    async def change_policy(self, expected_version: int, wanted: int) -> HandoverPolicy:
        """Raises StaleVersion."""
        row = await self.policy()
        check_version(expected_version, row.version)
        before = {"wantedPerUnit": row.wanted_per_unit}
        row.wanted_per_unit = wanted
        row.touch()
        self._repository.add_policy(row)
        after = {"wantedPerUnit": wanted}
        await record(self._session, "handover_policy.changed", "handover_policy", row.id, before=before, after=after)
        return row

    async def _check_receiver(self, body: HandoverCreate, role: Role) -> None:
        receiver = await AccountService(self._session).find(body.to_account_id)
        standing = await self._memberships.standing(body.to_account_id)
        is_other = standing is not None and standing.side is not Side.customer
        if receiver is None or receiver.state != "open" or is_other:
            raise _at("#/toAccountId", ReceiverOfOtherSide)
        if await self._held(body.to_account_id, role, body.unit_id) is not None:
            raise AlreadyMember()
        if await self._repository.find_offered(role.value, body.unit_id, body.to_account_id):
            raise HandoverOpen()

    async def _held(self, account_id: UUID, role: Role, unit_id: UUID | None) -> Membership | None:
        """The role that was given by hand; one that follows the roster is nobody's to hand over."""
        held = await self._memberships.of_account(account_id)
        return next((one for one in held if (one.role, one.unit_id, one.duty_id) == (role, unit_id, None)), None)

    async def _let_log_in(self, row: Handover) -> None:
        """A token names a role in the tenant, so who has none yet takes part before taking over."""
        if await self._memberships.standing(row.to_account_id) is None:
            part = MembershipCreate(
                account_id=row.to_account_id, role=Role.participant, unit_id=row.unit_id, side=Side.customer
            )
            await self._memberships.grant(part)

    async def _decide(self, row: Handover, state: str) -> None:
        row.state, row.decided_at = state, clock.now()
        row.touch()
        before, after = {"state": "offered"}, {"state": state, "previous": row.previous}
        name = f"handover.{state}"
        await record(self._session, name, "handover", row.id, before=before, after=after, reason=row.reason)


def _may_give(caller: Principal, role: Role, unit_id: UUID | None) -> bool:
    """Who administers the whole tenant gives every role of the chain, a school's administrator that school's."""
    if caller.holds_everywhere(Role.tenant_admin):
        return True
    units = caller.units_for(role)
    return role is Role.register_admin and (units is None or unit_id in units)


def _at(pointer: str, problem: type[Problem]) -> Problem:
    return problem(errors=[FieldError(pointer=pointer, detail=problem.title, code="invalid")])
