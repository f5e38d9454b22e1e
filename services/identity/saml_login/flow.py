"""Logins over SAML: what the login desk decides, said in that protocol."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.identity.assurance.evidence import Evidence
from services.identity.authorization.errors import LoginExpired
from services.identity.login.service import LoginDesk
from services.identity.login.underway import Departure, ProtocolMemory, Underway
from services.identity.proof.faults import LoginFailed, LoginFault
from services.identity.proof.login import ProvenLogin, ReplayKey, folded
from services.identity.provider.models import IdentityProvider
from services.identity.saml.assertion import ExpectedResponse, VerifiedAssertion
from services.identity.saml.certificates import fingerprint, read_certificate
from services.identity.saml.faults import SamlFault, SamlRefused
from services.identity.saml.names import REDIRECT
from services.identity.saml.posting import post_fields
from services.identity.saml.redirect import redirect_url
from services.identity.saml.requests import AuthnRequest, build_request, new_message_id
from services.identity.saml.response import ForeignScope, verify_response
from services.identity.saml.signing import SigningCredential
from services.identity.saml_login.names import ServiceProviderNames
from services.identity.saml_login.subject import write_subject
from services.identity.saml_login.trust import SamlTrust, trust_of
from services.identity.tenantkey.ring import SamlKeys, TenantKeyRing
from shared.kit import clock
from shared.kit.db import Database
from shared.kit.handle import Handle

# The login name may be the NameID itself, which is no attribute.
NAME_ID = "NameID"

_FORMAT = "urn:oasis:names:tc:SAML:2.0:attrname-format:"
_FAULTS = {
    SamlFault.status_no_authn_context: LoginFault.too_weak,
    SamlFault.authn_too_old: LoginFault.too_weak,
    SamlFault.foreign_scope: LoginFault.foreign_scope,
}


@dataclass(frozen=True)
class Outgoing:
    """Where the browser takes the request: by address alone, or with `fields` as a form that is posted."""

    url: str
    fields: dict[str, str] | None = None


class SamlFlow:
    """To a tenant's SAML provider and back; `issuer` is ours."""

    def __init__(self, desk: LoginDesk, database: Database, keys: TenantKeyRing, issuer: str) -> None:
        self.desk = desk
        self._database = database
        self._keys = keys
        self._issuer = issuer

    async def depart(
        self, tenant: UUID, handle: Handle | None, browser: str | None, provider_id: UUID | None
    ) -> tuple[Outgoing, Departure]:
        """A signed request for the browser to take along. Raises LoginExpired, NoLoginHere, LoginFailed."""
        request_id = new_message_id()
        memory = ProtocolMemory("saml", request_id=request_id)
        departure = await self.desk.depart(tenant, handle, browser, memory, provider_id)
        trust = await trust_of(self._database, departure.provider)
        keys = await self._keys.saml(tenant)
        message = build_request(self._request(request_id, departure, trust))
        credential = _credential(keys) if trust.configuration.sign_requests else None
        state, address = departure.state.text, trust.sso.location
        if trust.sso.binding == REDIRECT:
            return Outgoing(redirect_url(address, "SAMLRequest", message, state, credential)), departure
        return Outgoing(address, post_fields("SAMLRequest", message, state, credential)), departure

    async def prove(self, underway: Underway, body: str) -> ProvenLogin:
        """Verify the posted response; raises LoginFailed.

        Only keys of the provider that the request went to are tried, so another one's answer fails however well it is
        signed (mix-up).
        """
        provider = underway.provider
        if underway.protocol_request_id is None:
            raise LoginExpired()
        trust = await trust_of(self._database, provider)
        keys = await self._keys.saml(provider.tenant_id)
        expected = self._expected(underway, underway.protocol_request_id, trust)
        try:
            verified = verify_response(body, expected, trust.of_responses, keys.decryption, clock.now())
        except SamlRefused as refused:
            arrived = _proven(refused.arrived, provider, trust) if isinstance(refused, ForeignScope) else None
            raise LoginFailed(str(refused), _fault_of(refused), arrived=arrived) from refused
        proven = _proven(verified, provider, trust)
        if not proven.login_name:
            reason = "not exactly one value of the attribute with the login name"
            raise LoginFailed(reason, LoginFault.no_login_name, arrived=proven)
        return proven

    def _request(self, request_id: str, departure: Departure, trust: SamlTrust) -> AuthnRequest:
        names = ServiceProviderNames(self._issuer, departure.provider.tenant_id)
        return AuthnRequest(
            request_id=request_id,
            issued_at=clock.now(),
            sp_entity_id=names.entity_id,
            destination=trust.sso.location,
            acs_url=names.acs_url,
            contexts=_contexts(departure.wishes.contexts, trust),
            comparison=trust.configuration.comparison,
            must_log_in_again=_is_forced(departure),
        )

    def _expected(self, underway: Underway, request_id: str, trust: SamlTrust) -> ExpectedResponse:
        names = ServiceProviderNames(self._issuer, underway.provider.tenant_id)
        max_age = underway.wishes.max_age
        return ExpectedResponse(
            acs_url=names.acs_url,
            request_id=request_id,
            sp_entity_id=names.entity_id,
            idp_entity_id=trust.entity_id,
            max_age=timedelta(seconds=max_age) if max_age is not None else None,
            forced_at=underway.began_at if _is_forced(underway) else None,
            attribute_formats=[f"{_FORMAT}{one}" for one in trust.configuration.attribute_formats],
            skew=trust.skew,
        )


def _is_forced(login: Departure | Underway) -> bool:
    """SAML cannot say how old a login may be, so whenever an age or a stronger login is asked for, it must be new."""
    wishes = login.wishes
    return wishes.must_log_in_again or wishes.max_age is not None or login.is_step_up


def _contexts(wished: Sequence[str], trust: SamlTrust) -> tuple[str, ...]:
    """Compared exactly, every level that would do; as a minimum, the weakest of them. Selectors go beside them."""
    configuration = trust.configuration
    if not configuration.requests_contexts:
        return ()
    levels = tuple(wished[:1] if configuration.comparison == "minimum" else wished)
    return (*levels, *configuration.extra_contexts)


def _credential(keys: SamlKeys) -> SigningCredential:
    return SigningCredential(keys.signing, read_certificate(keys.signing_certificates[0]))


def _fault_of(refused: SamlRefused) -> LoginFault:
    if refused.fault in _FAULTS:
        return _FAULTS[refused.fault]
    return LoginFault.provider_refused if refused.fault.startswith("status_") else LoginFault.unverifiable


def _proven(verified: VerifiedAssertion, provider: IdentityProvider, trust: SamlTrust) -> ProvenLogin:
    login_name = _login_name(verified, provider.login_claim)
    replay = hashlib.sha256(f"{verified.issuer}\x1f{verified.assertion_id}".encode()).digest()
    return ProvenLogin(
        login_name=login_name,
        subject=write_subject(verified.name_id) if verified.name_id else login_name,
        auth_time=verified.authn_instant,
        evidence=Evidence((verified.authn_context,) if verified.authn_context else (), verified.attributes),
        session_id=verified.session_index,
        session_until=verified.session_not_on_or_after,
        replay=ReplayKey(replay, verified.not_on_or_after),
        attributes=verified.attributes,
        facts={"certificate": " ".join(fingerprint(one) for one in trust.certificates)},
    )


def _login_name(verified: VerifiedAssertion, claim: str) -> str:
    """Exactly one value, else none: which of two is meant would be a guess about who somebody is."""
    if claim == NAME_ID:
        values: tuple[str, ...] = (verified.name_id.value,) if verified.name_id else ()
    else:
        values = verified.attributes.get(claim, ())
    return folded(values[0]) if len(values) == 1 else ""
