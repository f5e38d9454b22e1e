"""Rolls for devices without a network: given out signed, and marked later in any order, any number of times."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.attendance.service import AttendanceService, Seen, Told
from services.training.issuer.service import Issuer, IssuerService
from services.training.meeting.service import MeetingService
from services.training.roll.errors import RollForged
from services.training.roll.models import AttendanceRoll
from services.training.roll.repository import RollRepository
from services.training.session.service import SessionService
from shared.auth.jws import PublicKey, TokenRefused, read_claims, read_header
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record

ROLL_TYPE = "startklar-roll+jwt"
MOST = 5_000
"""People on one roll."""
_JITTER = timedelta(seconds=5)


@dataclass(frozen=True)
class RollLine:
    """One person on a roll; of a protected person the name is the alias."""

    enrolment_id: UUID
    display_name: str
    state: str


@dataclass(frozen=True)
class Roll:
    """What a device takes along. `signature` vouches for the lines by their SHA-256, and comes back with the marks."""

    row: AttendanceRoll
    lines: Sequence[RollLine]
    dates: Sequence[tuple[datetime, datetime]]
    signature: str


class RollService:
    """One transaction's work on rolls."""

    def __init__(self, session: AsyncSession, issuer: Issuer) -> None:
        self._session = session
        self._issuer = issuer
        self._rolls = RollRepository(session)

    async def issue(self, session_id: UUID, to: UUID) -> Roll:
        """Everybody who has a seat, signed; NotFound without the session."""
        rows = await AttendanceService(self._session).list(session_id, MOST, None)
        lines = [_line(row) for row in rows]
        roll = AttendanceRoll(
            tenant_id=tenant_of(self._session), session_id=session_id, issued_at=clock.now(), issued_to=to
        )
        self._rolls.add(roll)
        key = await IssuerService(self._session, self._issuer).signing_key()
        claims = {"rollId": str(roll.id), "sessionId": str(session_id), "linesHash": lines_hash(lines)}
        claims |= {"iat": int(roll.issued_at.timestamp())}  # type: ignore[dict-item]
        await record(self._session, "roll.issue", "session", session_id, after={"rollId": str(roll.id)})
        dates = (await MeetingService(self._session).dates([session_id])).get(session_id, [])
        return Roll(roll, lines, [(each.starts_at, each.ends_at) for each in dates], key.sign(claims, ROLL_TYPE))

    async def upload(
        self, session_id: UUID, signature: str, device_time: datetime, marks: Sequence[Seen]
    ) -> list[Told]:
        """Take in marks that a device made; each row is answered, and what is wrong with one keeps out no other.

        `device_time` is the device's clock at sending: the marks' times are moved by how far it is off.
        """
        await self._check(session_id, signature)
        planned = await SessionService(self._session).lock_for_seats(session_id)
        off = clock.now() - device_time
        off = off if abs(off) > _JITTER else timedelta(0)
        moved = [replace(each, at=_not_later(each.at + off)) for each in marks]
        return await AttendanceService(self._session).take_seen(planned, moved)

    async def _check(self, session_id: UUID, signature: str) -> None:
        keys = await IssuerService(self._session, self._issuer).list()
        tenant = tenant_of(self._session)
        try:
            kid = read_header(signature, ROLL_TYPE)["kid"]
            row = next((each for each in keys if self._issuer.key_url(tenant, each.kid) == kid), None)
            if row is None:
                raise TokenRefused("no key of ours")
            claims = read_claims(signature, PublicKey.from_jwk(row.public_jwk))
        except TokenRefused:
            raise RollForged() from None
        roll = await self._rolls.find(UUID(str(claims["rollId"])))
        if roll is None or roll.session_id != session_id:
            raise RollForged()


def _line(row: Any) -> RollLine:
    enrolment, _, name = row
    return RollLine(enrolment.id, name, enrolment.state)


def _not_later(at: datetime) -> datetime:
    """Now, for what lies in the future by no more than a request takes."""
    now = clock.now()
    return now if now < at <= now + _JITTER else at


def lines_hash(lines: Sequence[RollLine]) -> str:
    """SHA-256 of the lines as JSON array of [enrolmentId, displayName, state], without spaces, in hex."""
    told = [[str(line.enrolment_id), line.display_name, line.state] for line in lines]
    return hashlib.sha256(orjson.dumps(told)).hexdigest()
