"""What parsers read differently never becomes a tree."""

import base64
from datetime import UTC, datetime

import pytest

from services.identity.saml.faults import SamlFault as F
from services.identity.saml.faults import SamlRefused
from services.identity.saml.parsing import (
    MAX_MESSAGE_BYTES,
    decode_base64,
    parse,
    read_instant,
    text_of,
    write_instant,
)
from services.identity.saml.response import verify_response
from tests.identity.saml.attack import EXPECTED, NOW, SP, TRUST, fault_of, good


def fault(data: bytes, **options: bool) -> F | None:
    try:
        parse(data, **options)
    except SamlRefused as refused:
        return refused.fault
    return None


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<a/>", None),
        (b'<?xml version="1.0" encoding="UTF-8"?><a/>', None),
        (b"\xef\xbb\xbf<a/>", None),
        (b"<a>&#60;!-- no comment --></a>", None),
        (b"<a><!-- x --></a>", F.comment),
        (b"<!-- x --><a/>", F.comment),
        (b"<a/><!-- x -->", F.comment),
        (b"<a><![CDATA[x]]></a>", F.cdata),
        (b"<a><?x y?></a>", F.processing_instruction),
        (b'<?xml-stylesheet href="x"?><a/>', F.processing_instruction),
        (b'<?xml version="1.0"?><?x?><a/>', F.processing_instruction),
        (b"<!DOCTYPE a><a/>", F.doctype),
        (b"<!doctype a><a/>", F.doctype),
        (b'<!DOCTYPE a [<!ATTLIST a ID CDATA "_default">]><a/>', F.doctype),
        (b"<a><!ENTITY x 'y'></a>", F.doctype),
        (b"<a>&x;</a>", F.not_xml),
        (b"<a", F.not_xml),
        (b"", F.not_xml),
        (b"<a/><a/>", F.not_xml),
        (b'<a b="1" b="2"/>', F.not_xml),
        (b'<a xmlns:x="u:1" xmlns:y="u:1" x:b="1" y:b="2"/>', F.not_xml),
        (b"<x:a/>", F.not_xml),
        (b"\xff\xfe<\x00a\x00/\x00>\x00", F.encoding),
        (b"<\x00a\x00/\x00>\x00", F.encoding),
        (b'<?xml version="1.0" encoding="utf-16"?><a/>', F.encoding),
        (b'<?xml version="1.0" encoding="UTF-7"?><a>+ADw-b/+AD4-</a>', F.encoding),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><a/>', F.encoding),
        (b"<a>\xe5</a>", F.encoding),
        (b'<a xmlns="rel"/>', F.relative_namespace),
        (b'<a xmlns:x="1"/>', F.relative_namespace),
        (b"<a xmlns:x\n=\n'../x'/>", F.relative_namespace),
        (b'<a ID="1"><b ID="1"/></a>', F.duplicate_id),
        (b'<a ID="1"><b id="1"/></a>', F.duplicate_id),
        (b'<a ID="x1"><b xml:id="x1"/></a>', F.duplicate_id),
        (b"<a>" * 300 + b"</a>" * 300, F.not_xml),
        (b"<a>" + b"x" * MAX_MESSAGE_BYTES + b"</a>", F.too_large),
    ],
)
def test_a_document_is_taken_or_refused_before_anybody_reads_it(data: bytes, expected: F | None) -> None:
    assert fault(data) == expected


def test_metadata_may_hold_comments_and_still_no_document_type() -> None:
    assert parse(b"<!-- x --><a>b<!-- y -->c</a>", allows_comments=True).text == "bc"
    assert fault(b"<!-- x --><!DOCTYPE a><a/>", allows_comments=True) == F.doctype
    assert fault(b"<!-- <![CDATA[ --><a/>", allows_comments=True) == F.cdata
    assert fault(b"<!-- x --><a><?x?></a>", allows_comments=True) == F.processing_instruction


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PGEvPg==", None),
        ("PGEv\r\nPg==", None),
        ("PGEvPg", F.not_base64),
        ("PGE vPg==", F.not_base64),
        ("PGEvPg==\x00", F.not_base64),
        ("PGEvPg==PGEvPg==", F.not_base64),
        ("PGEvPg-_", F.not_base64),
        ("PGEvåä", F.not_base64),
        ("A" * (MAX_MESSAGE_BYTES * 2), F.too_large),
        (base64.b64encode(b"x" * (MAX_MESSAGE_BYTES + 1)).decode(), F.too_large),
    ],
)
def test_base64_is_read_strictly(text: str, expected: F | None) -> None:
    try:
        assert decode_base64(text) == b"<a/>"
        found = None
    except SamlRefused as refused:
        found = refused.fault
    assert found == expected


def test_the_response_goes_through_all_of_it() -> None:
    assert fault_of(good() + b" ") is None
    assert fault_of(good() + b"<a/>") == F.not_xml
    with pytest.raises(SamlRefused) as caught:
        verify_response("<not base64>", EXPECTED, TRUST, [SP.key], NOW)  # type: ignore[list-item]
    assert caught.value.fault == F.not_base64


def test_text_is_the_whole_text_or_nothing() -> None:
    assert text_of(parse(b"<a>b&amp;c</a>")) == "b&c"
    for data in (b"<a/>", b"<a> </a>", b"<a>b<c/>d</a>"):
        with pytest.raises(SamlRefused) as caught:
            text_of(parse(data))
        assert caught.value.fault == F.text_expected


def test_instants_are_in_utc_and_exist() -> None:
    assert read_instant("2026-11-22T12:00:00.5Z") == datetime(2026, 11, 22, 12, 0, 0, 500_000, UTC)
    assert write_instant(read_instant("2026-11-22T12:00:00+00:00")) == "2026-11-22T12:00:00Z"
    rest = ("", "T12:00:00", " 12:00:00Z", "T24:00:00Z", "T12:00:60Z", "T12:00:00Z\n", "T12:00:00+01:00")
    for wrong in (None, "", "-2026-11-22T12:00:00Z", "٢026-11-22T12:00:00Z", *(f"2026-11-22{one}" for one in rest)):
        with pytest.raises(SamlRefused) as caught:
            read_instant(wrong)
        assert caught.value.fault == F.bad_instant
