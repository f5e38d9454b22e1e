"""Declared tables, and tables that were made: by hand, or by themselves on their reference dates."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.statistic.counting import count
from services.sync.statistic.declared import Table
from services.sync.statistic.errors import DayToCome, ExportMissing, TableKeyTaken, TableMissing
from services.sync.statistic.models import StatisticsExport, StatisticsTemplate
from services.sync.statistic.schemas import StatisticsTemplateCreate, StatisticsTemplatePatch
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.queue import start_job
from shared.web.preconditions import check_version

DUE_JOB = "statistics-due"
# The day after, when the night's deliveries of the reference date are in.
_HOURS = 3


class StatisticsService:
    """Tables of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tenant = tenant_of(session)

    async def create(self, body: StatisticsTemplateCreate) -> StatisticsTemplate:
        """Raises TableKeyTaken."""
        same = select(StatisticsTemplate.id).where(
            StatisticsTemplate.tenant_id == self._tenant, StatisticsTemplate.key == body.key
        )
        if (await self._session.exec(same)).first() is not None:
            raise TableKeyTaken()
        row = StatisticsTemplate(
            tenant_id=self._tenant,
            key=body.key,
            name=body.name,
            template=body.table.model_dump(mode="json", by_alias=True),
        )
        self._session.add(row)
        await self._schedule(row, clock.today())
        await record(self._session, "statistics_template.create", "statistics_template", row.id, after={"key": row.key})
        return row

    async def template(self, template_id: UUID, *, lock: bool = False) -> StatisticsTemplate:
        query = select(StatisticsTemplate).where(
            StatisticsTemplate.tenant_id == self._tenant, StatisticsTemplate.id == template_id
        )
        found = (await self._session.exec(query.with_for_update() if lock else query)).one_or_none()
        if found is None:
            raise TableMissing()
        return found

    async def templates_after(self, after: UUID | None, limit: int) -> Sequence[StatisticsTemplate]:
        query = select(StatisticsTemplate).where(StatisticsTemplate.tenant_id == self._tenant)
        if after is not None:
            query = query.where(StatisticsTemplate.id > after)
        return (await self._session.exec(query.order_by(col(StatisticsTemplate.id)).limit(limit))).all()

    async def patch(self, template_id: UUID, version: int, body: StatisticsTemplatePatch) -> StatisticsTemplate:
        """Raises NotFound, StaleVersion."""
        row = await self.template(template_id, lock=True)
        check_version(version, row.version)
        if body.name is not None:
            row.name = body.name
        if body.table is not None:
            row.template = body.table.model_dump(mode="json", by_alias=True)
            await self._schedule(row, clock.today())
        row.touch()
        after = {"changed": sorted(body.model_fields_set)}
        await record(self._session, "statistics_template.change", "statistics_template", row.id, after=after)
        return row

    async def make(self, template_id: UUID, day: date | None, asked_by: UUID | None) -> StatisticsExport:
        """Count, and keep what was counted. Raises NotFound, DayToCome."""
        row = await self.template(template_id)
        table, day = Table.model_validate(row.template), day or clock.today()
        if day > clock.today():
            raise DayToCome()
        counted = await count(self._session, table.count, table.dimensions, table.school_forms, day)
        export = StatisticsExport(
            tenant_id=self._tenant,
            template_id=template_id,
            reference_date=day,
            roster_version=counted.version,
            headings=table.heads(),
            rows=_worded(table, counted.rows),
            asked_by=asked_by,
            counted=table.count,
        )
        self._session.add(export)
        await record(self._session, "statistics_export.make", "statistics_export", export.id)
        return export

    async def export(self, export_id: UUID) -> StatisticsExport:
        query = select(StatisticsExport).where(
            StatisticsExport.tenant_id == self._tenant, StatisticsExport.id == export_id
        )
        found = (await self._session.exec(query)).one_or_none()
        if found is None:
            raise ExportMissing()
        return found

    async def exports_before(
        self, template_id: UUID | None, before: UUID | None, limit: int
    ) -> Sequence[StatisticsExport]:
        """The newest first."""
        query = select(StatisticsExport).where(StatisticsExport.tenant_id == self._tenant)
        if template_id is not None:
            query = query.where(StatisticsExport.template_id == template_id)
        if before is not None:
            query = query.where(StatisticsExport.id < before)
        return (await self._session.exec(query.order_by(col(StatisticsExport.id).desc()).limit(limit))).all()

    async def make_due(self, template_id: UUID) -> StatisticsExport | None:
        """The table of a reference date that has passed; None where nothing is due, or not yet."""
        row = await self.template(template_id, lock=True)
        if row.next_on is None or row.next_on >= clock.today():
            return None
        export = await self.make(template_id, row.next_on, None)
        await self._schedule(row, clock.today())
        return export

    async def _schedule(self, row: StatisticsTemplate, today: date) -> None:
        table = Table.model_validate(row.template)
        row.next_on = next_day(table.days, today)
        if row.next_on is not None:
            at = datetime.combine(row.next_on + timedelta(days=1), time(_HOURS), UTC)
            slot = f"{row.id}:{row.next_on}"
            await start_job(self._session, DUE_JOB, {"templateId": row.id}, after=at - clock.now(), slot=slot)


def next_day(days: frozenset[str], today: date) -> date | None:
    """The first of the reference dates from today on; 29 February only in years that have one."""
    coming = [
        day
        for year in range(today.year, today.year + 9)
        for word in days
        if (day := _date(year, word)) is not None and day >= today
    ]
    return min(coming, default=None)


def _date(year: int, word: str) -> date | None:
    try:
        return date.fromisoformat(f"{year}-{word}")
    except ValueError:
        return None


def _worded(table: Table, rows: list[list[str | int]]) -> list[list[str | int]]:
    worded = [
        [*(table.words.get(name, {}).get(str(cell), cell) for name, cell in zip(table.dimensions, row, strict=False)),
         row[-1]]
        for row in rows
    ]  # fmt: skip
    if table.with_total:
        worded.append([*[""] * len(table.dimensions), sum(int(row[-1]) for row in rows)])
    return worded
