"""Our own metadata, and one foreign entity's."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from services.identity.saml.certificates import der_base64, fingerprint, is_usable, read_certificate
from services.identity.saml.entity import SamlEntity, is_safe_url, read_entity
from services.identity.saml.faults import SamlFault as F
from services.identity.saml.faults import SamlRefused
from services.identity.saml.metadata import RequestedAttribute, SpDescription, build_metadata, checksums
from services.identity.saml.names import EPPN, REDIRECT
from services.identity.saml.parsing import parse
from services.identity.saml.scoping import Scope
from services.identity.saml.signature import verify_enveloped
from tests.identity.saml.attack import FOREIGN, IDP, NOW, SP, Edit, double, drop, find, insert, put, write
from tests.support.saml_signer import credential

NEXT = credential("sp-next")
OURS = SpDescription(
    entity_id="https://sp.example.org/saml/t1/metadata",
    acs_url="https://sp.example.org/saml/t1/acs",
    slo_url="https://sp.example.org/saml/t1/slo",
    valid_until=NOW + timedelta(days=7),
    signing=(SP.certificate, NEXT.certificate),
    encryption=(SP.certificate,),
    names={"sv": "Startklar", "en": "Startklar"},
    descriptions={"sv": "Införande"},
    attributes=(RequestedAttribute(EPPN, "eduPersonPrincipalName", is_required=True),),
    discovery_urls=("https://sp.example.org/disco",),
    organisation_url="https://sp.example.org",
    contacts={"technical": "drift@sp.example.org"},
)
MD = 'xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"'
IDP_ROLE = "{urn:oasis:names:tc:SAML:2.0:metadata}IDPSSODescriptor"
ROLE = "./" + IDP_ROLE
EXTENSIONS = f"{ROLE}/{{urn:oasis:names:tc:SAML:2.0:metadata}}Extensions"
UI = (
    '<mdui:UIInfo xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui">'
    '<mdui:DisplayName xml:lang="sv">Kommunen</mdui:DisplayName><mdui:Keywords xml:lang="sv">skola barn</mdui:Keywords>'
    '<mdui:Logo width="64" height="32">https://idp.example.org/logo.png</mdui:Logo>'
    '<mdui:Logo width="64" height="32">javascript:alert(1)</mdui:Logo></mdui:UIInfo>'
)
ABOUT = (
    f'<md:Extensions {MD} xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">'
    '<mdrpi:RegistrationInfo xmlns:mdrpi="urn:oasis:names:tc:SAML:metadata:rpi" registrationAuthority="https://fed.example"/>'
    '<mdattr:EntityAttributes xmlns:mdattr="urn:oasis:names:tc:SAML:metadata:attribute">'
    '<saml:Attribute Name="http://macedir.org/entity-category">'
    "<saml:AttributeValue>http://refeds.org/category/hide-from-discovery</saml:AttributeValue></saml:Attribute>"
    '<saml:Attribute Name="urn:oasis:names:tc:SAML:attribute:assurance-certification">'
    "<saml:AttributeValue>http://id.example/loa2</saml:AttributeValue></saml:Attribute>"
    "</mdattr:EntityAttributes></md:Extensions>"
)


def entity(*edits: Edit) -> SamlEntity:
    root = parse(IDP.metadata())
    for edit in edits:
        edit(root)
    return read_entity(parse(etree.tostring(root)))


def fault(*edits: Edit) -> F | None:
    try:
        entity(*edits)
    except SamlRefused as refused:
        return refused.fault
    return None


def test_our_metadata_is_signed_and_says_what_federations_ask_for() -> None:
    document = build_metadata(OURS, SP)
    root = verify_enveloped(parse(document), [SP.certificate])
    found = read_entity(root)
    assert (found.entity_id, found.is_sp, found.is_idp, found.valid_until) == (
        OURS.entity_id,
        True,
        False,
        OURS.valid_until,
    )
    assert [one.der for one in found.signing] == [der_base64(one) for one in OURS.signing]
    assert [one.der for one in found.encryption] == [der_base64(SP.certificate)]
    assert {one.location for one in found.slo} == {OURS.slo_url}
    assert len(found.slo) == 2
    assert found.names == {"sv": "Startklar", "en": "Startklar"}
    assert found.discovery_responses == OURS.discovery_urls
    text = document.decode()
    assert f'<md:RequestedAttribute Name="{EPPN}"' in text
    assert 'WantAssertionsSigned="true"' in text
    assert "mailto:drift@sp.example.org" in text


def test_checksums_are_of_the_bytes_that_are_served() -> None:
    document = build_metadata(replace(OURS, attributes=(), organisation_url=None), None)
    assert b"Signature" not in document
    found = checksums(document)
    assert found.sha256 == hashlib.sha256(document).hexdigest()
    assert (len(found.sha1), found.sha1) == (40, hashlib.sha1(document).hexdigest())  # noqa: S324


def test_a_foreign_entity_is_read() -> None:
    found = entity(insert(EXTENSIONS, UI), insert(".", ABOUT, 0), put(".", validUntil="2026-12-01T00:00:00Z"))
    assert (found.entity_id, found.is_idp, found.is_sp) == (IDP.entity_id, True, False)
    assert found.sso_at(REDIRECT) == IDP.sso_url
    assert found.sso_at("urn:x") is None
    assert found.scopes == (Scope("example.org"),)
    certificate = IDP.credential.certificate
    assert [one.fingerprint for one in found.signing] == [fingerprint(certificate)]
    assert found.signing[0].expires_at == certificate.not_valid_after_utc
    assert found.signing[0].is_usable
    assert found.names == {"sv": "Kommunen"}
    assert found.keywords == {"sv": ("skola", "barn")}
    assert [(logo.url, logo.width, logo.height) for logo in found.logos] == [
        ("https://idp.example.org/logo.png", 64, 32)
    ]
    assert found.is_hidden
    assert found.attributes["urn:oasis:names:tc:SAML:attribute:assurance-certification"] == ("http://id.example/loa2",)
    assert found.registration_authority == "https://fed.example"
    assert found.valid_until is not None
    assert not entity().is_hidden


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (put(".", entityID=None), F.metadata_shape),
        (put(".", entityID="x" * 1025), F.metadata_shape),
        (put(".", entityID="https://idp.example.org/ x"), F.metadata_shape),
        (lambda root: setattr(root, "tag", "{urn:x}EntityDescriptor"), F.metadata_shape),
        (double(ROLE), F.metadata_shape),
        (write(".//ds:X509Certificate", "AAAA"), F.metadata_certificate),
        (put(".", validUntil="soon"), F.bad_instant),
    ],
)  # fmt: skip
def test_an_entity_that_is_not_sound_is_refused(edit: Edit, expected: F) -> None:
    assert fault(edit) == expected


def test_endpoints_that_are_not_safe_are_no_endpoints() -> None:
    sso = f"{ROLE}/{{urn:oasis:names:tc:SAML:2.0:metadata}}SingleSignOnService"
    assert len(entity(put(sso, Location="http://idp.example.org/sso")).sso) == 1
    for url in ("javascript:alert(1)", "https://", "https://u@x.example", "https://x.example/#f", "/sso", "https://x.example:99999",
                "https://x .example", "data:text/html,x", "http://127.0.0.1.evil.example"):  # fmt: skip
        assert not is_safe_url(url), url
    for url in ("https://x.example/a?b=c", "http://127.0.0.1:9000/sso", "http://localhost/"):
        assert is_safe_url(url), url


def test_roles_of_other_protocols_are_passed_over() -> None:
    found = entity(put(ROLE, protocolSupportEnumeration="urn:oasis:names:tc:SAML:1.1:protocol"))
    assert (found.is_idp, found.is_sp, found.signing) == (False, False, ())


def test_keys_without_a_use_serve_both_and_encryption_keys_do_not_sign() -> None:
    key = f"{ROLE}/{{urn:oasis:names:tc:SAML:2.0:metadata}}KeyDescriptor"
    both = entity(put(key, use=None))
    assert len(both.signing) == len(both.encryption) == 1
    other = entity(put(key, use="encryption"))
    assert (other.signing, len(other.encryption)) == ((), 1)
    assert entity(drop(key)).signing == ()


def test_certificates_are_read_with_line_breaks_or_as_pem() -> None:
    text = der_base64(FOREIGN.certificate)
    lines = "\n".join(text[place : place + 64] for place in range(0, len(text), 64))
    assert read_certificate(f"\n {lines} \n") == FOREIGN.certificate
    assert read_certificate(f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n") == FOREIGN.certificate
    assert not is_usable(credential("weak", bits=1024).certificate)
    root = parse(IDP.metadata())
    find(root, ".//ds:X509Certificate").text = der_base64(credential("weak", bits=1024).certificate)
    assert not read_entity(root).signing[0].is_usable
