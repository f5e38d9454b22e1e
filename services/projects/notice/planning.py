"""What is to be mailed to whom now: claims are written, no mail is made yet. Each thing is claimed once for ever."""

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.mywork.service import MyWorkService, Narrowed, Whose, Work
from services.projects.mywork.vocabulary import ItemKind
from services.projects.notice.models import Digest, MailKind, NotificationPreference
from shared.kit import clock

MORNING = time(7)
LONGEST = 200
"""Items that one mail lists at most."""
WEEK, DAY, GRACE = 7, 1, 3
"""Days before the end when people are reminded, and after it while a missed overdue reminder is still sent."""

Claim = tuple[str, str, UUID | None]


def is_quiet(preference: NotificationPreference, now: datetime) -> bool:
    """Whether the person does not want to be disturbed at this instant; quiet hours may pass midnight."""
    start, end = preference.quiet_from, preference.quiet_to
    if start is None or end is None:
        return False
    local = now.astimezone(ZoneInfo(preference.zone)).time()
    return start <= local < end if start < end else local >= start or local < end


def digest_key(preference: NotificationPreference, now: datetime) -> str | None:
    """The day or ISO week that a digest is for; None while none is wanted or its morning has not come."""
    local = now.astimezone(ZoneInfo(preference.zone))
    if preference.digest == Digest.off or local.time() < MORNING:
        return None
    if preference.digest == Digest.daily:
        return local.date().isoformat()
    year, week, _ = local.isocalendar()
    return f"{year}-W{week:02}"


def reminder_key(work: Work, today: date) -> str | None:
    """Which reminder about a row is due: a week before its last day, a day before, or the day after."""
    if work.item.day is None:
        return None
    left = (work.item.day - today).days
    if left > WEEK or left < -GRACE:
        return None
    when = "over" if left < 0 else str(DAY if left <= DAY else WEEK)
    return f"{work.item.id}:{work.item.day}:{when}"


class Planner:
    """Reads what one account is to be told."""

    def __init__(self, session: AsyncSession) -> None:
        self._work = MyWorkService(session)

    async def claims(self, preference: NotificationPreference, now: datetime) -> dict[MailKind, list[Claim]]:
        """By kind of mail, in the order in which they leave."""
        found: dict[MailKind, list[Claim]] = {}
        key = digest_key(preference, now)
        if key is not None:
            found[MailKind.digest] = [(MailKind.digest, key, None)]
        if preference.has_reminders:
            found[MailKind.reminder] = await self._reminders(preference.account_id)
        if preference.has_summons:
            found[MailKind.summons] = await self._summons(preference.account_id)
        return found

    async def digest(self, account_id: UUID) -> list[Work]:
        """What is late or due, or waits for others."""
        by = clock.today() + timedelta(days=14)
        return await self._items(account_id, Narrowed(frozenset({ItemKind.activity}), due_by=by))

    async def ending(self, account_id: UUID) -> list[Work]:
        """Rows whose last day is near or just over."""
        today = clock.today()
        first, last = today - timedelta(days=GRACE + 1), today + timedelta(days=WEEK)
        return await self._items(account_id, Narrowed(frozenset({ItemKind.activity}), due_after=first, due_by=last))

    async def _reminders(self, account_id: UUID) -> list[Claim]:
        today = clock.today()
        keyed = [(work, reminder_key(work, today)) for work in await self.ending(account_id)]
        return [(MailKind.reminder, key, work.item.id) for work, key in keyed if key is not None]

    async def _summons(self, account_id: UUID) -> list[Claim]:
        """Meetings that people were summoned to, or whose last day for it has come."""
        today = clock.today()
        meetings = await self._items(account_id, Narrowed(frozenset({ItemKind.meeting})))
        called = [
            work
            for work in meetings
            if work.item.state == "summoned" or (work.summon_by is not None and work.summon_by <= today)
        ]
        return [(MailKind.summons, f"{work.item.id}:{work.item.day}", work.item.id) for work in called]

    async def _items(self, account_id: UUID, narrowed: Narrowed) -> list[Work]:
        return await self._work.items(Whose(account_id), narrowed, None, LONGEST)
