"""Sets login methods up: draft, trial, activation. What may become active was seen to work as it is set up."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.authorization.service import begin_trial
from services.identity.breakglass.service import BreakGlassService
from services.identity.federation.service.lookup import FederationService
from services.identity.onboarding.errors import PopulationNotServed
from services.identity.onboarding.schemas import PreviewCreate, TrialCreate
from services.identity.preset.catalogue import objections
from services.identity.provider.configuration import OidcConfiguration
from services.identity.provider.errors import LastLoginMethod, ProviderTaken, ProviderUnsound, ProviderUnverified
from services.identity.provider.metadata import problems, unsound
from services.identity.provider.models import IdentityProvider
from services.identity.provider.schemas import ProviderDraft, ProviderUpdate
from services.identity.provider.service import ProviderService
from services.identity.saml.entity import SamlEntity
from services.identity.secret.sealing import Sealer
from services.identity.trial.models import LoginTrial
from services.identity.trial.service import TrialService
from services.identity.verification.service import VerificationService
from shared.kit import clock
from shared.kit.handle import Handle
from shared.kit.problems import FieldError
from shared.kit.text import Text

_MOST = 100
_NOT_A_MEMBER = Text(
    sv="Federationen intygar ingen inloggningstjänst med det namnet nu; kontrollera entityID",
    en="The federation vouches for no identity provider of that name now; check the entityID",
    da="Føderationen bekræfter ingen login-tjeneste med det navn nu; kontrollér entityID",
)


class OnboardingService:
    """The login methods of the session's tenant on their way."""

    def __init__(self, session: AsyncSession, sealer: Sealer) -> None:
        self._session = session
        self._sealer = sealer
        self._providers = ProviderService(session, sealer)
        self._trials = TrialService(session, sealer)
        self._verification = VerificationService(session)

    async def draft(self, body: ProviderDraft, entity: SamlEntity | None) -> IdentityProvider:
        """A method that nobody can use yet. Raises ProviderUnsound, ProviderTaken."""
        if body.federation_id is not None:
            await self._check_member(body.federation_id, body.issuer or "")
        provider = await self._providers.draft(body, entity)
        _check_kind(provider)
        await self._check_free(provider)
        return provider

    async def change(self, provider_id: UUID, version: int, body: ProviderUpdate) -> IdentityProvider:
        """Change, activate or switch off; the gates hear what that makes of the proof.

        Raises ProviderNotFound, StaleVersion, ProviderUnsound, ProviderTaken, ProviderUnverified, LastLoginMethod.
        """
        former = (await self._providers.locked(provider_id)).state
        if body.state == "disabled":
            await self._check_not_last(provider_id, former, body)
        provider, is_stale = await self._providers.change(provider_id, version, body)
        _check_kind(provider)
        if is_stale:
            await self._verification.lapse(provider, "configuration_changed")
        elif body.populations is not None:
            await self._verification.retell(provider, "population_added")
        if body.state == "active" and former != "active":
            await self._check_ready(provider)
            await self._verification.restore(provider)
        elif body.state == "disabled" and former != "disabled":
            await self._verification.lapse(provider, "disabled")
        return provider

    async def begin_trial(self, provider: IdentityProvider, body: TrialCreate) -> tuple[LoginTrial, Handle]:
        """A trial, and the secret that its address carries. Raises PopulationNotServed."""
        served = list(provider.populations)
        population = body.population or (served[0] if len(served) == 1 else "")
        if (population != "" and population not in served) or (population == "" and served):
            raise PopulationNotServed()
        trial = await self._trials.begin(provider, population, body.acr)
        return trial, await begin_trial(self._session, provider.id, trial.id, trial.expires_at)

    def as_if(self, provider: IdentityProvider, body: PreviewCreate) -> IdentityProvider:
        """The provider with another mapping, outside the database."""
        values = provider.model_dump()
        if body.login_claim is not None:
            values["login_claim"] = body.login_claim
        if body.loa_map is not None:
            values["loa_map"] = body.loa_map
        if body.acr_map is not None:
            values["acr_map"] = {theirs: ours.value for theirs, ours in body.acr_map.items()}
        return IdentityProvider(**values)

    async def remaining(self, provider: IdentityProvider) -> list[str]:
        """The populations that no login is proven for."""
        return await self._verification.missing(provider)

    async def _check_ready(self, provider: IdentityProvider) -> None:
        if await self._verification.missing(provider):
            raise ProviderUnverified()
        await self._check_free(provider)

    async def _check_free(self, provider: IdentityProvider) -> None:
        if await self._providers.is_claimed(provider.issuer):
            raise ProviderTaken()

    async def _check_not_last(self, provider_id: UUID, state: str, body: ProviderUpdate) -> None:
        others = [one.id for one in await self._providers.active() if one.id != provider_id]
        if state != "active" or others or (body.locks_out and body.reason):
            return
        emergencies = await BreakGlassService(self._session, self._sealer).list(_MOST, None)
        if not any(one.state == "enabled" for one in emergencies):
            raise LastLoginMethod()

    async def _check_member(self, federation_id: UUID, entity_id: str) -> None:
        entity = await FederationService(self._session).entity(federation_id, entity_id)
        if entity is None:
            raise unsound("#/issuer", _NOT_A_MEMBER, "not_a_member")
        if found := problems(entity, clock.now(), "#/federationId"):
            raise ProviderUnsound(errors=found)


def _check_kind(provider: IdentityProvider) -> None:
    """Whether what is known of the provider's kind speaks against its settings. Raises ProviderUnsound."""
    if provider.protocol != "oidc":
        return
    found: Sequence[Text] = objections(provider.issuer, OidcConfiguration.model_validate(provider.configuration))
    if found:
        errors = [FieldError(pointer="#/oidc", detail=text, code="preset") for text in found]
        raise ProviderUnsound(errors=errors)
