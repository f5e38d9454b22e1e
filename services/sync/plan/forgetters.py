"""Who else has to forget a person that becomes protected or is erased: every feature that keeps names or addresses.

A feature that stores such things adds a function to `services/sync/forgetting.py`; here stands only what calls them,
since the plan knows none of the features.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

Forgetter = Callable[[AsyncSession, Sequence[UUID]], Awaitable[None]]
_known: list[Forgetter] | None = None


def remember_forgetters(forgetters: Iterable[Forgetter]) -> None:
    """Say once, when the process starts, who they are."""
    global _known
    _known = list(forgetters)


async def forget_everywhere(session: AsyncSession, ids: Sequence[UUID]) -> None:
    """Remove every name, address and login name of these persons outside the roster and its plans, in this transaction.

    Raises RuntimeError where the process has not said who must forget: better no marking at all than half of one.
    """
    if _known is None:
        raise RuntimeError("import services.sync.forgetting before protecting anybody")
    for forget in _known:
        await forget(session, ids)
