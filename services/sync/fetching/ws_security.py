"""Writes a SOAP 1.2 message signed as WS-Security 1.0 asks for (OASIS X.509 token profile).

RSA-SHA256 over SHA-256 digests of exclusively canonicalised parts; the certificate travels along as a binary token.
Signed are body, time stamp, action, message id and whatever header a service wants signed besides.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from lxml import etree

from services.sync.fetching.key_opening import KeyUnreadable, opened
from services.sync.fetching.private_key import read_rsa
from shared.kit.ids import new_id

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://www.w3.org/2005/08/addressing"
_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
SECURITY = f"{_OASIS}wssecurity-secext-1.0.xsd"
UTILITY = f"{_OASIS}wssecurity-utility-1.0.xsd"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
_X509 = f"{_OASIS}x509-token-profile-1.0#X509v3"
_BASE64 = f"{_OASIS}soap-message-security-1.0#Base64Binary"
_CANONICAL = "http://www.w3.org/2001/10/xml-exc-c14n#"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_LASTS = timedelta(minutes=5)


class KeyUnfit(Exception):
    """The key cannot sign in the certificate's name; `reason` is a word for it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Signer:
    """A private key and the certificate of its public half."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @classmethod
    async def of(cls, certificate: str, key: str, passphrase: str, now: datetime) -> Self:
        """From PEM. Raises KeyUnfit: `certificate`, `private-key`, `mismatch`, `not-yet-valid` or `expired`."""
        try:
            named = x509.load_pem_x509_certificate(certificate.encode())
        except ValueError:
            raise KeyUnfit("certificate") from None
        try:
            clear = await opened(read_rsa, key, passphrase)
        except KeyUnreadable:
            raise KeyUnfit("private-key") from None
        held = cast(
            "rsa.RSAPrivateKey", load_pem_private_key(clear.encode(), None, unsafe_skip_rsa_key_validation=True)
        )
        if held.public_key() != named.public_key():
            raise KeyUnfit("mismatch")
        if now < named.not_valid_before_utc:
            raise KeyUnfit("not-yet-valid")
        if now > named.not_valid_after_utc:
            raise KeyUnfit("expired")
        return cls(held, named)


def signed_message(
    signer: Signer, to: str, action: str, body: etree._Element, headers: Mapping[str, str], now: datetime
) -> bytes:
    """The envelope. `headers`: what the service wants told and signed besides, text by qualified name."""
    prefixes = {"soap": SOAP, "wsa": ADDRESSING, "wsse": SECURITY, "wsu": UTILITY}
    envelope = etree.Element(_name(SOAP, "Envelope"), nsmap=prefixes)
    header = etree.SubElement(envelope, _name(SOAP, "Header"))
    parts = [
        _said(header, _name(ADDRESSING, "Action"), action),
        _said(header, _name(ADDRESSING, "MessageID"), f"urn:uuid:{new_id()}"),
    ]
    _said(header, _name(ADDRESSING, "To"), to)
    reply = etree.SubElement(header, _name(ADDRESSING, "ReplyTo"))
    _said(reply, _name(ADDRESSING, "Address"), f"{ADDRESSING}/anonymous")
    parts += [_said(header, name, value) for name, value in headers.items()]
    security = etree.SubElement(header, _name(SECURITY, "Security"), {_name(SOAP, "mustUnderstand"): "true"})
    parts.append(_time_stamp(security, now))
    token = _said(security, _name(SECURITY, "BinarySecurityToken"), _base64(_der(signer.certificate)))
    token.set("ValueType", _X509)
    token.set("EncodingType", _BASE64)
    whole = etree.SubElement(envelope, _name(SOAP, "Body"))
    whole.append(body)
    parts.append(whole)
    _sign(security, signer, parts, _marked(token))
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def _sign(security: etree._Element, signer: Signer, parts: list[etree._Element], token: str) -> None:
    signature = etree.SubElement(security, _name(SIGNATURE, "Signature"), nsmap={"ds": SIGNATURE})
    told = etree.SubElement(signature, _name(SIGNATURE, "SignedInfo"))
    etree.SubElement(told, _name(SIGNATURE, "CanonicalizationMethod"), Algorithm=_CANONICAL)
    etree.SubElement(told, _name(SIGNATURE, "SignatureMethod"), Algorithm=_RSA_SHA256)
    for part in parts:
        reference = etree.SubElement(told, _name(SIGNATURE, "Reference"), URI=f"#{_marked(part)}")
        transforms = etree.SubElement(reference, _name(SIGNATURE, "Transforms"))
        etree.SubElement(transforms, _name(SIGNATURE, "Transform"), Algorithm=_CANONICAL)
        etree.SubElement(reference, _name(SIGNATURE, "DigestMethod"), Algorithm=_SHA256)
        digest = hashlib.sha256(_canonical(part)).digest()
        _said(reference, _name(SIGNATURE, "DigestValue"), _base64(digest))
    made = signer.key.sign(_canonical(told), padding.PKCS1v15(), hashes.SHA256())
    _said(signature, _name(SIGNATURE, "SignatureValue"), _base64(made))
    by = etree.SubElement(signature, _name(SIGNATURE, "KeyInfo"))
    reference = etree.SubElement(by, _name(SECURITY, "SecurityTokenReference"))
    etree.SubElement(reference, _name(SECURITY, "Reference"), URI=f"#{token}", ValueType=_X509)


def _time_stamp(security: etree._Element, now: datetime) -> etree._Element:
    stamp = etree.SubElement(security, _name(UTILITY, "Timestamp"))
    for name, at in (("Created", now), ("Expires", now + _LASTS)):
        _said(stamp, _name(UTILITY, name), at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    return stamp


def _marked(part: etree._Element) -> str:
    """The id by which the signature speaks of a part."""
    mark = _name(UTILITY, "Id")
    if part.get(mark) is None:
        part.set(mark, f"id-{new_id()}")
    return str(part.get(mark))


def _canonical(part: etree._Element) -> bytes:
    return etree.tostring(part, method="c14n", exclusive=True)


def _said(parent: etree._Element, name: str, value: str) -> etree._Element:
    child = etree.SubElement(parent, name)
    child.text = value
    return child


def _name(namespace: str, name: str) -> str:
    return f"{{{namespace}}}{name}"


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
