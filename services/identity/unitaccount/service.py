"""Decisions about the accounts that a school's own administrator opens for people who are not in the roster [IM-C22].

Such an account takes part at its unit and holds nothing more. It is the unit's until the roster knows the person: from
then on the roster keeps it, and the unit sees it no more. Who that person is, is found out by the rules for every
account that was opened by hand (`roster`, `alternative`).
"""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.errors import AccountNotFound
from services.identity.account.models import Account
from services.identity.account.schemas import AccountCreate
from services.identity.account.service import AccountService
from services.identity.loginscope.service import LoginScopeService
from services.identity.membership.schemas import MembershipCreate
from services.identity.membership.service import MembershipService
from services.identity.roster.service import RosterService
from services.identity.unitaccount.errors import ClosedAlready, ForeignLoginName, HoldsMore, NotYourUnit
from services.identity.unitaccount.schemas import UnitAccountCreate
from shared.auth import Principal, Role, Side
from shared.kit.problems import FieldError


class UnitAccountService:
    """The accounts of the units that `caller` administers, in the session's tenant."""

    def __init__(self, session: AsyncSession, caller: Principal) -> None:
        self._session = session
        self._units = caller.units_for(Role.register_admin)
        self._accounts = AccountService(session)

    async def open(self, body: UnitAccountCreate) -> Account:
        """Open an account that takes part at the unit. Raises NotYourUnit, UnitUnknown, ForeignLoginName,
        LoginNameTaken."""
        self._check_unit(body.unit_id)
        await RosterService(self._session).check_unit(body.unit_id)
        if not await LoginScopeService(self._session).is_own(body.login_name):
            place = FieldError(pointer="#/loginName", detail=ForeignLoginName.title, code="foreign")
            raise ForeignLoginName(errors=[place])
        new = AccountCreate(login_name=body.login_name, display_name=body.display_name)
        account = await self._accounts.open(new, body.unit_id)
        part = MembershipCreate(account_id=account.id, role=Role.participant, unit_id=body.unit_id, side=Side.customer)
        await MembershipService(self._session).grant(part)
        return account

    async def close(self, account_id: UUID, reason: str) -> Account:
        """Close one of the units' accounts. Raises AccountNotFound, ClosedAlready, HoldsMore."""
        account = await self._accounts.get_locked(account_id)
        self._check(account)
        if account.state == "closed":
            raise ClosedAlready()
        held = await MembershipService(self._session).of_account(account.id)
        elsewhere = await self._accounts.has_roles_elsewhere(account.id)
        if elsewhere or any((one.role, one.unit_id) != (Role.participant, account.unit_id) for one in held):
            raise HoldsMore()
        await self._accounts.close(account, "administrator", note=reason)
        account.touch()
        return account

    async def get(self, account_id: UUID) -> Account:
        """One of the units' accounts; raises AccountNotFound for every other one."""
        account = await self._accounts.get(account_id)
        self._check(account)
        return account

    async def list(self, limit: int, after: UUID | None, unit_id: UUID | None) -> Sequence[Account]:
        """The units' accounts, or those of one unit. Raises NotYourUnit."""
        if unit_id is not None:
            self._check_unit(unit_id)
        units = self._units if unit_id is None else frozenset({unit_id})
        return await self._accounts.of_units(limit, after, units)

    def _check_unit(self, unit_id: UUID) -> None:
        if self._units is not None and unit_id not in self._units:
            raise NotYourUnit()

    def _check(self, account: Account) -> None:
        """Another unit's account, and one that the roster keeps, is to the caller as if it did not exist."""
        is_theirs = account.unit_id is not None and (self._units is None or account.unit_id in self._units)
        if not is_theirs or account.source != "manual":
            raise AccountNotFound()
