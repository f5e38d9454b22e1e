"""Decisions about memberships: which role may be granted to whom, and that a removed one dies within a minute."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.service import AccountService, cut_off
from services.identity.membership.errors import (
    AlreadyMember,
    FollowsRoster,
    GuestOfCustomer,
    MembershipNotFound,
    OtherSide,
    RoleNotYours,
    UnknownAccount,
)
from services.identity.membership.models import Membership
from services.identity.membership.repository import MembershipRepository
from services.identity.membership.schemas import MembershipCreate
from services.identity.membership.side import check_side
from services.identity.tenant.service import TenantService, acting_in
from shared.auth import Population, Principal, Role, RoleGrant, Side
from shared.contracts.identity import MembershipGranted, MembershipRemoved
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.problems import FieldError
from shared.queue.outbox import publish
from shared.web.preconditions import check_version


@dataclass(frozen=True)
class Standing:
    """What an account is in a tenant: the side it stands on and its roles, each once; guardians and pupils as such.
    `person_id` is whom the tenant's roster knows it as, None for guests."""

    side: Side
    roles: tuple[RoleGrant, ...]
    population: Population | None = None
    person_id: UUID | None = None


class MembershipService:
    """The memberships in the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._repository = MembershipRepository(session)

    async def grant_by(self, caller: Principal, body: MembershipCreate) -> Membership:
        """Grant a role as an administrator wishes. Raises SideNotYours and what `grant` raises."""
        check_side(caller, body.side)
        return await self.grant(body)

    async def grant(self, body: MembershipCreate) -> Membership:
        """Grant a role. Raises RoleNotYours, GuestOfCustomer, UnknownAccount, AlreadyMember, OtherSide."""
        tenant = tenant_of(self._session)
        if body.role is Role.platform_admin:
            await self._check_platform_role(tenant, body)
        home = body.home_tenant_id or tenant
        if body.side is Side.customer and home != tenant:
            raise GuestOfCustomer(errors=[FieldError(pointer="#/side", detail=GuestOfCustomer.title, code="guest")])
        person_id = await self._person_of(home, body.account_id)
        await self._repository.lock_account(body.account_id)
        for held in await self._repository.of_account(body.account_id):
            if held.side != body.side:
                raise OtherSide()
            if (held.role, held.unit_id, held.duty_id) == (body.role, body.unit_id, None):
                raise AlreadyMember()
        membership = Membership(
            tenant_id=tenant,
            home_tenant_id=home,
            account_id=body.account_id,
            role=body.role.value,
            unit_id=body.unit_id,
            side=body.side.value,
            label=body.label,
        )
        self._repository.add(membership)
        await self._session.flush()
        await record(self._session, "membership.granted", "membership", membership.id, after=_summary(membership))
        event = MembershipGranted(membership_id=membership.id, person_id=person_id, **_fields(membership))
        await publish(self._session, event)
        return membership

    async def remove(self, membership_id: UUID, expected_version: int) -> None:
        """Remove a role. Raises MembershipNotFound, StaleVersion, FollowsRoster, RoleNotYours."""
        membership = await self._repository.get_locked(membership_id)
        check_version(expected_version, membership.version)
        if problem := problem_with_removing(membership, self._session.info.get("principal")):
            raise problem
        await self._repository.delete(membership)
        await record(self._session, "membership.removed", "membership", membership.id, before=_summary(membership))
        await publish(self._session, MembershipRemoved(membership_id=membership.id, **_fields(membership)))
        await cut_off(self._session, membership.account_id)
        async with acting_in(self._session, membership.home_tenant_id):
            await AccountService(self._session).log_out_without_roles([membership.account_id])

    async def standing(self, account_id: UUID) -> Standing | None:
        """What the account is in the session's tenant; None when it holds no role here."""
        held = await self._repository.of_account(account_id)
        return standing_of([(row.role, row.unit_id, row.side) for row in held])

    async def get(self, membership_id: UUID) -> Membership:
        """The membership; raises MembershipNotFound."""
        membership = await self._repository.find(membership_id)
        if membership is None:
            raise MembershipNotFound()
        return membership

    async def of_account(self, account_id: UUID) -> Sequence[Membership]:
        return await self._repository.of_account(account_id)

    async def list(
        self, limit: int, after: UUID | None, account_id: UUID | None, unit_id: UUID | None
    ) -> Sequence[Membership]:
        return await self._repository.list(limit, after, account_id, unit_id)

    async def _check_platform_role(self, tenant: UUID, body: MembershipCreate) -> None:
        operator = await TenantService(self._session).operator()
        is_at_home = operator is not None and operator.id == tenant and body.home_tenant_id in (None, tenant)
        if not (is_at_home and _is_platform_admin(self._session.info.get("principal"))):
            raise RoleNotYours()

    async def _person_of(self, home: UUID, account_id: UUID) -> UUID | None:
        async with acting_in(self._session, home):
            account = await AccountService(self._session).find(account_id)
        if account is None or account.state != "open":
            raise UnknownAccount(
                errors=[FieldError(pointer="#/accountId", detail=UnknownAccount.title, code="unknown")]
            )
        return account.person_id


def standing_of(held: Sequence[tuple[str, UUID | None, str]]) -> Standing | None:
    """What somebody is by these roles, units and sides, which are the same for all; None without any."""
    if not held:
        return None
    roles = dict.fromkeys(RoleGrant(Role(role), unit) for role, unit, _ in held)
    return Standing(Side(held[0][2]), tuple(sorted(roles, key=str)))


def problem_with_removing(membership: Membership, caller: Principal | None) -> FollowsRoster | RoleNotYours | None:
    """What about this very membership keeps `caller` from removing it; None where nothing does."""
    if membership.duty_id is not None:
        return FollowsRoster()
    if membership.role == Role.platform_admin and not _is_platform_admin(caller):
        return RoleNotYours()
    return None


def _is_platform_admin(caller: Principal | None) -> bool:
    """True without a caller too: then it is the operator's own command line."""
    return caller is None or caller.has_role(Role.platform_admin)


def _fields(membership: Membership) -> dict[str, str | UUID | None]:
    return {
        "account_id": membership.account_id,
        "role": membership.role,
        "unit_id": membership.unit_id,
        "side": membership.side,
    }


def _summary(membership: Membership) -> dict[str, str | None]:
    return {name: None if value is None else str(value) for name, value in _fields(membership).items()}
