"""Making the letter of one mail, from the rows as they are when it leaves."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.mywork.service import Work, urgency
from services.projects.mywork.vocabulary import Urgency
from services.projects.notice import letters
from services.projects.notice.letters import Line, Section
from services.projects.notice.models import MailKind
from services.projects.notice.planning import Planner
from shared.kit import clock
from shared.kit.text import Lang, Text


class Composer:
    """Letters in one language; `base` is the public URL that links begin with."""

    def __init__(self, session: AsyncSession, lang: Lang, base: str) -> None:
        self._planner = Planner(session)
        self._lang = lang
        self._base = f"{base.rstrip('/')}/projects/v1"

    async def listing(
        self, kind: MailKind, account_id: UUID, about: Sequence[UUID], meetings: Sequence[Any]
    ) -> tuple[str, str] | None:
        """Text and HTML; None where nothing is left to say."""
        sections = await self._sections(kind, account_id, about, meetings)
        return letters.listing(sections, self._lang) if any(section.lines for section in sections) else None

    async def _sections(
        self, kind: MailKind, account_id: UUID, about: Sequence[UUID], meetings: Sequence[Any]
    ) -> list[Section]:
        if kind is MailKind.summons:
            return [Section(letters.MEETINGS, [self._meeting(row) for row in meetings if row.state != "cancelled"])]
        today = clock.today()
        if kind is MailKind.reminder:
            found = [work for work in await self._planner.ending(account_id) if work.item.id in about]
        else:
            found = await self._planner.digest(account_id)
        late = [work for work in found if urgency(work.item, today) is Urgency.late]
        coming = [work for work in found if urgency(work.item, today) is not Urgency.late]
        if kind is MailKind.reminder:
            return [self._section(letters.LATE, late), self._section(letters.ENDS, coming)]
        waiting = [work for work in coming if work.waiting]
        ready = [work for work in coming if not work.waiting]
        return [
            self._section(letters.LATE, late),
            self._section(letters.DUE, ready),
            self._section(letters.WAITING, waiting),
        ]

    def _section(self, heading: Text, found: Sequence[Work]) -> Section:
        return Section(heading, [self._row(work) for work in found])

    def _row(self, work: Work) -> Line:
        item = work.item
        title = Text.model_validate(item.title).pick(self._lang)
        remark = letters.LAST_DAY.format(day=item.day).pick(self._lang)
        if work.waiting:
            side = letters.SIDES[work.waiting[0].side].pick(self._lang)
            remark += f", {letters.SIDE_ACTS.pick(self._lang).format(side=side)}"
        name = f"{item.source_ref} {title}" if item.source_ref else title
        return Line(name, remark, f"{self._base}/activities/{item.id}")

    def _meeting(self, row: Any) -> Line:
        """The body, the day and the local time; never the meeting's own words."""
        title = Text.model_validate(row.title).pick(self._lang)
        return Line(title, f"{row.held_on} {row.local_start:%H:%M}, {row.zone}", f"{self._base}/meetings/{row.id}")
