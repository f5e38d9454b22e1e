"""A delivery of which no plan can be made may still mark somebody: of it the persons are read alone."""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.marking import tighten_alone
from services.sync.plan.models import Run
from services.sync.plan.staging import Staging
from services.sync.reading.findings import Fatal
from services.sync.reading.frames import Frame, Rows
from services.sync.reading.mapping import Emit, Mapping

_KNOWN_BY = ("sourceId", "nationalId", "login", "externalIds", "marking")
_NAMES = ("givenName", "familyName")


async def tighten_unplanned(
    session: AsyncSession, run: Run, mapping: Mapping, read: Callable[[Mapping], AsyncIterator[Frame]]
) -> int:
    """Protect whom the delivery of `run` marks; returns how many. `read` gives what a mapping makes of it."""
    staging = Staging(session, run.id)
    await staging.create()
    for alone in _persons_alone(mapping):
        # What came before the file broke off counts.
        with suppress(Fatal):
            async for frame in read(alone):
                if isinstance(frame, Rows):
                    await staging.copy(frame)
    return await tighten_alone(session, staging, run) if staging.kinds else 0


def _persons_alone(mapping: Mapping) -> list[Mapping]:
    """A mapping for each way in which a file tells of persons, with what somebody is recognised by and marked with."""
    manifest = None if mapping.manifest == "oneroster" else mapping.manifest
    return [
        mapping.model_copy(
            update={"files": (file.model_copy(update={"emits": (_marks_alone(emit),)}),), "manifest": manifest}
        )
        for file in mapping.files
        for emit in file.emits
        if emit.entity == "person"
    ]


def _marks_alone(emit: Emit) -> Emit:
    """Without names, whose columns may be the ones that are missing. Who is collected elsewhere is not known: all."""
    return emit.model_copy(
        update={
            "fields": {name: column for name, column in emit.fields.items() if name in {*_KNOWN_BY, emit.each}},
            "constants": emit.constants | dict.fromkeys(_NAMES, "?"),
            "values": {name: words for name, words in emit.values.items() if name not in _NAMES},
            "when": tuple(one for one in emit.conditions if one.collected is None),
        }
    )
