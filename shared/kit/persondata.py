"""The contract by which every service can show and forget what it holds about one person (GDPR articles 15 and 17).

`person_id` is the id of the person in sync, or of the account in identity; a service looks for both.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession


@dataclass(frozen=True)
class ErasureReport:
    """What one service did: rows erased or made anonymous, and what it must keep with the legal reason."""

    erased: int
    kept: dict[str, str]


Export = Callable[[AsyncSession, UUID], Awaitable[dict[str, Any]]]
Erase = Callable[[AsyncSession, UUID], Awaitable[ErasureReport]]


@dataclass(frozen=True)
class PersonData:
    """A service's two handlers. Both run in a session of the person's tenant; erase is idempotent."""

    export: Export
    erase: Erase
