"""An order of key persons and colleagues where the quick one (`early.py`) found none. Runs in the child alone.

Each track by itself: what it shares with the others is the rooms, of which there are enough more often than not. Should
they not suffice, stage A says so, and does without the order.
"""

from time import monotonic

from services.training.planning.problem import Problem
from services.training.planning.sessions import SessionModel


def ordered(problem: Problem, switch: dict[int, int], seconds: float) -> dict[int, int]:
    """`switch` with the units of each track where an order was found in this time; at worst as it was."""
    ends, found = monotonic() + seconds, dict(switch)
    open_units = {
        (problem.bundles[first[0]].track, unit) for unit, first, _ in problem.ordered_units() if unit not in switch
    }
    tracks = sorted({track for track, _ in open_units})
    for number, track in enumerate(tracks):
        alone = problem.change(bundles=tuple(each for each in problem.bundles if each.track == track))
        model = SessionModel(alone, {unit: slot for unit, slot in found.items() if (track, unit) not in open_units})
        verdict, solved = model.solve((ends - monotonic()) / (len(tracks) - number))
        if verdict == "solved":
            held = model.read(solved)
            found |= {unit: held.switch[unit] for _, unit in open_units if unit in held.switch}
    return found
