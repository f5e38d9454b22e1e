"""The closed word lists of programmes and waves (requirements 1.4, AU-W)."""

from enum import StrEnum


class ProgrammeState(StrEnum):
    active = "active"
    closed = "closed"


class WaveKind(StrEnum):
    pilot = "pilot"
    main = "main"
    last = "last"
    daycare = "daycare"


class Audience(StrEnum):
    """Whom a wave is for: the same municipality rolls out to its schools and to its daycare in waves of their own."""

    school = "school"
    daycare = "daycare"


class SizeOf(StrEnum):
    """What a member of a programme is, and what the size of a wave counts."""

    municipality = "municipality"
    unit = "unit"


class WaveState(StrEnum):
    planned = "planned"
    started = "started"
    paused = "paused"
    done = "done"


class WaveStep(StrEnum):
    """What can be done to a wave; the value names its sub-resource."""

    start = "starts"
    pause = "pauses"
    resume = "resumes"
    complete = "completions"


STEPS: dict[WaveStep, tuple[WaveState, WaveState]] = {
    WaveStep.start: (WaveState.planned, WaveState.started),
    WaveStep.pause: (WaveState.started, WaveState.paused),
    WaveStep.resume: (WaveState.paused, WaveState.started),
    WaveStep.complete: (WaveState.started, WaveState.done),
}
"""From which state to which."""
