"""What a signed assertion must say to log somebody in here, now (SAML profiles section 4.1.4.3, core section 2.5).

Everything here reads verified bytes; `response.verify_response` is the way in.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from services.identity.saml.attributes import DEFAULT_FORMATS, read_attributes
from services.identity.saml.faults import SamlFault, SamlRefused
from services.identity.saml.name_id import NameId, find_name_id
from services.identity.saml.names import BEARER, ENTITY_FORMAT, ds, saml
from services.identity.saml.parsing import children, local_name, read_instant, text_of

SKEW = timedelta(seconds=60)
MAX_CONFIRMATION = timedelta(days=1)
"""How long a bearer confirmation may be good for; what is good for longer fills the replay store."""
_CHILDREN = frozenset(
    {ds("Signature"), *map(saml, ("Issuer", "Subject", "Conditions", "AuthnStatement", "AttributeStatement"))}
)
_ONCE = (saml("OneTimeUse"), saml("ProxyRestriction"))
_CONDITIONS = frozenset({saml("AudienceRestriction"), *_ONCE})


@dataclass(frozen=True)
class ExpectedResponse:
    """What the answer to one request must say.

    `max_age` bounds the age of the login at the provider; `forced_at` is the instant of a request with ForceAuthn,
    after which the person must have logged in. `skew` is tolerated on either side of every instant.
    """

    acs_url: str
    request_id: str
    sp_entity_id: str
    idp_entity_id: str
    max_age: timedelta | None = None
    forced_at: datetime | None = None
    skew: timedelta = SKEW
    attribute_formats: Collection[str] = DEFAULT_FORMATS


@dataclass(frozen=True)
class VerifiedAssertion:
    """Who logged in and how, from bytes that the provider signed. Personal data.

    The pair (`issuer`, `assertion_id`) must be stored until `not_on_or_after` (skew included), in the transaction that
    makes the session, and refused when it is there already: that is the caller's part (replay).
    """

    issuer: str
    assertion_id: str
    not_on_or_after: datetime
    name_id: NameId | None
    session_index: str | None
    authn_instant: datetime
    session_not_on_or_after: datetime | None
    authn_context: str | None
    authenticating_authorities: tuple[str, ...]
    attributes: dict[str, tuple[str, ...]]
    is_one_time: bool


def read_assertion(
    assertion: etree._Element, expected: ExpectedResponse, keys: Sequence[rsa.RSAPrivateKey], now: datetime
) -> VerifiedAssertion:
    """Judge a verified assertion; `keys` decrypt an EncryptedID. Raises SamlRefused."""
    _check_shape(assertion)
    check_issuer(assertion[0], expected.idp_entity_id)
    if read_instant(assertion.get("IssueInstant")) > now + expected.skew:
        raise SamlRefused(SamlFault.not_yet_issued, "the assertion comes from the future")
    conditions = _one(assertion, "Conditions", SamlFault.conditions_missing)
    valid_until = _check_conditions(conditions, expected, now)
    subject = _one(assertion, "Subject", SamlFault.subject)
    confirmed_until = _check_confirmations(subject, expected, now)
    statement = _one(assertion, "AuthnStatement", SamlFault.authn_statement)
    session_until = _check_session(statement, expected, now)
    context = _one(statement, "AuthnContext", SamlFault.authn_statement)
    return VerifiedAssertion(
        issuer=expected.idp_entity_id,
        assertion_id=assertion.get("ID", ""),
        not_on_or_after=min(valid_until, confirmed_until) + expected.skew,
        name_id=find_name_id(subject, keys),
        session_index=statement.get("SessionIndex"),
        authn_instant=_check_authn_instant(statement, expected, now),
        session_not_on_or_after=session_until,
        authn_context=_context_class(context),
        authenticating_authorities=tuple(text_of(one) for one in children(context, saml("AuthenticatingAuthority"))),
        attributes=read_attributes(assertion, expected.attribute_formats),
        is_one_time=bool(children(conditions, saml("OneTimeUse"))),
    )


def check_issuer(issuer: etree._Element, entity_id: str) -> None:
    """The issuer is exactly the provider that was asked (mix-up), named as an entity."""
    if text_of(issuer) != entity_id or issuer.get("Format", ENTITY_FORMAT) != ENTITY_FORMAT:
        raise SamlRefused(SamlFault.issuer, "another provider's message")


def _check_shape(assertion: etree._Element) -> None:
    """The children that we know, in the order of the schema as far as it matters: Issuer (and Signature) first.

    Advice is refused: it is where whole foreign assertions hide.
    """
    if assertion.tag != saml("Assertion") or not len(assertion) or assertion[0].tag != saml("Issuer"):
        raise SamlRefused(SamlFault.assertion_shape, "not an assertion with an issuer")
    if assertion.get("Version") != "2.0" or not assertion.get("ID"):
        raise SamlRefused(SamlFault.wrong_version, "not an assertion of SAML 2.0 with an ID")
    tags = [one.tag for one in assertion]
    if not _CHILDREN.issuperset(tags) or tags.count(saml("Issuer")) != 1:
        raise SamlRefused(SamlFault.assertion_shape, "the assertion holds something that we do not know")


def _one(holder: etree._Element, name: str, fault: SamlFault) -> etree._Element:
    found = children(holder, saml(name))
    if len(found) != 1:
        raise SamlRefused(fault, f"not exactly one {name}")
    return found[0]


def _check_conditions(conditions: etree._Element, expected: ExpectedResponse, now: datetime) -> datetime:
    """Gives NotOnOrAfter. A condition that we do not know makes the assertion invalid (core section 2.5.1)."""
    tags = [one.tag for one in conditions]
    if not _CONDITIONS.issuperset(tags) or any(tags.count(tag) > 1 for tag in _ONCE):
        raise SamlRefused(SamlFault.conditions_unknown, "a condition that we do not know, or twice")
    if "NotBefore" in conditions.attrib and read_instant(conditions.get("NotBefore")) - expected.skew > now:
        raise SamlRefused(SamlFault.not_yet_valid, "the assertion is not valid yet")
    until = read_instant(conditions.get("NotOnOrAfter"))
    if now - expected.skew >= until:
        raise SamlRefused(SamlFault.expired, "the assertion is not valid any more")
    restriction = _one(conditions, "AudienceRestriction", SamlFault.audience)
    if any(one.tag != saml("Audience") for one in restriction):
        raise SamlRefused(SamlFault.audience, "the audience holds something else")
    if expected.sp_entity_id not in [text_of(one) for one in restriction]:
        raise SamlRefused(SamlFault.audience, "the assertion is meant for others")
    return until


def _check_confirmations(subject: etree._Element, expected: ExpectedResponse, now: datetime) -> datetime:
    """One bearer confirmation must hold whole; gives the latest end of all of them.

    Others may stand beside it (core section 2.4.1.1: any one suffices), such as one for a key holder.
    """
    bearers = [one for one in children(subject, saml("SubjectConfirmation")) if one.get("Method") == BEARER]
    if not bearers:
        raise SamlRefused(SamlFault.confirmation_method, "no bearer confirmation")
    confirmations = [(one, _one(one, "SubjectConfirmationData", SamlFault.subject)) for one in bearers]
    faults = [_confirmation_fault(one, data, expected, now) for one, data in confirmations]
    if None not in faults:
        raise SamlRefused(faults[0] or SamlFault.subject, "no bearer confirmation holds")
    ends = [data.get("NotOnOrAfter") for _, data in confirmations]
    return max(read_instant(end) for end in ends if end is not None)


def _confirmation_fault(
    confirmation: etree._Element, data: etree._Element, expected: ExpectedResponse, now: datetime
) -> SamlFault | None:
    if len(confirmation) > 1:
        return SamlFault.confirmation_identity  # somebody else than the subject would be confirmed
    if data.get("Recipient") != expected.acs_url:
        return SamlFault.confirmation_recipient
    if data.get("InResponseTo") != expected.request_id:
        return SamlFault.confirmation_in_response_to
    if "NotBefore" in data.attrib:
        return SamlFault.confirmation_not_before
    if "NotOnOrAfter" not in data.attrib:
        return SamlFault.confirmation_expiry
    until = read_instant(data.get("NotOnOrAfter"))
    return None if now - expected.skew < until <= now + MAX_CONFIRMATION else SamlFault.confirmation_expiry


def _check_authn_instant(statement: etree._Element, expected: ExpectedResponse, now: datetime) -> datetime:
    instant = read_instant(statement.get("AuthnInstant"))
    if instant > now + expected.skew:
        raise SamlRefused(SamlFault.authn_in_future, "the login comes from the future")
    oldest = now - expected.max_age if expected.max_age is not None else instant
    if expected.forced_at is not None:
        oldest = max(oldest, expected.forced_at)
    if instant + expected.skew < oldest:
        raise SamlRefused(SamlFault.authn_too_old, "the person logged in earlier than was asked for")
    return instant


def _check_session(statement: etree._Element, expected: ExpectedResponse, now: datetime) -> datetime | None:
    if "SessionNotOnOrAfter" not in statement.attrib:
        return None
    until = read_instant(statement.get("SessionNotOnOrAfter"))
    if now - expected.skew >= until:
        raise SamlRefused(SamlFault.session_over, "the provider's session is over")
    return until


def _context_class(context: etree._Element) -> str | None:
    classes = children(context, saml("AuthnContextClassRef"))
    if len(classes) > 1:
        raise SamlRefused(SamlFault.authn_statement, f"several {local_name(classes[0])}")
    return text_of(classes[0]) if classes else None
