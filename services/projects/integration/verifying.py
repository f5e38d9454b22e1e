"""Verifying an integration while it soaks, and putting it into operation only after that."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.service import ActivityService
from services.projects.integration.changes import tell
from services.projects.integration.errors import DayInvalid, LicenceMissing, NotVerified, SoakTooEarly, WrongStep
from services.projects.integration.models import Integration, IntegrationVerification
from services.projects.integration.rights import refusal_to_set_up
from services.projects.integration.schemas import VerificationCreate
from services.projects.integration.service import IntegrationService, IntegrationView, soak_days_left
from services.projects.integration.vocabulary import IntegrationState, VerificationResult
from services.projects.plan.vocabulary import ActivityState
from services.projects.project.rights import demand
from services.projects.project.service import ProjectService
from shared.auth.principal import Principal
from shared.auth.roles import Side
from shared.contracts.projects_delivery import IntegrationVerified
from shared.kit import clock
from shared.queue.outbox import publish


class Verifying:
    """One caller's verifications. Every method raises IntegrationNotFound, NotYours and ProjectClosed."""

    def __init__(self, session: AsyncSession, caller: Principal) -> None:
        self._session = session
        self._caller = caller
        self._integrations = IntegrationService(session)
        self._projects = ProjectService(session)

    async def verify(self, integration_id: UUID, given: VerificationCreate) -> IntegrationVerification:
        """Record what was found. A failure begins the soak anew; the customer's pass at its end verifies.

        Raises SoakTooEarly where nothing is being watched, DayInvalid.
        """
        integration = await self._hold(integration_id)
        if integration.state != IntegrationState.verifying or integration.soak_from is None:
            raise SoakTooEarly()
        if not integration.soak_from <= given.verified_on <= clock.today():
            raise DayInvalid()
        verification = IntegrationVerification(
            tenant_id=integration.tenant_id,
            project_id=integration.project_id,
            integration_id=integration.id,
            side=str(self._caller.side),
            verified_by=self._caller.subject,
            **given.model_dump(),
        )
        await self._integrations.keep(verification)
        if given.result is VerificationResult.failed:
            integration.soak_from = given.verified_on
        elif self._caller.side is Side.customer and not soak_days_left(integration, given.verified_on):
            integration.state, integration.verified_at = IntegrationState.verified.value, clock.now()
            told = IntegrationVerified(
                project_id=integration.project_id, integration_id=integration.id, soak_days=integration.soak_days
            )
            await publish(self._session, told)
        integration.touch()
        after = {"verification_id": verification.id, "result": given.result, "state": integration.state}
        await tell(self._session, "verify", integration, after)
        return verification

    async def activate(self, integration_id: UUID) -> IntegrationView:
        """Put it into operation. Raises NotVerified, LicenceMissing, WrongStep for one that is active."""
        integration = await self._hold(integration_id)
        if integration.state == IntegrationState.active:
            raise WrongStep()
        if integration.state != IntegrationState.verified:
            raise NotVerified(soakDaysLeft=soak_days_left(integration, clock.today()), state=integration.state)
        if integration.licence_activity_id is not None:
            licence = await ActivityService(self._session).get(integration.licence_activity_id)
            if licence.state != ActivityState.done:
                raise LicenceMissing(activityId=str(licence.id))
        integration.state, integration.activated_at = IntegrationState.active.value, clock.now()
        integration.activated_by = self._caller.subject
        integration.touch()
        await tell(self._session, "activate", integration, {"state": integration.state})
        return await self._integrations.view(integration)

    async def _hold(self, integration_id: UUID) -> Integration:
        integration = await self._integrations.get(integration_id, lock=True)
        demand(refusal_to_set_up(self._caller, integration.side))
        await self._projects.get_active(integration.project_id)
        return integration
