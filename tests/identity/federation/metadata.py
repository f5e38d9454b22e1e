"""A federation of invented members: metadata documents, signed or wrong in any way that a test asks for."""

import base64
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from html import escape
from itertools import count

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod
from signxml.signer import XMLSigner

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
NAMESPACES = (
    'xmlns="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
    ' xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui" xmlns:shibmd="urn:mace:shibboleth:metadata:1.0"'
    ' xmlns:mdattr="urn:oasis:names:tc:SAML:metadata:attribute" xmlns:mdrpi="urn:oasis:names:tc:SAML:metadata:rpi"'
    ' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'
    ' xmlns:idpdisc="urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol"'
)
PLACE = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="placeholder"/>'
HIDE = "http://refeds.org/category/hide-from-discovery"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
_numbers = count(1)


@dataclass(frozen=True)
class Signer:
    """A key with its certificate."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def fingerprint(self) -> str:
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    @property
    def base64(self) -> str:
        return base64.b64encode(self.certificate.public_bytes(Encoding.DER)).decode()

    def sign(self, document: str) -> bytes:
        """The document with an enveloped signature in its placeholder."""
        signer = XMLSigner(
            method=SignatureConstructionMethod.enveloped,
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        root = etree.fromstring(document.encode(), etree.XMLParser(huge_tree=True))
        pem = self.certificate.public_bytes(Encoding.PEM).decode()
        signed = signer.sign(root, key=self.key, cert=pem, reference_uri=root.get("ID"), id_attribute="ID")
        return etree.tostring(signed)


def signer(name: str = "operator") -> Signer:
    """The same one for a name, all session long: making a key costs a quarter of a second."""
    return _made(name)


@cache
def _made(name: str) -> Signer:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"{name}.federation.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    return Signer(key, made)


@dataclass(frozen=True)
class Member:
    """An identity provider; `is_sp` makes it a service provider with a discovery response address instead."""

    host: str
    name: str = ""
    scopes: tuple[str, ...] = ()
    signer: str = "member"
    is_hidden: bool = False
    is_sp: bool = False
    valid_until: datetime | None = None
    path: str = "/sso"
    contact: str = ""
    extra: str = ""
    certificate: str = ""

    @property
    def entity_id(self) -> str:
        return f"https://{self.host}/{'sp' if self.is_sp else 'idp'}"

    @property
    def response(self) -> str:
        return f"https://{self.host}/disco"

    def xml(self, attributes: str = "") -> str:
        until = f' validUntil="{stamp(self.valid_until)}"' if self.valid_until else ""
        category = (
            '<mdattr:EntityAttributes><saml:Attribute Name="http://macedir.org/entity-category"'
            ' NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri">'
            f"<saml:AttributeValue>{HIDE}</saml:AttributeValue></saml:Attribute></mdattr:EntityAttributes>"
        )
        extensions = f"<Extensions>{category}</Extensions>" if self.is_hidden else ""
        contact = (
            f'<ContactPerson contactType="technical"><GivenName>{self.contact}</GivenName>'
            f"<EmailAddress>mailto:{self.contact}@{self.host}</EmailAddress></ContactPerson>"
            if self.contact
            else ""
        )
        body = self._sp() if self.is_sp else self._idp()
        return (
            f'<EntityDescriptor entityID="{self.entity_id}"{until}{attributes}>{extensions}{body}{contact}{self.extra}'
            "</EntityDescriptor>"
        )

    def _key(self) -> str:
        text = self.certificate or signer(self.signer).base64
        data = f"<ds:X509Data><ds:X509Certificate>{text}</ds:X509Certificate></ds:X509Data>"
        return f'<KeyDescriptor use="signing"><ds:KeyInfo>{data}</ds:KeyInfo></KeyDescriptor>'

    def _idp(self) -> str:
        scopes = "".join(f'<shibmd:Scope regexp="false">{scope}</shibmd:Scope>' for scope in self.scopes)
        name = f'<mdui:DisplayName xml:lang="sv">{escape(self.name or self.host)}</mdui:DisplayName>'
        names = f"<mdui:UIInfo>{name}</mdui:UIInfo>"
        return (
            '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
            f"<Extensions>{scopes}{names}</Extensions>{self._key()}"
            f'<SingleSignOnService Binding="{REDIRECT}" Location="https://{self.host}{self.path}"/></IDPSSODescriptor>'
        )

    def _sp(self) -> str:
        response = (
            '<idpdisc:DiscoveryResponse Binding="urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol"'
            f' Location="{self.response}" index="1"/>'
        )
        consumer = (
            '<AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"'
            f' Location="https://{self.host}/acs" index="1"/>'
        )
        return (
            '<SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
            f"<Extensions>{response}</Extensions>{self._key()}{consumer}</SPSSODescriptor>"
        )


@dataclass(frozen=True)
class Aggregate:
    """A document of the federation; `replace(...)` gives one that is wrong in one way."""

    members: tuple[Member, ...]
    valid_for: timedelta | None = timedelta(days=7)
    published_at: datetime | None = NOW
    cache: str = ""
    prefix: str = ""
    inner: str = ""
    number: int = field(default_factory=lambda: next(_numbers))

    def xml(self, *, place: str = PLACE) -> str:
        until = f' validUntil="{stamp(NOW + self.valid_for)}"' if self.valid_for is not None else ""
        cache = f' cacheDuration="{self.cache}"' if self.cache else ""
        published = (
            f'<Extensions><mdrpi:PublicationInfo publisher="https://federation.example"'
            f' creationInstant="{stamp(self.published_at)}"/></Extensions>'
            if self.published_at
            else ""
        )
        members = "".join(member.xml() for member in self.members)
        return (
            f'{self.prefix}<EntitiesDescriptor {NAMESPACES} ID="_{self.number}" Name="federation"{until}{cache}>'
            f"{place}{published}{members}{self.inner}</EntitiesDescriptor>"
        )

    def signed(self, by: str = "operator") -> bytes:
        return signer(by).sign(self.xml())

    def later(self, minutes: int = 30, **changes: object) -> "Aggregate":
        """The next publication, as the federation's own machine would make it."""
        at = (self.published_at or NOW) + timedelta(minutes=minutes)
        return replace(self, published_at=at, number=next(_numbers), **changes)  # type: ignore[arg-type]


def single(member: Member, *, valid_for: timedelta | None = timedelta(days=7), by: str = "operator") -> bytes:
    """One signed EntityDescriptor, as a metadata query answers."""
    at = NOW + valid_for if valid_for is not None else None
    attributes = f' {NAMESPACES} ID="_{next(_numbers)}"'
    document = replace(member, valid_until=at).xml(attributes)
    head, _, rest = document.partition(">")
    return signer(by).sign(f"{head}>{PLACE}{rest}")


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def members(*hosts: str) -> tuple[Member, ...]:
    return tuple(Member(host, scopes=(host,)) for host in hosts)


def aggregate(*hosts: str) -> Aggregate:
    return Aggregate(members(*hosts))
