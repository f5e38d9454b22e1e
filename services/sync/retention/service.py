"""How long a tenant keeps what: the catalogue's default, or its own days within the bounds."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.retention.errors import CustomerSets, HoldingMissing, NotSettable, OutOfBounds
from services.sync.tombstone.service import TombstoneService
from shared.auth import Principal, Side
from shared.auth.assurance import is_program
from shared.contracts.processing import HOLDINGS, Holding, holding
from shared.contracts.sync_privacy import RetentionChanged
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.queue import publish
from shared.queue.retention import days_of
from shared.web.preconditions import check_version

REGISTER = "sync.register"
_ROWS = text("SELECT key, days, version FROM retention_rule WHERE tenant_id = :tenant")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('retention:' || CAST(:tenant AS text) || :key, 0))")
_SET = text(
    "INSERT INTO retention_rule (tenant_id, key, days, version) VALUES (:tenant, :key, :days, :version)"
    " ON CONFLICT (tenant_id, key) DO UPDATE SET days = excluded.days, version = excluded.version"
)


@dataclass(frozen=True)
class Kept:
    """A holding as the tenant keeps it. `version` is 1 while the default holds."""

    holding: Holding
    days: int | None
    version: int

    @property
    def is_own(self) -> bool:
        return self.version > 1


class RetentionService:
    """The times of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._tenant = tenant_of(session)

    async def everything(self) -> list[Kept]:
        """Every holding of the catalogue, in its order."""
        rows = await self._session.execute(_ROWS, {"tenant": self._tenant})
        own: dict[str, tuple[int, int]] = {row.key: (row.days, row.version) for row in rows}
        grace = await TombstoneService(self._session).policy()
        longest = max(grace.pupil_days, grace.staff_days, grace.guardian_days)
        rules = {key: days for key, (days, _) in own.items()}
        return [
            Kept(one, longest if one.key == REGISTER else days_of(one, rules), own.get(one.key, (0, 1))[1])
            for one in HOLDINGS
        ]

    async def get(self, key: str) -> Kept:
        """Raises HoldingMissing."""
        found = next((kept for kept in await self.everything() if kept.holding.key == key), None)
        if found is None:
            raise HoldingMissing()
        return found

    async def set(self, key: str, days: int, version: int, caller: Principal) -> Kept:
        """From the next night on. Raises HoldingMissing, NotSettable, OutOfBounds, CustomerSets, StaleVersion."""
        if caller.side is not Side.customer or is_program(caller):
            raise CustomerSets()
        one = holding(key)
        if one is None:
            raise HoldingMissing()
        if not one.keep.is_settable or one.keep.least is None or one.keep.most is None:
            raise NotSettable(setAt=one.keep.set_at)
        if not one.keep.least <= days <= one.keep.most:
            raise OutOfBounds(least=one.keep.least, most=one.keep.most)
        await self._session.execute(_LOCK, {"tenant": str(self._tenant), "key": key})
        before = await self.get(key)
        check_version(before.version, version)
        changed = Kept(one, days, before.version + 1)
        values = {"tenant": self._tenant, "key": key, "days": days, "version": changed.version}
        await self._session.execute(_SET, values)
        change_id: UUID = new_id()
        told = {"key": key, "days": days}
        former = told | {"days": before.days}
        await record(self._session, "retention.change", "retention_rule", change_id, before=former, after=told)
        await publish(
            self._session, RetentionChanged(retention_id=change_id, key=key, days=days, version=changed.version)
        )
        return changed
