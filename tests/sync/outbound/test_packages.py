"""Packages: whole, in the platform's dialect, checked before they leave, and a delta that says exactly what changed."""

from typing import Any

from sqlalchemy import text

from services.sync.outbound.forgetting import forget_packages
from tests.support.services import ServiceUnderTest, Start
from tests.sync.outbound.packages import ELEVER, answered, content, declared, produced, table, unzipped
from tests.sync.town import oneroster_zip, town
from tests.sync.work import LOADER, load, read


async def execute(service: ServiceUnderTest, statement: str) -> None:
    async with service.database.transaction(service.tenant) as session:
        await session.execute(text(statement))


async def names(service: ServiceUnderTest, where: str = "true") -> set[str]:
    query = f"SELECT source_id FROM person WHERE NOT protected AND ended_at IS NULL AND {where}"
    async with service.database.transaction(service.tenant) as session:
        return set(await session.scalars(text(query)))


async def test_a_total_file_holds_every_person_who_is_not_protected(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    delivery = await produced(sync, await declared(sync))
    assert delivery["state"] == "ready", delivery
    rows = table(await content(sync, delivery))
    assert {row["ElevID"] for row in rows} == await names(sync)
    assert len(rows) == delivery["counts"][0]["written"] > 60


async def test_protected_persons_are_left_out_or_go_by_alias_and_never_by_name(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    await execute(
        sync,
        "UPDATE person SET protected = true, given_name = NULL, family_name = NULL, email = NULL, login = NULL"
        " WHERE source_id = (SELECT min(source_id) FROM person WHERE NOT protected)",
    )
    alias = await declared(sync, key="alias", template=ELEVER | {"protected": "alias"})
    rows = {row["ElevID"]: row for row in table(await content(sync, await produced(sync, alias)))}
    left_out = table(await content(sync, await produced(sync, await declared(sync))))
    hidden = set(rows) - {row["ElevID"] for row in left_out}
    assert hidden
    assert {rows[one]["Förnamn"] for one in hidden} == {"Skyddad"}
    assert {rows[one]["Epost"] for one in hidden} == {""}


async def test_the_same_roster_gives_the_same_bytes(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    template = await declared(sync, template=None, shipped="startklar-total")
    first, second = await produced(sync, template), await produced(sync, template)
    assert first["sha256"] == second["sha256"]


async def test_what_we_send_as_oneroster_we_would_read_back_as_the_same_roster(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    await execute(sync, "DELETE FROM responsible")  # of a protected guardian the tie is left out
    template = await declared(sync, template=None, shipped="oneroster-1.2")
    package = await content(sync, await produced(sync, template))
    assert {"manifest.csv", "orgs.csv", "users.csv", "roles.csv", "classes.csv", "enrollments.csv"} <= set(
        unzipped(package)
    )
    other = await committed_service("sync")
    await load(other, package)
    for table_name in ("unit", "person", "duty", "enrolment", "school_group", "membership"):
        assert await _content_of(other, table_name) == await _content_of(sync, table_name), table_name


_SHOWN = {
    "unit": "t.source_id, t.name, t.kind, t.code, t.school_forms",
    "person": "t.source_id, t.given_name, t.family_name, t.email, t.login",
    "duty": "p.source_id, t.role",
    "enrolment": "p.source_id, t.school_form, t.school_year",
    "school_group": "t.source_id, t.name, t.kind, t.school_form",
    "membership": "p.source_id, t.role",
}


async def _content_of(service: ServiceUnderTest, name: str) -> list[Any]:
    owned = name in ("duty", "enrolment", "membership")
    join = "JOIN person p ON p.tenant_id = t.tenant_id AND p.id = t.person_id" if owned else ""
    hidden = "NOT p.protected" if owned else "NOT t.protected" if name == "person" else "true"
    query = f"SELECT {_SHOWN[name]} FROM {name} t {join} WHERE t.tenant_id = :tenant AND {hidden} ORDER BY 1, 2"
    async with service.database.transaction(service.tenant) as session:
        rows = await session.execute(text(query), {"tenant": service.tenant})
        return sorted(tuple(map(str, row)) for row in rows)


async def test_a_delta_tells_exactly_what_came_changed_and_went_since_the_platform_took_the_last_one(
    committed_service: Start,
) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    template = await declared(sync)
    await answered(sync, await produced(sync, template))
    changed, gone = sorted(await names(sync))[:2]
    await execute(sync, f"UPDATE person SET family_name = 'Nyström' WHERE source_id = '{changed}'")
    await execute(sync, f"UPDATE person SET ended_at = now() WHERE source_id = '{gone}'")
    delta = await produced(sync, template, "delta")
    told = {row["ElevID"]: row for row in table(await content(sync, delta))}
    assert {name: row["Åtgärd"] for name, row in told.items()} == {changed: "U", gone: "B"}
    assert told[changed]["Efternamn"] == "Nyström"
    assert (told[gone]["Förnamn"], told[gone]["Efternamn"]) == ("", "")


async def test_who_became_protected_is_taken_back_by_the_next_delta_without_a_name(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    template = await declared(sync)
    await answered(sync, await produced(sync, template))
    hidden = min(await names(sync))
    await execute(
        sync,
        "UPDATE person SET protected = true, given_name = NULL, family_name = NULL, email = NULL, login = NULL"
        f" WHERE source_id = '{hidden}'",
    )
    rows = table(await content(sync, await produced(sync, template, "delta")))
    assert [(row["Åtgärd"], row["ElevID"], row["Förnamn"]) for row in rows] == [("B", hidden, "")]


async def test_a_rejected_package_is_no_base_so_the_next_delta_says_it_all_again(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    template = await declared(sync)
    await answered(sync, await produced(sync, template), "rejected")
    delta = await produced(sync, template, "delta")
    assert delta["counts"][0]["added"] == len(await names(sync))


async def test_a_row_that_the_platform_would_not_take_holds_the_package_and_is_told_without_its_value(
    committed_service: Start,
) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    wrong = min(await names(sync))
    await execute(sync, f"UPDATE person SET given_name = '=cmd()' WHERE source_id = '{wrong}'")
    delivery = await produced(sync, await declared(sync))
    assert (delivery["state"], delivery["fileName"]) == ("invalid", None)
    [finding] = delivery["findings"]
    assert (finding["rule"], finding["column"], finding["key"]) == ("formula", "Förnamn", [wrong])
    assert "cmd" not in str(delivery)
    refused = await sync.client.get(f"/sync/v1/outbound-deliveries/{delivery['id']}/content", headers=sync.as_(LOADER))
    assert refused.status_code == 409


async def test_a_row_left_out_of_a_delta_is_not_told_as_removed(committed_service: Start) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    template = await declared(sync, template=ELEVER | {"onInvalid": "leave_out"})
    await answered(sync, await produced(sync, template))
    wrong = min(await names(sync))
    await execute(sync, f"UPDATE person SET given_name = NULL WHERE source_id = '{wrong}'")
    delta = await produced(sync, template, "delta")
    assert (delta["state"], delta["counts"][0]["leftOut"], delta["counts"][0]["removed"]) == ("ready", 1, 0)
    await answered(sync, delta)
    await execute(sync, f"UPDATE person SET ended_at = now() WHERE source_id = '{wrong}'")
    later = table(await content(sync, await produced(sync, template, "delta")))
    assert [(row["Åtgärd"], row["ElevID"]) for row in later] == [("B", wrong)]


async def test_cells_that_the_encoding_lacks_are_found_before_they_become_question_marks(
    committed_service: Start,
) -> None:
    sync = await committed_service("sync")
    await load(sync, oneroster_zip(town()))
    wrong = min(await names(sync))
    await execute(sync, f"UPDATE person SET family_name = 'Čuohpalaš' WHERE source_id = '{wrong}'")
    delivery = await produced(sync, await declared(sync, template=ELEVER | {"encoding": "cp1252"}))
    assert {finding["rule"] for finding in delivery["findings"]} == {"not_in_encoding"}
    assert [wrong] in [finding["key"] for finding in delivery["findings"]]


async def test_findings_name_nobody_who_is_or_becomes_protected(committed_service: Start) -> None:
    sync = await committed_service("sync")
    small = town()
    hidden, later = list(small.of_part("pupil"))[:2]
    hidden.marking = "Sekretessmarkering"
    await load(sync, oneroster_zip(small))
    file = ELEVER["files"][0]
    columns = [column | {"required": True} for column in file["columns"]]
    columns.append({"header": "Saknas", "required": True})
    strict = ELEVER | {"protected": "alias", "files": [file | {"columns": columns}]}
    delivery = await produced(sync, await declared(sync, template=strict))
    keys = [finding["key"] for finding in delivery["findings"]]
    assert len(keys) == len(small.persons)
    assert [hidden.id] not in keys
    assert keys.count([]) == 1
    assert [later.id] in keys
    async with sync.database.transaction(sync.tenant) as session:
        found = await session.scalars(text("SELECT id FROM person WHERE source_id = :sid"), {"sid": later.id})
        await forget_packages(session, list(found))
    delivery = await read(sync, f"/sync/v1/outbound-deliveries/{delivery['id']}")
    assert [finding["key"] for finding in delivery["findings"]].count([]) == 2
