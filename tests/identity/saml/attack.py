"""One identity provider, one service provider, one request, and the judge. Attacks change what lies between them."""

import base64
import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from lxml import etree

from services.identity.saml.assertion import ExpectedResponse, VerifiedAssertion
from services.identity.saml.faults import SamlFault, SamlRefused
from services.identity.saml.response import IdpTrust, verify_response
from services.identity.saml.scoping import Scope
from tests.support.saml_signer import NS, Login, SamlIdp, Signed, credential, varied

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
IDP = SamlIdp()
SP = credential("sp")
FOREIGN = credential("foreign")
EVIL = "_evil-subject"
LOGIN = Login("_request-1", "https://sp.example.org/saml/acs", "https://sp.example.org/saml", NOW)
EXPECTED = ExpectedResponse(LOGIN.acs_url, LOGIN.request_id, LOGIN.sp_entity_id, IDP.entity_id)
TRUST = IdpTrust((IDP.credential.certificate,), (Scope("example.org"),))
ASSERTION = f"{{{NS['saml']}}}Assertion"
SIGNATURE = f"{{{NS['ds']}}}Signature"

Edit = Callable[[etree._Element], object]


def judge(
    xml: bytes | str, expected: ExpectedResponse = EXPECTED, trust: IdpTrust = TRUST, now: datetime = NOW
) -> VerifiedAssertion:
    """What the service provider makes of a response."""
    data = xml.encode() if isinstance(xml, str) else xml
    return verify_response(base64.b64encode(data).decode("ascii"), expected, trust, [SP.key], now)  # type: ignore[list-item]


def fault_of(
    xml: bytes | str, expected: ExpectedResponse = EXPECTED, trust: IdpTrust = TRUST, now: datetime = NOW
) -> SamlFault | None:
    """The rule that a response broke; None for a login."""
    try:
        judge(xml, expected, trust, now)
    except SamlRefused as refused:
        return refused.fault
    return None


def good(signed: Signed = "assertion", **said: object) -> bytes:
    """A signed response; `said` are fields of Login."""
    return IDP.response(varied(LOGIN, signed=signed, **said))


def tree(signed: Signed = "assertion", **said: object) -> etree._Element:
    """A signed response as a tree, to be changed after signing."""
    return etree.fromstring(good(signed, **said))


def told(*edits: Edit, signed: Signed = "assertion", **said: object) -> bytes:
    """A response whose assertion was changed *before* the provider signed it: its signature is good."""
    return good(signed, assertion_edits=edits, **said)


def forged(edit: Edit, signed: Signed = "assertion", **said: object) -> bytes:
    """A response that was changed *after* the provider signed it."""
    root = tree(signed, **said)
    edit(root)
    return etree.tostring(root)


def find(element: etree._Element, path: str) -> etree._Element:
    found = element.find(path, NS)
    assert found is not None, path
    return found


def drop(path: str) -> Edit:
    """An edit that removes the element."""

    def edit(element: etree._Element) -> None:
        target = find(element, path)
        parent = target.getparent()
        assert parent is not None
        parent.remove(target)

    return edit


def put(path: str, **attributes: str | None) -> Edit:
    """An edit that sets attributes, or removes those that are None."""

    def edit(element: etree._Element) -> None:
        target = find(element, path) if path != "." else element
        for name, value in attributes.items():
            if value is None:
                target.attrib.pop(name, None)
            else:
                target.set(name, value)

    return edit


def write(path: str, text: str) -> Edit:
    """An edit that sets an element's text."""

    def edit(element: etree._Element) -> None:
        find(element, path).text = text

    return edit


def double(path: str) -> Edit:
    """An edit that puts a copy of the element right behind it."""

    def edit(element: etree._Element) -> None:
        target = find(element, path)
        target.addnext(copy.deepcopy(target))

    return edit


def insert(path: str, xml: str, at: int | None = None) -> Edit:
    """An edit that puts `xml` into the element, at the end or at a place."""

    def edit(element: etree._Element) -> None:
        parent = find(element, path) if path != "." else element
        parent.insert(len(parent) if at is None else at, etree.fromstring(xml))

    return edit


def later(minutes: float) -> str:
    """The instant so many minutes after NOW, as SAML writes it."""
    return (NOW + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
