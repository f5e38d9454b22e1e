"""How far the waves of a programme cover what it is to cover (AU-W: 85 to 95 of 98). Pure arithmetic.

Only school waves that count municipalities add up: pilot schools are units, and daycare is another round of the same
municipalities.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.projects.member.models import WaveMember
from services.projects.programme.models import Wave
from services.projects.programme.vocabulary import Audience, SizeOf


@dataclass(frozen=True)
class WaveCover:
    """One wave: how many of what it counts are in it, how many it lacks to its least size and has beyond its most."""

    wave: Wave
    is_counted: bool
    assigned: int
    entered: int
    lacking: int
    beyond: int


@dataclass(frozen=True)
class Coverage:
    """`planned_*` are the sums of the counted waves' sizes, `uncovered_*` what they leave of `expected`; None where
    nobody said how many are expected."""

    expected: int | None
    known: int
    assigned: int
    planned_min: int
    planned_max: int
    uncovered_min: int | None
    uncovered_max: int | None
    waves: tuple[WaveCover, ...]
    without_wave: tuple[WaveMember, ...]


def cover(expected: int | None, waves: Sequence[Wave], members: Sequence[WaveMember]) -> Coverage:
    counted = [wave for wave in waves if is_counted(wave)]
    low = sum(wave.size_min or 0 for wave in counted)
    high = sum(_most(wave) for wave in counted)
    municipal = [one for one in members if one.kind == SizeOf.municipality and one.audience == Audience.school]
    in_counted = {wave.id for wave in counted}
    return Coverage(
        expected=expected,
        known=len(municipal),
        assigned=sum(one.wave_id in in_counted for one in municipal),
        planned_min=low,
        planned_max=high,
        uncovered_min=None if expected is None else max(expected - high, 0),
        uncovered_max=None if expected is None else max(expected - low, 0),
        waves=tuple(_cover(wave, members) for wave in waves),
        without_wave=tuple(one for one in members if one.wave_id is None),
    )


def is_counted(wave: Wave) -> bool:
    is_municipal = wave.audience == Audience.school and wave.size_of == SizeOf.municipality
    return is_municipal and (wave.size_min is not None or wave.size_max is not None)


def _most(wave: Wave) -> int:
    return (wave.size_min or 0) if wave.size_max is None else wave.size_max


def _cover(wave: Wave, members: Sequence[WaveMember]) -> WaveCover:
    inside: dict[UUID, WaveMember] = {
        one.id: one for one in members if one.wave_id == wave.id and one.kind == wave.size_of
    }
    return WaveCover(
        wave=wave,
        is_counted=is_counted(wave),
        assigned=len(inside),
        entered=sum(one.entered_at is not None for one in inside.values()),
        lacking=max((wave.size_min or 0) - len(inside), 0),
        beyond=0 if wave.size_max is None else max(len(inside) - wave.size_max, 0),
    )
