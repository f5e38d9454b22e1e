"""Moving a wave, only thought of: which rows of its members' plans move and which gates become late."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.projects.member.shifting import moved_by
from services.projects.plan.window import Precision, Window
from shared.kit.ids import new_id
from tests.projects.conftest import CreateRollout
from tests.projects.programme.support import Programme

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@given(DAYS, st.integers(0, 400), st.sampled_from(Precision), st.integers(-1000, 1000))
def test_a_moved_window_keeps_its_length_and_moves_back(
    start: date, length: int, precision: Precision, days: int
) -> None:
    window = Window.covering(start, date.fromordinal(start.toordinal() + length), precision)
    moved = moved_by(window, days)
    assert moved.days == window.days
    assert (moved.start - window.start).days == days
    back = moved_by(moved, -days)
    assert (back.start, back.end) == (window.start, window.end)


def test_june_moved_by_ten_days_is_not_two_months() -> None:
    june = Window.covering(date(2027, 6, 1), date(2027, 6, 30), Precision.month)
    moved = moved_by(june, 10)
    assert (moved.start, moved.end, moved.precision) == (date(2027, 6, 11), date(2027, 7, 10), Precision.day)


async def test_a_later_wave_moves_open_rows_and_shows_newly_late_gates_and_saves_nothing(
    programme: Programme, create_rollout: CreateRollout
) -> None:
    rollout = await create_rollout()
    assert (await rollout.patch("HAN-A1.01", {"state": "done"})).status_code == 200
    await programme.add(projectId=rollout.id)
    await programme.add(code="0752")
    wave = (await programme.waves())["main"]
    before = (await rollout.get(f"/projects/{rollout.id}/activities?limit=200")).json()["items"]
    answer = await programme.send("POST", f"/waves/{wave['id']}/schedule-simulations", {"shiftDays": 56})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["shiftDays"], found["membersWithoutProject"], found["projectsLeftOut"]) == (56, 1, 0)
    assert [one["projectId"] for one in found["projects"]] == [rollout.id]
    moved = {row["sourceRef"] for row in found["projects"][0]["moved"]}
    assert found["movedCount"] == len(found["projects"][0]["moved"]) > 0
    assert "HAN-A1.01" not in moved
    assert found["newlyLateGateCount"] == sum(gate["isNewlyLate"] for gate in found["projects"][0]["gates"])
    after = (await rollout.get(f"/projects/{rollout.id}/activities?limit=200")).json()["items"]
    assert before == after


async def test_a_new_rollout_window_says_the_days_itself(programme: Programme) -> None:
    wave = (await programme.waves())["main"]
    path = f"/waves/{wave['id']}/schedule-simulations"
    window = {"start": "2019-02-01", "end": "2019-05-31", "precision": "month"}
    assert (await programme.send("POST", path, {"rollout": window})).json()["shiftDays"] == 31
    assert (await programme.send("POST", path, {"rollout": window, "shiftDays": 1})).status_code == 422
    assert (await programme.send("POST", path, {"shiftDays": 1}, "programme_viewer@*")).status_code == 403
    assert (await programme.send("POST", path, {"shiftDays": 1}, tenant=new_id())).status_code == 404
    await programme.send("PATCH", f"/waves/{wave['id']}", {"rollout": None}, version=1)
    assert (await programme.send("POST", path, {"rollout": window})).status_code == 409
