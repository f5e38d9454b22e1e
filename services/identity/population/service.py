"""Decisions about populations: staff may log in, pupils and guardians once their wave is switched on [HAN-A4.02]."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.decision.errors import DecisionAboutOther
from services.identity.decision.service import DecisionService
from services.identity.membership.service import MembershipService, Standing, standing_of
from services.identity.population.errors import (
    DecisionMissing,
    PopulationClosedAlready,
    PopulationOpen,
    PopulationOpeningNotFound,
)
from services.identity.population.models import PopulationOpening
from services.identity.population.queries import POPULATIONS
from services.identity.population.repository import PopulationRepository
from services.identity.population.schemas import PopulationOpeningCreate, PopulationPreview, Switched
from services.identity.revocation.service import Revocation
from services.identity.roster.service import RosterService
from shared.auth import Population
from shared.contracts.identity_account import PopulationClosed, PopulationOpened
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.problems import FieldError
from shared.kit.text import Text
from shared.queue.outbox import publish

GUARDIANS = ("han_a4_02", "connect_guardians")
"""The keys of the question whether guardians shall be connected: the template's row, and its plain name."""

_OTHER = Text(
    sv="Beslutet svarar på frågan {key}. Ange beslutet om vårdnadshavarna ({wanted}); om det är just detta beslut, ange"
    " decisionKey: {key}.",
    en="The decision answers the question {key}. Name the one about the guardians ({wanted}); if it is this very one,"
    " give decisionKey: {key}.",
    da="Beslutningen svarer på spørgsmålet {key}. Angiv den om forældrene ({wanted}); er det netop denne, så angiv"
    " decisionKey: {key}.",
)


class PopulationService:
    """The populations of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._repository = PopulationRepository(session)

    async def lets_in(self, account_id: UUID, served: Sequence[str] = ()) -> bool:
        """Whether one of the populations that the account belongs to is open today, among those that the login method
        is for; for all where `served` is empty."""
        return not await self._repository.shut_out([account_id], clock.today(), served or POPULATIONS)

    async def group_of(self, person_id: UUID) -> Population | None:
        """As which group the person is judged by the rules of assurance [AU-S]; None for staff."""
        found = await self._repository.group_of(person_id, clock.today())
        return Population(found) if found is not None else None

    async def standing(self, account_id: UUID, home: UUID) -> Standing | None:
        """What the account is in the tenant: by its roles, or as one of the wave that is open; None when it is nothing.

        `home` is the account's tenant: a wave is for the tenant's own people.
        """
        held = await MembershipService(self._session).standing(account_id)
        if held is not None or home != tenant_of(self._session):
            return held
        return standing_of(await self._repository.parts(account_id, clock.today()))

    async def preview(self, population: Switched, unit_id: UUID | None) -> PopulationPreview:
        """Whom an opening or closing would concern."""
        counts = await self._repository.concerned(population, unit_id, clock.today())
        return PopulationPreview.model_validate(counts)

    async def open(self, body: PopulationOpeningCreate) -> PopulationOpening:
        """Let a population in. Raises DecisionMissing, DecisionNotTaken, DecisionReplaced, DecisionAboutOther,
        UnitUnknown, PopulationOpen."""
        key = await self._decision_key(body)
        if body.unit_id is not None:
            await RosterService(self._session).check_unit(body.unit_id)
        await self._repository.lock()
        if await self._repository.find_open(body.population, body.unit_id):
            raise PopulationOpen()
        asked = body.model_dump() | {"decision_key": key}
        opening = PopulationOpening(tenant_id=tenant_of(self._session), **asked)
        self._repository.add(opening)
        await self._session.flush()
        after = body.model_dump(mode="json") | {"decision_key": key}
        await record(self._session, "population.opened", "population_opening", opening.id, after=after)
        event = PopulationOpened(population_opening_id=opening.id, **asked)
        await publish(self._session, event)
        return opening

    async def close(self, opening_id: UUID, reason: str) -> PopulationOpening:
        """Keep them out again, and cut off whom nothing else lets in.

        Raises PopulationOpeningNotFound, PopulationClosedAlready.
        """
        await self._repository.lock()
        opening = await self._repository.get_locked(opening_id)
        if opening.state == "closed":
            raise PopulationClosedAlready()
        opening.state, opening.closed_at = "closed", clock.now()
        opening.touch()
        await self._session.flush()
        revocation = Revocation(self._session)
        shut_out = await self._repository.shut_out(await revocation.recent(), clock.today())
        ended = await revocation.of_accounts(shut_out)
        before, after = {"state": "open"}, {"state": "closed", "ended": ended}
        name = "population.closed"
        await record(self._session, name, "population_opening", opening.id, before=before, after=after, reason=reason)
        event = PopulationClosed.model_validate(
            {
                "population_opening_id": opening.id,
                "population": opening.population,
                "unit_id": opening.unit_id,
                "ended": ended,
            }
        )
        await publish(self._session, event)
        return opening

    async def get(self, opening_id: UUID) -> PopulationOpening:
        """The opening; raises PopulationOpeningNotFound."""
        opening = await self._repository.find(opening_id)
        if opening is None:
            raise PopulationOpeningNotFound()
        return opening

    async def list(self, limit: int, after: UUID | None) -> Sequence[PopulationOpening]:
        return await self._repository.list(limit, after)

    async def _decision_key(self, body: PopulationOpeningCreate) -> str | None:
        """The question that the named decision answered; None where none is needed and none is named."""
        if body.decision_id is None:
            if body.population != "guardian":
                return None
            place = FieldError(pointer="#/decisionId", detail=DecisionMissing.title, code="missing")
            raise DecisionMissing(errors=[place])
        decision = await DecisionService(self._session).get_taken(body.decision_id)
        accepted = GUARDIANS if body.decision_key is None else (body.decision_key,)
        if body.population == "guardian" and decision.decision_key not in accepted:
            told = _OTHER.format(key=decision.decision_key, wanted=", ".join(accepted))
            place = FieldError(pointer="#/decisionId", detail=told, code="decision-about-other")
            raise DecisionAboutOther(told, errors=[place])
        return decision.decision_key
