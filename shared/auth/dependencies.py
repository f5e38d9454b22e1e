"""What a route demands of its caller, as FastAPI security dependencies, so that OpenAPI tells the same.

    ProjectsRead = Annotated[Principal, requires(Scope.projects_read, roles=(Role.project_leader,))]

The application gives `request.app.state.runtime` with `verifier` (a TokenVerifier) and `resources`, by type, among
them AccessCutoffs, AssuranceRules and Violations where the service keeps them, and a ProofGuard.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

import structlog
from fastapi import Request, params
from fastapi.openapi.models import SecurityBase as SecurityBaseModel
from fastapi.security import OAuth2AuthorizationCodeBearer
from fastapi.security.base import SecurityBase

from shared.auth.assurance import AssuranceRules, judge
from shared.auth.cutoffs import AccessCutoffs
from shared.auth.dpop import ProofGuard, ProofRefused
from shared.auth.jws import TokenRefused
from shared.auth.limits import RateLimiter
from shared.auth.principal import API_AUDIENCE, Acr, Principal
from shared.auth.roles import Role
from shared.auth.scopes import Scope
from shared.auth.violations import Violation, Violations
from shared.kit import clock
from shared.kit.files.stored import DataClass
from shared.kit.problems import Forbidden, StepUpNeeded, Unauthenticated
from shared.kit.text import Text

log = structlog.get_logger()

oauth2 = OAuth2AuthorizationCodeBearer(
    authorizationUrl="/oauth2/authorize",
    tokenUrl="/oauth2/token",
    refreshUrl="/oauth2/token",
    scheme_name="OAuth2",
    description="Authorization code with PKCE (S256) for people, client credentials for programs.",
    scopes={scope.value: scope.sentence for scope in Scope},
    auto_error=False,
)

_NO_TOKEN = Text(
    sv="Skicka en åtkomsttoken i huvudet Authorization: Bearer (eller DPoP).",
    en="Send an access token in the header Authorization: Bearer (or DPoP).",
    da="Send et adgangstoken i headeren Authorization: Bearer (eller DPoP).",
)
_ASK = 'Bearer realm="startklar", DPoP algs="ES256"'
_BAD_TOKEN = Text(
    sv="Åtkomsttoken är ogiltig eller har gått ut. Hämta en ny.",
    en="The access token is invalid or has expired. Fetch a new one.",
    da="Adgangstokenet er ugyldigt eller udløbet. Hent et nyt.",
)
_SCOPE_MISSING = Text(
    sv="Klienten saknar den omfattning (scope) som krävs.",
    en="The client lacks the scope that is required.",
    da="Klienten mangler det krævede scope.",
)
_ROLE_MISSING = Text(
    sv="Ingen av dina roller tillåter detta.",
    en="None of your roles allows this.",
    da="Ingen af dine roller tillader dette.",
)
_ROLE_TOO_NARROW = Text(
    sv="Din roll gäller en enhet; detta kräver rollen för hela huvudmannen.",
    en="Your role is at one unit; this needs the role for the whole authority.",
    da="Din rolle gælder en enhed; dette kræver rollen for hele myndigheden.",
)
_CLOSED = Text(
    sv="Uppgifterna är känsliga; ingen inloggning öppnar dem för dig. Ett beslut hos huvudmannen kan ändra det.",
    en="The data are sensitive; no login opens them to you. A decision of the authority can change that.",
    da="Oplysningerne er følsomme; intet login åbner dem for dig. En beslutning hos myndigheden kan ændre det.",
)
_TOO_WEAK = Text(
    sv="Logga in igen på den nivå som krävs.",
    en="Log in again at the level that is required.",
    da="Log ind igen på det krævede niveau.",
)


async def authenticate(request: Request) -> Principal | None:
    """The verified caller, or None when the request carries no Authorization header; Unauthenticated for a bad token.

    Verified once per request, whichever of session or requirement asks first.
    """
    state: dict[str, Any] = request.scope.setdefault("state", {})  # what `request.state` wraps, at every request's cost
    known: Principal | None = state.get("principal")
    if known is not None:
        return known
    credentials = _credentials(request)
    if credentials is None:
        return None
    scheme, token = credentials
    runtime = request.app.state.runtime
    try:
        principal: Principal = await runtime.verifier.verify(token)
        if principal.bound_to is not None or scheme != "bearer":
            _check_possession(request, scheme, token, principal)
        cutoffs: AccessCutoffs | None = runtime.resources.get(AccessCutoffs)
        if cutoffs is not None and await cutoffs.refuses(principal):
            raise TokenRefused("access was removed after the token was issued")
    except TokenRefused as refusal:
        log.info("token_refused", reason=str(refusal))
        raise _refused(scheme, refusal) from refusal
    state["principal"] = principal
    limiter: RateLimiter | None = runtime.resources.get(RateLimiter)
    if limiter is not None and principal.audience == API_AUDIENCE:
        state["rate_limit"] = limiter.count(principal)
    return principal


@dataclass(frozen=True, eq=False)
class Requirement(SecurityBase):
    """The demands of one route; an instance is the dependency. Empty `roles` means that every role will do.

    It stands for the scheme `oauth2` in the API document itself. Routes of `shared.web.route` ask it by themselves.

    `everywhere`: one of the roles must hold for the whole tenant, since what the route touches belongs to no unit.
    `data_class` is of what the route shows or changes (docs/data-classes.md).
    """

    model: ClassVar[SecurityBaseModel] = oauth2.model  # type: ignore[misc]  # the same for all, so no field
    scheme_name: ClassVar[str] = oauth2.scheme_name  # type: ignore[misc]

    scope: Scope | None
    roles: tuple[Role, ...] = ()
    everywhere: bool = False
    min_acr: Acr | None = None
    max_age: timedelta | None = None
    is_internal: bool = False
    data_class: DataClass = DataClass.ordinary

    @property
    def security(self) -> dict[str, list[str]]:
        """As OpenAPI's Security Requirement Object."""
        return {self.scheme_name: [self.scope.value] if self.scope else []}

    async def __call__(self, request: Request) -> Principal:
        principal = await authenticate(request)
        if principal is None:
            raise Unauthenticated(_NO_TOKEN, headers={"WWW-Authenticate": _ASK})
        self.check(principal)
        if self.is_internal:
            return principal
        return await require_data_class(request, principal, self.data_class, self.roles, everywhere=self.everywhere)

    def check(self, principal: Principal) -> None:
        """Raises Unauthenticated, Forbidden or StepUpNeeded unless `principal` meets the demands."""
        if (principal.audience == API_AUDIENCE) is self.is_internal:
            raise _invalid_token()
        if self.scope is not None and self.scope not in principal.scopes:
            challenge = f'{_scheme(principal)} error="insufficient_scope", scope="{self.scope.value}"'
            raise Forbidden(_SCOPE_MISSING, headers={"WWW-Authenticate": challenge}, requiredScope=self.scope.value)
        if self.roles and not principal.has_any_role(*self.roles):
            raise Forbidden(_ROLE_MISSING, requiredRoles=[role.value for role in self.roles])
        if self.everywhere and not principal.holds_everywhere(*self.roles):
            raise Forbidden(_ROLE_TOO_NARROW, requiredRoles=[f"{role.value}@*" for role in self.roles])
        require_assurance(principal, self.min_acr, self.max_age)


async def require_data_class(
    request: Request,
    caller: Principal,
    data_class: DataClass,
    roles: Collection[Role] = (),
    *,
    everywhere: bool = False,
) -> Principal:
    """The caller with the roles whose rule for `data_class` the login meets; see `shared.auth.assurance.judge`.

    `requires` does this for a route; call it for a row whose class is known only when it has been read. Raises
    StepUpNeeded (RFC 9470) with the least demanding rule that would do, Forbidden where no login does. One factor
    before sensitive data is told as a violation [AU-S]; an old login with two factors is merely asked for anew.
    """
    resources = request.app.state.runtime.resources
    known: AssuranceRules | None = resources.get(AssuranceRules)
    rules = await known.of(caller.tenant) if known is not None else {}
    judgement = judge(caller, data_class, rules, roles, everywhere=everywhere)
    if judgement.principal is not None:
        return judgement.principal
    is_one_factor = caller.acr is None or not caller.acr.at_least(Acr.strong)
    told: Violations | None = resources.get(Violations)
    if told is not None and data_class is DataClass.sensitive and is_one_factor:
        await told.tell(Violation(caller, getattr(request.scope.get("route"), "name", "")))
    if judgement.missing is None:
        raise Forbidden(_CLOSED, dataClass=data_class.value)
    require_assurance(caller, judgement.missing.min_acr, judgement.missing.max_age)
    raise AssertionError("an unmet rule refuses")


def require_assurance(principal: Principal, min_acr: Acr | None, max_age: timedelta | None) -> None:
    """Raises StepUpNeeded (RFC 9470) unless the login was at least `min_acr` and at most `max_age` ago."""
    is_weak = min_acr is not None and (principal.acr is None or not principal.acr.at_least(min_acr))
    is_old = max_age is not None and (principal.auth_time is None or clock.now() - principal.auth_time > max_age)
    if not (is_weak or is_old):
        return
    wanted: dict[str, Any] = {}
    if min_acr is not None:
        wanted["acr_values"] = min_acr.value
    if max_age is not None:
        wanted["max_age"] = str(int(max_age.total_seconds()))
    challenge = ", ".join(
        [f'{_scheme(principal)} error="insufficient_user_authentication"', *(f'{k}="{v}"' for k, v in wanted.items())]
    )
    raise StepUpNeeded(_TOO_WEAK, headers={"WWW-Authenticate": challenge}, **wanted)


def requires(
    scope: Scope | None,
    roles: Collection[Role] = (),
    *,
    everywhere: bool = False,
    min_acr: Acr | None = None,
    max_age: timedelta | None = None,
    data_class: DataClass = DataClass.ordinary,
) -> params.Security:
    """For a person's or script's call: the API audience, `scope`, one of `roles`, and the assurance.

    The assurance is what the tenant demands of these roles for `data_class`, and what the route adds: `min_acr`,
    `max_age`.

    A role at any unit will do, and which rows it reaches is the query's work (`Principal.units_for`); `everywhere`
    demands it for the whole tenant.
    """
    requirement = Requirement(scope, tuple(roles), everywhere, min_acr, max_age, data_class=data_class)
    return params.Security(requirement, scopes=[scope.value] if scope else [])


def internal(scope: Scope) -> params.Security:
    """For calls between services under /internal: this service's own audience and `scope`."""
    return params.Security(Requirement(scope, is_internal=True), scopes=[scope.value])


def _credentials(request: Request) -> tuple[str, str] | None:
    """Scheme and token of the only Authorization header. Query tokens are not read: they end up in logs (RFC 9700)."""
    headers = request.headers.getlist("authorization")
    if not headers:
        return None
    scheme, _, token = headers[0].partition(" ")
    scheme = scheme.lower()
    if len(headers) > 1 or scheme not in ("bearer", "dpop") or not token.strip():
        raise _invalid_token()
    return scheme, token.strip()


def _check_possession(request: Request, scheme: str, token: str, principal: Principal) -> None:
    """RFC 9449 section 7: a bound token comes with a proof under its own scheme, and only a bound one does."""
    guard: ProofGuard | None = request.app.state.runtime.resources.get(ProofGuard)
    if scheme != "dpop" or principal.bound_to is None or guard is None:
        raise TokenRefused("the token and its scheme do not belong together")
    path = request.scope.get("raw_path", request.url.path.encode()).decode("ascii")
    guard.check(request.headers.getlist("dpop"), request.method, path, token, principal.bound_to)


def _refused(scheme: str, refusal: TokenRefused) -> Unauthenticated:
    if isinstance(refusal, ProofRefused):
        return _unauthenticated('DPoP error="invalid_dpop_proof", algs="ES256"')
    return _unauthenticated('DPoP error="invalid_token", algs="ES256"') if scheme == "dpop" else _invalid_token()


def _invalid_token() -> Unauthenticated:
    return _unauthenticated('Bearer error="invalid_token"')


def _unauthenticated(challenge: str) -> Unauthenticated:
    return Unauthenticated(_BAD_TOKEN, headers={"WWW-Authenticate": challenge})


def _scheme(principal: Principal) -> str:
    return "Bearer" if principal.bound_to is None else "DPoP"
