"""What a caller may see of differences and accounts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.platform.models import PlatformAccount, PlatformDifference
from services.sync.platform.query import DifferenceQuery
from services.sync.platform.schemas import AccountPublic, DifferencePublic
from services.sync.platform.service import PlatformService
from services.sync.rules.catalogue import RULES
from services.sync.rules.platform import CAUSES
from shared.kit.text import Lang


@dataclass(frozen=True)
class NamedDifferences:
    """A page of differences, and what the persons in it are called today."""

    rows: Sequence[PlatformDifference]
    names: Mapping[UUID, str]


async def named_differences(
    session: AsyncSession, asked: DifferenceQuery, units: Collection[UUID] | None, page: tuple[UUID | None, int]
) -> NamedDifferences:
    """The differences that are asked for, of the newest comparisons unless one is named; `page` is (after, limit)."""
    platform = PlatformService(session)
    comparisons = asked.comparison_ids or [one.id for one in await platform.newest()]
    rows = await platform.differences(replace(asked, comparison_ids=comparisons, unit_ids=units), *page)
    return NamedDifferences(rows, await platform.names([row.person_id for row in rows if row.person_id]))


def show_difference(row: PlatformDifference, names: Mapping[UUID, str], lang: Lang) -> DifferencePublic:
    """A difference in the caller's language."""
    rule = RULES[row.kind]
    return DifferencePublic(
        id=row.id,
        comparison_id=row.comparison_id,
        kind=row.kind,
        severity=row.severity,
        unit_id=row.unit_id,
        person_id=row.person_id,
        label=names.get(row.person_id) if row.person_id else None,
        row_ref=row.row_ref,
        file=row.file,
        line=row.line,
        column=row.column_name,
        message=rule.message.pick(lang),
        cause=CAUSES[row.cause].pick(lang) if row.cause else None,
        mender=rule.mender,
        mend=rule.mend.pick(lang),
    )


def show_account(row: PlatformAccount) -> AccountPublic:
    return AccountPublic.model_validate(row)
