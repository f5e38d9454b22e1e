"""What a feed may deliver: each rule that a hostile or broken document breaks has its own code."""

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.identity.federation.document import ENTITY, read_document, read_duration
from services.identity.federation.faults import FeedFault
from tests.identity.federation.metadata import (
    NAMESPACES,
    NOW,
    PLACE,
    Aggregate,
    Member,
    aggregate,
    members,
    signer,
    single,
    stamp,
)

GOOD = aggregate("a.example", "b.example", "c.example")
MEGABYTE = 1024 * 1024
TOO_LONG = timedelta(days=14, seconds=1)
SECOND_ROLE = '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/>'


def judge(
    content: bytes, tmp_path: Path, *, pins: tuple[str, ...] = ("operator",), root: str = "EntitiesDescriptor"
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What is said of a document, and its entities."""
    document, entities = tmp_path / "document.xml", tmp_path / "entities.ndjson"
    document.write_bytes(content)
    entities.unlink(missing_ok=True)
    fingerprints = [signer(name).fingerprint for name in pins]
    found = read_document(str(document), str(entities), fingerprints, NOW.isoformat(), 16 * MEGABYTE, root)
    lines = entities.read_bytes().splitlines() if entities.exists() else []
    return found, [orjson.loads(line) for line in lines]


def with_prefix(text: str) -> bytes:
    return text.encode() + GOOD.signed()


def signed_inside_only() -> bytes:
    """Only one member carries a signature."""
    member = single(members("a.example")[0]).decode()
    until = stamp(NOW + timedelta(days=7))
    return f'<EntitiesDescriptor {NAMESPACES} ID="_root" validUntil="{until}">{member}</EntitiesDescriptor>'.encode()


def signed_for_another_element() -> bytes:
    """The signature stands at the root and refers to a member below it: what was signed is not what is read."""
    good = single(members("a.example")[0]).decode()
    signature = good[good.index("<ds:Signature") : good.index("</ds:Signature>") + len("</ds:Signature>")]
    evil = members("evil.example")[0].xml()
    until = stamp(NOW + timedelta(days=7))
    return (
        f'<EntitiesDescriptor {NAMESPACES} ID="_root" validUntil="{until}">{signature}'
        f"{good.replace(signature, '')}{evil}</EntitiesDescriptor>"
    ).encode()


def wrapped() -> bytes:
    """A good document inside a bad one, whose root has borrowed the signature (signature wrapping)."""
    good = GOOD.signed().decode()
    signature = good[good.index("<ds:Signature") : good.index("</ds:Signature>") + len("</ds:Signature>")]
    until = stamp(NOW + timedelta(days=7))
    evil = members("evil.example")[0].xml()
    return (
        f'<EntitiesDescriptor {NAMESPACES} ID="_evil" validUntil="{until}">{signature}{evil}'
        f"<Extensions>{good}</Extensions></EntitiesDescriptor>"
    ).encode()


def with_foreign_certificate() -> bytes:
    """Signed by a stranger who names the pinned certificate."""
    head, mark, rest = GOOD.signed("stranger").partition(b"<ds:X509Certificate>")
    return head + mark + signer().base64.encode() + rest[rest.index(b"</ds:X509Certificate>") :]


def tampered() -> bytes:
    return GOOD.signed().replace(b"https://a.example/sso", b"https://e.example/sso")


def repeated_in_group() -> bytes:
    group = f"<EntitiesDescriptor>{members('a.example')[0].xml()}</EntitiesDescriptor>"
    return replace(GOOD, inner=group).signed()


BOMB = '<!DOCTYPE md [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
XXE = '<!DOCTYPE md [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
HOSTILE: dict[str, tuple[Callable[[], bytes], FeedFault]] = {
    "empty": (lambda: b" ", FeedFault.malformed),
    "not XML": (lambda: b'{"keys": []}', FeedFault.malformed),
    "truncated": (lambda: GOOD.signed()[:-400], FeedFault.malformed),
    "not UTF-8": (lambda: GOOD.signed().decode().encode("utf-16"), FeedFault.malformed),
    "bomb": (lambda: with_prefix(BOMB), FeedFault.doctype),
    "external entity": (lambda: with_prefix(XXE), FeedFault.doctype),
    "processing instruction": (lambda: with_prefix("<?php x ?>"), FeedFault.malformed),
    "too large": (lambda: GOOD.signed() + b" " * 16 * MEGABYTE, FeedFault.too_large),
    "a page": (lambda: b"<html><body>Log in first</body></html>", FeedFault.wrong_root),
    "one entity instead of all": (lambda: single(members("a.example")[0]), FeedFault.wrong_root),
    "unsigned": (lambda: GOOD.xml(place="").encode(), FeedFault.unsigned),
    "only an entity is signed": (signed_inside_only, FeedFault.unsigned),
    "signature over an entity": (signed_for_another_element, FeedFault.signature_invalid),
    "wrapped": (wrapped, FeedFault.signature_invalid),
    "signed by another": (lambda: GOOD.signed("stranger"), FeedFault.unknown_signer),
    "the pinned certificate beside another's signature": (with_foreign_certificate, FeedFault.signature_invalid),
    "changed after signing": (tampered, FeedFault.signature_invalid),
    "no signature value": (lambda: GOOD.xml().encode(), FeedFault.unknown_signer),
    "without an end": (lambda: replace(GOOD, valid_for=None).signed(), FeedFault.no_end),
    "expired": (lambda: replace(GOOD, valid_for=-timedelta(seconds=1)).signed(), FeedFault.expired),
    "valid for too long": (
        lambda: replace(GOOD, valid_for=timedelta(days=14, seconds=1)).signed(),
        FeedFault.end_too_far,
    ),
    "the same entity twice": (
        lambda: aggregate("a.example", "b.example", "a.example").signed(),
        FeedFault.duplicate_entity,
    ),
    "the same entity again in a group": (repeated_in_group, FeedFault.duplicate_entity),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_document_is_refused_as_a_whole(kind: str, tmp_path: Path) -> None:
    make, fault = HOSTILE[kind]
    found, entities = judge(make(), tmp_path)
    assert (found, entities) == ({"fault": fault}, [])


def test_a_good_document_gives_its_root_and_its_entities(tmp_path: Path) -> None:
    found, entities = judge(replace(GOOD, cache="PT20M").signed(), tmp_path)
    assert found["signer"] == signer().fingerprint
    assert (found["valid_until"], found["published_at"]) == (NOW + timedelta(days=7), NOW)
    assert (found["identity_providers"], found["service_providers"], found["left_out"]) == (3, 0, [])
    assert found["cache_seconds"] == 1200
    entity = ENTITY.validate_python(entities[0]["document"])
    assert entity.entity_id == "https://a.example/idp"
    assert entity.sso[0].location == "https://a.example/sso"
    assert entity.valid_until == NOW + timedelta(days=7)
    assert entities[0]["scopes"] == ["a.example"]


def test_two_pins_live_side_by_side_during_a_rollover(tmp_path: Path) -> None:
    both = ("operator", "successor")
    for name in both:
        assert judge(GOOD.signed(name), tmp_path, pins=both)[0]["signer"] == signer(name).fingerprint
    assert judge(GOOD.signed(), tmp_path, pins=("successor",))[0] == {"fault": FeedFault.unknown_signer}


def test_comments_are_no_part_of_what_is_read(tmp_path: Path) -> None:
    split = GOOD.signed().replace(b">a.example<", b">a.exa<!-- x -->mple<")
    _, entities = judge(split, tmp_path)
    assert entities[0]["scopes"] == ["a.example"]


def test_a_bad_entity_is_left_out_and_the_others_live(tmp_path: Path) -> None:
    good = members("a.example")[0]
    broken = base64.b64encode(b"no certificate").decode()
    nested = f"<EntitiesDescriptor>{members('nested.example')[0].xml()}</EntitiesDescriptor>"
    document = Aggregate(
        (
            good,
            Member("expired.example", valid_until=NOW - timedelta(minutes=1)),
            Member("broken.example", certificate=broken),
            Member("plain.example", path=":80 /sso"),
            Member(
                "twice.example",
                extra='<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/>',
            ),
        ),
        inner=nested,
    )
    found, entities = judge(document.signed(), tmp_path)
    assert [one["entity_id"] for one in entities] == [good.entity_id]
    assert {one["entityId"].split("/")[2]: one["reason"] for one in found["left_out"]} == {
        "nested.example": "nested",
        "expired.example": "expired",
        "broken.example": "unreadable",
        "plain.example": "no_endpoint",
        "twice.example": "unreadable",
    }


def test_an_entity_ends_with_the_document_or_before(tmp_path: Path) -> None:
    soon, late = NOW + timedelta(days=1), NOW + timedelta(days=30)
    document = Aggregate((Member("a.example", valid_until=soon), Member("b.example", valid_until=late)))
    _, entities = judge(document.signed(), tmp_path)
    assert [one["valid_until"] for one in entities] == [soon.isoformat(), (NOW + timedelta(days=7)).isoformat()]


def test_a_contact_person_is_nowhere_in_what_is_kept(tmp_path: Path) -> None:
    judge(Aggregate((Member("a.example", contact="kim"),)).signed(), tmp_path)
    assert b"kim" in (tmp_path / "document.xml").read_bytes()
    assert b"kim" not in (tmp_path / "entities.ndjson").read_bytes()


def test_a_members_own_words_are_found_and_its_wish_to_hide_is_kept(tmp_path: Path) -> None:
    document = Aggregate((Member("a.example", name="Åmåls kommun", is_hidden=True), Member("sp.example", is_sp=True)))
    _, (idp, sp) = judge(document.signed(), tmp_path)
    assert idp["is_hidden"] is True
    assert "åmåls kommun" in idp["search"]
    assert (sp["is_idp"], sp["document"], sp["discovery_responses"]) == (False, None, ["https://sp.example/disco"])


def test_only_the_content_of_an_entity_makes_it_another_one(tmp_path: Path) -> None:
    first, second = (judge(one.signed(), tmp_path)[1][0] for one in (GOOD, GOOD.later()))
    moved = replace(GOOD, members=(Member("a.example", scopes=("a.example",), path="/other"),))
    assert first["digest"] == second["digest"] != judge(moved.signed(), tmp_path)[1][0]["digest"]


def test_one_entity_is_judged_like_a_document(tmp_path: Path) -> None:
    member = members("a.example")[0]
    root = "EntityDescriptor"
    _, (entity,) = judge(single(member), tmp_path, root=root)
    assert entity["entity_id"] == member.entity_id
    for content, fault in (
        (single(member, by="stranger"), FeedFault.unknown_signer),
        (single(member, valid_for=None), FeedFault.no_end),
        (GOOD.signed(), FeedFault.wrong_root),
        (member.xml(f" {NAMESPACES}").encode(), FeedFault.unsigned),
    ):
        assert judge(content, tmp_path, root=root)[0] == {"fault": fault}


def test_durations_are_read_up_to_days() -> None:
    read = {text: read_duration(text) for text in ("PT30M", "P1DT1H", "PT1.5S", "P1Y", "P", "", None)}
    assert read == {"PT30M": 1800, "P1DT1H": 90_000, "PT1.5S": 1, "P1Y": None, "P": None, "": None, None: None}


def test_a_placeholder_is_what_the_test_signer_needs() -> None:
    """The documents above differ from good ones in what the test says, not by lacking a place for the signature."""
    assert PLACE in GOOD.xml()
