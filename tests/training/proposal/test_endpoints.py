"""Plans: proposed, compared, approved, published, mended."""

from tests.support.services import ServiceUnderTest
from tests.training.proposal.planning_town import PLANS, act, ask, course, published, read, room, slots, staff


async def test_a_plan_seats_everybody_and_becomes_sessions(training: ServiceUnderTest) -> None:
    town = await staff(training, [8, 12])
    basics, sal = await course(training), await room(training)
    plan = await ask(
        training, courseIds=[basics], slots=slots(4), roomIds=[sal], trainerIds=[str(who) for who in town["trainers"]]
    )
    assert (plan["state"], plan["sessions"], plan["bound"], plan["people"], plan["leftOut"]) == (
        "proposed",
        2,
        2,
        20,
        0,
    )
    diff = await read(training, f"{PLANS}/{plan['id']}/diff")
    assert (diff["added"], diff["seated"], diff["cancelled"], diff["moves"]) == (2, 20, 0, [])
    done = await published(training, plan)
    assert done["state"] == "published"
    sessions = (await read(training, "/training/v1/sessions"))["items"]
    assert [(each["taken"], each["place"]) for each in sessions] == [(10, "Sal 1"), (10, "Sal 1")]
    assert all(len(each["trainers"]) == 2 for each in sessions)
    assert (await act(training, done, "publications")).status_code == 409
