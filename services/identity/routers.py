"""The routes of identity, feature by feature: the admin API under `/identity/v1`, and the protocols at the root."""

from fastapi import APIRouter

from services.identity.account.endpoints import router as accounts
from services.identity.alternative.endpoints import router as alternatives
from services.identity.authorization.endpoints import router as authorization
from services.identity.authorization.push import router as pushing
from services.identity.breakglass.endpoints import router as break_glass
from services.identity.breakglass.entrance import router as break_glass_page
from services.identity.certificate.endpoints import router as certificates
from services.identity.client.endpoints import router as clients
from services.identity.clientlogin.endpoints import router as client_logins
from services.identity.device.endpoints import pages as device_page
from services.identity.device.endpoints import router as devices
from services.identity.discovery.endpoints import router as discovery
from services.identity.discovery_page.endpoints import pages as discovery_pages
from services.identity.discovery_page.endpoints import router as login_options
from services.identity.federation.endpoints import router as federations
from services.identity.founding.endpoints import router as founding
from services.identity.handover.endpoints import router as handovers
from services.identity.loginlog.endpoints import router as login_log
from services.identity.loginscope.endpoints import router as login_scopes
from services.identity.logout.endpoints import router as logout
from services.identity.logout.inbound import page_router as oidc_logout_pages
from services.identity.logout.inbound import router as oidc_logout
from services.identity.logout.saml import router as saml_logout
from services.identity.logout.sessions import router as sessions
from services.identity.me.endpoints import protocol_router as userinfo
from services.identity.me.endpoints import router as me
from services.identity.membership.endpoints import router as memberships
from services.identity.oidc_login.endpoints import router as oidc_login
from services.identity.oidc_login.keys import router as oidc_keys
from services.identity.onboarding.endpoints import router as onboarding
from services.identity.onboarding.endpoints import shared_router as shared_issuers
from services.identity.onboarding.endpoints import trial_router as login_trials
from services.identity.policy.endpoints import router as assurance_policies
from services.identity.population.endpoints import router as populations
from services.identity.preset.endpoints import router as provider_presets
from services.identity.saml_login.endpoints import router as saml_login
from services.identity.saml_login.metadata_endpoints import protocol_router as saml_metadata
from services.identity.saml_login.metadata_endpoints import router as saml_metadata_api
from services.identity.tenant.endpoints import router as tenants
from services.identity.tenantkey_admin.endpoints import router as tenant_keys
from services.identity.token.endpoints import router as token
from services.identity.unitaccount.endpoints import router as unit_accounts
from services.identity.verification.endpoints import router as login_evidence
from shared.web.journal import journal_router

ROUTERS: list[APIRouter] = [
    me,
    tenants,
    founding,
    assurance_policies,
    federations,
    login_options,
    onboarding,
    login_trials,
    shared_issuers,
    login_evidence,
    certificates,
    login_log,
    provider_presets,
    login_scopes,
    accounts,
    unit_accounts,
    alternatives,
    populations,
    memberships,
    handovers,
    break_glass,
    clients,
    sessions,
    tenant_keys,
    saml_metadata_api,
    journal_router("identity", is_sealed=True),
]

INTERNAL_ROUTERS: list[APIRouter] = [client_logins]

# Routes are tried in turn: first what every login asks for.
PROTOCOL_ROUTERS: list[APIRouter] = [
    token,
    authorization,
    saml_login,
    oidc_login,
    discovery,
    discovery_pages,
    pushing,
    devices,
    device_page,
    userinfo,
    saml_metadata,
    oidc_keys,
    break_glass_page,
    logout,
    oidc_logout,
    oidc_logout_pages,
    saml_logout,
]
