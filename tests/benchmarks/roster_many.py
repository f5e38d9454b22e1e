"""`sync.plan_1500k_s`: every pupil of a country, planned on two cores, from the upload on."""

from tests.benchmarks.measure import Figure
from tests.benchmarks.roster_files import package, register
from tests.benchmarks.roster_turns import MB, measured, new_tenant, once, planned, signing_bench

NAMES = ("sync.plan_1500k_s",)
PUPILS = 1_500_000


async def run() -> list[Figure]:
    """One round: it takes a minute."""
    async with signing_bench() as bench:
        content = package(register(PUPILS).bodies())
        await new_tenant(bench)
        async with measured(bench) as turn:
            await planned(bench, content)
    note = f"{PUPILS} pupils with enrolments and memberships, reading process at most {turn.peak // MB} MB"
    note += f", CPU {turn.cpu:.0f} s"
    return [once(NAMES[0], turn.seconds, 120.0, unit="s", better="lower", note=note)]
