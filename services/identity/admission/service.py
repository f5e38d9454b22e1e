"""Whose login it is: from what a provider proved to an open account, or the rule that forbids it.

A login opens no account and gives no role. The login name counts inside the tenant's verified domains alone, whatever
the roster says; then what was confirmed as another way into an account; then nothing.
"""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.login_name import is_scoped
from services.identity.account.models import Account
from services.identity.account.service import AccountService
from services.identity.admission.reading import Candidate, Known, read_in
from services.identity.alternative.service import AlternativeService
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
        candidate = whom(provider, proven, await read_in(self._session, provider, proven))
        if candidate is None and expected_account_id is not None:
            candidate = await self._claimed(expected_account_id, provider, proven)
        return await AccountService(self._session).get(let_in(candidate, expected_account_id).id)

    async def note_refusal(self, provider: IdentityProvider, proven: ProvenLogin, fault: LoginFault) -> None:
        """What a refused login leaves behind: perhaps a case. In a transaction after the one that was rolled back."""
        if fault is LoginFault.no_account:
            await self._alternatives.consider_relink(provider, proven)

    async def _claimed(self, account_id: UUID, provider: IdentityProvider, proven: ProvenLogin) -> Candidate | None:
        account = await self._alternatives.claim(account_id, provider, proven)
        if account is None:
            return None
        is_let_in = await PopulationService(self._session).lets_in(account.id, provider.populations)
        return Candidate(account.id, account.state, is_let_in, has_role=False)


def whom(provider: IdentityProvider, proven: ProvenLogin, known: Known) -> Candidate | None:
    """Whose login it is, by what is known. A provider of scoped names speaks for the tenant's verified domains, one of
    unscoped names for no domain. Raises LoginFailed: foreign_scope, other_person."""
    if is_scoped(proven.login_name) and not (provider.is_scoped and known.is_own):
        raise LoginFailed("the login name is of a domain that is not verified", LoginFault.foreign_scope)
    named, other = known.by_name, known.by_subject
    if named is not None and other is not None and named.id != other.id:
        raise LoginFailed("login name and subject belong to two accounts", LoginFault.other_person)
    return named or other


def let_in(candidate: Candidate | None, expected_account_id: UUID | None = None) -> Candidate:
    """Whether the holder may log in now. Raises LoginFailed: no_account, other_person, population_closed."""
    if candidate is None or candidate.state != "open":
        raise LoginFailed("the person has no open account here", LoginFault.no_account)
    if expected_account_id is not None and candidate.id != expected_account_id:
        raise LoginFailed("the stronger login was another person's", LoginFault.other_person, candidate.id)
    if not candidate.is_let_in:
        raise LoginFailed("the population is closed, or logs in elsewhere", LoginFault.population_closed, candidate.id)
    return candidate
