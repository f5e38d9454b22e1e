"""An order of key persons and colleagues where the quick one (`early.py`) found none. Runs in the child alone.

Each track by itself, beside the meetings of key persons that stand already: all tracks at once are out of reach.
"""

from collections import Counter
from time import monotonic

from services.training.planning.early import EarlyOrder
from services.training.planning.problem import Problem
from services.training.planning.sessions import SessionModel


def ordered(problem: Problem, early: EarlyOrder, seconds: float) -> dict[int, int]:
    """The first slot of each unit's colleagues; units of a track for which none was found in this time have none."""
    ends, switch, meetings = monotonic() + seconds, dict(early.switch), set(early.meetings)
    lacking = {
        (problem.bundles[first[0]].track, unit) for unit, first, _ in problem.ordered_units() if unit not in switch
    }
    tracks = sorted({track for track, _ in lacking})
    for number, track in enumerate(tracks):
        # The quick order has met with some of them in vain.
        meetings = {(other, slot) for other, slot in meetings if other != track}
        taken = Counter(slot for _, slot in meetings)
        alone = problem.change(
            bundles=tuple(each for each in problem.bundles if each.track == track),
            parallel=tuple(max(0, most - taken[slot]) for slot, most in enumerate(problem.parallel)),
        )
        model = SessionModel(alone, {})
        verdict, solved = model.solve((ends - monotonic()) / (len(tracks) - number))
        if verdict == "solved":
            held = model.read(solved)
            switch |= held.switch
            meetings |= {(track, slot) for bundle, slot in held.people if alone.bundles[bundle].keys}
    return switch
