"""`sync.plan_60k_s`, `sync.apply_60k_s`: how long a large municipality takes, from the upload on."""

from tests.benchmarks.measure import Figure, to_aim
from tests.benchmarks.roster import SyncBench
from tests.benchmarks.roster_files import package, register
from tests.benchmarks.roster_turns import MB, apply, measured, new_tenant, planned, signing_bench

NAMES = ("sync.plan_60k_s", "sync.apply_60k_s")
MUNICIPALITY = 60_000
MEMBERSHIPS = 7
ROUNDS = 3


async def run() -> list[Figure]:
    """60 000 persons with 420 000 memberships, each round for a new tenant; planned from the upload on."""
    async with signing_bench() as bench:
        return await _municipality(bench)


async def _municipality(bench: SyncBench) -> list[Figure]:
    content = package(register(MUNICIPALITY, MEMBERSHIPS).bodies())
    planning, applying, peak = [], [], 0
    for _ in range(ROUNDS):
        await new_tenant(bench)
        async with measured(bench) as turn:
            run = await planned(bench, content)
        planning.append(turn)
        peak = max(peak, turn.peak)
        async with measured(bench) as turn:
            await apply(bench, run)
        applying.append(turn)
    about = f"{MUNICIPALITY} persons, {MUNICIPALITY * MEMBERSHIPS} memberships, reading process at most {peak // MB} MB"
    return [
        to_aim(name, [turn.seconds for turn in turns], aim, unit="s", note=f"{about}, CPU {turns[-1].cpu:.1f} s")
        for name, turns, aim in (("sync.plan_60k_s", planning, 5.0), ("sync.apply_60k_s", applying, 15.0))
    ]
