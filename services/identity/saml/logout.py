"""Single logout messages (SAML core section 3.7, profiles section 4.4), ours and theirs.

Reading takes what `redirect.verify_redirect` or `posting.verify_post` proved; an unsigned logout would let anybody end
anybody's session. Whose keys those functions need, `issuer_of` says before anything is verified.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from services.identity.saml.assertion import SKEW, check_issuer
from services.identity.saml.faults import SamlFault, SamlRefused
from services.identity.saml.name_id import NameId, find_name_id, write_name_id
from services.identity.saml.names import ASSERTION, PROTOCOL, STATUS, SUCCESS, saml, samlp
from services.identity.saml.parsing import children, read_instant, text_of, write_instant
from services.identity.saml.status import status_fault

LIFETIME = timedelta(minutes=5)
MAX_AGE = timedelta(minutes=10)
MAX_SESSIONS = 100


@dataclass(frozen=True)
class LogoutCall:
    """A LogoutRequest of ours. The provider knows the session by the name and the index that it gave at login."""

    request_id: str
    issued_at: datetime
    sp_entity_id: str
    destination: str
    name_id: NameId
    session_indexes: Sequence[str] = ()


@dataclass(frozen=True)
class LogoutAnswer:
    """A LogoutResponse of ours; not `is_complete` when some session of the person here may live on."""

    response_id: str
    in_response_to: str
    issued_at: datetime
    sp_entity_id: str
    destination: str
    is_complete: bool = True
    is_refused: bool = False


@dataclass(frozen=True)
class ExpectedLogout:
    """Where the message must be addressed to and who must have sent it."""

    destination: str
    idp_entity_id: str
    skew: timedelta = SKEW


@dataclass(frozen=True)
class LogoutRequest:
    """A verified request to end sessions: those with `session_indexes`, all of the person when there are none."""

    request_id: str
    name_id: NameId
    session_indexes: tuple[str, ...]


def build_logout_request(call: LogoutCall) -> bytes:
    """Unsigned XML: `redirect.redirect_url` or `posting.post_fields` sign what they send."""
    root = _message("LogoutRequest", call.request_id, call.issued_at, call.sp_entity_id, call.destination)
    root.set("NotOnOrAfter", write_instant(call.issued_at + LIFETIME))
    write_name_id(root, call.name_id)
    for index in call.session_indexes:
        etree.SubElement(root, samlp("SessionIndex")).text = index
    return etree.tostring(root)


def build_logout_response(answer: LogoutAnswer) -> bytes:
    """Unsigned XML, as `build_logout_request`. PartialLogout stands below Success (core section 3.7.3.2)."""
    root = _message("LogoutResponse", answer.response_id, answer.issued_at, answer.sp_entity_id, answer.destination)
    root.set("InResponseTo", answer.in_response_to)
    code = etree.SubElement(etree.SubElement(root, samlp("Status")), samlp("StatusCode"))
    code.set("Value", f"{STATUS}Requester" if answer.is_refused else SUCCESS)
    below = f"{STATUS}RequestDenied" if answer.is_refused else f"{STATUS}PartialLogout"
    if answer.is_refused or not answer.is_complete:
        etree.SubElement(code, samlp("StatusCode")).set("Value", below)
    return etree.tostring(root)


def issuer_of(root: etree._Element) -> str:
    """Who says that it sent the message: good for finding keys and for nothing else. Raises SamlRefused."""
    return text_of(_issuer(root))


def read_logout_request(
    root: etree._Element, expected: ExpectedLogout, keys: Sequence[rsa.RSAPrivateKey], now: datetime
) -> LogoutRequest:
    """The verified message as a request; `keys` decrypt an EncryptedID. Raises SamlRefused."""
    _check_message(root, "LogoutRequest", expected, now)
    if "NotOnOrAfter" in root.attrib and now - expected.skew >= read_instant(root.get("NotOnOrAfter")):
        raise SamlRefused(SamlFault.expired, "the request is not valid any more")
    name_id = find_name_id(root, keys)
    if name_id is None:
        raise SamlRefused(SamlFault.name_id, "the request names nobody")
    indexes = children(root, samlp("SessionIndex"))
    if len(indexes) > MAX_SESSIONS:
        raise SamlRefused(SamlFault.too_large, "too many sessions")
    return LogoutRequest(root.get("ID", ""), name_id, tuple(text_of(one) for one in indexes))


def read_logout_response(
    root: etree._Element, expected: ExpectedLogout, request_id: str, now: datetime
) -> SamlFault | None:
    """None when the provider ended the session everywhere, else why not (`status_*`); raises SamlRefused."""
    _check_message(root, "LogoutResponse", expected, now)
    if root.get("InResponseTo") != request_id:
        raise SamlRefused(SamlFault.in_response_to, "not the answer to our request")
    return status_fault(root)


def _issuer(root: etree._Element) -> etree._Element:
    issuers = children(root, saml("Issuer"))
    if len(issuers) != 1:
        raise SamlRefused(SamlFault.issuer, "not exactly one issuer")
    return issuers[0]


def _message(name: str, message_id: str, issued_at: datetime, issuer: str, destination: str) -> etree._Element:
    root = etree.Element(samlp(name), nsmap={"samlp": PROTOCOL, "saml": ASSERTION})
    root.set("ID", message_id)
    root.set("Version", "2.0")
    root.set("IssueInstant", write_instant(issued_at))
    root.set("Destination", destination)
    etree.SubElement(root, saml("Issuer")).text = issuer
    return root


def _check_message(root: etree._Element, name: str, expected: ExpectedLogout, now: datetime) -> None:
    if root.tag != samlp(name):
        raise SamlRefused(SamlFault.wrong_root, f"not a {name}")
    if root.get("Version") != "2.0" or not root.get("ID"):
        raise SamlRefused(SamlFault.wrong_version, f"not a {name} of SAML 2.0 with an ID")
    check_issuer(_issuer(root), expected.idp_entity_id)
    if root.get("Destination") != expected.destination:
        raise SamlRefused(SamlFault.destination, "sent to another address")
    issued = read_instant(root.get("IssueInstant"))
    if issued > now + expected.skew:
        raise SamlRefused(SamlFault.not_yet_issued, "the message comes from the future")
    if now - MAX_AGE - expected.skew > issued:
        raise SamlRefused(SamlFault.expired, "the message is old")
