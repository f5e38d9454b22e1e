"""What waves cover: the source's 85 to 95 of 98, and the arithmetic for any waves."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.projects.instantiation.facts import wave_cover
from services.projects.member.coverage import cover
from services.projects.member.models import WaveMember
from services.projects.programme.models import Wave
from services.projects.template.catalogue import shipped
from shared.kit.ids import new_id

TENANT = new_id()
SIZES = st.one_of(st.none(), st.integers(0, 200))


def wave(
    audience: str = "school", size_of: str = "municipality", low: int | None = None, high: int | None = None
) -> Wave:
    return Wave(
        tenant_id=TENANT,
        programme_id=TENANT,
        key="w",
        position=0,
        kind="main",
        audience=audience,
        title={"sv": "Våg", "en": "Wave"},
        size_min=low,
        size_max=high,
        size_of=size_of,
    )


def member(wave_id: UUID | None, kind: str = "municipality", audience: str = "school") -> WaveMember:
    return WaveMember(tenant_id=TENANT, programme_id=TENANT, wave_id=wave_id, kind=kind, audience=audience, name="x")


def test_the_danish_waves_cover_85_to_95_of_98() -> None:
    template = shipped().get("dk-programme-12-12-12", "1.0.0")
    waves = [wave(one.audience, one.size_of, one.size_min, one.size_max) for one in template.waves]
    found = cover(template.programme_size, waves, [])
    assert (found.planned_min, found.planned_max) == (85, 95)
    assert (found.uncovered_min, found.uncovered_max) == (3, 13)
    fact = wave_cover(template)
    assert fact is not None
    assert (found.planned_min, found.planned_max, found.uncovered_min, found.uncovered_max) == (
        fact.minimum,
        fact.maximum,
        fact.uncovered_min,
        fact.uncovered_max,
    )


waves_of_any_kind = st.lists(
    st.builds(
        lambda audience, size_of, low, more: wave(audience, size_of, low, None if more is None else (low or 0) + more),
        st.sampled_from(["school", "daycare"]),
        st.sampled_from(["municipality", "unit"]),
        SIZES,
        SIZES,
    ),
    max_size=8,
)


@given(st.integers(0, 300), waves_of_any_kind)
def test_what_is_planned_and_what_is_left_are_ranges_that_fit_each_other(expected: int, waves: list[Wave]) -> None:
    found = cover(expected, waves, [])
    assert 0 <= found.planned_min <= found.planned_max
    assert found.uncovered_min is not None
    assert found.uncovered_max is not None
    assert 0 <= found.uncovered_min <= found.uncovered_max <= expected
    assert found.uncovered_max == max(expected - found.planned_min, 0)
    assert found.uncovered_min == max(expected - found.planned_max, 0)


@given(st.lists(waves_of_any_kind, min_size=1, max_size=3), st.data())
def test_every_member_is_in_one_wave_or_listed_as_uncovered(groups: list[list[Wave]], data: st.DataObject) -> None:
    waves = [one for group in groups for one in group]
    ids = st.sampled_from([None, *(one.id for one in waves)])
    members = [member(data.draw(ids)) for _ in range(data.draw(st.integers(0, 20)))]
    found = cover(98, waves, members)
    inside = sum(one.wave_id is not None for one in members)
    assert len(found.without_wave) + inside == len(members) == found.known
    assert found.assigned <= inside
    for one in found.waves:
        least, most = one.wave.size_min or 0, one.wave.size_max
        assert one.lacking == max(least - one.assigned, 0)
        assert one.beyond == (0 if most is None else max(one.assigned - most, 0))


def test_daycare_and_pilot_schools_do_not_add_up() -> None:
    waves = [wave("daycare", low=98, high=98), wave(size_of="unit", low=20, high=30), wave(low=70, high=70)]
    found = cover(98, waves, [member(waves[0].id, audience="daycare"), member(waves[1].id, kind="unit")])
    assert (found.planned_min, found.planned_max, found.known, found.assigned) == (70, 70, 0, 0)


def test_nobody_knows_what_is_uncovered_of_an_unknown_whole() -> None:
    found = cover(None, [wave(low=5, high=10)], [])
    assert (found.uncovered_min, found.uncovered_max) == (None, None)
