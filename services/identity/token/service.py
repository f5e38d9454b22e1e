"""Codes and refresh tokens become tokens; what was used before ends its whole family.

Every method answers a refusal instead of raising it: what was used up must stay used up, and a family that was
stolen must stay revoked, so the transaction has to commit.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.account.service import AccountService, cut_off
from services.identity.authorization.models import AuthorizationCode
from services.identity.authorization.repository import CodeRepository
from services.identity.client.models import Client
from services.identity.device.approval import ApprovedLogin
from services.identity.device.service import DeviceService
from services.identity.membership.service import Standing
from services.identity.population.service import PopulationService
from services.identity.protocol.refusal import Refusal
from services.identity.session.service import SessionService
from services.identity.tenant.service import TenantService, acting_in
from services.identity.token.issue import PersonGrant
from services.identity.token.models import RefreshFamily, RefreshToken
from services.identity.token.repository import TokenRepository
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.handle import Handle
from shared.kit.ids import new_id
from shared.kit.journal import record

log = structlog.get_logger(__name__)

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)


@dataclass(frozen=True)
class Granted:
    """What tokens shall say, and the refresh token if there is one."""

    grant: PersonGrant
    refresh_token: str | None


@dataclass(frozen=True)
class Lifetimes:
    """How long a refresh token may lie unused, and how long a family lives at most."""

    idle: timedelta
    longest: timedelta


@dataclass(frozen=True)
class Holder:
    """The authenticated client, and the thumbprint of the key that it proved to hold, if it did."""

    client: Client
    key: str | None


@dataclass(frozen=True)
class Redirect:
    """What the client says again when it redeems a code."""

    uri: str | None
    verifier: str | None


Login = AuthorizationCode | ApprovedLogin


class TokenService:
    """Redeems codes and refresh tokens of the session's tenant."""

    def __init__(self, session: AsyncSession, lifetimes: Lifetimes) -> None:
        self._session = session
        self._lifetimes = lifetimes
        self._codes = CodeRepository(session)
        self._tokens = TokenRepository(session)

    async def redeem_code(self, code: Handle, holder: Holder, redirect: Redirect) -> Granted | Refusal:
        """RFC 6749 section 4.1.3 with PKCE (RFC 7636 section 4.6); any code, see `redeem_plainly`."""
        family_id = new_id()
        row = await self._codes.use(code.digest, family_id, clock.now())
        if row is None:
            return await self._refuse_used_code(code)
        if refusal := unfit_code(row.model_dump(), holder, redirect):
            return refusal
        granted = await self._grant_family(row, family_id, holder)
        return replace(granted, grant=replace(granted.grant, nonce=row.nonce)) if granted else no_access()

    async def redeem_device(self, device: Handle, holder: Holder) -> Granted | Refusal:
        """RFC 8628 section 3.4: what a person has approved for a device becomes tokens, once."""
        outcome = await DeviceService(self._session).poll(device, holder.client, holder.key)
        if isinstance(outcome, Refusal):
            return outcome
        login = ApprovedLogin.of(outcome)
        granted = await self._grant_family(login, new_id(), holder) if login else None
        return granted or no_access()

    async def _grant_family(self, login: Login, family_id: UUID, holder: Holder) -> Granted | None:
        """A new family for what a person granted; None when the account has no access any more."""
        standing = await self._standing(login.home_tenant_id, login.account_id, login.session_id)
        if standing is None:
            return None
        # A confidential client's refresh tokens are bound to the client by its authentication (RFC 9449 section 5).
        bound_to = holder.key if holder.client.kind == "public" else None
        family = _family(login, family_id, bound_to, self._lifetimes.longest)
        # Without a refresh token too: the second use of the code must find what the first one gave.
        self._tokens.add_family(family)
        async with acting_in(self._session, login.home_tenant_id):
            await SessionService(self._session).took_part(login.session_id, login.client_id, family.tenant_id)
        is_offline = "offline_access" in login.scope.split() and holder.client.may("refresh_token")
        refresh_token = self._new_token(family) if is_offline else None
        return Granted(_grant(family, standing, family.scope, holder.key), refresh_token)

    async def refresh(self, token: Handle, holder: Holder, scope: str | None) -> Granted | Refusal:
        """RFC 6749 section 6 with rotation. The login is neither strengthened nor renewed by it.

        Asking for a wider scope is a mistake, and another's key proves a stranger: both are refused before the token
        is used up, so that the client loses nothing by it.
        """
        client = holder.client
        if refusal := await self._unfit(token, holder, scope):
            return refusal
        row = await self._tokens.use(token.digest, clock.now())
        if row is None:
            return await self._refuse_used_token(token)
        family = await self._tokens.find_family(row.family_id)
        if family is None or family.revoked_at is not None or family.expires_at <= clock.now():
            return Refusal("invalid_grant", "the refresh token is no longer valid")
        if family.client_id != client.client_id:
            await self._revoke(family, "presented by another client")
            return Refusal("invalid_grant", "the refresh token was issued to another client")
        standing = await self._standing(family.home_tenant_id, family.account_id, family.session_id)
        if standing is None:
            return no_access()
        wanted = family.scope if scope is None else " ".join(scope.split())
        return Granted(_grant(family, standing, wanted, holder.key), self._new_token(family))

    async def revoke(self, token: Handle, client: Client) -> None:
        """RFC 7009: end the family of the client's own refresh token; anything else is left alone, without a word."""
        row = await self._tokens.find(token.digest)
        family = await self._tokens.find_family(row.family_id) if row else None
        if family is not None and family.client_id == client.client_id and family.revoked_at is None:
            family.revoked_at, family.revoked_reason = clock.now(), "revoked by the client"

    async def find_active(self, token: Handle) -> tuple[RefreshToken, RefreshFamily] | None:
        """The refresh token and its family, while it could be used; for introspection."""
        row = await self._tokens.find(token.digest)
        if row is None or row.used_at is not None or row.expires_at <= clock.now():
            return None
        family = await self._tokens.find_family(row.family_id)
        return (row, family) if family and family.revoked_at is None else None

    async def prune(self) -> None:
        """Drop families that expired a day ago; until then a reuse is still recognised."""
        await self._tokens.delete_expired(clock.now() - timedelta(days=1))

    async def _unfit(self, token: Handle, holder: Holder, scope: str | None) -> Refusal | None:
        """Why the client's own good token cannot be used like this; any other token is judged by its use, so that a
        reuse is noticed whatever it asks for."""
        active = await self.find_active(token)
        if active is None or active[1].client_id != holder.client.client_id:
            return None
        if active[1].dpop_jkt not in (None, holder.key):
            return Refusal("invalid_grant", "the refresh token is bound to another key")
        if scope is not None and not set(scope.split()) <= set(active[1].scope.split()):
            return Refusal("invalid_scope", "a refresh cannot widen the scope")
        return None

    async def _refuse_used_code(self, code: Handle) -> Refusal:
        family_id = await self._codes.family_of_used(code.digest)
        family = await self._tokens.find_family(family_id) if family_id else None
        if family is not None and family.revoked_at is None:
            await self._revoke(family, "code used twice")
        return Refusal("invalid_grant", "the code is unknown, expired or used")

    async def _refuse_used_token(self, token: Handle) -> Refusal:
        row = await self._tokens.find(token.digest)
        family = await self._tokens.find_family(row.family_id) if row and row.used_at is not None else None
        if family is not None and family.revoked_at is None:
            await self._revoke(family, "refresh token used twice")
        return Refusal("invalid_grant", "the refresh token is no longer valid")

    async def _revoke(self, family: RefreshFamily, reason: str) -> None:
        """Somebody has a copy: end the family and every access token that came of it."""
        family.revoked_at, family.revoked_reason = clock.now(), reason
        log.warning("refresh_family_revoked", family=str(family.id), client=family.client_id, reason=reason)
        await record(self._session, "refresh_family.revoked", "refresh_family", family.id, reason=reason)
        await cut_off(self._session, family.account_id)

    async def _standing(self, home: UUID, account_id: UUID, session_id: UUID) -> Standing | None:
        """What the account is here today; None when it, its session, its last role here or a tenant is gone."""
        tenants = TenantService(self._session)
        for tenant in {home, tenant_of(self._session)}:
            if await tenants.find(tenant) is None:
                return None
        async with acting_in(self._session, home):
            account = await AccountService(self._session).find(account_id)
            is_live = await SessionService(self._session).is_live(session_id)
            person = account.person_id if account is not None else None
            group = await PopulationService(self._session).group_of(person) if person is not None else None
        if account is None or account.state != "open" or not is_live:
            return None
        standing = await PopulationService(self._session).standing(account_id, home)
        if standing is None:
            return None
        is_home = home == tenant_of(self._session)
        return replace(standing, population=group, person_id=person if is_home else None)

    def _new_token(self, family: RefreshFamily) -> str:
        now = clock.now()
        handle = Handle.new(tenant_of(self._session))
        self._tokens.add_token(
            RefreshToken(
                tenant_id=handle.tenant,
                family_id=family.id,
                token_hash=handle.digest,
                created_at=now,
                expires_at=min(now + self._lifetimes.idle, family.expires_at),
            )
        )
        return handle.text


def unfit_code(code: Mapping[str, Any], holder: Holder, redirect: Redirect) -> Refusal | None:
    """Why a code is not for who brings it."""
    if code["client_id"] != holder.client.client_id or code["redirect_uri"] != redirect.uri:
        return Refusal("invalid_grant", "the code was issued for another client or redirect_uri")
    if not hmac.compare_digest(challenge_of(redirect.verifier) or "", code["code_challenge"]):
        return Refusal("invalid_grant", "code_verifier does not match the code_challenge")
    if code["dpop_jkt"] not in (None, holder.key):
        return Refusal("invalid_grant", "the code is bound to another key")
    return None


def challenge_of(verifier: str | None) -> str | None:
    """What a verifier proves (RFC 7636 section 4.6); None for what is none."""
    if verifier is None or not _VERIFIER.fullmatch(verifier):
        return None
    return str(create_s256_code_challenge(verifier))


def no_access() -> Refusal:
    """Account, session, last role or tenant are gone."""
    return Refusal("invalid_grant", "the login has ended, or the account has no access any more")


def _family(login: Login, family_id: UUID, bound_to: str | None, longest: timedelta) -> RefreshFamily:
    now = clock.now()
    return RefreshFamily(
        tenant_id=login.tenant_id,
        id=family_id,
        client_id=login.client_id,
        home_tenant_id=login.home_tenant_id,
        account_id=login.account_id,
        session_id=login.session_id,
        scope=login.scope,
        acr=login.acr,
        amr=list(login.amr),
        auth_time=login.auth_time,
        dpop_jkt=bound_to,
        created_at=now,
        expires_at=now + longest,
    )


def _grant(family: RefreshFamily, standing: Standing, scope: str, key: str | None) -> PersonGrant:
    return PersonGrant(
        account_id=family.account_id,
        tenant=family.tenant_id,
        standing=standing,
        client_id=family.client_id,
        scope=scope,
        acr=family.acr,
        amr=tuple(family.amr),
        auth_time=family.auth_time,
        session_id=family.session_id,
        key=key,
    )
