"""The way in for an authority: an invitation whose code becomes its handle on the programme.

Everything here runs in the programme's tenant, which the handle names; the authority's rows are never seen. The first
authority that accepts a code is bound to it, so that a code that gets lost later opens nothing for others.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.member.errors import HandleNotValid, NoTaskList
from services.projects.member.models import WaveMember
from services.projects.member.repository import MemberRepository
from services.projects.programme.models import Publication
from services.projects.programme.service import ProgrammeService
from services.projects.standing.facts import Standing
from services.projects.template.published import Published
from services.projects.template.service import TemplateService
from shared.contracts.projects_programme import (
    ProgrammeChanged,
    ProgrammeMemberAccepted,
    ProgrammeMemberReported,
)
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.handle import Handle
from shared.kit.journal import record
from shared.queue.outbox import publish
from shared.web.preconditions import check_version

OPEN_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Accepted:
    """What the authority keeps of the programme."""

    programme_title: dict[str, str | None]
    member_name: str
    audience: str


class HandleService:
    """Invitations to programmes of the session's tenant, and what their holders may do."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._rows = MemberRepository(session)
        self._programmes = ProgrammeService(session)

    async def invite(self, member_id: UUID) -> tuple[Handle, datetime]:
        """A new code and until when it can be accepted; a former one opens nothing any more, accepted or not.

        Raises MemberNotFound, ProgrammeClosed.
        """
        await self._programmes.lock_active((await self._rows.get(member_id)).programme_id)
        member = await self._rows.get(member_id, lock=True)
        handle = Handle.new(tenant_of(self._session))
        self._cut(member)
        member.invite_hash, member.invited_at = handle.digest, clock.now()
        await record(self._session, "wave_member.invite", "wave_member", member.id)
        await publish(self._session, ProgrammeChanged(programme_id=member.programme_id, members=1))
        return handle, member.invited_at + OPEN_FOR

    async def revoke(self, member_id: UUID, version: int) -> None:
        """Raises MemberNotFound, StaleVersion."""
        member = await self._rows.get(member_id, lock=True)
        check_version(version, member.version)
        self._cut(member)
        await record(self._session, "wave_member.revoke_invitation", "wave_member", member.id)
        await publish(self._session, ProgrammeChanged(programme_id=member.programme_id, members=1))

    async def accept(self, handle: Handle, authority: UUID) -> Accepted:
        """Bind the code to the authority; again by the same one changes nothing. Raises HandleNotValid."""
        member = await self._rows.invited(handle.digest, lock=True)
        if member is None:
            raise HandleNotValid()
        if member.acceptor_hash is None:
            if member.invited_at is None or clock.now() - member.invited_at > OPEN_FOR:
                raise HandleNotValid()
            member.acceptor_hash, member.accepted_at = _acceptor(handle, authority), clock.now()
            member.touch()
            await record(self._session, "wave_member.accept", "wave_member", member.id)
            event = ProgrammeMemberAccepted(programme_id=member.programme_id, member_id=member.id)
            await publish(self._session, event)
        elif member.acceptor_hash != _acceptor(handle, authority):
            raise HandleNotValid()
        programme = await self._programmes.get(member.programme_id)
        return Accepted(programme.title, member.name, member.audience)

    async def task_list(self, handle: Handle, authority: UUID) -> tuple[Publication, Published]:
        """The task list in force. Raises HandleNotValid, NoTaskList."""
        member = await self._held(handle, authority)
        newest = await self._programmes.publications(member.programme_id, None, 1)
        if not newest:
            raise NoTaskList()
        found = await TemplateService(self._session).get(newest[0].template_key, newest[0].template_version)
        return newest[0], found

    async def report(self, handle: Handle, authority: UUID, standing: Standing) -> None:
        """Keep what the authority pushed, in the place of what it pushed before. Raises HandleNotValid."""
        member = await self._held(handle, authority)
        member.standing, member.reported_at = standing.model_dump(mode="json"), clock.now()
        member.touch()
        await record(self._session, "wave_member.report", "wave_member", member.id)
        event = ProgrammeMemberReported(programme_id=member.programme_id, member_id=member.id)
        await publish(self._session, event)

    async def leave(self, handle: Handle, authority: UUID) -> None:
        """Nothing is left to do where the programme has revoked the handle already."""
        member = await self._rows.invited(handle.digest, lock=True)
        if member is not None and member.acceptor_hash == _acceptor(handle, authority):
            self._cut(member)
            await record(self._session, "wave_member.leave", "wave_member", member.id)
            await publish(self._session, ProgrammeChanged(programme_id=member.programme_id, members=1))

    async def _held(self, handle: Handle, authority: UUID) -> WaveMember:
        member = await self._rows.invited(handle.digest, lock=True)
        if member is None or member.acceptor_hash != _acceptor(handle, authority):
            raise HandleNotValid()
        return member

    def _cut(self, member: WaveMember) -> None:
        member.invite_hash = member.invited_at = member.acceptor_hash = member.accepted_at = None
        member.touch()


def _acceptor(handle: Handle, authority: UUID) -> bytes:
    """Tells one authority from another without naming it: nobody guesses it without the code."""
    return hashlib.sha256(handle.text.encode() + authority.bytes).digest()
