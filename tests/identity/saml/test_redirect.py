"""HTTP-Redirect and HTTP-POST: our requests, and messages that come over either."""

import base64
import tracemalloc
import zlib
from datetime import timedelta
from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest
from lxml import etree

from services.identity.saml.faults import SamlFault as F
from services.identity.saml.faults import SamlRefused
from services.identity.saml.parsing import MAX_MESSAGE_BYTES
from services.identity.saml.posting import post_fields, read_post, verify_post
from services.identity.saml.redirect import inflate, read_redirect, redirect_url, verify_redirect
from services.identity.saml.requests import AuthnRequest, build_request, new_message_id
from services.identity.saml.signing import SigningCredential
from tests.identity.saml.attack import FOREIGN, IDP, NOW, SP
from tests.support.saml_signer import NS, credential

LOA3 = "http://id.elegnamnden.se/loa/1.0/loa3"
REQUEST = AuthnRequest(
    request_id="_1",
    issued_at=NOW + timedelta(microseconds=5),
    sp_entity_id="https://sp.example.org/saml",
    destination=IDP.sso_url,
    acs_url="https://sp.example.org/saml/acs",
    contexts=(LOA3, "http://id.sambi.se/loa/loa3"),
    must_log_in_again=True,
    scoping=("https://behind.example.org",),
)
EC = credential("ec", curve="P-256")


def sent(credential_: SigningCredential | None = SP, relay_state: str | None = "a b+c/ä=") -> str:
    return redirect_url(IDP.sso_url, "SAMLRequest", build_request(REQUEST), relay_state, credential_).partition("?")[2]


def fault(query: str) -> F | None:
    try:
        verify_redirect(read_redirect(query), [SP.certificate, EC.certificate])
    except SamlRefused as refused:
        return refused.fault
    return None


def test_a_request_says_what_is_wanted() -> None:
    root = etree.fromstring(build_request(REQUEST))
    assert (root.get("ID"), root.get("IssueInstant"), root.get("ForceAuthn")) == ("_1", "2026-11-22T12:00:00Z", "true")
    assert (root.get("Destination"), root.get("AssertionConsumerServiceURL")) == (IDP.sso_url, REQUEST.acs_url)
    assert root.get("ProtocolBinding") == "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    wanted = root.find("samlp:RequestedAuthnContext", NS)
    assert wanted is not None
    assert wanted.get("Comparison") == "exact"
    assert [one.text for one in wanted] == list(REQUEST.contexts)
    assert [one.get("ProviderID") for one in root.iterfind(".//samlp:IDPEntry", NS)] == ["https://behind.example.org"]
    assert [etree.QName(one).localname for one in root] == [
        "Issuer",
        "NameIDPolicy",
        "RequestedAuthnContext",
        "Scoping",
    ]
    plain = etree.fromstring(build_request(AuthnRequest("_2", NOW, "sp", "d", "acs")))
    assert plain.get("ForceAuthn") is None
    assert plain.find("samlp:RequestedAuthnContext", NS) is None
    assert len({new_message_id() for _ in range(100)}) == 100


@pytest.mark.parametrize("signer", [SP, EC])
def test_a_signed_query_is_verified_over_its_octets(signer: SigningCredential) -> None:
    query = sent(signer)
    assert fault(query) is None
    message = read_redirect(query)
    assert (message.field, message.relay_state, message.root.get("ID")) == ("SAMLRequest", "a b+c/ä=", "_1")
    assert fault(sent(signer, None)) is None
    assert fault(f"tenant=x&{query}&y=z") is None, "the URL's own parameters are not the binding's"
    with pytest.raises(SamlRefused):
        verify_redirect(message, [FOREIGN.certificate])


def test_a_url_that_has_a_query_keeps_it() -> None:
    url = redirect_url("https://idp.example.org/sso?a=b", "SAMLRequest", b"<a/>", None, None)
    assert parse_qs(urlsplit(url).query)["a"] == ["b"]


def part(query: str, name: str) -> str:
    return next(one for one in query.split("&") if one.startswith(f"{name}="))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda q: q.replace("RelayState=", "RelayState=x"), F.signature_invalid),
        (lambda q: q.replace("%2B", "%2b"), F.signature_invalid),
        (lambda q: q.replace(f"&{part(q, 'RelayState')}", ""), F.signature_invalid),
        (lambda q: q.replace(f"&{part(q, 'Signature')}", ""), F.unsigned),
        (lambda q: q.replace(f"&{part(q, 'SigAlg')}", ""), F.unsigned),
        (lambda q: q.replace("rsa-sha256", "rsa-sha1"), F.signature_algorithm),
        (lambda q: q.replace("rsa-sha256", "rsa-sha512"), F.signature_invalid),
        (lambda q: q.replace("rsa-sha256", "ecdsa-sha256"), F.signature_invalid),
        (lambda q: q.replace("rsa-sha256", "hmac-sha256"), F.signature_algorithm),
        (lambda q: f"{q}&{part(q, 'SAMLRequest')}", F.message_shape),
        (lambda q: f"{q}&RelayState=evil", F.message_shape),
        (lambda q: f"{q}&Relay%53tate=evil", F.message_shape),
        (lambda q: f"{q}&SAMLResponse=x", F.message_shape),
        (lambda q: q.replace("SAMLRequest", "SAMLResponse"), F.signature_invalid),
        (lambda q: f"{q}&SAMLEncoding=urn:x", F.message_shape),
        (lambda q: q.replace("SAMLRequest", "Other"), F.message_shape),
        (lambda q: f"{q}&x=å", F.too_large),
        (lambda q: q + "&x=" + "y" * 70_000, F.too_large),
        (lambda q: q.replace("RelayState=", "RelayState=" + "y" * 2000), F.too_large),
        (lambda q: q.replace(part(q, "Signature"), "Signature=!"), F.not_base64),
    ],
)  # fmt: skip
def test_a_query_that_was_tampered_with_is_refused(change, expected: F) -> None:  # type: ignore[no-untyped-def]
    assert fault(change(sent())) == expected


def test_inflating_is_bounded() -> None:
    def deflated(data: bytes) -> bytes:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        return packer.compress(data) + packer.flush()

    assert inflate(deflated(b"x" * MAX_MESSAGE_BYTES)) == b"x" * MAX_MESSAGE_BYTES
    for data, expected in (
        (deflated(b"x" * 50_000_000), F.too_large),
        (deflated(b"x") + b"y", F.inflate),
        (deflated(b"x" * 1000)[:-2], F.inflate),
        (zlib.compress(b"x"), F.inflate),
        (b"\xff\xff", F.inflate),
        (b"", F.inflate),
    ):
        with pytest.raises(SamlRefused) as caught:
            inflate(data)
        assert caught.value.fault == expected
    packed = deflated(b"x" * 50_000_000)
    tracemalloc.start()
    with pytest.raises(SamlRefused):
        inflate(packed)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000
    bomb = base64.b64encode(deflated(b"x" * 50_000_000)).decode()
    assert fault(f"SAMLRequest={quote_plus(bomb)}") == F.too_large


@pytest.mark.parametrize("signer", [SP, EC])
def test_a_posted_request_is_signed_enveloped(signer: SigningCredential) -> None:
    fields = post_fields("SAMLRequest", build_request(REQUEST), "state", signer)
    assert fields["RelayState"] == "state"
    root = read_post(fields["SAMLRequest"])
    assert verify_post(root, [signer.certificate]).get("ID") == "_1"
    with pytest.raises(SamlRefused):
        verify_post(root, [FOREIGN.certificate])
    root.set("Destination", "https://evil.example.org")
    with pytest.raises(SamlRefused):
        verify_post(root, [signer.certificate])


def test_a_request_may_be_posted_unsigned() -> None:
    fields = post_fields("SAMLRequest", build_request(REQUEST), None, None)
    assert set(fields) == {"SAMLRequest"}
    with pytest.raises(SamlRefused) as caught:
        verify_post(read_post(fields["SAMLRequest"]), [SP.certificate])
    assert caught.value.fault == F.unsigned
