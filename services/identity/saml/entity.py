"""One foreign EntityDescriptor (SAML metadata 2.0) as data. Who signed it is the caller's question, before this.

Reads what we act on and passes over what we do not know, as metadata is made to be extended. What it does read must be
sound: an endpoint that is not https is no endpoint, a certificate that cannot be read refuses the entity.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from lxml import etree

from services.identity.saml.certificates import der_base64, fingerprint, is_usable, read_certificate
from services.identity.saml.faults import SamlFault, SamlRefused
from services.identity.saml.names import (
    DISCOVERY,
    MDATTR,
    MDRPI,
    MDUI,
    PROTOCOL,
    SHIBMD,
    XML_LANG,
    ds,
    md,
    saml,
)
from services.identity.saml.parsing import read_instant
from services.identity.saml.scoping import Scope

MAX_ENTITY_ID = 1024
HIDE_FROM_DISCOVERY = "http://refeds.org/category/hide-from-discovery"
ENTITY_CATEGORY = "http://macedir.org/entity-category"
_UI_INFO = f"{md('Extensions')}/{{{MDUI}}}UIInfo"


@dataclass(frozen=True)
class Endpoint:
    """Where an entity takes messages over one binding; `response_location` is set where answers go elsewhere."""

    binding: str
    location: str
    response_location: str | None = None


@dataclass(frozen=True)
class EntityCertificate:
    """`der` is base64 in one line, as `certificates.read_certificate` takes it. `is_usable`: the key is strong."""

    der: str
    expires_at: datetime
    fingerprint: str
    is_usable: bool


@dataclass(frozen=True)
class Logo:
    """Size in pixels. The URL is the entity's word: a page that shows it fetches from a foreign host."""

    url: str
    width: int
    height: int
    lang: str | None


@dataclass(frozen=True)
class SamlEntity:
    """What an entity says of itself. Names and keywords by language (`xml:lang`), attributes by their names.

    Endpoints stand in the order of the document. `scopes` are those an identity provider may assert; empty means none.
    """

    entity_id: str
    is_idp: bool
    is_sp: bool
    sso: tuple[Endpoint, ...] = ()
    slo: tuple[Endpoint, ...] = ()
    signing: tuple[EntityCertificate, ...] = ()
    encryption: tuple[EntityCertificate, ...] = ()
    scopes: tuple[Scope, ...] = ()
    name_id_formats: tuple[str, ...] = ()
    wants_signed_requests: bool = False
    names: dict[str, str] = field(default_factory=dict)
    keywords: dict[str, tuple[str, ...]] = field(default_factory=dict)
    logos: tuple[Logo, ...] = ()
    attributes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    discovery_responses: tuple[str, ...] = ()
    registration_authority: str | None = None
    valid_until: datetime | None = None

    @property
    def is_hidden(self) -> bool:
        """Whether the entity asks to be left out of discovery pages (REFEDS Hide From Discovery)."""
        return HIDE_FROM_DISCOVERY in self.attributes.get(ENTITY_CATEGORY, ())

    def sso_at(self, binding: str) -> str | None:
        """The single sign-on URL over `binding`."""
        return next((one.location for one in self.sso if one.binding == binding), None)


def read_entity(element: etree._Element) -> SamlEntity:
    """The entity in an `md:EntityDescriptor`; raises SamlRefused (`metadata_shape`, `metadata_certificate`)."""
    entity_id = element.get("entityID", "")
    if (
        element.tag != md("EntityDescriptor")
        or not 0 < len(entity_id) <= MAX_ENTITY_ID
        or entity_id.split() != [entity_id]
    ):
        raise SamlRefused(SamlFault.metadata_shape, "not an EntityDescriptor with an entityID")
    idp = _role(element, "IDPSSODescriptor")
    sp = _role(element, "SPSSODescriptor")
    role = idp if idp is not None else sp
    if role is None:
        return SamlEntity(entity_id, is_idp=False, is_sp=False, valid_until=_valid_until(element))
    return SamlEntity(
        entity_id,
        is_idp=idp is not None,
        is_sp=sp is not None,
        sso=tuple(_endpoints(idp, "SingleSignOnService")),
        slo=tuple(_endpoints(role, "SingleLogoutService")),
        signing=tuple(_certificates(role, "signing")),
        encryption=tuple(_certificates(role, "encryption")),
        scopes=tuple(dict.fromkeys(_scopes(element, idp))),
        name_id_formats=tuple(_texts(role, md("NameIDFormat"))),
        wants_signed_requests=role.get("WantAuthnRequestsSigned") in ("true", "1"),
        names=_names(element, role),
        keywords={
            lang: tuple(text.split()) for lang, text in _in_languages(role, f".//{{{MDUI}}}UIInfo/{{{MDUI}}}Keywords")
        },
        logos=tuple(_logos(role)),
        attributes=_attributes(element),
        discovery_responses=tuple(_discovery_responses(sp)),
        registration_authority=_registration_authority(element),
        valid_until=_valid_until(element, role),
    )


def _role(element: etree._Element, name: str) -> etree._Element | None:
    """The role's descriptor for SAML 2.0; two of them would leave open which keys count."""
    roles = [one for one in element.findall(md(name)) if PROTOCOL in one.get("protocolSupportEnumeration", "").split()]
    if len(roles) > 1:
        raise SamlRefused(SamlFault.metadata_shape, f"several {name} for SAML 2.0")
    return roles[0] if roles else None


def is_safe_url(url: str) -> bool:
    """An absolute https URL, or http on the loopback interface, where development runs; no user, no fragment."""
    if len(url) > 2048 or url.split() != [url]:
        return False
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    is_local = parts.scheme == "http" and host in ("127.0.0.1", "localhost", "::1")
    return (parts.scheme == "https" or is_local) and bool(host) and "@" not in parts.netloc and not parts.fragment


def _endpoints(role: etree._Element | None, name: str) -> Iterator[Endpoint]:
    for one in role.findall(md(name)) if role is not None else ():
        location, response = one.get("Location", ""), one.get("ResponseLocation")
        if is_safe_url(location) and (response is None or is_safe_url(response)):
            yield Endpoint(one.get("Binding", ""), location, response)


def _certificates(role: etree._Element, use: str) -> Iterator[EntityCertificate]:
    for descriptor in role.findall(md("KeyDescriptor")):
        if descriptor.get("use") not in (None, use):
            continue
        for node in descriptor.iterfind(f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}"):
            certificate = read_certificate(node.text or "")
            yield EntityCertificate(
                der_base64(certificate),
                certificate.not_valid_after_utc,
                fingerprint(certificate),
                is_usable(certificate),
            )


def _scopes(element: etree._Element, idp: etree._Element | None) -> Iterator[Scope]:
    for holder in (element, idp):
        for one in holder.iterfind(f"{md('Extensions')}/{{{SHIBMD}}}Scope") if holder is not None else ():
            if one.text and one.text.strip():
                yield Scope(one.text.strip(), one.get("regexp") in ("true", "1"))


def _names(element: etree._Element, role: etree._Element) -> dict[str, str]:
    """mdui:DisplayName, else the organisation's own display name."""
    organisation = dict(_in_languages(element, f"{md('Organization')}/{md('OrganizationDisplayName')}"))
    return {**organisation, **dict(_in_languages(role, f"{_UI_INFO}/{{{MDUI}}}DisplayName"))}


def _in_languages(holder: etree._Element, path: str) -> Iterator[tuple[str, str]]:
    for one in holder.iterfind(path):
        if one.text and one.text.strip():
            yield one.get(XML_LANG, "en").lower(), " ".join(one.text.split())[:500]


def _logos(role: etree._Element) -> Iterator[Logo]:
    for one in role.iterfind(f"{_UI_INFO}/{{{MDUI}}}Logo"):
        url, width, height = (one.text or "").strip(), one.get("width", ""), one.get("height", "")
        if is_safe_url(url) and width.isdecimal() and height.isdecimal() and len(width + height) <= 10:
            yield Logo(url, int(width), int(height), one.get(XML_LANG))


def _attributes(element: etree._Element) -> dict[str, tuple[str, ...]]:
    """Entity attributes (SAML V2.0 Metadata Extension for Entity Attributes 1.0): categories, assurance."""
    found: dict[str, tuple[str, ...]] = {}
    for one in element.iterfind(f"{md('Extensions')}/{{{MDATTR}}}EntityAttributes/{saml('Attribute')}"):
        found[one.get("Name", "")] = (*found.get(one.get("Name", ""), ()), *_texts(one, saml("AttributeValue")))
    return found


def _texts(holder: etree._Element, path: str) -> list[str]:
    return [one.text.strip() for one in holder.iterfind(path) if one.text and one.text.strip()]


def _discovery_responses(sp: etree._Element | None) -> Iterator[str]:
    for one in sp.iterfind(f"{md('Extensions')}/{{{DISCOVERY}}}DiscoveryResponse") if sp is not None else ():
        if is_safe_url(one.get("Location", "")):
            yield one.get("Location", "")


def _registration_authority(element: etree._Element) -> str | None:
    info = element.find(f"{md('Extensions')}/{{{MDRPI}}}RegistrationInfo")
    return info.get("registrationAuthority") if info is not None else None


def _valid_until(*holders: etree._Element) -> datetime | None:
    """The earliest `validUntil` of the descriptors given."""
    return min((read_instant(value) for one in holders if (value := one.get("validUntil")) is not None), default=None)
