"""Decisions about break-glass accounts: few, strong, confirmed before they count, and loud when used.

Both factors are things that somebody has, a paper in a safe and a telephone; a login says so (`amr` is `otp`). It needs
no identity provider, lasts an hour, and is open until another administrator has acknowledged it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.models import Account
from services.identity.account.service import AccountService
from services.identity.assurance.evaluation import Assurance
from services.identity.breakglass import totp
from services.identity.breakglass.errors import (
    AlreadyAcknowledged,
    BreakGlassNotPending,
    CodeWrong,
    OwnUse,
    TooManyBreakGlass,
)
from services.identity.breakglass.models import BreakGlass, BreakGlassUse
from services.identity.breakglass.repository import BreakGlassRepository
from services.identity.membership.schemas import MembershipCreate
from services.identity.membership.service import MembershipService
from services.identity.revocation.service import Revocation
from services.identity.secret.sealing import Sealer
from services.identity.session.service import NewSession, SessionService
from shared.auth import Acr, Role, Side
from shared.contracts.identity_account import (
    BreakGlassAcknowledged,
    BreakGlassDisabled,
    BreakGlassEnabled,
    BreakGlassLocked,
    BreakGlassUsed,
)
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.handle import Handle, digest_of
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.kit.problems import FieldError
from shared.queue.outbox import publish

MOST = 2
MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
SESSION_LIFETIME = timedelta(hours=1)
METHOD = "break_glass"
# Compared with when there is no account, so that an unknown secret takes as long as a known one.
_NOBODY = totp.new_secret()


@dataclass(frozen=True)
class Issued:
    """A new account with what is shown once: the secret for the app, the one for the safe."""

    row: BreakGlass
    totp_secret: str
    recovery: Handle


@dataclass(frozen=True)
class Opened:
    """A login: the cookie's secret, and the recovery secret that is good from now on."""

    cookie: Handle
    recovery: Handle


@dataclass(frozen=True)
class _Method:
    id: UUID
    method: str = METHOD


class BreakGlassService:
    """The break-glass accounts of the session's tenant."""

    def __init__(self, session: AsyncSession, sealer: Sealer) -> None:
        self._session = session
        self._sealer = sealer
        self._repository = BreakGlassRepository(session)

    async def make(self, display_name: str, side: Side) -> Issued:
        """An account that cannot be used before a code was confirmed. Raises TooManyBreakGlass."""
        await self._repository.lock()
        if await self._repository.count() >= MOST:
            raise TooManyBreakGlass()
        account = await AccountService(self._session).open_without_login(display_name)
        grant = MembershipCreate(account_id=account.id, role=Role.tenant_admin, side=side)
        await MembershipService(self._session).grant(grant)
        row_id, secret = new_id(), totp.new_secret()
        recovery = Handle.new(tenant_of(self._session))
        row = BreakGlass(
            tenant_id=account.tenant_id,
            id=row_id,
            account_id=account.id,
            totp_sealed=self._sealer.seal(secret.encode(), _place(row_id)),
            recovery_hash=recovery.digest,
        )
        self._repository.add(row)
        await self._session.flush()
        after = {"accountId": str(account.id)}
        await record(self._session, "break_glass.made", "break_glass", row.id, after=after)
        return Issued(row, secret, recovery)

    async def confirm(self, break_glass_id: UUID, code: str) -> BreakGlass:
        """Enable the account by a code of its app. Raises BreakGlassNotFound, BreakGlassNotPending, CodeWrong."""
        row = await self._repository.get_locked(break_glass_id)
        if row.state != "pending":
            raise BreakGlassNotPending()
        step = totp.step_of(self._secret(row), code, clock.now())
        if step is None:
            raise CodeWrong(errors=[FieldError(pointer="#/code", detail=CodeWrong.title, code="wrong")])
        row.state, row.last_step = "enabled", step
        row.touch()
        before, after = {"state": "pending"}, {"state": "enabled"}
        await record(self._session, "break_glass.enabled", "break_glass", row.id, before=before, after=after)
        await publish(self._session, BreakGlassEnabled(break_glass_id=row.id, account_id=row.account_id))
        return row

    async def open(self, recovery: Handle, code: str) -> Opened | None:
        """A session of an hour; None for every reason not to. Answers instead of raising: wrong codes must count."""
        row, now = await self._repository.find_by_recovery(recovery.digest), clock.now()
        step = totp.step_of(self._secret(row) if row else _NOBODY, code, now)
        if row is None or row.state != "enabled" or (row.locked_until and row.locked_until > now):
            return None
        following = Handle.new(row.tenant_id)
        if step is None or not await self._repository.use(row, step, following.digest, now):
            await self._count_failure(row)
            return None
        account = await AccountService(self._session).get(row.account_id)
        if account.state != "open":
            return None
        return Opened(await self._log_in(row, account), following)

    async def disable(self, break_glass_id: UUID) -> None:
        """The account is closed and whoever is in it is out. Raises BreakGlassNotFound."""
        row = await self._repository.get_locked(break_glass_id)
        if row.state == "disabled":
            return
        row.state = "disabled"
        row.touch()
        accounts = AccountService(self._session)
        account = await accounts.get(row.account_id)
        await Revocation(self._session).of_accounts([account.id])
        if account.state == "open":
            await accounts.close(account, "administrator")
            account.touch()
        await record(self._session, "break_glass.disabled", "break_glass", row.id, after={"state": "disabled"})
        await publish(self._session, BreakGlassDisabled(break_glass_id=row.id))

    async def acknowledge(self, use_id: UUID, caller: UUID) -> BreakGlassUse:
        """Another administrator has seen the use. Raises BreakGlassUseNotFound, OwnUse, AlreadyAcknowledged."""
        use = await self._repository.get_use(use_id)
        if caller == use.account_id:
            raise OwnUse()
        if not await self._repository.acknowledge(use_id, caller, clock.now()):
            raise AlreadyAcknowledged()
        await self._session.refresh(use)
        after = {"useId": str(use.id)}
        await record(self._session, "break_glass.acknowledged", "break_glass", use.break_glass_id, after=after)
        await publish(self._session, BreakGlassAcknowledged(break_glass_id=use.break_glass_id, use_id=use.id))
        return use

    async def list(self, limit: int, after: UUID | None) -> Sequence[BreakGlass]:
        return await self._repository.list(limit, after)

    async def uses(self, limit: int, after: UUID | None, *, only_open: bool) -> Sequence[BreakGlassUse]:
        return await self._repository.uses(limit, after, only_open=only_open)

    async def _count_failure(self, row: BreakGlass) -> None:
        now = clock.now()
        until = now + LOCKED_FOR
        is_locked = await self._repository.fail(row, MOST_FAILURES, until, now)
        await record(self._session, "break_glass.failed", "break_glass", row.id, after={"locked": is_locked})
        if is_locked:
            await publish(self._session, BreakGlassLocked(break_glass_id=row.id, locked_until=until))

    async def _log_in(self, row: BreakGlass, account: Account) -> Handle:
        now, session_id = clock.now(), new_id()
        subject = f"{METHOD}\x1f{row.id}"
        new = NewSession(
            id=session_id,
            provider=_Method(row.id),
            assurance=Assurance(Acr.strong, amr=("otp",), factors=2, source=METHOD),
            auth_time=now,
            expires_at=now + SESSION_LIFETIME,
            upstream_session=None,
            upstream_subject_hash=digest_of(subject),
            upstream_subject_sealed=self._sealer.seal(subject.encode(), f"sso_session/{session_id}"),
        )
        cookie, _ = await SessionService(self._session).start(account, new)
        use = BreakGlassUse(tenant_id=row.tenant_id, break_glass_id=row.id, account_id=account.id, used_at=now)
        self._repository.add(use)
        await self._session.flush()
        await record(self._session, "break_glass.used", "break_glass", row.id, after={"useId": str(use.id)})
        await publish(self._session, BreakGlassUsed(break_glass_id=row.id, use_id=use.id, used_at=now))
        return cookie

    def _secret(self, row: BreakGlass) -> str:
        return self._sealer.open(row.totp_sealed, _place(row.id)).decode()


async def uses_of(session: AsyncSession, account_id: UUID) -> Sequence[BreakGlassUse]:
    """When an account was used past every provider."""
    return await BreakGlassRepository(session).of_account(account_id)


def _place(row_id: UUID) -> str:
    return f"break_glass/{row_id}"
