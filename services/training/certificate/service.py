"""Certificates: issued when a need is met, revoked, and shown to whoever asks for their state."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.certificate.badge import (
    BADGE_TYPE,
    LIST_BITS,
    LIST_TYPE,
    Award,
    badge_claims,
    list_claims,
    place_of,
)
from services.training.certificate.errors import CertificateRevokedAlready, NoCertificate
from services.training.certificate.models import Certificate
from services.training.certificate.repository import CertificateRepository
from services.training.issuer.service import Issuer, IssuerService
from shared.contracts.training_day import CertificateIssued, CertificateRevoked
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import Entry, record, record_all
from shared.kit.text import Text
from shared.queue import publish
from shared.queue.outbox import publish_all
from shared.web.preconditions import check_version

Reason = Literal["error", "withdrawn", "corrected", "replaced", "erased"]
BATCH = 2000
"""Certificates of one transaction."""


@dataclass(frozen=True)
class Held:
    """A certificate with its holder's name, and the courses of a curriculum."""

    certificate: Certificate
    name: str
    parts: Sequence[Text] = ()


class CertificateRecords:
    """What is written down of certificates, for whoever issues none."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._rows = CertificateRepository(session)
        self._tenant = tenant_of(session)

    async def revoke(self, certificate_id: UUID, version: int, reason: Literal["error", "withdrawn"]) -> Held:
        """The certificate holds no longer; the status list says so from now on."""
        certificate = await self._rows.find(certificate_id, lock=True)
        if certificate is None:
            raise NoCertificate()
        check_version(version, certificate.version)
        if certificate.revoked_at is not None:
            raise CertificateRevokedAlready()
        await self._revoke(certificate, reason)
        return await self._held(certificate)

    async def forget(self, person_id: UUID, reason: Literal["replaced", "erased"]) -> int:
        """Revoke every certificate of a person and forget what was signed; how many.

        `erased`: whose it was, too. `replaced`: a new one with the alias follows, since the name must not go out."""
        held = await self._rows.held_by(person_id)
        for each in held:
            if each.revoked_at is None:
                await self._revoke(each, reason)
            each.credential = None
            each.person_id = None if reason == "erased" else each.person_id
        return len(held)

    async def correct(self) -> int:
        """Revoke, at most `BATCH`, what attendance that was corrected since no longer bears; how many."""
        fallen = await self._rows.fallen(BATCH)
        for one in fallen:
            certificate = await self._rows.find(one, lock=True)
            if certificate is not None and certificate.revoked_at is None:
                await self._revoke(certificate, "corrected")
        return len(fallen)

    async def get(self, certificate_id: UUID, person_id: UUID | None) -> Held:
        """A certificate; NoCertificate, also for one that is not `person_id`'s where given."""
        certificate = await self._rows.find(certificate_id)
        if certificate is None or (person_id is not None and certificate.person_id != person_id):
            raise NoCertificate()
        return await self._held(certificate)

    async def list(self, person_id: UUID | None, limit: int, after: tuple[UUID] | None) -> Sequence[Certificate]:
        """Certificates, oldest first; of one person where given."""
        return await self._rows.list(person_id, limit, after)

    async def find(self, certificate_id: UUID) -> Certificate | None:
        """A certificate, for whoever was shown it."""
        return await self._rows.find(certificate_id)

    async def _held(self, certificate: Certificate) -> Held:
        titles = await self._rows.titles(certificate.courses)
        return Held(certificate, await self._rows.name(certificate.person_id), _parts(certificate, titles))

    async def _revoke(self, certificate: Certificate, reason: Reason) -> None:
        certificate.revoked_at, certificate.revoked_reason = clock.now(), reason
        certificate.touch()
        await record(self._session, "certificate.revoke", "certificate", certificate.id, after={"reason": reason})
        await publish(self._session, CertificateRevoked(certificate_id=certificate.id, reason=reason))


class CertificateService(CertificateRecords):
    """One transaction's work on certificates, in the name of `issuer`."""

    def __init__(self, session: AsyncSession, issuer: Issuer) -> None:
        super().__init__(session)
        self._issuer = issuer
        self._issuers = IssuerService(session, issuer)

    async def issue(self) -> int:
        """Issue what was earned, at most `BATCH`; how many. Doing it again issues nothing twice.

        Who had a certificate revoked as an error, or withdrawn, gets none by itself again."""
        await self._rows.lock()
        earned = await self._rows.earned(BATCH)
        if not earned:
            return 0
        key, name = await self._issuers.signing_key(), (await self._issuers.profile()).name
        number = await self._rows.next_number()
        titles = await self._rows.titles([one for row in earned for one in row.courses])
        made = []
        for step, row in enumerate(earned):
            award = self._award(row, number + step, _parts(row, titles), name)
            made.append(self._keep(row, number + step, award, key.sign(badge_claims(award), BADGE_TYPE)))
            if step % 100 == 99:
                await asyncio.sleep(0)  # a batch's signatures take a third of a second: let others go on
        entries = [
            Entry("certificate.issue", "certificate", each.id, after={"achievement_id": str(each.achievement_id)})
            for each in made
        ]
        await record_all(self._session, entries)
        told = [{"certificate_id": each.id, "kind": each.kind, "achievement_id": each.achievement_id} for each in made]
        await publish_all(self._session, [CertificateIssued.model_validate(each) for each in told])
        return len(made)

    async def status_list(self, list_number: int) -> str:
        """One status list, signed; NoCertificate where there is none yet."""
        first = list_number * LIST_BITS
        if await self._rows.next_number() <= first:
            raise NoCertificate()
        revoked = [place_of(each, self._tenant).index for each in await self._rows.revoked(first, first + LIST_BITS)]
        key = await self._issuers.signing_key()
        return key.sign(list_claims(self._issuer.url(self._tenant), list_number, revoked, clock.now()), LIST_TYPE)

    def _award(self, row: Row[Any], number: int, parts: tuple[Text, ...], issuer_name: str) -> Award:
        return Award(
            issuer_url=self._issuer.url(self._tenant),
            issuer_name=issuer_name,
            badge_id=new_id(),
            achievement_id=row.achievement_id,
            title=Text.model_validate(row.title),
            parts=parts,
            name=row.display_name,
            issued_at=clock.now(),
            place=place_of(number, self._tenant),
        )

    def _keep(self, row: Row[Any], number: int, award: Award, credential: str) -> Certificate:
        certificate = Certificate(
            tenant_id=self._tenant,
            id=award.badge_id,
            person_id=row.person_id,
            kind=row.kind,
            achievement_id=row.achievement_id,
            title=row.title,
            issued_at=award.issued_at,
            courses=list(row.courses),
            number=number,
            credential=credential,
        )
        self._rows.add(certificate)
        return certificate


def _parts(row: Any, titles: dict[UUID, Text]) -> tuple[Text, ...]:
    """The courses of a curriculum; a course alone has no parts."""
    return tuple(titles[one] for one in row.courses) if row.kind == "curriculum" else ()
