"""Gates: what they say now, when they turn, and what the customer decides about them.

Facts are read after the gate is locked, so that two changes at once cannot both miss that the gate has become ready.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.service import ActivityService
from services.projects.gate.evaluation import Facts, Judged, judge, named_units, signal_kinds, state_of
from services.projects.gate.models import Attestation, Gate, GateCriterion, GateTransition, GateWaiver
from services.projects.gate.repository import GateRepository
from services.projects.gate.vocabulary import CLOSED, GateState
from services.projects.plan.vocabulary import RECHECK
from services.projects.signal.models import Signal
from services.projects.signal.service import SignalService
from services.projects.unit.service import UnitService
from shared.auth.principal import Principal
from shared.contracts.base import Event
from shared.contracts.projects import GateReady, GateReopened
from shared.kit import clock
from shared.kit.journal import record
from shared.queue.jobs import start_job
from shared.queue.outbox import publish


class GateView:
    """A gate with its criteria judged now. `state` is live: a signal that grew too old needs no event to say so."""

    def __init__(self, gate: Gate, judged: Sequence[Judged]) -> None:
        self.gate = gate
        self.judged = judged
        self.state = GateState(gate.state) if gate.state in CLOSED else state_of(judged)

    @property
    def blocking(self) -> list[Judged]:
        """Empty for a gate that was passed: what blocked it then is history."""
        return [] if self.state in CLOSED else [each for each in self.judged if each.is_blocking]


class GateService:
    """The gates of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._gates = GateRepository(session)
        self._activities = ActivityService(session)
        self._signals = SignalService(session)
        self._units = UnitService(session)

    async def add(self, gates: Sequence[Gate], criteria: Sequence[GateCriterion]) -> None:
        """Write new gates; the signals of the tenant stand still until the transaction ends."""
        await self._gates.lock_signals()
        self._gates.add(gates)
        await self._session.flush()
        self._gates.add(criteria)
        await self._session.flush()

    async def hold_signals(self) -> None:
        """To be called before a new signal is stored: see `add`."""
        await self._gates.lock_signals()

    async def get(self, gate_id: UUID, *, lock: bool = False) -> GateView:
        """Raises GateNotFound."""
        gate = await self._gates.get(gate_id, lock=lock)
        return (await self.views([gate]))[0]

    async def list_after(self, project_id: UUID, after: int | None, limit: int) -> list[GateView]:
        """In the order of the plan."""
        return await self.views(await self._gates.list_after(project_id, after, limit))

    async def views(self, gates: Sequence[Gate]) -> list[GateView]:
        """Judge all criteria of these gates by the facts of this moment."""
        criteria = await self._gates.criteria([gate.id for gate in gates])
        facts = await self._facts(criteria)
        return [_view(gate, criteria, facts.of_project(gate.project_id)) for gate in gates]

    async def reevaluate(
        self, projects: Collection[UUID], *, kinds: Collection[str] = (), activity_id: UUID | None = None
    ) -> None:
        """Let gates that are not yet passed follow the facts; a change of state is told in the same transaction."""
        await self._session.flush()
        gates = await self._gates.lock_undecided(projects=projects, kinds=kinds, activity_id=activity_id)
        for view in await self.views(gates):
            await self._follow(view)

    async def waiting_for(self, activity_ids: Collection[UUID]) -> Sequence[Gate]:
        """Gates not yet passed that ask for one of these activities: while they do, it cannot go away."""
        return await self._gates.waiting_for(activity_ids)

    async def keep(self, gate: Gate, decided: GateWaiver | Attestation) -> GateView:
        """Store what was decided about a locked gate, and let the gate follow."""
        self._gates.add([decided])
        await self._session.flush()
        view = (await self.views([gate]))[0]
        await self._follow(view)
        return view

    async def decided_by(self, account_id: UUID) -> dict[str, int]:
        """How many decisions of each kind stand under an account."""
        return await self._gates.decided_by(account_id)

    async def _follow(self, view: GateView) -> None:
        if view.state != view.gate.state:
            await self.turn(view, view.state)
        await self._recheck_when_stale(view)

    async def turn(self, view: GateView, state: GateState, actor: Principal | None = None) -> None:
        """Move a locked gate to `state`: transition, journal and event together."""
        gate, before = view.gate, view.gate.state
        gate.state = state.value
        gate.touch()
        self._gates.add([_transition(view, before, actor)])
        verb = {GateState.open: "reopen", GateState.ready: "ready"}.get(state, "pass")
        await record(self._session, f"gate.{verb}", "gate", gate.id, before={"state": before}, after={"state": state})
        event = _event(view, state)
        if event is not None:
            await publish(self._session, event)

    async def _recheck_when_stale(self, view: GateView) -> None:
        """A fact grows old without any event, so the moment when it does is put down as a job: one for each moment,
        since each job judges the whole project and would else ask for as many more as there are ready gates."""
        if view.state is not GateState.ready:
            return
        moments = [moment for each in view.judged if (moment := each.stale_at) is not None]
        if moments:
            moment, project = min(moments), view.gate.project_id
            delay = max(moment - clock.now(), timedelta(0)) + timedelta(seconds=1)
            slot = f"{project}@{moment.isoformat()}"
            await start_job(self._session, RECHECK, {"project": project}, after=delay, slot=slot)

    async def _facts(self, criteria: Sequence[GateCriterion]) -> Facts:
        ids = [criterion.id for criterion in criteria]
        activity_ids = {criterion.activity_id for criterion in criteria if criterion.activity_id is not None}
        activities = await self._activities.by_ids(activity_ids) if activity_ids else ()
        kinds = signal_kinds(criteria)
        signals = await self._signals.of_kinds(kinds, named_units(criteria)) if kinds else ()
        return Facts(
            now=clock.viewpoint(),
            activities={activity.id: activity for activity in activities},
            waivers={waiver.criterion_id: waiver for waiver in await self._gates.waivers(ids)},
            attestations={given.criterion_id: given for given in await self._gates.attestations(ids)},
            signals=signals,
            unit_names=await self._unit_names(signals),
        )

    async def _unit_names(self, signals: Sequence[Signal]) -> dict[UUID, str]:
        """Of the units that signals name, as far as the copies know them: to say where it is worst."""
        named = {UUID(unit) for signal in signals if (unit := signal.value.get("worstUnitId"))}
        return {unit.id: unit.name for unit in await self._units.by_ids(named)} if named else {}


def _view(gate: Gate, criteria: Sequence[GateCriterion], facts: Facts) -> GateView:
    return GateView(gate, [judge(criterion, facts) for criterion in criteria if criterion.gate_id == gate.id])


def _transition(view: GateView, before: str, actor: Principal | None) -> GateTransition:
    return GateTransition(
        tenant_id=view.gate.tenant_id,
        gate_id=view.gate.id,
        from_state=before,
        to_state=view.gate.state,
        actor_id=actor.subject if actor else None,
        actor_side=actor.side.value if actor and actor.side else None,
        criteria=[each.snapshot() for each in view.judged],
    )


def _event(view: GateView, state: GateState) -> Event | None:
    """What the gate's own movement tells; a passing is told by whoever passes it."""
    gate = view.gate
    if state is GateState.ready:
        return GateReady(project_id=gate.project_id, gate_id=gate.id, gate_key=gate.key)
    if state is GateState.open:
        blocking = len(view.blocking)
        return GateReopened(project_id=gate.project_id, gate_id=gate.id, gate_key=gate.key, blocking=blocking)
    return None
