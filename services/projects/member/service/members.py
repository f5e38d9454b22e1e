"""Members of the programmes that the session's tenant runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.member.coverage import Coverage, cover
from services.projects.member.errors import (
    AlreadyWaived,
    MemberHasEntered,
    MemberTaken,
    WaveNotOpen,
    refused,
)
from services.projects.member.models import WaveMember
from services.projects.member.readiness import Readiness, ReadinessState, judge
from services.projects.member.repository import MemberRepository
from services.projects.member.schemas import MemberChange, MemberCreate
from services.projects.programme.models import Programme, Wave
from services.projects.programme.service import ProgrammeService
from services.projects.programme.vocabulary import SizeOf, WaveState
from services.projects.project.service import ProjectService
from services.projects.standing.facts import Standing
from services.projects.standing.service import StandingService
from services.projects.unit.service import UnitService
from shared.contracts.projects_programme import ProgrammeChanged, WaveBlocked, WaveEntered, WaveReadinessWaived
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.text import Text
from shared.queue.outbox import publish
from shared.web.preconditions import check_version

_NO_WAVE = Text(
    sv="Programmet har ingen sådan våg för målgruppen",
    en="The programme has no such wave for this audience",
    da="Programmet har ingen sådan bølge for målgruppen",
)
_NO_UNIT = Text(sv="Enheten finns inte", en="No such unit", da="Enheden findes ikke")
_TWICE = Text(sv="Deltagaren nämns två gånger", en="The member is named twice", da="Deltageren nævnes to gange")


@dataclass(frozen=True)
class MemberView:
    """A member, how its project stands and what that makes of its readiness."""

    member: WaveMember
    standing: Standing | None
    readiness: Readiness


class MemberService:
    """Reading, changing and letting in members."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._rows = MemberRepository(session)
        self._programmes = ProgrammeService(session)

    async def get(self, member_id: UUID) -> MemberView:
        """Raises MemberNotFound."""
        member = await self._rows.get(member_id)
        return (await self._views(await self._programmes.get(member.programme_id), [member]))[0]

    async def list_after(
        self, programme: Programme, wave_id: UUID | None, after: UUID | None, limit: int
    ) -> list[MemberView]:
        return await self._views(programme, await self._rows.list_after(programme.id, wave_id, after, limit))

    async def of_wave(self, wave_id: UUID) -> Sequence[WaveMember]:
        return await self._rows.of_wave(wave_id)

    async def coverage(self, programme_id: UUID) -> Coverage:
        """Raises ProgrammeNotFound."""
        programme = await self._programmes.get(programme_id)
        waves = await self._programmes.waves(programme_id)
        return cover(programme.expected_size, waves, await self._rows.of_programme(programme_id))

    async def add(self, programme_id: UUID, body: MemberCreate) -> MemberView:
        """Raises ProgrammeNotFound, ProgrammeClosed, MemberTaken, MemberRefused, ProjectNotFound."""
        programme = await self._programmes.lock_active(programme_id)
        members = await self._rows.of_programme(programme_id)
        if any(_key_of(one) == _asked_key(body) for one in members):
            raise MemberTaken()
        rows = await self._prepared(programme_id, [body], "#")
        member = WaveMember(tenant_id=tenant_of(self._session), programme_id=programme_id, **rows[0])
        self._rows.add(member)
        await self._tell(programme_id, "add", {"members": 1})
        return (await self._views(programme, [member]))[0]

    async def upsert(self, programme_id: UUID, items: Sequence[MemberCreate]) -> tuple[int, int, int]:
        """How many were created, updated and left alone. Raises what `add` raises but MemberTaken; all or nothing."""
        await self._programmes.lock_active(programme_id)
        known = {_key_of(one): one for one in await self._rows.of_programme(programme_id)}
        rows = await self._prepared(programme_id, items, "#/items/{}")
        added = updated = 0
        for item, values in zip(items, rows, strict=True):
            member = known.get(_asked_key(item))
            if member is None:
                self._rows.add(WaveMember(tenant_id=tenant_of(self._session), programme_id=programme_id, **values))
                added += 1
            elif _write(member, {name: values[name] for name in ("name", "wave_id", "project_id") if values[name]}):
                updated += 1
        if added or updated:
            await self._tell(programme_id, "upsert", {"created": added, "updated": updated})
        return added, updated, len(items) - added - updated

    async def change(self, member_id: UUID, version: int, change: MemberChange) -> MemberView:
        """Raises MemberNotFound, StaleVersion, ProgrammeClosed, MemberHasEntered, MemberRefused, ProjectNotFound."""
        programme, member = await self._held(member_id)
        check_version(version, member.version)
        given: dict[str, Any] = {name: getattr(change, name) for name in change.model_fields_set}
        if given.get("wave_id") is not None:
            waves = await self._programmes.waves(programme.id)
            if not any(wave.id == given["wave_id"] and wave.audience == member.audience for wave in waves):
                raise refused([("#/waveId", _NO_WAVE, "unknown")])
        if given.get("project_id") is not None:
            await ProjectService(self._session).get(given["project_id"])
        if _write(member, given):
            await self._tell(programme.id, "change", {"member": member.id} | given)
        return (await self._views(programme, [member]))[0]

    async def remove(self, member_id: UUID, version: int) -> None:
        """Raises MemberNotFound, StaleVersion, ProgrammeClosed, MemberHasEntered."""
        _, member = await self._held(member_id)
        check_version(version, member.version)
        if member.entered_at is not None or member.waived_at is not None:
            raise MemberHasEntered()
        await self._rows.remove(member)
        await self._tell(member.programme_id, "remove", {"member": member.id})

    async def waive(self, member_id: UUID, reason: str, by: UUID) -> MemberView:
        """Let a member in that is not ready.

        Raises MemberNotFound, ProgrammeClosed, AlreadyWaived, MemberHasEntered.
        """
        programme, member = await self._held(member_id)
        if member.entered_at is not None:
            raise MemberHasEntered()
        if member.waived_at is not None:
            raise AlreadyWaived()
        member.waived_at, member.waived_by, member.waiver_reason = clock.now(), by, reason
        member.touch()
        await record(self._session, "wave_member.waive", "wave_member", member.id, reason=reason)
        await publish(self._session, WaveReadinessWaived(programme_id=programme.id, member_id=member.id))
        return (await self._views(programme, [member]))[0]

    async def enter(self, member_id: UUID) -> tuple[MemberView, bool]:
        """Let a member into its wave; False where its readiness does not, which is told as an event.

        Raises MemberNotFound, ProgrammeClosed, WaveNotOpen, MemberHasEntered.
        """
        programme, member = await self._held(member_id)
        if member.entered_at is not None:
            raise MemberHasEntered()
        wave = None if member.wave_id is None else await self._programmes.wave(member.wave_id)
        if wave is None or wave.state != WaveState.started:
            raise WaveNotOpen()
        view = (await self._views(programme, [member]))[0]
        state = view.readiness.state
        if programme.gates_on_readiness and state in (ReadinessState.unknown, ReadinessState.not_ready):
            await publish(self._session, _blocked(wave, member, state))
            return view, False
        member.entered_at = clock.now()
        member.touch()
        is_waived = state is ReadinessState.waived
        after = {"wave": wave.id, "readiness": state.value}
        await record(self._session, "wave_member.enter", "wave_member", member.id, after=after)
        entered = WaveEntered(programme_id=programme.id, wave_id=wave.id, member_id=member.id, is_waived=is_waived)
        await publish(self._session, entered)
        return view, True

    async def waived_by(self, account_id: UUID) -> Sequence[WaveMember]:
        return await self._rows.waived_by(account_id)

    async def _held(self, member_id: UUID) -> tuple[Programme, WaveMember]:
        """Both locked, the programme first, as everywhere. Raises MemberNotFound, ProgrammeClosed."""
        found = await self._rows.get(member_id)
        programme = await self._programmes.lock_active(found.programme_id)
        return programme, await self._rows.get(member_id, lock=True)

    async def _views(self, programme: Programme, members: Sequence[WaveMember]) -> list[MemberView]:
        own = await StandingService(self._session).of({one.project_id for one in members if one.project_id})
        return [_view(programme, one, own) for one in members]

    async def _prepared(self, programme_id: UUID, items: Sequence[MemberCreate], at: str) -> list[dict[str, Any]]:
        """The columns of each item. Raises MemberRefused with every wrong place, ProjectNotFound."""
        waves = {(one.key, one.audience): one.id for one in await self._programmes.waves(programme_id)}
        asked = {one.unit_id for one in items if one.unit_id is not None}
        units = {unit.id: unit for unit in await UnitService(self._session).by_ids(asked)}
        for project_id in {one.project_id for one in items if one.project_id is not None}:
            await ProjectService(self._session).get(project_id)
        wrong, seen, found = [], set(), []
        for number, item in enumerate(items):
            where, wave = at.format(number), (item.wave_key or "", item.audience.value)
            unit = units.get(item.unit_id) if item.unit_id else None
            if item.wave_key is not None and wave not in waves:
                wrong.append((f"{where}/waveKey", _NO_WAVE, "unknown"))
            if item.kind is SizeOf.unit and unit is None:
                wrong.append((f"{where}/unitId", _NO_UNIT, "unknown"))
            if _asked_key(item) in seen:
                wrong.append((where, _TWICE, "twice"))
            seen.add(_asked_key(item))
            found.append(
                item.model_dump(mode="python", include={"unit_id", "code", "project_id"})
                | {"kind": item.kind.value, "audience": item.audience.value, "wave_id": waves.get(wave)}
                | {"name": item.name or (unit.name if unit else "")}
            )
        if wrong:
            raise refused(wrong)
        return found

    async def _tell(self, programme_id: UUID, verb: str, after: dict[str, Any]) -> None:
        await record(self._session, f"wave_member.{verb}", "programme", programme_id, after=after)
        await publish(self._session, ProgrammeChanged(programme_id=programme_id, members=1))


def _view(programme: Programme, member: WaveMember, own: dict[UUID, Standing]) -> MemberView:
    """Of a project of this tenant what holds now, of any other what its authority pushed."""
    told_at = member.reported_at if member.project_id is None else clock.viewpoint()
    if member.project_id is not None:
        standing = own.get(member.project_id)
    else:
        standing = None if member.standing is None else Standing.model_validate(member.standing)
    readiness = judge(
        standing,
        told_at,
        programme.readiness_min_score,
        clock.viewpoint(),
        is_waived=member.waived_at is not None,
    )
    return MemberView(member, standing, readiness)


def _write(member: WaveMember, values: dict[str, Any]) -> bool:
    """Whether anything changed. Raises MemberHasEntered for another wave."""
    changed = {name: value for name, value in values.items() if getattr(member, name) != value}
    if "wave_id" in changed and member.entered_at is not None:
        raise MemberHasEntered()
    for name, value in changed.items():
        setattr(member, name, value)
    if changed:
        member.touch()
    return bool(changed)


def _blocked(wave: Wave, member: WaveMember, state: ReadinessState) -> WaveBlocked:
    told = "not_ready" if state is ReadinessState.not_ready else "unknown"
    return WaveBlocked(programme_id=wave.programme_id, wave_id=wave.id, member_id=member.id, readiness=told)


def _key_of(member: WaveMember) -> tuple[str, object]:
    return member.audience, member.unit_id or member.code


def _asked_key(item: MemberCreate) -> tuple[str, object]:
    return item.audience.value, item.unit_id or item.code
