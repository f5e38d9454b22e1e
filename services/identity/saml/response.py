"""`verify_response`: from what a browser posted to who logged in.

The order of checks is that of the house (order of checks at the assertion consumer service, steps 1 to 11 and 13).
Steps that need state are the caller's: the request is used up before (5), the replay key is stored after (12), the
level of assurance and the account are judged after (14, 15).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from services.identity.saml.assertion import ExpectedResponse, VerifiedAssertion, check_issuer, read_assertion
from services.identity.saml.encryption import decrypt
from services.identity.saml.faults import SamlFault, SamlRefused
from services.identity.saml.names import ds, saml, samlp
from services.identity.saml.parsing import children, decode_base64, parse, read_instant
from services.identity.saml.scoping import Scope, are_own
from services.identity.saml.signature import is_signed, verify_enveloped
from services.identity.saml.status import status_fault

_PAYLOAD = (saml("Assertion"), saml("EncryptedAssertion"))
_PARTS = (saml("Issuer"), samlp("Extensions"), samlp("Status"), *_PAYLOAD)
_UNIQUE = (samlp("Response"), *_PAYLOAD, ds("Signature"))


@dataclass(frozen=True)
class IdpTrust:
    """What is believed of one identity provider: its signing certificates and the scopes that it may assert.

    `scopes` None leaves scoped attributes unchecked here, for a provider whose domains are verified elsewhere; an empty
    tuple refuses them all.
    """

    certificates: Sequence[x509.Certificate]
    scopes: Sequence[Scope] | None = ()
    wants_encrypted: bool = False


class ForeignScope(SamlRefused):
    """A genuine answer about somebody whom its provider may not speak for; a trial shows what `arrived`."""

    def __init__(self, message: str, arrived: VerifiedAssertion) -> None:
        super().__init__(SamlFault.foreign_scope, message)
        self.arrived = arrived


def verify_response(
    body: str, expected: ExpectedResponse, trust: IdpTrust, keys: Sequence[rsa.RSAPrivateKey], now: datetime
) -> VerifiedAssertion:
    """The login that `body` (form field SAMLResponse, base64) proves; raises SamlRefused with the rule it broke.

    `keys` are our decryption keys, newest first; `now` is timezone-aware.
    """
    root = parse(decode_base64(body))
    _check_envelope(root)
    fault = status_fault(root)
    if fault is not None:
        raise SamlRefused(fault, "the provider did not log the person in")
    _check_addressing(root, expected, now)
    _check_strays(root, root)
    assertion = _signed_assertion(root, trust, keys)
    verified = read_assertion(assertion, expected, keys, now)
    if trust.scopes is not None and not are_own(verified.attributes, trust.scopes):
        raise ForeignScope("an attribute has a scope that its provider may not assert", verified)
    return verified


def _check_envelope(root: etree._Element) -> None:
    if root.tag != samlp("Response"):
        raise SamlRefused(SamlFault.wrong_root, "not a Response")
    if root.get("Version") != "2.0" or not root.get("ID"):
        raise SamlRefused(SamlFault.wrong_version, "not a Response of SAML 2.0 with an ID")
    parts = [one.tag for one in root if one.tag != ds("Signature")]  # where signatures stand is looked at with them
    order = [_PARTS.index(tag) if tag in _PARTS else -1 for tag in parts]
    is_once = all(order.count(place) <= 1 for place in (0, 1, 2))
    if -1 in order or order != sorted(order) or not is_once:
        raise SamlRefused(SamlFault.message_shape, "the response's parts are not those of the schema")


def _check_addressing(root: etree._Element, expected: ExpectedResponse, now: datetime) -> None:
    if root.get("Destination") != expected.acs_url:
        raise SamlRefused(SamlFault.destination, "sent to another address")
    if root.get("InResponseTo") != expected.request_id:
        raise SamlRefused(SamlFault.in_response_to, "not the answer to our request")
    if read_instant(root.get("IssueInstant")) > now + expected.skew:
        raise SamlRefused(SamlFault.not_yet_issued, "the response comes from the future")
    for issuer in children(root, saml("Issuer")):
        check_issuer(issuer, expected.idp_entity_id)


def _check_strays(root: etree._Element, top: etree._Element) -> None:
    """Assertions only as children of `top`, signatures only in it and in them, no response inside a response."""
    for one in root.iter(*_UNIQUE):
        parent = one.getparent()
        if one.tag == ds("Signature"):
            if parent is None or (parent is not top and parent.tag != saml("Assertion")):
                raise SamlRefused(SamlFault.signature_misplaced, "a signature where none belongs")
        elif one is not top and (parent is not top or one.tag == samlp("Response")):
            raise SamlRefused(SamlFault.assertion_misplaced, "an assertion where none belongs")


def _signed_assertion(root: etree._Element, trust: IdpTrust, keys: Sequence[rsa.RSAPrivateKey]) -> etree._Element:
    """The one assertion as it was signed, by its own signature or the response's. Every signature there must hold.

    Its own signature is verified where it was made, in the document as sent: the response's canonical form drops
    namespaces that only the assertion's names as prefixes to keep.
    """
    sent = _payload(root)
    proven = verify_enveloped(root, trust.certificates) if is_signed(root) else None
    holder = _payload(proven) if proven is not None else sent
    if holder.tag == saml("EncryptedAssertion"):
        sent = holder = decrypt(holder, keys)
        if sent.tag != saml("Assertion"):
            raise SamlRefused(SamlFault.undecryptable, "could not be decrypted")
        _check_strays(sent, sent)
    elif trust.wants_encrypted:
        raise SamlRefused(SamlFault.encryption_required, "the assertion is not encrypted")
    if is_signed(sent):
        return verify_enveloped(sent, trust.certificates)
    if proven is None:
        raise SamlRefused(SamlFault.unsigned, "neither response nor assertion is signed")
    return holder


def _payload(root: etree._Element) -> etree._Element:
    found = [one for one in root if one.tag in _PAYLOAD]
    if len(found) != 1:
        raise SamlRefused(SamlFault.assertion_count, "not exactly one assertion")
    return found[0]
