"""Choosing what is mailed, and proving that the address is one's own."""

from typing import Any

import pytest

from shared.kit.ids import new_id
from tests.projects.notice.conftest import ADDRESS, Person, code_in
from tests.projects.rows import send

PATH = "/my-notification-preferences"


async def test_who_chose_nothing_gets_nothing(person: Person) -> None:
    found = (await person.call("GET", PATH)).json()
    assert (found["digest"], found["hasReminders"], found["addressState"], found["version"]) == (
        "off",
        False,
        "none",
        0,
    )


async def test_a_choice_is_kept_and_builds_on_the_version_that_was_read(person: Person) -> None:
    first = await person.choose(digest="weekly")
    assert (first.status_code, first.json()["address"], first.headers["ETag"]) == (200, ADDRESS, '"1"')
    assert (await person.choose(version=0)).status_code == 412
    kept = await person.call("PUT", PATH, {"digest": "daily"}, version=1)
    assert (kept.json()["digest"], kept.json()["address"]) == ("daily", ADDRESS)
    gone = await person.call("PUT", PATH, {"address": None}, version=2)
    assert (gone.json()["address"], gone.json()["addressState"]) == (None, "none")


async def test_nobody_reads_another_persons_choice(person: Person) -> None:
    await person.choose(digest="weekly")
    other = await send(person.rollout, "GET", PATH, None, "project_leader@*", subject=new_id())
    assert (other.json()["address"], other.json()["version"]) == (None, 0)
    abroad = await send(person.rollout, "GET", PATH, None, "participant@*", subject=person.account, tenant=new_id())
    assert (abroad.json()["address"], abroad.json()["version"]) == (None, 0)


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"address": "not an address"}, "#/address"),
        ({"address": "a@example.org, b@example.org"}, "#/address"),
        ({"address": "a@example.org\nBcc: b@example.org"}, "#/address"),
        ({"zone": "Mars/Olympus"}, "#/zone"),
        ({"zone": "../../etc/passwd"}, "#/zone"),
        ({"quietFrom": "20:00"}, "#"),
        ({"digest": "hourly"}, "#/digest"),
    ],
)
async def test_a_wrong_choice_names_its_field(person: Person, wrong: dict[str, Any], pointer: str) -> None:
    answer = await person.choose(**wrong)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"].rstrip("/") == pointer


async def test_a_code_is_tried_five_times_at_most(person: Person) -> None:
    await person.choose()
    await person.work()
    code = code_in(person.box.mails[0])
    for _ in range(5):
        answer = await person.call("POST", f"{PATH}/confirmations", {"code": "2222-2222-2222"})
        assert answer.status_code == 422
    assert (await person.call("POST", f"{PATH}/confirmations", {"code": code})).status_code == 409


async def test_a_new_address_must_be_confirmed_anew(person: Person) -> None:
    await person.subscribe()
    version = (await person.call("GET", PATH)).json()["version"]
    changed = await person.choose(version=version, address="other@example.org")
    assert changed.json()["addressState"] == "unconfirmed"


async def test_three_codes_a_day_are_the_most(person: Person) -> None:
    for number in range(3):
        assert (await person.choose(version=number, address=f"a{number}@example.org")).status_code == 200
    assert (await person.choose(version=3, address="a3@example.org")).status_code == 429
