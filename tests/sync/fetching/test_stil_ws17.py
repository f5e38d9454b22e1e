"""Fetching STIL's export by its SOAP service: its file, or the refusal told as what it is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import etree

from cli.demo_roster.variants import common
from services.sync.fetching import key_opening
from services.sync.fetching.errors import (
    AgreementMissing,
    DeliveryTooLarge,
    ExportsSpent,
    FetchFailed,
    SourceAnswered,
    SourceAway,
    SourceRefused,
    translated,
)
from shared.kit.egress import EgressClient, EgressFailed
from tests.support.registers import served
from tests.support.registers.stil import SYSTEM_ID, Identity, StilRegister
from tests.sync.fetching.harness import Brought, bring, touch
from tests.sync.town import town

TOLD = common(town(30))
SCHOOLS = [unit.id for unit in TOLD.units]
OURS = Identity.make()


def settings(url: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "stil_ws17",
        "url": f"{url}/bpi/wsieksport/7",
        "systemId": SYSTEM_ID,
        "certificate": OURS.certificate,
        "institutions": SCHOOLS,
    } | more


async def pull(register: StilRegister, secrets: dict[str, str] | None = None, **more: Any) -> Brought:
    around = {name: more.pop(name) for name in ("memory", "egress", "max_bytes", "now", "remember") if name in more}
    async with served(register.app) as url:
        return await bring(settings(url, **more), secrets or {"privateKey": OURS.key}, **around)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.sync.fetching.stil_client._PAUSE", 0.0)


async def test_each_institution_is_asked_for_once_and_stored_as_it_came() -> None:
    register = StilRegister(TOLD, OURS)
    brought = await pull(register)
    assert register.calls == [("eksporterXmlFuldMyndighed", school) for school in SCHOOLS]
    assert brought.names() == [f"{school}.xml" for school in SCHOOLS]
    for school in SCHOOLS:
        envelope = etree.fromstring(brought.file(f"{school}.xml"))
        told = envelope.findtext(".//{*}Institution/{*}InstitutionNumber")
        persons = len(envelope.findall(".//{*}InstitutionPerson"))
        assert (told, brought.fetched.proof["institutions"][school]) == (school, persons)
    assert brought.fetched.incomplete == frozenset()
    assert brought.fetched.memory["times"] == 1


async def test_a_key_under_a_passphrase_signs_as_well() -> None:
    sealed = Identity.make("hemligt")
    register = StilRegister(TOLD, sealed)
    secrets = {"privateKey": sealed.key, "passphrase": "hemligt"}
    assert (await pull(register, secrets, certificate=sealed.certificate)).names()


async def test_a_key_that_takes_too_long_to_read_does_not_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_opening, "SECONDS", 0.0)
    register = StilRegister(TOLD, OURS)
    with pytest.raises(SourceRefused) as refused:
        await pull(register)
    assert (refused.value.extensions, register.calls) == ({"reason": "private-key"}, [])


# Sealed by a scheme that nobody knows: the object identifier 1.2.3.4.
STRANGE = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMA0wBQYDKgMEBAQAAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"
OTHER, OLD = Identity.make(), Identity.make(days=-1)
UNFIT: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "someone else's key": ({"privateKey": OTHER.key}, {}, "mismatch"),
    "no key": ({"privateKey": "-----BEGIN PRIVATE KEY-----\n" + "A" * 60}, {}, "private-key"),
    "a strange seal": ({"privateKey": STRANGE, "passphrase": "hemligt"}, {}, "private-key"),
    "no certificate": ({}, {"certificate": "-----BEGIN CERTIFICATE-----\nA"}, "certificate"),
    "an old certificate": ({"privateKey": OLD.key}, {"certificate": OLD.certificate}, "expired"),
}


@pytest.mark.parametrize("case", sorted(UNFIT))
async def test_a_key_that_cannot_sign_is_said_so_before_anything_is_sent(case: str) -> None:
    secrets, more, reason = UNFIT[case]
    register = StilRegister(TOLD, OURS)
    with pytest.raises(SourceRefused) as refused:
        await pull(register, {"privateKey": OURS.key} | secrets, **more)
    assert refused.value.extensions == {"reason": reason}
    assert register.calls == []


ANSWER = "<soap:Envelope xmlns:soap='http://www.w3.org/2003/05/soap-envelope'><soap:Body>{}</soap:Body></soap:Envelope>"
NOT_OURS = "<eksporterXmlFuldMyndighedResponse><Institution><InstitutionNumber>9</InstitutionNumber></Institution>"
BROKEN: dict[str, tuple[str, str]] = {
    "cut off": (ANSWER.format("<x>")[:-20], "broken-xml"),
    "another institution": (ANSWER.format(f"{NOT_OURS}</eksporterXmlFuldMyndighedResponse>"), "institution"),
    "something else": (ANSWER.format("<hentDataAftalerResponse/>"), "payload"),
    "no soap": ("<hello/>", "not-soap"),
    "an entity": (f"<!DOCTYPE x [<!ENTITY e 'x'>]>{ANSWER.format('<x>&e;</x>')}", "document-type"),
}
FAULTS: dict[str, tuple[Callable[[], StilRegister], type[FetchFailed], str | None]] = {
    "another supplier's certificate": (lambda: StilRegister(TOLD, OTHER), SourceRefused, "BrugeridEllerPassword"),
    "no agreement at all": (lambda: StilRegister(TOLD, OURS, agreed=set()), AgreementMissing, None),
    "down": (lambda: StilRegister(TOLD, OURS, broken=99), SourceAway, None),
    "a fault of theirs": (lambda: StilRegister(TOLD, OURS, failing=99), SourceAway, "fault"),
    **{
        name: (lambda content=content: StilRegister(TOLD, OURS, answers={SCHOOLS[0]: content.encode()}),  # type: ignore[misc]
               SourceAnswered, reason)
        for name, (content, reason) in BROKEN.items()
    },
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(FAULTS))
async def test_each_refusal_is_told_as_what_it_is_and_never_in_the_service_s_words(case: str) -> None:
    register, kind, reason = FAULTS[case]
    with pytest.raises(FetchFailed) as failed:
        await pull(register())
    assert type(failed.value) is kind
    assert failed.value.extensions.get("reason") == reason
    assert "Alma" not in str(failed.value.extensions)
    assert failed.value.is_transient == (kind is SourceAway)


async def test_a_request_that_was_changed_on_the_way_is_refused() -> None:
    """What the test's service checks is a real signature: else no test here would prove anything."""
    with pytest.raises(SourceRefused) as refused:
        await pull(StilRegister(TOLD, OURS, swapped=(SCHOOLS[0], SCHOOLS[1])))
    assert refused.value.extensions == {"reason": "Signatur"}


async def test_a_service_that_stumbles_is_asked_again() -> None:
    register = StilRegister(TOLD, OURS, broken=1, failing=1)
    assert len((await pull(register)).names()) == len(SCHOOLS)
    assert len(register.calls) == len(SCHOOLS) + 2


async def test_an_institution_without_agreement_or_people_ends_nobody() -> None:
    empty = f"{NOT_OURS.replace('9', SCHOOLS[1])}</eksporterXmlFuldMyndighedResponse>"
    register = StilRegister(TOLD, OURS, agreed=set(SCHOOLS[1:]), answers={SCHOOLS[1]: ANSWER.format(empty).encode()})
    brought = await pull(register)
    assert brought.names() == [f"{school}.xml" for school in SCHOOLS[1:]]
    assert {"person", "enrolment", "unit", "membership"} <= brought.fetched.incomplete
    assert [note.split()[-1] for note in brought.fetched.notes] == [SCHOOLS[0], "nobody"]


async def test_no_more_exports_are_asked_for_than_a_day_has() -> None:
    register, noon = StilRegister(TOLD, OURS), datetime(2026, 11, 22, 12, tzinfo=UTC)
    spent = {"day": "2026-11-22", "times": 4}
    with pytest.raises(ExportsSpent):
        await pull(register, memory=spent, now=noon)
    assert register.calls == []
    brought = await pull(register, memory=spent, now=noon + timedelta(hours=11, minutes=1))  # it is Monday in Denmark
    assert brought.fetched.memory == {"day": "2026-11-23", "times": 1}


@pytest.mark.parametrize(("broken", "spent"), [(0, []), (1, [{"day": "2026-11-22", "times": 3}])])
async def test_a_fetch_that_breaks_off_after_the_first_export_has_spent_it(broken: int, spent: list[Any]) -> None:
    told: list[Any] = []

    async def remember(memory: Any) -> None:
        told.append(memory)

    register = StilRegister(TOLD, OURS, answers={SCHOOLS[broken]: b"<hello/>"})
    noon, before = datetime(2026, 11, 22, 12, tzinfo=UTC), {"day": "2026-11-22", "times": 2}
    with pytest.raises(SourceAnswered):
        await pull(register, memory=before, now=noon, remember=remember)
    assert told == spent


async def test_an_answer_is_read_no_further_than_the_cap() -> None:
    small = EgressClient(True, max_response_bytes=2000)
    with pytest.raises(EgressFailed) as failed:
        await pull(StilRegister(TOLD, OURS), egress=small)
    assert isinstance(translated(failed.value), DeliveryTooLarge)
    with pytest.raises(DeliveryTooLarge):
        await pull(StilRegister(TOLD, OURS), max_bytes=2000)


async def test_a_connection_test_names_the_institutions_without_agreement() -> None:
    register = StilRegister(TOLD, OURS, agreed={*SCHOOLS[1:], "101088"})
    async with served(register.app) as url:
        seen = await touch(settings(url), {"privateKey": OURS.key})
    assert seen == {"agreements": len(SCHOOLS), "withoutAgreement": [SCHOOLS[0]]}
    assert [operation for operation, _ in register.calls] == ["hentDataAftalerFuldMyndighed"]
