"""An identity provider's side of SAML for tests: keys, assertions, responses, signatures, encryption.

`SamlIdp().login(...)` gives a good response to one request; tests that need a bad one change its texts or its tree
before (`edit`) or after signing. Keys are made once per process.
"""

import base64
import datetime as dt
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID
from lxml import etree

from services.identity.saml.certificates import der_base64
from services.identity.saml.names import BEARER, EPPN, SUCCESS, TRANSIENT, URI_FORMAT
from services.identity.saml.parsing import write_instant
from services.identity.saml.requests import new_message_id
from services.identity.saml.signing import SigningCredential, sign_enveloped

NS = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "xenc": "http://www.w3.org/2001/04/xmlenc#",
}
Signed = Literal["assertion", "response", "both", "none"]
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
Edit = Callable[[etree._Element], object]


@cache
def credential(name: str = "idp", *, bits: int = 2048, curve: str = "", days: int = 7300) -> SigningCredential:
    """A key pair with a self-signed certificate from 2020 on, the same for the same arguments in one process."""
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    key = ec.generate_private_key(_CURVES[curve]()) if curve else rsa.generate_private_key(65537, bits)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name}.example.org")])
    begun = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begun)
        .not_valid_after(begun + dt.timedelta(days=days))
    )
    return SigningCredential(key, builder.sign(key, hashes.SHA256()))


_CURVES: dict[str, type[ec.EllipticCurve]] = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1}


@dataclass(frozen=True)
class Login:
    """What one response says. The defaults are a good login; `edits` change the tree before it is signed."""

    request_id: str
    acs_url: str
    sp_entity_id: str
    at: dt.datetime
    name_id: str = "_transient-1"
    session_index: str | None = "_session-1"
    context: str | None = PASSWORD
    attributes: Mapping[str, Sequence[str]] = field(default_factory=lambda: {EPPN: ["anna@example.org"]})
    signed: Signed = "assertion"
    authenticated_at: dt.datetime | None = None
    session_until: dt.datetime | None = None
    minutes: int = 5
    response_edits: tuple[Edit, ...] = ()
    assertion_edits: tuple[Edit, ...] = ()
    encrypt_to: x509.Certificate | None = None


@dataclass(frozen=True)
class SamlIdp:
    """An identity provider. Give it a name per test when keys must differ."""

    entity_id: str = "https://idp.example.org/saml"
    sso_url: str = "https://idp.example.org/sso"
    slo_url: str = "https://idp.example.org/slo"
    name: str = "idp"
    scopes: tuple[str, ...] = ("example.org",)
    curve: str = ""

    @property
    def credential(self) -> SigningCredential:
        return credential(self.name, curve=self.curve)

    def respond(self, login: Login) -> str:
        """The form field SAMLResponse for `login`."""
        return base64.b64encode(self.response(login)).decode("ascii")

    def response(self, login: Login) -> bytes:
        """The response as XML, signed as `login.signed` says."""
        assertion = etree.fromstring(self.assertion_xml(login))
        for edit in login.assertion_edits:
            edit(assertion)
        inner = etree.tostring(assertion)
        if login.signed in ("assertion", "both"):
            inner = sign_enveloped(etree.fromstring(inner), self.credential)
        if login.encrypt_to is not None:
            inner = encrypted_assertion(inner, login.encrypt_to)
        root = etree.fromstring(self.envelope_xml(login, inner.decode()))
        for edit in login.response_edits:
            edit(root)
        if login.signed in ("response", "both"):
            return sign_enveloped(root, self.credential)
        return etree.tostring(root)

    def envelope_xml(self, login: Login, inner: str) -> str:
        """A successful response around `inner`."""
        return (
            f'<samlp:Response xmlns:samlp="{NS["samlp"]}" xmlns:saml="{NS["saml"]}" ID="{new_message_id()}"'
            f' Version="2.0" IssueInstant="{write_instant(login.at)}" Destination="{login.acs_url}"'
            f' InResponseTo="{login.request_id}">'
            f"<saml:Issuer>{self.entity_id}</saml:Issuer>"
            f'<samlp:Status><samlp:StatusCode Value="{SUCCESS}"/></samlp:Status>{inner}</samlp:Response>'
        )

    def failure(self, login: Login, *codes: str) -> str:
        """A response that tells of a failure: status codes from the outer to the inner, as full identifiers."""
        nested = ""
        for code in reversed(codes):
            nested = f'<samlp:StatusCode Value="{code}">{nested}</samlp:StatusCode>'
        xml = self.envelope_xml(login, "")
        begin, end = xml.index("<samlp:StatusCode"), xml.index("</samlp:Status>")
        return base64.b64encode((xml[:begin] + nested + xml[end:]).encode()).decode("ascii")

    def assertion_xml(self, login: Login) -> str:
        """The unsigned assertion."""
        until = write_instant(login.at + dt.timedelta(minutes=login.minutes))
        session = f' SessionIndex="{login.session_index}"' if login.session_index else ""
        if login.session_until is not None:
            session += f' SessionNotOnOrAfter="{write_instant(login.session_until)}"'
        context = f"<saml:AuthnContextClassRef>{login.context}</saml:AuthnContextClassRef>" if login.context else ""
        return (
            f'<saml:Assertion xmlns:saml="{NS["saml"]}" ID="{new_message_id()}" Version="2.0"'
            f' IssueInstant="{write_instant(login.at)}"><saml:Issuer>{self.entity_id}</saml:Issuer>'
            f'<saml:Subject><saml:NameID Format="{TRANSIENT}">{login.name_id}</saml:NameID>'
            f'<saml:SubjectConfirmation Method="{BEARER}"><saml:SubjectConfirmationData'
            f' Recipient="{login.acs_url}" InResponseTo="{login.request_id}" NotOnOrAfter="{until}"/>'
            f"</saml:SubjectConfirmation></saml:Subject>"
            f'<saml:Conditions NotBefore="{write_instant(login.at)}" NotOnOrAfter="{until}">'
            f"<saml:AudienceRestriction><saml:Audience>{login.sp_entity_id}</saml:Audience></saml:AudienceRestriction>"
            f'</saml:Conditions><saml:AuthnStatement AuthnInstant="{write_instant(login.authenticated_at or login.at)}"'
            f"{session}><saml:AuthnContext>{context}</saml:AuthnContext></saml:AuthnStatement>"
            f"<saml:AttributeStatement>{_attributes_xml(login.attributes)}</saml:AttributeStatement></saml:Assertion>"
        )

    def metadata(self, *, signed: bool = False, extra_certificates: Sequence[x509.Certificate] = ()) -> bytes:
        """Its EntityDescriptor."""
        keys = "".join(
            f'<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="{NS["ds"]}"><ds:X509Data><ds:X509Certificate>'
            f"{der_base64(one)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
            for one in (self.credential.certificate, *extra_certificates)
        )
        scopes = "".join(f'<shibmd:Scope regexp="false">{one}</shibmd:Scope>' for one in self.scopes)
        bindings = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-"
        places = "".join(
            f'<md:{kind} Binding="{bindings}{binding}" Location="{url}"/>'
            for kind, url in (("SingleLogoutService", self.slo_url), ("SingleSignOnService", self.sso_url))
            for binding in ("Redirect", "POST")
        )
        xml = (
            f'<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" ID="{new_message_id()}"'
            f' entityID="{self.entity_id}"><md:IDPSSODescriptor protocolSupportEnumeration="{NS["samlp"]}">'
            f'<md:Extensions xmlns:shibmd="urn:mace:shibboleth:metadata:1.0">{scopes}</md:Extensions>'
            f"{keys}{places}</md:IDPSSODescriptor></md:EntityDescriptor>"
        )
        return sign_enveloped(etree.fromstring(xml), self.credential) if signed else xml.encode()


def _attributes_xml(attributes: Mapping[str, Sequence[str]]) -> str:
    return "".join(
        f'<saml:Attribute Name="{name}" NameFormat="{URI_FORMAT}">'
        + "".join(f"<saml:AttributeValue>{value}</saml:AttributeValue>" for value in values)
        + "</saml:Attribute>"
        for name, values in attributes.items()
    )


@dataclass(frozen=True)
class Cipher:
    """How an assertion is encrypted; the defaults are the usual ones. `oaep` is (algorithm, digest, mask)."""

    content: str = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
    size: int = 32
    transport: str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
    digest: str = "http://www.w3.org/2000/09/xmldsig#sha1"
    mask: str = ""
    functions: tuple[type[hashes.HashAlgorithm], type[hashes.HashAlgorithm]] = (hashes.SHA1, hashes.SHA1)
    key_beside: bool = False


def encrypted_assertion(
    plaintext: bytes, certificate: x509.Certificate, cipher: Cipher | None = None, holder: str = "EncryptedAssertion"
) -> bytes:
    """An EncryptedAssertion (or other `holder`) for the owner of `certificate`."""
    cipher = cipher or Cipher()
    key, iv = os.urandom(cipher.size), os.urandom(12)
    sealed = iv + AESGCM(key).encrypt(iv, plaintext, None)
    public = certificate.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    scheme = padding.OAEP(padding.MGF1(cipher.functions[1]()), cipher.functions[0](), None)
    mask = f'<m:MGF xmlns:m="http://www.w3.org/2009/xmlenc11#" Algorithm="{cipher.mask}"/>' if cipher.mask else ""
    digest = f'<ds:DigestMethod Algorithm="{cipher.digest}"/>' if cipher.digest else ""
    wrapped = (
        f'<xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="{cipher.transport}">{digest}{mask}'
        f"</xenc:EncryptionMethod>{_cipher_data(public.encrypt(key, scheme))}</xenc:EncryptedKey>"
    )
    inside, beside = ("", wrapped) if cipher.key_beside else (f"<ds:KeyInfo>{wrapped}</ds:KeyInfo>", "")
    return (
        f'<saml:{holder} xmlns:saml="{NS["saml"]}" xmlns:xenc="{NS["xenc"]}" xmlns:ds="{NS["ds"]}">'
        f'<xenc:EncryptedData Type="{NS["xenc"]}Element"><xenc:EncryptionMethod Algorithm="{cipher.content}"/>'
        f"{inside}{_cipher_data(sealed)}</xenc:EncryptedData>{beside}</saml:{holder}>"
    ).encode()


def _cipher_data(data: bytes) -> str:
    encoded = base64.b64encode(data).decode("ascii")
    return f"<xenc:CipherData><xenc:CipherValue>{encoded}</xenc:CipherValue></xenc:CipherData>"


def varied(login: Login, **changes: object) -> Login:
    """The same login with some things said differently."""
    return replace(login, **changes)  # type: ignore[arg-type]
