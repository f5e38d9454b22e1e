"""What the provider says, as signed XML: assertions (in the clear or encrypted), refusals, logout messages."""

import base64
import hashlib
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_der_x509_certificate
from lxml import etree
from lxml.builder import ElementMaker
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from cli.demo_idp.directory import SamlIdentity, User
from cli.demo_idp.saml.names import (
    ASSURANCE,
    DISPLAY_NAME,
    EPPN,
    PERSISTENT,
    PREFIXES,
    SAML,
    SAMLP,
    STATUS,
    URI_NAMES,
    XENC,
    q,
)

_P = ElementMaker(namespace=SAMLP, nsmap={"samlp": SAMLP, "saml": SAML})
_A = ElementMaker(namespace=SAML, nsmap={"saml": SAML})
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
_OAEP = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"


@dataclass(frozen=True)
class Destination:
    """The service provider that an answer is for. `encryption` is its certificate, where it is told in secret."""

    entity_id: str
    url: str
    encryption: str | None = None


@dataclass(frozen=True)
class Login:
    """A person's login in this provider: when it was, as what it counts, in which session."""

    user: User
    at: datetime
    context: str
    session_index: str


def name_id(user: User) -> str:
    """A stable name that tells nothing."""
    return hashlib.sha256(user.eppn.encode()).hexdigest()[:32]


class Answerer:
    """Builds and signs the messages of one provider."""

    def __init__(self, entity_id: str, identity: SamlIdentity) -> None:
        self._entity_id = entity_id
        self._identity = identity
        self._key = load_key(identity)

    def response(self, destination: Destination, request_id: str, login: Login) -> bytes:
        """A Response with a signed assertion for `login`."""
        assertion = self._sign(self._assertion(destination, request_id, login))
        if destination.encryption is not None:
            assertion = _encrypted(assertion, destination.encryption)
        root = self._message("Response", destination.url, request_id)
        root.extend([_status("Success"), assertion])
        return etree.tostring(root)

    def refusal(self, destination: Destination, request_id: str, reason: str) -> bytes:
        """A signed Response without an assertion; `reason` is the second-level status, such as NoAuthnContext."""
        root = self._message("Response", destination.url, request_id)
        root.append(_status("Responder", reason))
        return etree.tostring(self._sign(root))

    def logout_response(self, url: str, request_id: str) -> bytes:
        """The answer to a LogoutRequest: done."""
        root = self._message("LogoutResponse", url, request_id)
        root.append(_status("Success"))
        return etree.tostring(self._sign(root))

    def logout_request(self, url: str, login: Login) -> bytes:
        """Tell a service provider that the person has logged out here."""
        root = self._message("LogoutRequest", url, None)
        root.append(_A.NameID(name_id(login.user), Format=PERSISTENT))
        root.append(_P.SessionIndex(login.session_index))
        return etree.tostring(self._sign(root))

    def _message(self, kind: str, url: str, request_id: str | None) -> etree._Element:
        attributes = {
            "ID": _new_id(),
            "Version": "2.0",
            "IssueInstant": _instant(datetime.now(UTC)),
            "Destination": url,
        }
        if request_id is not None:
            attributes["InResponseTo"] = request_id
        return _P(kind, _A.Issuer(self._entity_id), **attributes)

    def _assertion(self, destination: Destination, request_id: str, login: Login) -> etree._Element:
        now = datetime.now(UTC)
        until = _instant(now + timedelta(minutes=5))
        confirmation = _A.SubjectConfirmationData(
            InResponseTo=request_id, Recipient=destination.url, NotOnOrAfter=until
        )
        return _A.Assertion(
            _A.Issuer(self._entity_id),
            _A.Subject(
                _A.NameID(name_id(login.user), Format=PERSISTENT),
                _A.SubjectConfirmation(confirmation, Method=_BEARER),
            ),
            _A.Conditions(
                _A.AudienceRestriction(_A.Audience(destination.entity_id)),
                NotBefore=_instant(now - timedelta(seconds=30)),
                NotOnOrAfter=until,
            ),
            _A.AuthnStatement(
                _A.AuthnContext(_A.AuthnContextClassRef(login.context)),
                AuthnInstant=_instant(login.at),
                SessionIndex=login.session_index,
            ),
            _attributes(login.user),
            ID=_new_id(),
            Version="2.0",
            IssueInstant=_instant(now),
        )

    def _sign(self, element: etree._Element) -> etree._Element:
        """Enveloped, the signature right after the issuer, over this element alone (core 5.4)."""
        placeholder = etree.Element(q("ds:Signature"), {"Id": "placeholder"}, nsmap={"ds": PREFIXES["ds"]})
        element.insert(1, placeholder)
        signer = XMLSigner(
            signature_algorithm=SignatureMethod.RSA_SHA256,
            digest_algorithm=DigestAlgorithm.SHA256,
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        return signer.sign(
            element,
            key=self._key,
            cert=pem(self._identity.certificate),
            reference_uri=f"#{element.get('ID')}",
            id_attribute="ID",
        )


def load_key(identity: SamlIdentity) -> rsa.RSAPrivateKey:
    """Our key, from a file of mode 0600: validating it each time would cost more than all the rest."""
    key = load_pem_private_key(identity.private_key.encode(), None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("the demo provider signs with RSA")
    return key


def pem(certificate: str) -> str:
    """Base64 DER as PEM."""
    return f"-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n"


def _attributes(user: User) -> etree._Element:
    values = {EPPN: (user.eppn,), DISPLAY_NAME: (user.name,), ASSURANCE: user.assurance}
    statement = _A.AttributeStatement()
    for name, given in values.items():
        if given:
            attribute = _A.Attribute(Name=name, NameFormat=URI_NAMES)
            attribute.extend([_A.AttributeValue(value) for value in given])
            statement.append(attribute)
    return statement


def _status(code: str, reason: str | None = None) -> etree._Element:
    first = _P.StatusCode(Value=f"{STATUS}:{code}")
    if reason is not None:
        first.append(_P.StatusCode(Value=f"{STATUS}:{reason}"))
    return _P.Status(first)


def _encrypted(assertion: etree._Element, certificate: str) -> etree._Element:
    """AES-256-GCM under a fresh key, which RSA-OAEP carries (XML Encryption 1.1)."""
    public = load_der_x509_certificate(base64.b64decode(certificate)).public_key()
    if not isinstance(public, rsa.RSAPublicKey):
        raise TypeError("an encryption certificate holds an RSA key")
    key, nonce = os.urandom(32), os.urandom(12)
    content = nonce + AESGCM(key).encrypt(nonce, etree.tostring(assertion), None)
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)  # noqa: S303 - as OAEP is
    carried = public.encrypt(key, oaep)
    e = ElementMaker(namespace=XENC, nsmap={"xenc": XENC})
    d = ElementMaker(namespace=PREFIXES["ds"], nsmap={"ds": PREFIXES["ds"]})
    return _A.EncryptedAssertion(
        e.EncryptedData(
            e.EncryptionMethod(Algorithm=_GCM),
            d.KeyInfo(
                e.EncryptedKey(
                    e.EncryptionMethod(
                        d.DigestMethod(Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"), Algorithm=_OAEP
                    ),
                    e.CipherData(e.CipherValue(base64.b64encode(carried).decode())),
                )
            ),
            e.CipherData(e.CipherValue(base64.b64encode(content).decode())),
            Type=f"{XENC}Element",
        )
    )


def _new_id() -> str:
    return f"_{secrets.token_hex(20)}"


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
