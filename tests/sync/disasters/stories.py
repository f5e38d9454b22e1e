"""Disasters that take more than one delivery, and great things that really happen."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from sqlalchemy import text

from cli.demo_roster import Municipality
from cli.demo_roster.model import Membership
from services.sync.guarding.models import GuardPolicyRow
from services.sync.plan.models import Run
from services.sync.plan.policy import GuardPolicy, Window
from services.sync.run.service import RunService
from shared.kit import clock
from tests.sync.disasters.damage import DISASTERS, written
from tests.sync.disasters.simulator import Play
from tests.sync.disasters.world import Newcomers, arrive, copied, live, without

_LAST_GRADES = {"compulsory": "9", "leisure": "9", "upper_secondary": "3"}


@dataclass(frozen=True)
class Story:
    """`tell` plays it: it may change the true town, which is its own."""

    name: str
    tell: Callable[[Play, Municipality, Random], Awaitable[None]]


async def slow_drip(play: Play, truth: Municipality, random: Random) -> None:
    """Each day a few more are missing though they are there; each day alone would pass."""
    seen, start, lost = copied(truth), clock.now(), 0
    for day in range(15):
        gone = {person.id for person in random.sample(seen.persons, random.randint(1, 3))}
        without(seen, gone)
        with clock.frozen(start + timedelta(days=day)):
            run = await play.deliver(written(seen))
            assert run is not None
            if run.guard != "clear":
                play.tally.stopped += 1
                said = {reason["code"] for reason in run.guard_reasons}
                if not said & {"drip_week", "drip_month", "unit_emptied", "part_emptied", "ends_many_at_unit"}:
                    play.tally.untold.append(f"{play.name}: {sorted(said)}")
                break
            lost += run.counts["person"]["ended"]
            await play.approve(run, 1)
    else:
        play.tally.wrongful.append(f"{play.name}: never stopped")
    play.tally.dripped = max(play.tally.dripped, lost)


async def year_roll(play: Play, truth: Municipality, random: Random) -> None:
    """Pupils move up, the oldest leave, classes have new ids; inside the declared days nothing of it is alarming."""
    is_declared = random.random() < 0.7
    if is_declared:
        today = clock.today()
        policy = GuardPolicy(windows=(Window(today - timedelta(days=2), today + timedelta(days=20)),))
        play.session.add(GuardPolicyRow(tenant_id=play.tenant, source="register", document=policy.document()))
        await play.session.flush()
    _turn_year(truth, random)
    run = await play.deliver(written(truth))
    assert run is not None
    play.tally.rolls += is_declared
    play.tally.rolls_held += is_declared and run.guard == "held"
    await _apply_truth(play, run, truth, 1 if run.guard == "clear" else 2)


def _turn_year(town: Municipality, random: Random) -> None:
    leavers = {row.person for row in town.enrolments if row.grade and row.grade == _LAST_GRADES.get(row.form)}
    stay = {row.guardian for row in town.responsibles if row.child not in leavers}
    without(town, leavers | {row.guardian for row in town.responsibles if row.child in leavers} - stay)
    for row in town.enrolments:
        row.grade = str(int(row.grade) + 1) if row.grade else ""
    if random.random() < 0.5:
        names = {group.id: f"{group.id}-ny" for group in town.groups}
        for group in town.groups:
            group.id = names[group.id]
        for member in town.memberships:
            member.group = names[member.group]
    for _ in range(random.randint(1, 4)):
        arrive(town, random, Newcomers(random))


async def reordered(play: Play, truth: Municipality, random: Random) -> None:
    """A delivery comes late, after the one that followed it."""
    newcomers, contents = Newcomers(random), []
    for _ in range(2):
        live(truth, random, newcomers, random.randint(1, 3))
        contents.append(written(truth))
    first = await play.deliver(contents[0])
    assert first is not None
    await play.approve(first, 2)
    second = await play.deliver(contents[1])
    assert second is not None
    await play.approve(second, 2)
    late = await play.deliver(contents[0])
    await play.judge_disaster(late, truth, {"older_delivery"})


async def lost_delivery(play: Play, truth: Municipality, random: Random) -> None:
    """One delivery never comes; the next tells everything."""
    live(truth, random, Newcomers(random), 2)
    await play.judge_harmless(await play.deliver(written(truth)), truth)


async def skewed_clock(play: Play, truth: Municipality, random: Random) -> None:
    """Our clock is hours, months or years off."""
    live(truth, random, Newcomers(random), 1)
    off = timedelta(hours=random.choice((-40_000, -800, -26, 26, 800, 40_000)))
    with clock.frozen(clock.now() + off):
        await play.judge_harmless(await play.deliver(written(truth)), truth)


async def two_at_once(play: Play, truth: Municipality, random: Random) -> None:
    """Two deliveries are planned against one roster: the second is refused, and says why."""
    newcomers = Newcomers(random)
    live(truth, random, newcomers, 1)
    one = await play.deliver(written(truth))
    live(truth, random, newcomers, 1)
    other = await play.deliver(written(truth))
    assert one is not None
    assert other is not None
    await play.approve(one, 2)
    assert not await RunService(play.session).apply(other)
    if (other.state, other.ended_code) != ("stale", "plan_stale"):
        play.tally.untold.append(f"{play.name}: {other.state} {other.ended_code}")


async def closing_school(play: Play, truth: Municipality, random: Random) -> None:
    """A school closes; its pupils go to others of its kind, its staff leaves."""
    schools = [unit for unit in truth.units if unit.kind == "school" and unit.id in {e.unit for e in truth.enrolments}]
    closing = random.choice(schools)
    groups = {group.id for group in truth.groups if group.unit == closing.id}
    others = [unit for unit in schools if unit.id != closing.id]
    target = next((unit for unit in others if unit.forms == closing.forms), others[0])
    homes = [group for group in truth.groups if group.unit == target.id and group.kind == "home"]
    pupils = {row.person for row in truth.enrolments if row.unit == closing.id}
    truth.units = [unit for unit in truth.units if unit.id != closing.id]
    truth.groups = [group for group in truth.groups if group.unit != closing.id]
    truth.memberships = [row for row in truth.memberships if row.group not in groups]
    staff = {row.person for row in truth.duties if row.unit == closing.id}
    truth.duties = [row for row in truth.duties if row.unit != closing.id]
    without(truth, staff - {row.person for row in truth.duties})
    places = {(row.person, row.unit, row.form) for row in truth.enrolments}
    for row in [row for row in truth.enrolments if row.unit == closing.id]:
        row.unit = target.id
        if (row.person, target.id, row.form) in places:
            truth.enrolments.remove(row)
    for pupil in sorted(pupils):
        truth.memberships.append(Membership(random.choice(homes).id, pupil, "pupil"))
    run = await play.deliver(written(truth))
    assert run is not None
    if "unit_ends" not in {reason["code"] for reason in run.guard_reasons}:
        play.tally.untold.append(f"{play.name}: {run.guard_reasons}")
    await _apply_truth(play, run, truth, 2)


async def merging(play: Play, truth: Municipality, random: Random) -> None:
    """Another municipality's register joins beside ours and knows some of our people; one lets go, the other keeps."""
    theirs, newcomers = copied(truth), Newcomers(random)
    shared = {person.id for person in theirs.persons if person.civic and random.random() < 0.15}
    for person in theirs.persons:
        if person.id not in shared:
            fresh = newcomers.make(person.part)
            person.given, person.family, person.civic = fresh.given, fresh.family, fresh.civic
            person.login, person.email = fresh.login, fresh.email
    for unit in theirs.units:
        unit.code = ""
    joined = await play.deliver(written(theirs), source="grannkommun")
    assert joined is not None
    ended = sum(row["ended"] for row in joined.counts.values())
    if ended or joined.counts["person"]["changed"]:
        play.tally.wrongful.append(f"{play.name}: the joining register changed ours: {joined.counts}")
    await play.approve(joined, 2)
    without(truth, {person for person in shared if random.random() < 0.5})
    ours = await play.deliver(written(truth))
    assert ours is not None
    await play.approve(ours, 2)
    there = {person.id for person in truth.persons}
    rows = await play.session.execute(
        text("SELECT source_id FROM person WHERE tenant_id = :t AND source = 'register' AND ended_at IS NOT NULL"),
        {"t": play.tenant},
    )
    play.tally.wrongful += [f"{play.name}: person {row.source_id}" for row in rows if row.source_id in there]


async def marked_while_held(play: Play, truth: Municipality, random: Random) -> None:
    """A delivery that must not be applied brings a marking: that holds at once, and no name is left in any plan."""
    person = random.choice([one for one in truth.persons if one.marking == "Ingen" and one.civic])
    spoiled = copied(truth)
    person_there = next(one for one in spoiled.persons if one.id == person.id)
    person_there.marking = "Skyddad folkbokföring"
    spoiled.memberships.clear()
    run = await play.deliver(written(spoiled))
    assert run is not None
    if run.guard != "held":
        play.tally.wrongful.append(f"{play.name}: not held")
    left = await play.session.scalar(
        text(
            "SELECT (SELECT count(*) FROM person WHERE tenant_id = :t AND source_id = :id AND NOT protected)"
            " + (SELECT count(*) FROM planned_person WHERE tenant_id = :t AND source_id = :id"
            "    AND (family_name IS NOT NULL OR before ? 'family_name'))"
        ).bindparams(t=play.tenant, id=person.id)
    )
    if left:
        play.tally.wrongful.append(f"{play.name}: a protected name is still shown {left} times")


async def damaged_after_days(play: Play, truth: Municipality, random: Random) -> None:
    """Some ordinary days, then a disaster: the memory of the days before must not weaken the guard."""
    newcomers, start = Newcomers(random), clock.now()
    for day in range(2):
        live(truth, random, newcomers, 1)
        with clock.frozen(start + timedelta(days=day)):
            run = await play.deliver(written(truth))
            assert run is not None
            await play.approve(run, 2)
    disaster = random.choice(DISASTERS)
    with clock.frozen(start + timedelta(days=3)):
        run = await play.deliver(disaster.damage(truth, random))
        await play.judge_disaster(run, truth, disaster.codes | {"older_delivery", "drip_week"})


async def _apply_truth(play: Play, run: Run, truth: Municipality, persons: int) -> None:
    wrong = await play.wrongly_ended(run, truth)
    play.tally.wrongful += [f"{play.name}: {one}" for one in wrong]
    await play.approve(run, persons)


STORIES: tuple[Story, ...] = (
    Story("slow drip", slow_drip),
    Story("year roll", year_roll),
    Story("reordered deliveries", reordered),
    Story("lost delivery", lost_delivery),
    Story("skewed clock", skewed_clock),
    Story("two at once", two_at_once),
    Story("closing school", closing_school),
    Story("merging municipalities", merging),
    Story("marked while held", marked_while_held),
    Story("damage after ordinary days", damaged_after_days),
)
