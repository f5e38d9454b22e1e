"""Polls: one vote each, nobody's name, counts only when it is over."""

from collections.abc import Sequence
from datetime import date
from typing import Literal
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.benefit import rows
from services.projects.benefit.ballots import anonymous_id
from services.projects.benefit.boxes import cast, destroy_box, open_box
from services.projects.benefit.small_counts import hidden
from services.projects.benefit.tell import tell
from services.projects.poll.errors import AlreadyVoted, PollClosed, PollNotFound
from services.projects.poll.models import Poll, PollVote
from services.projects.poll.schemas import PollCreate
from services.projects.poll.vocabulary import Choice
from services.projects.project.rights import demand, refusal_to_lead
from services.projects.project.service import ProjectService
from shared.auth.principal import Principal
from shared.auth.scopes import Scope
from shared.kit import clock
from shared.kit.db import tenant_of

Counts = tuple[int | None, dict[Choice, int | None]]
_NOTHING: Counts = (None, dict.fromkeys(Choice))


def state_of(poll: Poll, today: date) -> Literal["open", "over", "closed"]:
    if poll.closed_at is not None:
        return "closed"
    return "open" if today <= poll.closes_on else "over"


class PollService:
    """The polls of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, poll_id: UUID) -> Poll:
        """Raises PollNotFound."""
        return await rows.get(self._session, Poll, poll_id, PollNotFound)

    async def list_after(self, project_id: UUID, after: UUID | None, limit: int) -> Sequence[Poll]:
        return await rows.page(self._session, Poll, after, limit, col(Poll.project_id) == project_id)

    async def counts(self, poll: Poll) -> Counts:
        """All votes and those of each answer, as far as they may be shown: nothing before the poll is closed."""
        if poll.closed_at is None:
            return _NOTHING
        votes = await rows.find(self._session, PollVote, PollVote.poll_id == poll.id)
        cells = {choice: sum(vote.choice == choice for vote in votes) for choice in Choice}
        gone, whole_gone = hidden(cells, len(votes))
        if whole_gone:
            return _NOTHING
        return len(votes), {choice: None if choice in gone else count for choice, count in cells.items()}

    async def add(self, project_id: UUID, wanted: PollCreate, caller: Principal) -> Poll:
        """Raises ProjectNotFound, ProjectClosed, NotYours."""
        await ProjectService(self._session).get_active(project_id)
        demand(refusal_to_lead(caller, Scope.surveys_write))
        poll = Poll(
            tenant_id=tenant_of(self._session),
            project_id=project_id,
            question=wanted.question.model_dump(),
            closes_on=wanted.closes_on,
        )
        self._session.add(poll)
        await open_box(self._session, poll.id)
        after = {"closes_on": poll.closes_on}
        await tell(self._session, "poll", "add", poll, project_id=project_id, after=after)
        return poll

    async def vote(self, poll_id: UUID, choice: Choice, caller: Principal) -> None:
        """Raises PollNotFound, PollClosed, AlreadyVoted. Nothing is journaled: it would say who voted when."""
        poll = await rows.get(self._session, Poll, poll_id, PollNotFound, lock=True)
        if state_of(poll, clock.today()) != "open":
            raise PollClosed()
        if not await cast(self._session, poll.id, caller.subject):
            raise AlreadyVoted()
        vote = PollVote(tenant_id=poll.tenant_id, id=anonymous_id(), poll_id=poll.id, choice=choice.value)
        self._session.add(vote)

    async def close(self, poll_id: UUID, caller: Principal) -> Poll:
        """Raises PollNotFound, NotYours, PollClosed."""
        poll = await rows.get(self._session, Poll, poll_id, PollNotFound, lock=True)
        demand(refusal_to_lead(caller, Scope.surveys_write))
        if poll.closed_at is not None:
            raise PollClosed()
        poll.closed_at = clock.now()
        poll.touch()
        await destroy_box(self._session, poll.id)
        await tell(self._session, "poll", "close", poll, project_id=poll.project_id)
        return poll
