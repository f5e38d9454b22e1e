"""Whose login it is: from what a provider proved to an open account, or the rule that forbids it.

A login opens no account and gives no role. The login name counts inside the tenant's verified domains alone, whatever
the roster says; then what was confirmed as another way into an account; then nothing.
"""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.login_name import is_scoped
from services.identity.account.models import Account
from services.identity.account.service import AccountService
from services.identity.alternative.service import AlternativeService
from services.identity.loginscope.service import LoginScopeService
from services.identity.population.service import PopulationService
from services.identity.proof.faults import LoginFailed, LoginFault
from services.identity.proof.login import ProvenLogin
from services.identity.provider.models import IdentityProvider


class Admission:
    """Logins at the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._alternatives = AlternativeService(session)

    async def resolve(
        self, provider: IdentityProvider, proven: ProvenLogin, expected_account_id: UUID | None = None
    ) -> Account:
        """The open account whose holder has logged in. Raises LoginFailed: foreign_scope, other_person, no_account,
        population_closed.

        `expected_account_id` is the account that the browser is logged in to already; its holder may have asked that
        this login become a way into it.
        """
        named = await self._by_login_name(provider, proven.login_name)
        known = await self._alternatives.find_account(provider, proven)
        if named is not None and known is not None and named.id != known.id:
            raise LoginFailed("login name and subject belong to two accounts", LoginFault.other_person)
        account = named or known
        if account is None and expected_account_id is not None:
            account = await self._alternatives.claim(expected_account_id, provider, proven)
        if account is None or account.state != "open":
            raise LoginFailed("the person has no open account here", LoginFault.no_account)
        if expected_account_id is not None and account.id != expected_account_id:
            raise LoginFailed("the stronger login was another person's", LoginFault.other_person, account.id)
        if not await PopulationService(self._session).lets_in(account.id):
            raise LoginFailed("the population is closed", LoginFault.population_closed, account.id)
        return account

    async def note_refusal(self, provider: IdentityProvider, proven: ProvenLogin, fault: LoginFault) -> None:
        """What a refused login leaves behind: perhaps a case. In a transaction after the one that was rolled back."""
        if fault is LoginFault.no_account:
            await self._alternatives.consider_relink(provider, proven)

    async def _by_login_name(self, provider: IdentityProvider, login_name: str) -> Account | None:
        """A provider of scoped names speaks for the tenant's verified domains, one of unscoped names for no domain."""
        if is_scoped(login_name):
            if not provider.is_scoped or not await LoginScopeService(self._session).is_own(login_name):
                raise LoginFailed("the login name is of a domain that is not verified", LoginFault.foreign_scope)
        elif provider.is_scoped:
            return None
        return await AccountService(self._session).find_by_login(login_name)
