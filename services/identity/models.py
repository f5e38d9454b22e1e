"""Every table of identity, for alembic and the app."""

from services.identity.account.models import Account, AccountLogin
from services.identity.alternative.models import AccountAlternative, AlternativeRequest, LinkCase
from services.identity.authorization.models import AuthorizationCode, LoginRequest
from services.identity.breakglass.models import BreakGlass, BreakGlassUse
from services.identity.certificate.models import CertificateNotice
from services.identity.client.models import Client, UsedAssertion
from services.identity.db import Model
from services.identity.decision.models import TakenDecision
from services.identity.device.models import DeviceGrant, DeviceGuess
from services.identity.federation.models import Federation, FederationEntity, FederationGeneration
from services.identity.founding.models import BootstrapCode
from services.identity.handover.models import Handover, HandoverPolicy
from services.identity.key.models import SigningKeyRow
from services.identity.loginlog.models import LoginEntry, LoginFailure, LoginLogSetting
from services.identity.loginscope.models import LoginScope
from services.identity.logout.models import Logout, LogoutDelivery
from services.identity.membership.models import Membership
from services.identity.onboarding.models import SharedIssuer
from services.identity.par.models import PushedRequest
from services.identity.policy.models import AssurancePolicy
from services.identity.population.models import PopulationOpening
from services.identity.provider.models import IdentityProvider
from services.identity.replay.models import AssertionReplay
from services.identity.roster.models import Duty, PersonTie, RosterPosition, SchoolUnit
from services.identity.session.models import SessionClient, SsoSession
from services.identity.tenant.models import Tenant
from services.identity.tenantkey.models import TenantKey
from services.identity.token.models import RefreshFamily, RefreshToken
from services.identity.trial.models import LoginTrial
from services.identity.verification.models import LoginEvidence, LoginMethodState
from shared.auth.tables import declare_access_cutoff, declare_assurance_rule
from shared.kit.journal import declare_sealed_journal
from shared.kit.kit_tables import declare_kit_tables
from shared.kit.retention import declare_retention_rule

declare_kit_tables(Model)
declare_access_cutoff(Model)
declare_assurance_rule(Model)
declare_retention_rule(Model)
declare_sealed_journal(Model)

__all__ = [
    "Account",
    "AccountAlternative",
    "AccountLogin",
    "AlternativeRequest",
    "AssertionReplay",
    "AssurancePolicy",
    "AuthorizationCode",
    "BootstrapCode",
    "BreakGlass",
    "BreakGlassUse",
    "CertificateNotice",
    "Client",
    "DeviceGrant",
    "DeviceGuess",
    "Duty",
    "Federation",
    "FederationEntity",
    "FederationGeneration",
    "Handover",
    "HandoverPolicy",
    "IdentityProvider",
    "LinkCase",
    "LoginEntry",
    "LoginEvidence",
    "LoginFailure",
    "LoginLogSetting",
    "LoginMethodState",
    "LoginRequest",
    "LoginScope",
    "LoginTrial",
    "Logout",
    "LogoutDelivery",
    "Membership",
    "Model",
    "PersonTie",
    "PopulationOpening",
    "PushedRequest",
    "RefreshFamily",
    "RefreshToken",
    "RosterPosition",
    "SchoolUnit",
    "SessionClient",
    "SharedIssuer",
    "SigningKeyRow",
    "SsoSession",
    "TakenDecision",
    "Tenant",
    "TenantKey",
    "UsedAssertion",
]
