"""What a well-signed assertion must say: each rule, and the edges of the tolerated clock skew."""

from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from services.identity.saml.assertion import ExpectedResponse
from services.identity.saml.faults import SamlFault as F
from services.identity.saml.names import BASIC_FORMAT, BEARER, EPPN, STATUS, UNSPECIFIED_FORMAT, URI_FORMAT
from services.identity.saml.response import IdpTrust
from tests.identity.saml.attack import (
    EXPECTED,
    IDP,
    LOGIN,
    NOW,
    TRUST,
    double,
    drop,
    fault_of,
    forged,
    good,
    insert,
    judge,
    later,
    put,
    told,
    write,
)
from tests.support.saml_signer import NS

Build = Callable[[], bytes]
CONFIRMATION = "saml:Subject/saml:SubjectConfirmation"
DATA = f"{CONFIRMATION}/saml:SubjectConfirmationData"
AUDIENCE = "saml:Conditions/saml:AudienceRestriction"
SAML = f'xmlns:saml="{NS["saml"]}"'
SAMLP = f'xmlns:samlp="{NS["samlp"]}"'
OTHER = "https://other.example.org"


def attribute(name: str, value: str, name_format: str = URI_FORMAT) -> str:
    return (
        f'<saml:Attribute {SAML} Name="{name}" NameFormat="{name_format}">'
        f"<saml:AttributeValue>{value}</saml:AttributeValue></saml:Attribute>"
    )


def other_bearer(recipient: str, minutes: int = 5) -> str:
    return (
        f'<saml:SubjectConfirmation {SAML} Method="{BEARER}"><saml:SubjectConfirmationData Recipient="{recipient}"'
        f' InResponseTo="{LOGIN.request_id}" NotOnOrAfter="{later(minutes)}"/></saml:SubjectConfirmation>'
    )


REFUSED: list[tuple[str, Build, F]] = [
    ("another version of the response", lambda: good(response_edits=(put(".", Version="1.1"),)), F.wrong_version),
    ("no ID", lambda: good(response_edits=(put(".", ID=None),)), F.wrong_version),
    ("another version", lambda: told(put(".", Version="1.1"), signed="response"), F.wrong_version),
    ("no ID of the assertion", lambda: told(put(".", ID=None), signed="response"), F.wrong_version),
    ("not a response", lambda: IDP.assertion_xml(LOGIN).encode(), F.wrong_root),
    ("two statuses", lambda: forged(double("samlp:Status")), F.message_shape),
    ("no status", lambda: forged(drop("samlp:Status")), F.message_shape),
    ("an unknown part", lambda: forged(insert(".", f"<samlp:X {SAMLP}/>")), F.message_shape),
    ("status last", lambda: forged(lambda root: root.append(root[1])), F.message_shape),
    ("no assertion", lambda: forged(drop("saml:Assertion")), F.assertion_count),
    ("no issue instant", lambda: told(put(".", IssueInstant=None)), F.bad_instant),
    ("issued tomorrow", lambda: told(put(".", IssueInstant=later(1441))), F.not_yet_issued),
    ("answered tomorrow", lambda: good(response_edits=(put(".", IssueInstant=later(1441)),)), F.not_yet_issued),
    ("instant in another zone", lambda: told(put(".", IssueInstant="2026-11-22T13:00:00+01:00")), F.bad_instant),
    ("instant that does not exist", lambda: told(put(".", IssueInstant="2026-02-30T12:00:00Z")), F.bad_instant),
    ("instant without end", lambda: told(put("saml:Conditions", NotOnOrAfter=None)), F.bad_instant),
    ("issuer in capitals", lambda: told(write("saml:Issuer", IDP.entity_id.upper())), F.issuer),
    ("issuer with a space", lambda: told(write("saml:Issuer", f" {IDP.entity_id}")), F.issuer),
    ("issuer of another format", lambda: told(put("saml:Issuer", Format="urn:x")), F.issuer),
    ("other issuer around", lambda: forged(write("saml:Issuer", OTHER)), F.issuer),
    ("advice", lambda: told(insert(".", f"<saml:Advice {SAML}/>", 3)), F.assertion_shape),
    ("a statement that we do not know", lambda: told(insert(".", f"<saml:Statement {SAML}/>")), F.assertion_shape),
    ("two subjects", lambda: told(double("saml:Subject")), F.subject),
    ("no subject", lambda: told(drop("saml:Subject")), F.subject),
    ("two conditions", lambda: told(double("saml:Conditions")), F.conditions_missing),
    (
        "a condition that we do not know",
        lambda: told(insert("saml:Conditions", f"<saml:Condition {SAML}/>")),
        F.conditions_unknown,
    ),
    (
        "OneTimeUse twice",
        lambda: told(*[insert("saml:Conditions", f"<saml:OneTimeUse {SAML}/>")] * 2),
        F.conditions_unknown,
    ),
    ("two audience restrictions", lambda: told(double(AUDIENCE)), F.audience),
    ("audience with a child", lambda: told(insert(f"{AUDIENCE}/saml:Audience", "<x/>")), F.text_expected),
    ("audience of another kind", lambda: told(insert(AUDIENCE, f"<saml:Other {SAML}/>")), F.audience),
    ("no confirmation", lambda: told(drop(CONFIRMATION)), F.confirmation_method),
    ("confirmation without data", lambda: told(drop(DATA)), F.subject),
    ("confirmation not yet valid", lambda: told(put(DATA, NotBefore=later(-5))), F.confirmation_not_before),
    ("confirmation over", lambda: told(put(DATA, NotOnOrAfter=later(-2))), F.confirmation_expiry),
    ("confirmation for years", lambda: told(put(DATA, NotOnOrAfter="9999-12-31T23:59:59Z")), F.confirmation_expiry),
    ("confirmation without recipient", lambda: told(put(DATA, Recipient=None)), F.confirmation_recipient),
    ("confirmation without request", lambda: told(put(DATA, InResponseTo=None)), F.confirmation_in_response_to),
    (
        "confirmation of another person",
        lambda: told(insert(CONFIRMATION, f"<saml:NameID {SAML}>_attorney</saml:NameID>", 0)),
        F.confirmation_identity,
    ),
    ("two names", lambda: told(double("saml:Subject/saml:NameID")), F.name_id),
    ("a base name", lambda: told(insert("saml:Subject", f"<saml:BaseID {SAML}/>", 0)), F.name_id),
    ("an empty name", lambda: told(write("saml:Subject/saml:NameID", " ")), F.text_expected),
    ("a name with a child", lambda: told(insert("saml:Subject/saml:NameID", "<x/>")), F.text_expected),
    ("a name without end", lambda: told(write("saml:Subject/saml:NameID", "x" * 2000)), F.name_id),
    ("no authentication", lambda: told(drop("saml:AuthnStatement")), F.authn_statement),
    ("two authentications", lambda: told(double("saml:AuthnStatement")), F.authn_statement),
    ("two contexts", lambda: told(double(".//saml:AuthnContextClassRef")), F.authn_statement),
    ("authenticated tomorrow", lambda: told(put("saml:AuthnStatement", AuthnInstant=later(2))), F.authn_in_future),
    ("session over", lambda: told(put("saml:AuthnStatement", SessionNotOnOrAfter=later(-2))), F.session_over),
    ("an attribute twice", lambda: told(double(".//saml:Attribute")), F.attribute_duplicate),
    (
        "an attribute twice in two formats",
        lambda: told(insert("saml:AttributeStatement", attribute(EPPN, "b@example.org", BASIC_FORMAT))),
        F.attribute_duplicate,
    ),
    (
        "an attribute in two statements",
        lambda: told(double("saml:AttributeStatement")),
        F.attribute_duplicate,
    ),
    ("an attribute without name", lambda: told(put(".//saml:Attribute", Name=None)), F.attribute_name),
    (
        "a friendly name as name",
        lambda: told(put(".//saml:Attribute", Name="eduPersonPrincipalName")),
        F.attribute_name,
    ),
    (
        "an encrypted attribute",
        lambda: told(insert("saml:AttributeStatement", f"<saml:EncryptedAttribute {SAML}/>")),
        F.assertion_shape,
    ),
    ("an attribute of other things", lambda: told(insert(".//saml:Attribute", "<x/>")), F.assertion_shape),
    ("a foreign scope", lambda: good(attributes={EPPN: ["anna@elsewhere.example.org"]}), F.foreign_scope),
]


@pytest.mark.parametrize(("build", "fault"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_rule_that_is_broken_refuses_the_login_and_says_which(build: Build, fault: F) -> None:
    assert fault_of(build()) == fault


def test_clock_skew_of_a_minute_is_tolerated_and_no_second_more() -> None:
    begin, end = "saml:Conditions", later(0)
    assert fault_of(told(put(begin, NotBefore=later(1)))) is None
    assert fault_of(told(put(begin, NotBefore=later(1.02)))) == F.not_yet_valid
    second = timedelta(seconds=1)
    response = told(put(begin, NotOnOrAfter=end), put(DATA, NotOnOrAfter=end))
    assert fault_of(response, now=NOW + timedelta(seconds=59)) is None
    assert fault_of(response, now=NOW + timedelta(seconds=60)) == F.expired
    confirmation = told(put(DATA, NotOnOrAfter=end))
    assert fault_of(confirmation, now=NOW + timedelta(seconds=60) - second) is None
    assert fault_of(confirmation, now=NOW + timedelta(seconds=60)) == F.confirmation_expiry
    assert fault_of(told(put("saml:AuthnStatement", AuthnInstant=later(1)))) is None
    assert (
        fault_of(told(put("saml:AuthnStatement", SessionNotOnOrAfter=later(0))), now=NOW + 60 * second)
        == F.session_over
    )


def test_a_login_older_than_asked_for_is_refused() -> None:
    hour_ago = good(authenticated_at=NOW - timedelta(hours=1))
    assert fault_of(hour_ago) is None
    assert fault_of(hour_ago, replace(EXPECTED, max_age=timedelta(minutes=59))) is None
    assert fault_of(hour_ago, replace(EXPECTED, max_age=timedelta(minutes=58, seconds=59))) == F.authn_too_old
    assert fault_of(hour_ago, replace(EXPECTED, forced_at=NOW - timedelta(minutes=2))) == F.authn_too_old
    assert fault_of(hour_ago, replace(EXPECTED, forced_at=NOW - timedelta(minutes=59))) is None


@pytest.mark.parametrize(
    ("codes", "fault"),
    [
        (("Responder", "AuthnFailed"), F.status_authn_failed),
        (("Responder", "NoAuthnContext"), F.status_no_authn_context),
        (("Requester", "RequestUnsupported"), F.status_request_unsupported),
        (("Responder", "RequestDenied"), F.status_request_denied),
        (("Responder", "UnknownPrincipal"), F.status_unknown_principal),
        (("Responder", "NoPassive"), F.status_no_passive),
        (("Responder",), F.status_failed),
        (("Responder", "Something"), F.status_failed),
    ],
)
def test_a_refusal_of_the_provider_is_told_apart(codes: tuple[str, ...], fault: F) -> None:
    response = IDP.failure(LOGIN, *(f"{STATUS}{code}" for code in codes))
    assert fault_of(b64decode(response)) == fault


def test_any_one_bearer_confirmation_suffices_and_the_replay_key_lives_as_long_as_the_last() -> None:
    beside = told(insert("saml:Subject", other_bearer("https://other.example.org/acs", 9)), minutes=10)
    verified = judge(beside)
    assert verified.not_on_or_after == NOW + timedelta(minutes=11)
    key_holder = f'<saml:SubjectConfirmation {SAML} Method="urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"/>'
    assert fault_of(told(insert("saml:Subject", key_holder, 1))) is None
    assert fault_of(told(drop(CONFIRMATION), insert("saml:Subject", other_bearer(OTHER)))) == F.confirmation_recipient


def test_everything_that_the_login_needs_is_read() -> None:
    until = NOW + timedelta(hours=8)
    authority = f"<saml:AuthenticatingAuthority {SAML}>https://bankid.example.org</saml:AuthenticatingAuthority>"
    verified = judge(
        told(
            put("saml:Subject/saml:NameID", NameQualifier="nq", SPNameQualifier="spnq"),
            insert("saml:AuthnStatement/saml:AuthnContext", authority),
            insert("saml:Conditions", f"<saml:OneTimeUse {SAML}/>"),
            attributes={EPPN: ["anna@example.org"], "urn:oid:2.5.4.4": ["Ek", "Alm"], "urn:oid:2.5.4.42": [""]},
            session_until=until,
            authenticated_at=NOW - timedelta(minutes=3),
        )
    )
    name_id = verified.name_id
    assert name_id is not None
    assert (name_id.value, name_id.name_qualifier, name_id.sp_name_qualifier) == (LOGIN.name_id, "nq", "spnq")
    assert (verified.issuer, verified.session_index, verified.authn_context) == (
        IDP.entity_id,
        "_session-1",
        LOGIN.context,
    )
    assert (verified.authn_instant, verified.session_not_on_or_after) == (NOW - timedelta(minutes=3), until)
    assert verified.authenticating_authorities == ("https://bankid.example.org",)
    assert verified.attributes["urn:oid:2.5.4.4"] == ("Ek", "Alm")
    assert verified.attributes["urn:oid:2.5.4.42"] == ()
    assert verified.is_one_time
    assert verified.not_on_or_after == NOW + timedelta(minutes=6)
    assert verified.assertion_id.startswith("_")


def test_only_attributes_of_the_wanted_formats_are_read_and_elements_never() -> None:
    response = told(
        insert("saml:AttributeStatement", attribute("uniid", "1000013b36", BASIC_FORMAT)),
        insert("saml:AttributeStatement", attribute("urn:oid:1.3.6.1.4.1.5923.1.1.1.10", "<x>y</x>")),
        insert("saml:AttributeStatement", attribute("loose", "z", UNSPECIFIED_FORMAT)),
    )
    assert set(judge(response).attributes) == {EPPN}
    danish = replace(EXPECTED, attribute_formats={URI_FORMAT, BASIC_FORMAT})
    assert set(judge(response, danish).attributes) == {EPPN, "uniid"}


def test_a_person_without_name_id_can_log_in() -> None:
    assert judge(told(drop("saml:Subject/saml:NameID"))).name_id is None


def test_instants_may_have_fractions_of_any_length() -> None:
    assert fault_of(told(put(".", IssueInstant="2026-11-22T12:00:00.1234567Z"))) is None


@pytest.mark.parametrize(
    "expected",
    [
        replace(EXPECTED, acs_url="https://other.example.org/acs"),
        replace(EXPECTED, request_id="_request-2"),
        replace(EXPECTED, sp_entity_id="https://other.example.org"),
        replace(EXPECTED, idp_entity_id="https://other-idp.example.org"),
    ],
)
def test_a_good_response_for_another_login_is_refused(expected: ExpectedResponse) -> None:
    assert fault_of(good("both"), expected) is not None


def test_a_provider_whose_scopes_are_unknown_may_assert_none_unless_the_caller_takes_it_on() -> None:
    assert fault_of(good(), trust=IdpTrust(TRUST.certificates)) == F.foreign_scope
    assert fault_of(good(), trust=IdpTrust(TRUST.certificates, None)) is None


def test_the_refusal_says_nothing_of_the_person() -> None:
    root = etree.fromstring(good(name_id="anna.alm@example.org"))
    root[-1].append(etree.fromstring(attribute(EPPN, "anna.alm@example.org")))
    with pytest.raises(Exception, match="signature_invalid") as caught:
        judge(etree.tostring(root))
    assert "anna" not in str(caught.value)
