"""Certificates: issued when a need is met, shown to their holder, checked by anybody, revoked."""

import gzip
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.training.certificate.badge import identity_hash
from services.training.certificate.tasks import issue_all
from services.training.forgetting import on_person_protected
from services.training.issuer.service import Issuer
from services.training.person_data import erase
from shared.auth.jws import PublicKey, read_claims, unverified_claims
from shared.contracts.sync import PersonProtected
from shared.kit import clock
from shared.kit.ids import new_id
from tests.support.jobs import Context
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster, create_session, enrol, mark

API = "/training/v1"
BADGE = {"Accept": "application/vc+jwt"}


async def attend(training: ServiceUnderTest, course: str, people: Sequence[UUID]) -> None:
    """People attend a session of the course that is over."""
    session = await create_session(training, course, capacity=len(people), minutes=-5)
    made = [(await enrol(training, session, person)).json()["id"] for person in people]
    assert (await mark(training, session, dict.fromkeys(made, "attended"))).status_code == 200


async def issue(training: ServiceUnderTest) -> int:
    """Run the job after the sessions; how many certificates it issued."""
    issuer = Issuer.build(training.settings.file_key_bytes(), training.settings.public_url)
    with clock.frozen(clock.now() + timedelta(hours=3)):
        return int((await issue_all(issuer)(Context(training)) or {})["issued"])


async def certificates(training: ServiceUnderTest, person: UUID | None = None) -> list[dict[str, Any]]:
    headers = training.as_("participant@*", person=str(person)) if person else training.as_(LEADER)
    answer = await training.client.get(f"{API}/certificates", headers=headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def badge_of(training: ServiceUnderTest, certificate: dict[str, Any]) -> Any:
    return await training.client.get(f"{API}/certificates/{certificate['id']}", headers=training.as_(LEADER) | BADGE)


async def revoke(training: ServiceUnderTest, certificate: dict[str, Any]) -> Any:
    headers = training.as_(LEADER) | {"If-Match": f'"{certificate["version"]}"'}
    path = f"{API}/certificates/{certificate['id']}/revocations"
    return await training.client.post(path, json={"reason": "error"}, headers=headers)


def path_of(url: str) -> str:
    return url.removeprefix("http://gateway.test")


async def is_revoked(training: ServiceUnderTest, claims: dict[str, Any]) -> bool:
    """What the public, signed status list says, read as a stranger would."""
    entry = claims["credentialStatus"]
    answer = await training.client.get(path_of(entry["statusListCredential"]))
    assert answer.headers["content-type"].startswith("application/vc+jwt")
    encoded = (await verified(training, answer.text))["credentialSubject"]["encodedList"][1:]
    bits = gzip.decompress(urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    index = int(entry["statusListIndex"])
    return bool(bits[index // 8] & 0x80 >> index % 8)


async def verified(training: ServiceUnderTest, badge: str) -> dict[str, Any]:
    """The claims, by the key that the badge's issuer publishes."""
    url = unverified_claims(badge)["iss"]
    jwks = (await training.client.get(f"{path_of(url)}/keys")).json()
    return read_claims(badge, PublicKey.from_jwk(jwks["keys"][0]))


async def test_a_met_need_brings_one_certificate_and_an_unmet_one_none(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    first, second = [await create_course(training, key, ()) for key in ("first", "second")]
    body = {
        "key": "teachers",
        "title": {"sv": "Lärare", "en": "Teachers"},
        "role": "teacher",
        "courseIds": [first, second],
    }
    assert (await training.client.post(f"{API}/curricula", json=body, headers=training.as_(LEADER))).status_code == 201
    await attend(training, first, people[:2])
    assert await issue(training) == 0
    await attend(training, second, people[:1])
    assert [await issue(training), await issue(training)] == [1, 0]
    [own] = await certificates(training, people[0])
    assert (own["kind"], own["title"]["en"], own["state"]) == ("curriculum", "Teachers", "valid")
    assert await certificates(training, people[1]) == []
    other = await training.client.get(
        f"{API}/certificates/{own['id']}", headers=training.as_("participant@*", person=str(people[1]))
    )
    assert other.status_code == 404
    nobody = await training.client.get(f"{API}/certificates", headers=training.as_("participant@*"))
    assert nobody.json()["type"].endswith("/not-in-the-roster")


async def test_a_course_that_names_a_role_is_certified_by_itself_after_its_end(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    await attend(training, await create_course(training), people[:2])
    issuer = Issuer.build(training.settings.file_key_bytes(), training.settings.public_url)
    assert await issue_all(issuer)(Context(training)) == {"issued": 0, "corrected": 0}
    assert await issue(training) == 2
    assert {each["kind"] for each in await certificates(training)} == {"course"}


async def test_a_badge_is_checked_by_public_parts_that_name_nobody(training: ServiceUnderTest) -> None:
    [person, *_] = (await create_roster(training))["people"]
    await attend(training, await create_course(training), [person])
    await issue(training)
    [own] = await certificates(training, person)
    badge = await badge_of(training, own)
    claims = await verified(training, badge.text)
    [identity] = claims["credentialSubject"]["identifier"]
    assert identity["identityHash"] == identity_hash("Test 0", identity["salt"])
    assert (claims["id"], claims["jti"]) == (own["verificationUrl"], own["verificationUrl"])
    public = await training.client.get(path_of(own["verificationUrl"]))
    assert (public.json()["state"], public.json()["title"]["en"]) == ("valid", "Basics")
    page = await training.client.get(path_of(own["verificationUrl"]), headers={"Accept": "text/html"})
    profile = await training.client.get(path_of(claims["iss"]))
    assert profile.json()["type"] == ["Profile"]
    for shown in (badge.text, str(claims), public.text, page.text, profile.text):
        assert "Test 0" not in shown
        assert str(person) not in shown
    assert await is_revoked(training, claims) is False
    kid = (await training.client.get(f"{path_of(claims['iss'])}/keys")).json()["keys"][0]["kid"]
    assert (await training.client.get(f"{path_of(claims['iss'])}/keys/{kid}")).json()["kid"] == kid
    for unknown in ("", "/keys", "/keys/x", "/status-lists/0", f"/badges/{own['id']}"):
        assert (await training.client.get(f"{API}/badge-issuers/{new_id()}{unknown}")).status_code == 404
    assert (await training.client.get(f"{path_of(claims['iss'])}/status-lists/1")).status_code == 404


async def test_a_revoked_certificate_is_so_for_everybody_and_does_not_come_back(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    await attend(training, await create_course(training), people[:2])
    await issue(training)
    mine, other = await certificates(training)
    claims = [unverified_claims((await badge_of(training, each)).text) for each in (mine, other)]
    answer = await revoke(training, mine)
    assert (answer.status_code, answer.json()["state"], answer.json()["revokedReason"]) == (201, "revoked", "error")
    assert (await revoke(training, mine)).status_code == 412
    assert (await revoke(training, answer.json())).json()["type"].endswith("/certificate-revoked")
    assert [await is_revoked(training, each) for each in claims] == [True, False]
    page = await training.client.get(path_of(mine["verificationUrl"]), headers={"Accept": "text/html"})
    assert "does not hold" in page.text
    assert await issue(training) == 0


async def test_a_corrected_attendance_takes_the_certificate_away_until_it_is_mended(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    session = await create_session(training, await create_course(training), minutes=-5)
    made = [(await enrol(training, session, person)).json()["id"] for person in people[:2]]
    await mark(training, session, dict.fromkeys(made, "attended"))
    await issue(training)
    claims = [unverified_claims((await badge_of(training, each)).text) for each in await certificates(training)]
    for state, revoked, count in (("no_show", True, 2), ("attended", True, 3)):
        await mark(training, session, {made[0]: state})
        await issue(training)
        assert sorted([await is_revoked(training, each) for each in claims]) == [False, revoked]
        assert len(await certificates(training)) == count
    reasons = [each["revokedReason"] for each in await certificates(training, people[0])]
    assert reasons == ["corrected", None]


async def test_who_becomes_protected_gets_a_certificate_with_the_alias(training: ServiceUnderTest) -> None:
    [person, *_] = (await create_roster(training))["people"]
    await attend(training, await create_course(training), [person])
    await issue(training)
    [old] = await certificates(training, person)
    claims = unverified_claims((await badge_of(training, old)).text)
    async with training.database.transaction(training.tenant) as db:
        await on_person_protected(db, None, PersonProtected(person_id=person, version=2))  # type: ignore[arg-type]
    assert await is_revoked(training, claims) is True
    assert (await badge_of(training, old)).status_code == 404
    assert await issue(training) == 1
    new = (await certificates(training, person))[1]
    [identity] = unverified_claims((await badge_of(training, new)).text)["credentialSubject"]["identifier"]
    assert identity["identityHash"] == identity_hash("Skyddad person", identity["salt"])


async def test_an_erased_person_leaves_a_revoked_place_without_a_person(training: ServiceUnderTest) -> None:
    [person, *_] = (await create_roster(training))["people"]
    await attend(training, await create_course(training), [person])
    await issue(training)
    [old] = await certificates(training, person)
    claims = unverified_claims((await badge_of(training, old)).text)
    async with training.database.transaction(training.tenant) as db:
        await erase(db, person)
    [left] = await certificates(training)
    assert (left["personId"], left["revokedReason"]) == (None, "erased")
    assert await is_revoked(training, claims) is True


async def test_a_new_key_signs_and_the_old_one_still_verifies(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    course = await create_course(training)
    await attend(training, course, people[:1])
    await issue(training)
    [first] = await certificates(training)
    admin = training.as_("tenant_admin@*")
    tag = {"If-Match": (await training.client.get(f"{API}/issuer-profile", headers=admin)).headers["etag"]}
    named = await training.client.put(f"{API}/issuer-profile", json={"name": "Norrvik"}, headers=admin | tag)
    assert (named.status_code, named.json()["version"]) == (200, 1)
    assert (await training.client.post(f"{API}/issuer-keys", headers=training.as_(LEADER))).status_code == 403
    assert (await training.client.post(f"{API}/issuer-keys", headers=admin)).status_code == 201
    await attend(training, course, people[1:2])
    assert await issue(training) == 1
    second = next(each for each in await certificates(training) if each["id"] != first["id"])
    old, new = [(await badge_of(training, each)).text for each in (first, second)]
    url = path_of(unverified_claims(new)["iss"])
    keys = [PublicKey.from_jwk(each) for each in (await training.client.get(f"{url}/keys")).json()["keys"]]
    assert unverified_claims(new)["issuer"]["name"] == "Norrvik"
    assert read_claims(new, keys[0])["jti"] == second["verificationUrl"]
    assert read_claims(old, keys[1])["jti"] == first["verificationUrl"]
    listed = (await training.client.get(f"{API}/issuer-keys", headers=admin)).json()["items"]
    assert [bool(each["retiredAt"]) for each in listed] == [True, False]


async def test_a_certificate_is_printed_with_a_symbol_that_leads_to_its_check(training: ServiceUnderTest) -> None:
    [person, *_] = (await create_roster(training))["people"]
    await attend(training, await create_course(training), [person])
    await issue(training)
    [own] = await certificates(training, person)
    headers = training.as_("participant@*", person=str(person)) | {"Accept": "application/pdf", "Accept-Language": "da"}
    printed = await training.client.get(f"{API}/certificates/{own['id']}", headers=headers)
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF-1.7")
    assert b"pdfuaid" in printed.content
    assert b"/Lang(da)" in printed.content
