"""`training.coverage_60k_ms`: the coverage of 60 000 people counted anew and compared with what is stored."""

import time

from sqlalchemy import text

from services.training.coverage.service import CoverageService
from tests.benchmarks.measure import Figure, to_aim
from tests.benchmarks.training_seats import SeatBench, seat_bench

NAMES = ("training.coverage_60k_ms",)
AIM = 200.0
ROUNDS = 9
PEOPLE = 60_000
UNITS = 600

_ROSTER = (
    "INSERT INTO unit SELECT :tenant, gen_random_uuid(), 'Skola ' || n, NULL,"
    " ARRAY[(ARRAY['preschool', 'compulsory', 'upper_secondary'])[1 + n % 3]], false, 1"
    f" FROM generate_series(1, {UNITS}) n",
    "INSERT INTO person SELECT :tenant, gen_random_uuid(), 'Test ' || n, false, false, 1"
    f" FROM generate_series(1, {PEOPLE}) n",
    "INSERT INTO duty (tenant_id, id, person_id, unit_id, role, ended, roster_version)"
    " SELECT :tenant, gen_random_uuid(), p.id, u.id,"
    " CASE WHEN p.n % 25 = 0 THEN 'school_leader' ELSE 'teacher' END, false, 1"
    " FROM (SELECT id, row_number() OVER () AS n FROM person WHERE tenant_id = :tenant) p"
    f" JOIN (SELECT id, row_number() OVER () AS n FROM unit WHERE tenant_id = :tenant) u ON u.n = 1 + p.n % {UNITS}",
    "INSERT INTO course (tenant_id, id, version, created_at, updated_at, key, title, mode, audience, min_size,"
    " max_size, audience_only, archived) SELECT :tenant, gen_random_uuid(), 1, now(), now(), 'c' || n, '{}', 'web',"
    " '{}', 1, 25, false, false FROM generate_series(1, 6) n",
    "INSERT INTO curriculum SELECT :tenant, gen_random_uuid(), 1, now(), now(), role || form, '{}', role, form, false"
    " FROM unnest(ARRAY['teacher', 'school_leader']) role, unnest(ARRAY['preschool', 'compulsory',"
    " 'upper_secondary']) form",
    "INSERT INTO curriculum_module SELECT :tenant, gen_random_uuid(), k.id, c.id, 1 FROM curriculum k, course c"
    " WHERE k.tenant_id = :tenant AND c.tenant_id = :tenant AND hashtext(k.key || c.key) % 2 = 0",
    "INSERT INTO completion SELECT :tenant, gen_random_uuid(), 1, now(), now(), c.id, p.id, current_date, 'bench'"
    " FROM (SELECT id, row_number() OVER () AS n FROM person WHERE tenant_id = :tenant) p, course c"
    " WHERE c.tenant_id = :tenant AND p.n % 2 = 0",
)


async def run() -> list[Figure]:
    """Half of the people have every course; each round one of them more, or less, so that something has changed."""
    async with seat_bench() as bench:
        await _fill(bench)
        rounds = [await _round(bench) for _ in range(ROUNDS + 1)][1:]
    note = f"{PEOPLE} people at {UNITS} units, six curricula; counted, compared, stored and told, per unit and in all"
    return [to_aim(NAMES[0], rounds, AIM, unit="ms", note=note)]


async def _fill(bench: SeatBench) -> None:
    async with bench.database.transaction(bench.tenant) as db:
        for statement in _ROSTER:
            await db.execute(text(statement), {"tenant": bench.tenant})
    await bench.analyze()
    async with bench.database.transaction(bench.tenant) as db:
        await CoverageService(db).refresh()
    await bench.analyze()


async def _round(bench: SeatBench) -> float:
    async with bench.database.transaction(bench.tenant) as db:
        await db.execute(
            text(
                "DELETE FROM completion WHERE tenant_id = :tenant AND person_id = ("
                "SELECT person_id FROM completion WHERE tenant_id = :tenant LIMIT 1)"
            ),
            {"tenant": bench.tenant},
        )
        begin = time.perf_counter()
        changed = await CoverageService(db).refresh()
        seconds = time.perf_counter() - begin
    if changed == 0:
        raise RuntimeError("nothing has changed in the coverage")
    return seconds * 1e3
