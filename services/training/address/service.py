"""Where people can be written to: addresses come with the roster; protection, the duty's end and erasure end them."""

import hashlib
import hmac
from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.address.models import MailAddress, MailChoice
from services.training.address.repository import AddressRepository
from shared.contracts.sync import Change, PersonChange
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.keyring import index_key
from shared.kit.mail import ADDRESS, LONGEST_ADDRESS
from shared.kit.sealing import SealBroken, Sealer
from shared.kit.text import LANGUAGES, Lang
from shared.web.preconditions import check_version

_INFO = b"startklar.training.address.v1"


class AddressSeal:
    """The key under which the addresses lie."""

    def __init__(self, file_key: bytes) -> None:
        self._sealer = Sealer(file_key, _INFO)
        self._key = hashlib.sha256(_INFO + index_key(file_key)).digest()

    def seal(self, address: str, tenant: UUID, person_id: UUID) -> tuple[bytes, bytes]:
        """The sealed address, and the mark by which the same one is known again."""
        place = f"mail_address/{tenant}/{person_id}"
        mark = hmac.new(self._key, f"{place}/{address}".encode(), "sha256").digest()
        return self._sealer.seal(address.encode(), place), mark

    def open(self, row: MailAddress) -> str | None:
        if row.sealed is None:
            return None
        try:
            return self._sealer.open(row.sealed, f"mail_address/{row.tenant_id}/{row.id}").decode()
        except SealBroken:
            return None


class AddressService:
    """The addresses of the session's tenant. Only who holds the seal can store or read one."""

    def __init__(self, session: AsyncSession, seal: AddressSeal | None = None) -> None:
        self._session = session
        self._seal = seal
        self._addresses = AddressRepository(session)

    async def take_in(self, lines: Sequence[Change]) -> None:
        """The addresses of one page of the change feed. Who is staff shows when the duties have come: see `keep`."""
        people = [line for line in lines if isinstance(line, PersonChange)]
        gone = [line.id for line in people if line.protected or line.op == "end"]
        if gone:
            await self._addresses.forget(gone)
        if self._seal is None:
            return
        tenant, rows = tenant_of(self._session), []
        for line in people:
            if line.protected or line.op == "end":
                continue
            known = _usable(line.email)
            sealed, mark = self._seal.seal(known, tenant, line.id) if known else (None, None)
            rows.append((line.id, sealed, mark, line.version))
        if rows:
            await self._addresses.store(rows)

    async def keep(self) -> int:
        """Forget the address of everybody but staff who need training, have a seat or hold a session; how many."""
        return await self._addresses.keep_needed(clock.today(), clock.now())

    async def lacks(self) -> bool:
        """Whether somebody has a seat whose line of the roster was read before there was a reason to keep it."""
        return self._seal is not None and await self._addresses.lacks(clock.today(), clock.now())

    async def forget(self, person_id: UUID) -> None:
        await self._addresses.forget([person_id])

    async def find(self, person_id: UUID) -> tuple[str | None, str]:
        """The address, or None and why: `no_address` (a protected person too), `bounced`, or `unread`: the roster's
        line of somebody who works here was read before there was a reason to keep it."""
        if self._seal is None or not await self._addresses.may_be_written_to(person_id, clock.today()):
            return None, "no_address"
        row = await self._addresses.get(person_id)
        if row is None:
            return None, "unread"
        if row.refused_at is not None:
            return None, "bounced"
        return self._seal.open(row), "no_address"

    async def refused(self, person_id: UUID) -> None:
        """A mail host refused the address for good: nothing more goes there until the roster has another."""
        row = await self._addresses.get(person_id)
        if row is not None:
            row.refused_at = clock.now()
            await self._addresses.save(row)

    async def try_again(self, person_id: UUID) -> None:
        """Somebody says that an address that was refused works."""
        row = await self._addresses.get(person_id)
        if row is not None and row.refused_at is not None:
            row.refused_at = None
            await self._addresses.save(row)

    async def language(self, person_id: UUID) -> Lang | None:
        """What the person chose."""
        row = await self._addresses.choice(person_id)
        return next((lang for lang in LANGUAGES if row is not None and lang == row.language), None)

    async def choice(self, person_id: UUID) -> MailChoice | None:
        return await self._addresses.choice(person_id)

    async def choose(self, person_id: UUID, version: int, language: Lang) -> MailChoice:
        """The first choice builds on version 0. Raises StaleVersion."""
        row = await self._addresses.choice(person_id, lock=True)
        check_version(version, row.version if row else 0)
        if row is None:
            row = MailChoice(tenant_id=tenant_of(self._session), id=person_id, language=language)
        else:
            row.language = language
            row.touch()
        await self._addresses.save(row)
        await record(self._session, "mail_choice.change", "mail_choice", row.id, after={"language": language})
        return row


def _usable(address: str | None) -> str | None:
    if address is None or len(address) > LONGEST_ADDRESS or ADDRESS.fullmatch(address) is None:
        return None
    return address
