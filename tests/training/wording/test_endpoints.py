"""A tenant's own words: tried, checked, used, and taken back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.training.wording.defaults import DEFAULTS, EXAMPLE, KINDS, places_of
from services.training.wording.filling import fill, strangers
from shared.kit import clock
from shared.kit.text import LANGUAGES
from tests.support.postbox import text_of
from tests.training.invitation.conftest import Office

NOW = datetime(2027, 3, 1, 8, tzinfo=UTC)
AT = datetime(2027, 3, 24, 8, tzinfo=UTC)
PATH = "/mail-templates/invitation/sv"
OWN = {"subject": "Välkommen till {course}", "body": "Vi ses {date} {time}.\n\n<b>{{{place}}}</b> {link}"}


@pytest.mark.parametrize("kind", KINDS)
def test_our_own_words_can_be_filled_in_every_language(kind: Any) -> None:
    for lang in LANGUAGES:
        for text in DEFAULTS[kind][lang]:
            assert strangers(text, kind) == []
            assert "{" not in fill(text, EXAMPLE)
    assert set(EXAMPLE) >= places_of(kind)


async def test_own_words_are_used_from_now_on_escaped_and_ours_come_back(office: Office) -> None:
    with clock.frozen(NOW):
        first = await office.call("GET", PATH)
        assert (first.json()["isDefault"], first.headers["etag"]) == (True, '"0"')
        saved = await office.call("PUT", PATH, OWN, version=0)
        assert (saved.status_code, saved.json()["version"], saved.json()["isDefault"]) == (200, 1, False)
        assert (await office.call("PUT", PATH, OWN, version=0)).status_code == 412
        assert (await office.call("PUT", PATH, OWN)).status_code == 428
        session = await office.plan((AT, AT + timedelta(hours=2)))
        await office.seat(session)
        [mail] = await office.work()
        assert mail["Subject"] == "Välkommen till Grundkurs"
        assert "<b>{Sal 2}</b> https://app.example/" in text_of(mail)
        html = mail.get_body(("html",))
        assert html is not None
        assert "&lt;b&gt;{Sal 2}" in html.get_content()
        assert (await office.call("DELETE", PATH, version=1)).status_code == 204
        await office.seat(session, 1)
        [mail] = await office.work()
        assert str(mail["Subject"]).startswith("Plats bekräftad")
        listed = (await office.call("GET", "/mail-templates")).json()["items"]
        assert len(listed) == len(KINDS) * len(LANGUAGES)


@pytest.mark.parametrize(
    ("subject", "body", "named"),
    [
        ("x", "{person} och {course}", "person"),
        ("{course.__class__}", "x", "course.__class__"),
        ("x", "{course!r}", "course!r"),
        ("x", "{date:>99999999}", "date:>99999999"),
        ("x", "{expires}", "expires"),
        ("x", "{0}", "0"),
        ("x", "{course", ""),
    ],
)
async def test_an_unknown_place_is_refused_by_name_and_nothing_behind_a_name_is_reached(
    office: Office, subject: str, body: str, named: str
) -> None:
    given = {"subject": subject, "body": body}
    for answer in (
        await office.call("PUT", PATH, given, version=0),
        await office.call("POST", "/mail-template-previews", given | {"kind": "invitation", "language": "sv"}),
    ):
        assert answer.status_code == 422
        [error] = answer.json()["errors"]
        assert error["pointer"] == ("#/subject" if "{" in subject else "#/body")
        assert named in error["detail"]


async def test_a_preview_is_filled_with_invented_facts_and_stores_nothing(office: Office) -> None:
    body = OWN | {"kind": "offer", "language": "da", "body": "Svar inden {expires}"}
    answer = await office.call("POST", "/mail-template-previews", body, roles=("trainer@*",))
    assert answer.json()["subject"] == "Välkommen till Nyckelpersoner"
    assert answer.json()["text"] == "Svar inden 2027-03-20 16:00\n"
    assert '<html lang="da">' in answer.json()["html"]
    assert (await office.call("GET", "/mail-templates/offer/da")).json()["isDefault"]
    assert (await office.call("PUT", PATH, OWN, version=0, roles=("trainer@*",))).status_code == 403
    for path in ("/mail-templates/no-such/sv", "/mail-templates/offer/fi"):
        assert (await office.call("GET", path)).status_code == 422


async def test_mail_comes_in_the_language_of_the_person_else_of_the_authority(office: Office) -> None:
    mine: dict[str, Any] = {"roles": ("participant@*",), "person": str(office.people[0])}
    with clock.frozen(NOW):
        rule = {"language": "da", "quietFrom": None, "quietTo": None, "hasReminders": True}
        assert (await office.call("PUT", "/mail-rule", rule, version=0)).status_code == 200
        for wrong in (rule | {"quietFrom": "20:00"}, rule | {"quietFrom": "07:00", "quietTo": "07:00"}):
            assert (await office.call("PUT", "/mail-rule", wrong, version=1)).status_code == 422
        assert (await office.call("PUT", "/my-mail-choice", {"language": "en"}, version=0, **mine)).status_code == 200
        assert (await office.call("GET", "/my-mail-choice", **mine)).json() == {"language": "en", "version": 1}
        assert (await office.call("GET", "/my-mail-choice")).status_code == 403
        session = await office.plan((AT, AT + timedelta(hours=2)))
        for number in range(2):
            await office.seat(session, number)
        subjects = [mail["Subject"] for mail in await office.work()]
    assert subjects == ["Seat confirmed: Basics 2027-03-24", "Plads bekræftet: Basics 2027-03-24"]
