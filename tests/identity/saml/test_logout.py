"""Single logout messages over both bindings."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from services.identity.saml.faults import SamlFault as F
from services.identity.saml.faults import SamlRefused
from services.identity.saml.logout import (
    ExpectedLogout,
    LogoutAnswer,
    LogoutCall,
    LogoutRequest,
    build_logout_request,
    build_logout_response,
    issuer_of,
    read_logout_request,
    read_logout_response,
)
from services.identity.saml.name_id import NameId
from services.identity.saml.parsing import parse
from services.identity.saml.posting import post_fields, read_post, verify_post
from services.identity.saml.redirect import read_redirect, redirect_url, verify_redirect
from tests.identity.saml.attack import IDP, NOW, SP, Edit, double, drop, find, insert, later, put, write
from tests.support.saml_signer import NS, encrypted_assertion

SLO = "https://sp.example.org/saml/slo"
NAME = NameId("_transient-1", "urn:oasis:names:tc:SAML:2.0:nameid-format:transient", "nq", "spnq")
CALL = LogoutCall("_1", NOW, IDP.entity_id, SLO, NAME, ("_s1", "_s2"))
ANSWER = LogoutAnswer("_2", "_1", NOW, IDP.entity_id, SLO)
EXPECTED = ExpectedLogout(SLO, IDP.entity_id)
assert isinstance(SP.key, rsa.RSAPrivateKey)
KEYS = [SP.key]


def read(xml: bytes, *edits: Edit, now_offset: timedelta = timedelta()) -> LogoutRequest | F:
    root = parse(xml)
    for edit in edits:
        edit(root)
    try:
        return read_logout_request(root, EXPECTED, KEYS, NOW + now_offset)
    except SamlRefused as refused:
        return refused.fault


def test_a_request_tells_whose_sessions_end_over_either_binding() -> None:
    url = redirect_url(IDP.slo_url, "SAMLRequest", build_logout_request(CALL), "state", IDP.credential)
    message = read_redirect(url.partition("?")[2])
    assert issuer_of(message.root) == IDP.entity_id
    by_redirect = verify_redirect(message, [IDP.credential.certificate])
    fields = post_fields("SAMLRequest", build_logout_request(CALL), "state", IDP.credential)
    by_post = verify_post(read_post(fields["SAMLRequest"]), [IDP.credential.certificate])
    for root in (by_redirect, by_post):
        assert read_logout_request(root, EXPECTED, KEYS, NOW) == LogoutRequest("_1", NAME, ("_s1", "_s2"))


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (put(".", Destination="https://other.example.org"), F.destination),
        (put(".", Destination=None), F.destination),
        (put(".", Version="1.1"), F.wrong_version),
        (put(".", ID=None), F.wrong_version),
        (put(".", NotOnOrAfter=later(-1)), F.expired),
        (put(".", IssueInstant=later(-12), NotOnOrAfter=None), F.expired),
        (put(".", IssueInstant=later(2)), F.not_yet_issued),
        (put(".", IssueInstant=None), F.bad_instant),
        (write("saml:Issuer", "https://other-idp.example.org"), F.issuer),
        (drop("saml:Issuer"), F.issuer),
        (drop("saml:NameID"), F.name_id),
        (insert(".", f'<saml:NameID xmlns:saml="{NS["saml"]}">x</saml:NameID>'), F.name_id),
        (write("samlp:SessionIndex", ""), F.text_expected),
        (lambda root: [double("samlp:SessionIndex")(root) for _ in range(99)], F.too_large),
        (lambda root: setattr(root, "tag", f"{{{NS['samlp']}}}LogoutResponse"), F.wrong_root),
    ],
)  # fmt: skip
def test_a_request_that_is_not_for_us_now_is_refused(edit: Edit, fault: F) -> None:
    assert read(build_logout_request(CALL), edit) == fault


def test_an_encrypted_name_is_read() -> None:
    def encrypt(root: etree._Element) -> None:
        name = find(root, "saml:NameID")
        root.replace(
            name, etree.fromstring(encrypted_assertion(etree.tostring(name), SP.certificate, holder="EncryptedID"))
        )

    assert read(build_logout_request(CALL), encrypt) == LogoutRequest("_1", NAME, ("_s1", "_s2"))


def test_without_an_index_all_sessions_are_meant() -> None:
    assert read(build_logout_request(replace(CALL, session_indexes=()))) == LogoutRequest("_1", NAME, ())


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (ANSWER, None),
        (replace(ANSWER, is_complete=False), F.status_partial_logout),
        (replace(ANSWER, is_refused=True), F.status_request_denied),
    ],
)
def test_an_answer_tells_honestly_how_far_the_logout_went(answer: LogoutAnswer, expected: F | None) -> None:
    assert read_logout_response(parse(build_logout_response(answer)), EXPECTED, "_1", NOW) == expected
    with pytest.raises(SamlRefused) as caught:
        read_logout_response(parse(build_logout_response(answer)), EXPECTED, "_other", NOW)
    assert caught.value.fault == F.in_response_to


def test_an_answer_with_two_statuses_says_nothing() -> None:
    root = parse(build_logout_response(ANSWER))
    double("samlp:Status")(root)
    with pytest.raises(SamlRefused) as caught:
        read_logout_response(root, EXPECTED, "_1", NOW)
    assert caught.value.fault == F.message_shape


def test_requests_age() -> None:
    xml = build_logout_request(CALL)
    assert isinstance(read(xml, now_offset=timedelta(minutes=5, seconds=59)), LogoutRequest)
    assert read(xml, now_offset=timedelta(minutes=6)) == F.expired
