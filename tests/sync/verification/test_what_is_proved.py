"""What counts as proof: an export when it came, a source that says that nothing is new, and what must be compared."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from services.sync.fetching.models import SourceFetch
from services.sync.platform.errors import ExportOutdated
from services.sync.platform.service import PlatformService
from services.sync.source.models import Source
from services.sync.upload.models import Upload
from services.sync.verification.facts import Limits
from services.sync.verification.judging import Verdict, judge_unit
from services.sync.verification.reading import read_facts
from services.sync.verification_policy.models import VerificationPolicy
from shared.kit import clock
from shared.kit.clock import frozen
from shared.kit.ids import new_id
from tests.sync.platform.small import Platform, Rows, mapping, pack, register, unit_id
from tests.sync.town import TODAY, Roster

NOON = datetime.fromisoformat(f"{TODAY}T12:00:00+00:00")
LIMITS = Limits(max_age_days=7, max_errors=0, max_drift=0)
TOLD: Rows = {
    "unit": ["s1;Norra skolan", "f1;Blåklockan"],
    "person": ["b1;Alva;Ek", "b2;Bo;Al", "l1;Lo;Ask"],
    "enrolment": ["b1;s1;compulsory"],
    "placement": ["b2;f1;preschool"],
    "duty": ["l1;s1;teacher"],
    "group": ["g1;4A;s1;home"],
    "membership": ["g1;b1;pupil"],
}
ALONE = {kind: lines for kind, lines in TOLD.items() if kind not in ("group", "membership")}


async def named(roster: Roster, declared: Rows, must_compare: list[str] | None = None) -> Platform:
    """A platform that the customer has named."""
    platform = await Platform.declared(roster, mapping(*declared))
    async with roster.database.transaction(roster.tenant) as session:
        session.add(
            VerificationPolicy(
                tenant_id=roster.tenant,
                id=roster.tenant,
                max_age_days=7,
                max_errors=0,
                max_drift=0,
                must_compare=must_compare,
                platform_source_id=platform.source_id,
            )
        )
    return platform


async def judged(roster: Roster, unit: str = "s1") -> Verdict:
    async with roster.database.transaction(roster.tenant) as session:
        facts = await read_facts(session)
    return judge_unit(facts, await unit_id(roster, unit), LIMITS, signs=False)


async def unchanged(roster: Roster, upload_id: UUID, source_id: UUID) -> None:
    """The source answers now that it has nothing newer."""
    async with roster.database.transaction(roster.tenant) as session:
        session.add(
            SourceFetch(
                tenant_id=roster.tenant,
                id=new_id(),
                source_id=source_id,
                origin="schedule",
                state="unchanged",
                upload_id=upload_id,
                ended_at=clock.now(),
            )
        )


async def test_a_protected_pupil_whom_the_platform_leaves_out_as_it_must_is_no_drift(roster: Roster) -> None:
    rows = TOLD | {"person": ["b1;Alva;Ek;;;skyddad", *TOLD["person"][1:]]}
    with frozen(NOON):
        await register(roster, rows)
        platform = await named(roster, rows)
        without = rows | {"person": rows["person"][1:], "enrolment": ["b2;s1"], "membership": ["g1;l1;teacher"]}
        done = await platform.compared(without)
        assert ("missing_account", "protected_identity") in done.differences
        [unit] = [one for one in done.comparison.units if one["unit_id"] == str(await unit_id(roster, "s1"))]
        assert (unit["differences"]["missing_account"], unit["excused"]) == (1, {"missing_account": 1})
        assert (await judged(roster)).missing == 0
        assert len((await judged(roster)).marks) == sum(unit["differences"].values()) - 1


@pytest.mark.parametrize(
    ("export", "declared", "must_compare", "reasons"),
    [
        (TOLD, TOLD, None, set()),
        (ALONE, TOLD, None, {"groups_not_compared"}),  # the source is declared to tell them
        (ALONE, ALONE, None, set()),
        (ALONE, ALONE, ["accounts", "groups"], {"groups_not_compared"}),
        (ALONE, TOLD, ["accounts"], set()),
        ({kind: ALONE[kind] for kind in ("unit", "person", "duty")}, ALONE, None, {"accounts_not_compared"}),
        ({kind: ALONE[kind] for kind in ("unit", "person", "duty")}, ALONE, [], set()),
    ],
)
async def test_what_must_be_compared_and_is_not_is_in_the_way(
    roster: Roster, export: Rows, declared: Rows, must_compare: list[str] | None, reasons: set[str]
) -> None:
    with frozen(NOON):
        await register(roster, TOLD)
        platform = await named(roster, declared, must_compare)
        await platform.compared(export)
        assert set((await judged(roster)).platform_reasons) == reasons


async def test_an_export_is_as_old_as_its_upload_and_never_takes_the_place_of_a_newer_one(roster: Roster) -> None:
    older, newer = [NOON - timedelta(days=days) for days in (9, 8)]
    with frozen(older):
        platform = await named(roster, TOLD)
    with frozen(NOON):
        await register(roster, TOLD)
        old_upload = await platform.upload(mapping(*TOLD), older)
        late = await platform.upload(mapping(*TOLD), older)
        await platform.compared(TOLD, at=newer)
        assert (await judged(roster)).platform_reasons == ("platform_stale",)
        async with roster.database.transaction(roster.tenant) as session:
            with pytest.raises(ExportOutdated):
                await PlatformService(session).start(old_upload, None)
        done = await platform.compare(late, TOLD)  # it was asked for before the newer one was compared
        assert (done.comparison.state, done.comparison.problem) == ("failed", "export-outdated")
        assert (await judged(roster)).platform_reasons == ("platform_stale",)
        await platform.compared(TOLD, at=NOON)
        assert (await judged(roster)).platform_reasons == ()


async def test_an_export_that_is_unchanged_is_fresh_while_the_roster_is_unchanged_too(roster: Roster) -> None:
    with frozen(NOON):
        await register(roster, TOLD)
        platform = await named(roster, TOLD)
        done = await platform.compared(TOLD)
    with frozen(NOON + timedelta(days=8)):
        assert "platform_stale" in (await judged(roster)).platform_reasons
        await unchanged(roster, done.comparison.upload_id, platform.source_id)
        assert (await judged(roster)).platform_reasons == ()
        await register(roster, TOLD | {"person": ["b1;Alva;Berg", *TOLD["person"][1:]]})
        assert (await judged(roster)).platform_reasons == ("platform_stale",)


def _upload(tenant: UUID, upload_id: UUID) -> Upload:
    return Upload(
        tenant_id=tenant,
        id=upload_id,
        kind="joined_files",
        source="register",
        state="stored",
        mapping={},
        size=1,
        sha256="0" * 64,
    )


async def test_a_register_that_says_that_nothing_is_new_proves_its_delivery_once_more(roster: Roster) -> None:
    with frozen(NOON):
        run = await roster.load(pack(TOLD), mapping(*TOLD))
        read_id, other_id = new_id(), new_id()
        async with roster.database.transaction(roster.tenant) as session:
            source = Source(tenant_id=roster.tenant, key="register", name="Registret", kind="joined_files")
            session.add(source)
            for upload_id in (read_id, other_id):
                session.add(_upload(roster.tenant, upload_id))
        await roster.rows("UPDATE run SET upload_id = :upload WHERE id = :run RETURNING id", upload=read_id, run=run.id)
    with frozen(NOON + timedelta(days=8)):
        assert "register_stale" in (await judged(roster)).register_reasons
        await unchanged(roster, other_id, source.id)  # of a delivery that came to nothing
        assert "register_stale" in (await judged(roster)).register_reasons
        await unchanged(roster, read_id, source.id)
        assert "register_stale" not in (await judged(roster)).register_reasons


async def test_a_preschools_children_are_counted_and_those_who_have_left_are_not(roster: Roster) -> None:
    gone = TOLD | {"enrolment": ["b1;s1;compulsory;;2026-06-12"], "duty": ["l1;s1;teacher;;2026-06-12"]}
    with frozen(NOON):
        await register(roster, gone)
        async with roster.database.transaction(roster.tenant) as session:
            facts = await read_facts(session)
        assert [(one.unit_id, one.pupils, one.staff) for one in facts.units] == [(await unit_id(roster, "f1"), 1, 0)]
