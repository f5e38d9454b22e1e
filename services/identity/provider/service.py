"""Registers identity providers and keeps their secrets sealed."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import SecretStr
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.provider.configuration import SamlConfiguration
from services.identity.provider.errors import ProviderNotFound, ProviderUnsound
from services.identity.provider.fingerprint import configuration_hash
from services.identity.provider.metadata import configuration, problems, read_metadata, unsound
from services.identity.provider.models import IdentityProvider
from services.identity.provider.repository import ProviderRepository
from services.identity.provider.schemas import (
    OidcSettings,
    ProviderCreate,
    ProviderDraft,
    ProviderUpdate,
    SamlSettings,
)
from services.identity.saml.entity import SamlEntity
from services.identity.saml.names import EPPN
from services.identity.secret.sealing import Sealer
from shared.auth import Acr
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.kit.text import Text
from shared.web.preconditions import check_version

_MOST = 1000
EPPN_CLAIM = "eduPersonPrincipalName"
_SECRET_MISSING = Text(
    sv="Ange den hemlighet som inloggningstjänsten gav, eller välj private_key_jwt",
    en="Give the secret that the provider gave, or choose private_key_jwt",
    da="Angiv den hemmelighed, som login-tjenesten gav, eller vælg private_key_jwt",
)


class ProviderService:
    """The identity providers of the session's tenant."""

    def __init__(self, session: AsyncSession, sealer: Sealer) -> None:
        self._session = session
        self._sealer = sealer
        self._repository = ProviderRepository(session)

    async def register(self, body: ProviderCreate, *, is_demo: bool = False) -> IdentityProvider:
        """Register an OpenID provider that is active at once, without a trial.

        For the founding of a tenant, whose first administrator cannot log in before, and for the seed. Everybody else
        drafts, tries and activates.
        """
        provider = self._new(body.name, body.issuer, body.login_claim, body.acr_map)
        provider.client_id, provider.is_demo = body.client_id, is_demo
        provider.client_secret_sealed = self._seal(body.client_secret, provider.id)
        return await self._add(provider, "provider.registered")

    async def draft(self, body: ProviderDraft, entity: SamlEntity | None = None) -> IdentityProvider:
        """Set up a login method that nobody can use yet; `entity` is what SAML metadata said. Raises ProviderUnsound.

        An entity of a federation keeps no copy of its metadata: each login asks the federation.
        """
        issuer = entity.entity_id if entity else body.issuer or ""
        default_claim = EPPN_CLAIM if body.protocol == "oidc" else EPPN
        provider = self._new(body.name, issuer, body.login_claim or default_claim, body.acr_map)
        provider.protocol, provider.method, provider.state = body.protocol, body.method, "draft"
        provider.loa_map, provider.populations = body.loa_map, list(body.populations)
        provider.is_scoped = body.is_scoped
        provider.client_id, provider.federation_id = body.client_id, body.federation_id
        if body.client_secret is not None:
            provider.client_secret_sealed = self._seal(body.client_secret, provider.id)
        if body.protocol == "oidc":
            provider.configuration = (body.oidc or OidcSettings()).model_dump(mode="json")
        elif entity is not None:
            self._read_entity(provider, entity, body.saml or SamlSettings())
        else:
            chosen = (body.saml or SamlSettings()).model_dump()
            provider.configuration = SamlConfiguration(**chosen).model_dump(mode="json")
        return await self._add(provider, "provider.drafted")

    async def change(
        self, provider_id: UUID, expected_version: int, body: ProviderUpdate
    ) -> tuple[IdentityProvider, bool]:
        """Change what a login is judged by, and whether anybody may use it; True with it when its proof became stale.

        Whether the state may change is the caller's to know. Raises ProviderNotFound, StaleVersion, ProviderUnsound.
        """
        provider = await self._repository.get_locked(provider_id)
        check_version(expected_version, provider.version)
        before, former = _summary(provider), configuration_hash(provider)
        provider.name = body.name or provider.name
        provider.login_claim = body.login_claim or provider.login_claim
        if body.loa_map is not None:
            provider.loa_map = body.loa_map
        if body.acr_map is not None:
            provider.acr_map = _values(body.acr_map)
        if body.populations is not None:
            provider.populations = list(body.populations)
        self._reconfigure(provider, body)
        is_stale = configuration_hash(provider) != former
        if is_stale and provider.state == "verified":
            provider.state = "draft"
        provider.state = body.state or provider.state
        provider.touch()
        after = _summary(provider) | {"clientSecretChanged": body.client_secret is not None}
        await record(
            self._session,
            "provider.changed",
            "identity_provider",
            provider.id,
            before=before,
            after=after,
            reason=body.reason,
        )
        return provider, is_stale

    async def is_claimed(self, issuer: str) -> bool:
        """Whether another tenant lets people in by the same provider, and the operator has not allowed that."""
        return await self._repository.is_claimed(issuer)

    async def locked(self, provider_id: UUID) -> IdentityProvider:
        """The provider, locked for a change; raises ProviderNotFound."""
        return await self._repository.get_locked(provider_id)

    async def active(self) -> Sequence[IdentityProvider]:
        """Where the tenant's people log in now, oldest first; empty when nowhere."""
        return await self._repository.active()

    async def find_by_issuer(self, issuer: str) -> IdentityProvider | None:
        return await self._repository.find_by_issuer(issuer)

    async def get(self, provider_id: UUID) -> IdentityProvider:
        """The provider; raises ProviderNotFound."""
        provider = await self._repository.find(provider_id)
        if provider is None:
            raise ProviderNotFound()
        return provider

    async def list(self, limit: int, after: UUID | None) -> Sequence[IdentityProvider]:
        return await self._repository.list(limit, after)

    def secret_of(self, provider: IdentityProvider) -> str | None:
        """The client secret in the clear, for the call to the provider alone; None where we prove ourselves by key."""
        return self.open_secret(self._sealer, provider)

    @staticmethod
    def open_secret(sealer: Sealer, provider: IdentityProvider) -> str | None:
        """The same without a database at hand."""
        if provider.client_secret_sealed is None:
            return None
        return sealer.open(provider.client_secret_sealed, _place(provider.id)).decode()

    def _new(self, name: str, issuer: str, login_claim: str, acr_map: Mapping[str, Acr]) -> IdentityProvider:
        return IdentityProvider(
            tenant_id=tenant_of(self._session),
            id=new_id(),
            name=name,
            issuer=issuer,
            login_claim=login_claim,
            acr_map=_values(acr_map),
        )

    async def _add(self, provider: IdentityProvider, action: str) -> IdentityProvider:
        self._repository.add(provider)
        await self._session.flush()
        after = {"issuer": provider.issuer, "loginClaim": provider.login_claim, "acrMap": provider.acr_map}
        await record(self._session, action, "identity_provider", provider.id, after=after)
        return provider

    def _reconfigure(self, provider: IdentityProvider, body: ProviderUpdate) -> None:
        """Take over what the provider's protocol has of secret, settings or metadata."""
        if provider.protocol == "oidc":
            if body.client_secret is not None:
                provider.client_secret_sealed = self._seal(body.client_secret, provider.id)
            if body.oidc is not None:
                provider.configuration = body.oidc.model_dump(mode="json")
            if provider.client_secret_sealed is None and not _is_keyed(provider):
                raise unsound("#/clientSecret", _SECRET_MISSING, "missing")
            if _is_keyed(provider):
                provider.client_secret_sealed = None
            return
        chosen = body.saml or SamlSettings.model_validate(
            {name: provider.configuration[name] for name in SamlSettings.model_fields if name in provider.configuration}
        )
        if body.metadata is not None:
            self._read_entity(provider, read_metadata(body.metadata.encode(), provider.issuer), chosen)
        elif body.saml is not None:
            provider.configuration = provider.configuration | chosen.model_dump(mode="json")

    @staticmethod
    def _read_entity(provider: IdentityProvider, entity: SamlEntity, chosen: SamlSettings) -> None:
        if found := problems(entity, clock.now()):
            raise ProviderUnsound(errors=found)
        provider.configuration = configuration(entity, chosen).model_dump(mode="json")

    def _seal(self, secret: SecretStr, provider_id: UUID) -> bytes:
        return self._sealer.seal(secret.get_secret_value().encode(), _place(provider_id))


async def mark_verified(session: AsyncSession, provider: IdentityProvider) -> None:
    """A login succeeded for everybody whom the draft is for, so that it may be activated."""
    provider.state = "verified"
    provider.touch()
    before, after = {"state": "draft"}, {"state": "verified"}
    await record(session, "provider.verified", "identity_provider", provider.id, before=before, after=after)


async def locked_provider(session: AsyncSession, provider_id: UUID) -> IdentityProvider:
    """The provider, locked for a change of what is known of it; raises ProviderNotFound."""
    return await ProviderRepository(session).get_locked(provider_id)


async def providers_of(session: AsyncSession) -> Sequence[IdentityProvider]:
    """Every provider of the session's tenant, oldest first; there are a handful."""
    return await ProviderRepository(session).list(_MOST, None)


def _values(acr_map: Mapping[str, Acr]) -> dict[str, str]:
    return {theirs: ours.value for theirs, ours in acr_map.items()}


def _is_keyed(provider: IdentityProvider) -> bool:
    return provider.configuration.get("token_auth") == "private_key_jwt"


def _summary(provider: IdentityProvider) -> dict[str, Any]:
    return {
        "name": provider.name,
        "state": provider.state,
        "acrMap": provider.acr_map,
        "loaMap": provider.loa_map,
        "loginClaim": provider.login_claim,
        "populations": list(provider.populations),
        "configurationHash": configuration_hash(provider),
    }


def _place(provider_id: UUID) -> str:
    return f"identity_provider/{provider_id}"
