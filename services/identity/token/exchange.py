"""A service acts for a person at another service (RFC 8693), never for longer or in more than the person may."""

from services.identity.client.models import Client
from services.identity.protocol.form import Parameters
from services.identity.protocol.refusal import Refusal
from services.identity.token.issue import Exchange
from shared.auth.cutoffs import AccessCutoffs
from shared.auth.jws import TokenRefused
from shared.auth.principal import API_AUDIENCE, Principal
from shared.auth.scopes import Scope
from shared.auth.verifier import TokenVerifier
from shared.kit.problems import Unavailable

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a type
# What belongs to the person's own client alone.
_NOT_PASSED_ON = frozenset({Scope.openid, Scope.profile, Scope.offline_access})


async def grant_exchange(client: Client, form: Parameters, verifier: TokenVerifier, cutoffs: AccessCutoffs) -> Exchange:
    """What `client`, one of our services, may have for the person whose API token it was sent. Raises Refusal."""
    audience = form.get("audience") or form.get("resource") or ""
    if client.kind != "service":
        raise Refusal("unauthorized_client", "only our own services exchange tokens")
    if audience not in client.audiences or audience == API_AUDIENCE:
        raise Refusal("invalid_target", "audience must name a service that the client may call")
    if form.get("requested_token_type") not in (None, ACCESS_TOKEN) or form.get("actor_token") is not None:
        raise Refusal("invalid_request", "only access tokens are given, and the client itself is the actor")
    if form.need("subject_token_type") != ACCESS_TOKEN:
        raise Refusal("invalid_request", f"subject_token_type must be {ACCESS_TOKEN}")
    person = await _person(form.need("subject_token"), verifier, cutoffs)
    return Exchange(person, audience, _scope(form.get("scope"), person))


async def _person(token: str, verifier: TokenVerifier, cutoffs: AccessCutoffs) -> Principal:
    """Whose token it is: a person's own, for the API, and still good. One that was exchanged before is not."""
    try:
        person = await verifier.verify(token)
        if await cutoffs.refuses(person):
            raise TokenRefused("access was removed after the token was issued")
    except (TokenRefused, Unavailable) as refused:
        raise Refusal("invalid_grant", "subject_token is not good") from refused
    if person.acr is None or person.tenant is None or person.actor is not None or person.audience != API_AUDIENCE:
        raise Refusal("invalid_grant", "subject_token is not a person's token for the API")
    return person


def _scope(requested: str | None, person: Principal) -> str:
    may = person.scopes - _NOT_PASSED_ON
    wanted = sorted(may) if requested is None else list(dict.fromkeys(requested.split()))
    if not wanted or not set(wanted) <= may:
        raise Refusal("invalid_scope", "an exchange cannot widen the scope")
    return " ".join(wanted)
