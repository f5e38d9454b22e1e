"""The platform's export on its way into the comparison: the same temporary tables as a register's delivery."""

from collections.abc import AsyncIterator
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.staging import Staging
from services.sync.reading.frames import Done, Found, Frame, Rows

# Says that a register must tell who is protected; a platform's export mostly cannot, and is judged by the roster.
_NOT_FOR_PLATFORMS = frozenset({"marking_unknown"})

Finding = tuple[str, str, int | None, str | None]


class ExportStaging(Staging):
    """Staged rows of an export. Findings about it are gathered: they belong to the comparison and not to a run."""

    def __init__(self, session: AsyncSession, comparison_id: UUID) -> None:
        super().__init__(session, comparison_id)
        self.findings: list[Finding] = []

    async def keep_findings(self, found: Found) -> None:
        self.findings += [one for one in found.findings if one[0] not in _NOT_FOR_PLATFORMS]


async def take_in(staging: ExportStaging, frames: AsyncIterator[Frame]) -> Done:
    """Stage everything that the reader says. Raises what the frames raise."""
    await staging.create()
    done: Done | None = None
    async for frame in frames:
        if isinstance(frame, Rows):
            await staging.copy(frame)
        elif isinstance(frame, Found):
            await staging.keep_findings(frame)
        else:
            done = frame
    if done is None:
        raise RuntimeError("the reader ended without a summary")
    await staging.index()
    return done
