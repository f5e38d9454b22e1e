"""Messages from service providers: unpacked, and over the Redirect binding verified by the key in their metadata."""

import base64
import binascii
import zlib
from dataclasses import dataclass
from urllib.parse import unquote_plus

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_der_x509_certificate
from lxml import etree
from signxml.exceptions import InvalidInput
from signxml.exceptions import InvalidSignature as InvalidXmlSignature
from signxml.verifier import XMLVerifier

from cli.demo_idp.directory import User
from cli.demo_idp.saml.names import LEVELS, STATUS, q

_MOST = 256 * 1024
_RSA, _ECDSA = "rsa-sha256", "ecdsa-sha256"


class BadMessage(Exception):
    """Not a message that we answer; the text says why."""


@dataclass(frozen=True)
class Message:
    """A message and what carried it: for the Redirect binding the query as it was sent, for POST nothing."""

    root: etree._Element
    relay_state: str
    raw_query: str | None

    @property
    def issuer(self) -> str:
        return (self.root.findtext(q("saml:Issuer")) or "").strip()


@dataclass(frozen=True)
class LoginWish:
    """What an AuthnRequest asks for. `contexts` are exact, or with `is_minimum` the least that will do."""

    request_id: str
    issuer: str
    relay_state: str
    contexts: tuple[str, ...]
    is_minimum: bool
    is_forced: bool
    is_passive: bool

    def fulfilled_by(self, user: User) -> str | None:
        """How the person logs in so that it will do; None when they cannot."""
        if not self.is_minimum:
            return user.reaches(self.contexts)
        floor = min((LEVELS.index(one) for one in self.contexts if one in LEVELS), default=0)
        return user.reaches(LEVELS[floor:])


def from_redirect(query: str, name: str) -> Message:
    """A message of the Redirect binding (bindings 3.4); raises BadMessage."""
    values = {key: unquote_plus(value) for key, _, value in (pair.partition("=") for pair in query.split("&"))}
    try:
        packed = zlib.decompressobj(-15)
        content = packed.decompress(base64.b64decode(values[name], validate=True), _MOST)
    except (KeyError, binascii.Error, zlib.error) as error:
        raise BadMessage("no message of the Redirect binding") from error
    return Message(_parse(content), values.get("RelayState", ""), query)


def from_post(form: dict[str, str], name: str) -> Message:
    """A message of the POST binding (bindings 3.5); raises BadMessage."""
    try:
        content = base64.b64decode(form[name], validate=True)
    except (KeyError, binascii.Error) as error:
        raise BadMessage("no message of the POST binding") from error
    return Message(_parse(content), form.get("RelayState", ""), None)


def check_signature(message: Message, certificates: list[str]) -> None:
    """Raise BadMessage unless one of the sender's certificates (base64 DER) signed the message."""
    for certificate in certificates:
        try:
            if message.raw_query is None:
                XMLVerifier().verify(message.root, x509_cert=_pem(certificate), id_attribute="ID")
            else:
                _check_query(message.raw_query, certificate)
        except (InvalidSignature, InvalidXmlSignature, InvalidInput, BadMessage):
            continue
        return
    raise BadMessage("not signed by its sender")


def login_wish(message: Message) -> LoginWish:
    """What an AuthnRequest asks for; raises BadMessage."""
    root = message.root
    if root.tag != q("samlp:AuthnRequest") or not root.get("ID"):
        raise BadMessage("not an AuthnRequest")
    asked = root.find(q("samlp:RequestedAuthnContext"))
    references = [] if asked is None else asked.findall(q("saml:AuthnContextClassRef"))
    return LoginWish(
        request_id=root.get("ID", ""),
        issuer=message.issuer,
        relay_state=message.relay_state,
        contexts=tuple((one.text or "").strip() for one in references),
        is_minimum=asked is not None and asked.get("Comparison") == "minimum",
        is_forced=root.get("ForceAuthn") in ("true", "1"),
        is_passive=root.get("IsPassive") in ("true", "1"),
    )


def is_success(root: etree._Element) -> bool:
    """Whether an answer says that all went well."""
    code = root.find(f"{q('samlp:Status')}/{q('samlp:StatusCode')}")
    return code is not None and code.get("Value") == f"{STATUS}:Success"


def _check_query(query: str, certificate: str) -> None:
    """The detached signature over the octets as they were sent (bindings 3.4.4.1)."""
    signed, mark, signature = query.partition("&Signature=")
    if not mark:
        raise BadMessage("the query is not signed")
    algorithm, octets = unquote_plus(signed.rpartition("&SigAlg=")[2]), signed.encode()
    try:
        value = base64.b64decode(unquote_plus(signature), validate=True)
    except binascii.Error as error:
        raise BadMessage("the signature is not base64") from error
    key = load_der_x509_certificate(base64.b64decode(certificate)).public_key()
    if isinstance(key, rsa.RSAPublicKey) and algorithm.endswith(f"#{_RSA}"):
        key.verify(value, octets, padding.PKCS1v15(), SHA256())
    elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm.endswith(f"#{_ECDSA}"):
        key.verify(value, octets, ec.ECDSA(SHA256()))
    else:
        raise BadMessage("signed in a way that we do not know")


def _parse(content: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise BadMessage("not XML") from error


def _pem(certificate: str) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n"
