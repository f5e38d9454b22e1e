"""Our own metadata as a service provider (SAML metadata 2.0), one document per tenant.

An operator of a federation reads the checksum back over the telephone before taking the document in (Skolfederation
compares SHA-1), so the checksums are of the very bytes that are served: build once, serve what was built.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from lxml import etree

from services.identity.saml.certificates import der_base64
from services.identity.saml.names import (
    DISCOVERY,
    DSIG,
    MDUI,
    METADATA,
    POST,
    PROTOCOL,
    REDIRECT,
    TRANSIENT,
    URI_FORMAT,
    XENC,
    XENC11,
    XML_LANG,
    ds,
    md,
)
from services.identity.saml.parsing import write_instant
from services.identity.saml.requests import new_message_id
from services.identity.saml.signing import SigningCredential, sign_enveloped

ENCRYPTION_METHODS = (f"{XENC11}aes256-gcm", f"{XENC11}aes128-gcm", f"{XENC}rsa-oaep-mgf1p")


@dataclass(frozen=True)
class RequestedAttribute:
    """An attribute that we ask for, by wire name; `friendly_name` is for people who read the metadata."""

    name: str
    friendly_name: str
    is_required: bool = False


@dataclass(frozen=True)
class SpDescription:
    """What our metadata says. Texts by language. Several certificates stand side by side while keys roll over.

    With a `document_id` of the caller's the same description gives the same bytes, in every process.
    """

    entity_id: str
    acs_url: str
    slo_url: str
    valid_until: datetime
    signing: Sequence[x509.Certificate]
    encryption: Sequence[x509.Certificate]
    names: Mapping[str, str]
    descriptions: Mapping[str, str] = field(default_factory=dict)
    attributes: Sequence[RequestedAttribute] = ()
    name_id_formats: Sequence[str] = (TRANSIENT,)
    discovery_urls: Sequence[str] = ()
    organisation_url: str | None = None
    contacts: Mapping[str, str] = field(default_factory=dict)
    wants_signed_assertions: bool = True
    document_id: str | None = None


def build_metadata(description: SpDescription, credential: SigningCredential | None) -> bytes:
    """The EntityDescriptor, signed when a credential is given."""
    root = etree.Element(md("EntityDescriptor"), nsmap={"md": METADATA, "ds": DSIG, "mdui": MDUI})
    root.set("ID", description.document_id or new_message_id())
    root.set("entityID", description.entity_id)
    root.set("validUntil", write_instant(description.valid_until))
    role = etree.SubElement(root, md("SPSSODescriptor"))
    role.set("AuthnRequestsSigned", "true")
    role.set("WantAssertionsSigned", "true" if description.wants_signed_assertions else "false")
    role.set("protocolSupportEnumeration", PROTOCOL)
    _add_extensions(role, description)
    for use, certificates in (("signing", description.signing), ("encryption", description.encryption)):
        for certificate in certificates:
            _add_key(role, use, certificate)
    for binding in (REDIRECT, POST):
        etree.SubElement(role, md("SingleLogoutService"), Binding=binding, Location=description.slo_url)
    for name_id_format in description.name_id_formats:
        etree.SubElement(role, md("NameIDFormat")).text = name_id_format
    acs = etree.SubElement(role, md("AssertionConsumerService"), Binding=POST, Location=description.acs_url)
    acs.set("index", "0")
    acs.set("isDefault", "true")
    _add_attributes(role, description)
    _add_organisation(root, description)
    for kind, address in description.contacts.items():
        contact = etree.SubElement(root, md("ContactPerson"), contactType=kind)
        etree.SubElement(contact, md("EmailAddress")).text = f"mailto:{address}"
    return sign_enveloped(root, credential) if credential is not None else etree.tostring(root)


@dataclass(frozen=True)
class Checksums:
    """Lower-case hex of the document's bytes. SHA-1 only because operators still ask for it; nothing rests on it."""

    sha256: str
    sha1: str


def checksums(document: bytes) -> Checksums:
    """The checksums to print beside the download."""
    sha1 = hashlib.sha1(document, usedforsecurity=False).hexdigest()
    return Checksums(hashlib.sha256(document).hexdigest(), sha1)


def _add_extensions(role: etree._Element, description: SpDescription) -> None:
    extensions = etree.SubElement(role, md("Extensions"))
    ui_info = etree.SubElement(extensions, f"{{{MDUI}}}UIInfo")
    for name, texts in (("DisplayName", description.names), ("Description", description.descriptions)):
        _add_texts(ui_info, f"{{{MDUI}}}{name}", texts)
    for index, url in enumerate(description.discovery_urls):
        response = etree.SubElement(extensions, f"{{{DISCOVERY}}}DiscoveryResponse", nsmap={"idpdisc": DISCOVERY})
        response.set("Binding", DISCOVERY)
        response.set("Location", url)
        response.set("index", str(index))


def _add_texts(parent: etree._Element, tag: str, texts: Mapping[str, str]) -> None:
    for lang, text in texts.items():
        element = etree.SubElement(parent, tag)
        element.set(XML_LANG, lang)
        element.text = text


def _add_key(role: etree._Element, use: str, certificate: x509.Certificate) -> None:
    descriptor = etree.SubElement(role, md("KeyDescriptor"), use=use)
    data = etree.SubElement(etree.SubElement(descriptor, ds("KeyInfo")), ds("X509Data"))
    etree.SubElement(data, ds("X509Certificate")).text = der_base64(certificate)
    for algorithm in ENCRYPTION_METHODS if use == "encryption" else ():
        etree.SubElement(descriptor, md("EncryptionMethod"), Algorithm=algorithm)


def _add_attributes(role: etree._Element, description: SpDescription) -> None:
    if not description.attributes:
        return
    service = etree.SubElement(role, md("AttributeConsumingService"), index="0")
    _add_texts(service, md("ServiceName"), description.names)
    for attribute in description.attributes:
        requested = etree.SubElement(service, md("RequestedAttribute"))
        requested.set("Name", attribute.name)
        requested.set("NameFormat", URI_FORMAT)
        requested.set("FriendlyName", attribute.friendly_name)
        requested.set("isRequired", "true" if attribute.is_required else "false")


def _add_organisation(root: etree._Element, description: SpDescription) -> None:
    if description.organisation_url is None:
        return
    organisation = etree.SubElement(root, md("Organization"))
    _add_texts(organisation, md("OrganizationName"), description.names)
    _add_texts(organisation, md("OrganizationDisplayName"), description.names)
    _add_texts(organisation, md("OrganizationURL"), dict.fromkeys(description.names, description.organisation_url))
