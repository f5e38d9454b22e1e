"""Classes and guardians at the platform: a tie too many or too few is named; what is not told is not compared."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.demo_roster import platform
from cli.demo_roster.tables import Table
from services.sync.evidence.signing import EvidenceKey
from services.sync.rules.platform import CAUSES, NOT_COMPARED
from shared.auth.jws import SigningKey
from tests.support.services import Start
from tests.sync import work
from tests.sync.platform.export import TODAY, compare, declare_platform, differences, name_platform
from tests.sync.town import oneroster_zip, town

Spoil = Callable[[Table, Table], object]


def _first_class(classes: Table) -> str:
    return classes.rows[0][0]


def _drop_class(classes: Table, _: Table) -> None:
    gone = _first_class(classes)
    classes.rows[:] = [row for row in classes.rows if row[0] != gone]


def _made_up_class(classes: Table, _: Table) -> None:
    classes.rows.append(["egen-1", "Schackklubben", *classes.rows[0][2:]])


def _drop_member(classes: Table, _: Table) -> None:
    del classes.rows[0]


def _wrong_class(classes: Table, _: Table) -> None:
    here = classes.rows[0]
    other = next(row for row in classes.rows if row[0] != here[0] and row[3] != here[3])
    classes.rows.append([*other[:3], here[3], here[4]])


def _other_key(classes: Table, _: Table) -> None:
    first = _first_class(classes)
    for row in classes.rows:
        row[0] = "plattformens-egen" if row[0] == first else row[0]


def _drop_guardian(_: Table, guardians: Table) -> None:
    del guardians.rows[0]


def _wrong_guardian(_: Table, guardians: Table) -> None:
    here = guardians.rows[0]
    mine = {row[1] for row in guardians.rows if row[0] == here[0]}
    other = next(row for row in guardians.rows if row[1] not in mine)
    guardians.rows.append([here[0], *other[1:]])


def _stranger(_: Table, guardians: Table) -> None:
    guardians.rows.append([guardians.rows[0][0], "okand-1", "Någon", "Annan"])


PLANTED: list[tuple[Spoil, dict[str, int], str | None]] = [
    (_drop_class, {"missing_group": 1}, "not_imported_yet"),
    (_made_up_class, {"extra_group": 1}, "set_by_hand"),
    (_drop_member, {"missing_member": 1}, "unknown"),
    (_wrong_class, {"extra_member": 1}, "set_by_hand"),
    (_other_key, {}, None),  # a class without the register's id is found by its name at the unit
    (_drop_guardian, {"missing_guardian": 1}, "unknown"),
    (_wrong_guardian, {"extra_guardian": 1}, "set_by_hand"),
    (_stranger, {"extra_account": 1, "extra_guardian": 1}, None),
]


async def test_every_tie_too_many_or_too_few_is_named_with_its_cause(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town(30)
    await work.load(sync, oneroster_zip(small))
    await declare_platform(sync)
    accounts = Table(platform.FILE, platform.HEADER, [[*row.values()] for row in platform.rows(small, TODAY)])
    for spoil, kinds, cause in PLANTED:
        classes, guardians = platform.classes(small), platform.guardians(small)
        spoil(classes, guardians)
        done = await compare(sync, platform.write_files(accounts, classes, guardians))
        assert {kind: count for kind, count in done["counts"].items() if count} == kinds, spoil.__name__
        found = await differences(sync)
        assert all(one["unitId"] and one["message"] and one["mend"] for one in found if one["kind"] != "extra_account")
        if cause is not None:
            assert {one["cause"] for one in found} <= set(CAUSES[cause].model_dump().values()), spoil.__name__
    unit = next(row for row in done["units"] if row["ties"])
    assert unit["ties"]["roster"]["memberships"] == unit["ties"]["platform"]["memberships"] > 0


ACCOUNTS = platform.MAPPING | {"files": platform.MAPPING["files"][:1]}
NO_TEACHERS = {"groups_not_compared"}
ACCOUNTS_ALONE = NO_TEACHERS | {"guardians_not_compared"}


@pytest.mark.parametrize("told", ["accounts alone", "pupils alone"])
async def test_what_the_export_does_not_tell_is_said_not_to_be_compared(
    committed_service: Start, told: str, tmp_path: Path
) -> None:
    sync = await committed_service("sync")
    (tmp_path / "key.pem").write_bytes(SigningKey.generate().pem())
    sync.app.state.runtime.resources[EvidenceKey] = EvidenceKey(tmp_path / "key.pem")
    small = town(30)
    await work.load(sync, oneroster_zip(small))
    classes = platform.classes(small)
    classes.rows[:] = [row for row in classes.rows if row[4] == "Elev"]
    files = [Table(platform.FILE, platform.HEADER, [[*row.values()] for row in platform.rows(small, TODAY)])]
    files += [classes, platform.guardians(small)] if told == "pupils alone" else []
    mapping = platform.MAPPING if told == "pupils alone" else ACCOUNTS
    source = await declare_platform(sync, mapping=mapping)
    assert (await name_platform(sync, source)).status_code == 200
    done = await compare(sync, platform.write_files(*files), mapping=mapping)
    wanted = ACCOUNTS_ALONE if told == "accounts alone" else NO_TEACHERS
    assert {kind for kind, count in done["counts"].items() if count} == wanted
    shown = await differences(sync)
    assert {one["rowRef"] for one in shown} <= {None, "home teacher", "teaching teacher"}
    unit = shown[0]["unitId"]
    pack = await sync.client.post(
        "/sync/v1/evidence-packs", json={"unitId": unit}, headers=sync.as_("project_leader@*", work.LOADER)
    )
    assert pack.status_code == 201, pack.text
    told_of = json.loads(pack.json()["content"])["platforms"][0]
    assert bool(told_of["ties"]) == (told == "pupils alone")
    assert told_of["notCompared"] == sorted(NOT_COMPARED[kind] for kind in wanted)
    asked_for = ["accounts", "groups", "guardians"] if told == "pupils alone" else ["accounts"]
    assert told_of["mustCompare"] == asked_for
    report = await work.read(sync, f"/sync/v1/units/{unit}/verification", work.LOADER)
    assert wanted <= {one["kind"] for one in report["differences"]}
    assert (report["notCompared"], report["mustCompare"]) == (told_of["notCompared"], asked_for)
    reasons = {one["code"] for one in report["standing"]["reasons"]}
    assert reasons & set(NOT_COMPARED) == (wanted if told == "pupils alone" else set())
