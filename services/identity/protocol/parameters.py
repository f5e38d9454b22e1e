"""Every parameter of the protocol routes, for the API document."""

from dataclasses import replace

from services.identity.protocol.description import Asked
from shared.auth import Acr
from shared.auth.service_tokens import ASSERTION_TYPE

_HANDLE = "AZefOnweexKdOl8MK56NEQGXnzp8HntSnTpfDCuejREp5t0bV3mQ9cJ2xWkLhYzA"
_THUMBPRINT = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
_PUSHED = f"urn:ietf:params:oauth:request_uri:{_HANDLE}"
_ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a type
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a grant
DISCOVERY_PROTOCOL = "urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol"
_BACK = "https://app.startklar.dev/callback"

# What an authorization request says, at the authorization endpoint or pushed ahead of it.
_REQUEST = (
    Asked("response_type", "The only flow is the one with a code", is_required=True, values=("code",)),
    Asked("client_id", "The client", "demo-app", is_required=True),
    Asked("redirect_uri", "Exactly as registered", _BACK, is_required=True),
    Asked("scope", "What the token shall be good for", "openid profile projects:read", is_required=True),
    Asked("tenant", "Id or short name of the tenant that the token shall be for", "norrvik", is_required=True),
    Asked("code_challenge", "PKCE (RFC 7636)", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", is_required=True),
    Asked("code_challenge_method", "`plain` is refused", is_required=True, values=("S256",)),
    Asked("state", "Comes back as it was sent", "af0ifjsldkj"),
    Asked("nonce", "Comes back in the id token", "n-0S6_WzA2Mj"),
    Asked("home_tenant", "Id or short name of the tenant where the person has the account, if another one", "laranda"),
    Asked("acr_values", "The login must be at least as strong as the weakest of these", Acr.strong.value),
    Asked("max_age", "Seconds since the login, at most", "3600"),
    Asked("prompt", "`none`: answer without asking the person; `login`: a new login", values=("none", "login")),
    Asked("response_mode", "The answer comes as a query", values=("query",)),
    Asked("id_token_hint", "An id token of the person that it must be"),
    Asked("dpop_jkt", "Thumbprint of the key that alone may redeem the code (RFC 9449 section 10)", _THUMBPRINT),
    Asked("request", "Request objects are refused"),
)
AUTHORIZATION = (
    *(replace(one, is_required=one.name == "client_id") for one in _REQUEST),
    Asked("request_uri", "Instead of all but `client_id`: what /oauth2/par gave (RFC 9126)", _PUSHED),
)

CLIENT = (
    Asked("client_id", "Needed from a public client", "demo-app"),
    Asked("client_assertion_type", "With `client_assertion`", values=(ASSERTION_TYPE,)),
    Asked("client_assertion", "A JWT that the client signed, for this one request (RFC 7523)"),
    Asked("client_secret", "Refused: secrets are sent by HTTP Basic"),
)

PUSHED = (
    *_REQUEST,
    Asked("request_uri", "Refused: this is where one comes from"),
    *CLIENT[1:],
)

GRANTS = ("authorization_code", "refresh_token", "client_credentials", DEVICE_CODE, TOKEN_EXCHANGE)
TOKEN = (
    Asked("grant_type", "What is exchanged for tokens", is_required=True, values=GRANTS),
    Asked("code", "authorization_code: the code, good for a minute and one use", _HANDLE),
    Asked("redirect_uri", "authorization_code: as in the authorization request", _BACK),
    Asked("code_verifier", "authorization_code: PKCE", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
    Asked("refresh_token", "refresh_token: good for one use; the second one ends all that came of it"),
    Asked("device_code", "device_code: what the device authorization gave", _HANDLE),
    Asked("subject_token", "token-exchange: the person's access token for the API"),
    Asked("subject_token_type", "token-exchange", values=(_ACCESS_TOKEN,)),
    Asked("requested_token_type", "token-exchange", values=(_ACCESS_TOKEN,)),
    Asked("actor_token", "Refused: the client itself is the actor"),
    Asked("scope", "refresh_token, client_credentials, token-exchange: fewer scopes than granted"),
    Asked("audience", "Programs: whom the token is for; `urn:startklar:api` where nothing is said"),
    Asked("resource", "client_credentials: the same as `audience` (RFC 8707)"),
    Asked("tenant", "client_credentials of services: the one tenant that the token shall be good for"),
    *CLIENT,
)

_TOKEN = Asked("token", "The token", _HANDLE, is_required=True)
_HINT = Asked("token_type_hint", "Not needed: tokens tell their kind")
REVOCATION = (_TOKEN, _HINT, *CLIENT)
INTROSPECTION = (_TOKEN, _HINT, *CLIENT)

LOGOUT = (
    Asked("id_token_hint", "Proves that the client knows the session; without it the person is asked"),
    Asked("client_id", "With `post_logout_redirect_uri`", "demo-app"),
    Asked("post_logout_redirect_uri", "Where to go then; exactly as registered", "https://app.startklar.dev/"),
    Asked("state", "Comes back as it was sent", "af0ifjsldkj"),
    Asked("logout", "Alone: the page that tells what came of this logout", _HANDLE),
)
LOGGED_OUT = (Asked("state", "Of the logout that the provider answers", _HANDLE, is_required=True),)
BACK_CHANNEL = (Asked("logout_token", "A JWT that the provider signed, for this one notice", is_required=True),)
FRONT_CHANNEL = (
    Asked("iss", "The provider", "https://login.norrvik.example", is_required=True),
    Asked("sid", "The provider's session that has ended", "08a5019c-17e1-4977-8f42-65a12843ea02", is_required=True),
)
SAML_LOGOUT = (
    Asked("SAMLRequest", "The provider's LogoutRequest"),
    Asked("SAMLResponse", "The provider's answer to our LogoutRequest"),
    Asked("RelayState", "Comes back as it was sent", _HANDLE),
    Asked("SigAlg", "Redirect binding: the signature's algorithm"),
    Asked("Signature", "Redirect binding: over the query string as it was sent"),
)

DEVICE = (
    Asked("scope", "What the token shall be good for", "openid projects:read", is_required=True),
    Asked("tenant", "Id or short name of the tenant that the token shall be for", "norrvik", is_required=True),
    *CLIENT,
)
DEVICE_PAGE = (
    Asked("tenant", "Id or short name of the tenant", "norrvik"),
    Asked("user_code", "What the device shows", "WDJB-MJHT"),
    Asked("error", "A login that began here has failed"),
    Asked("decision", "The person's answer", values=("approve", "deny")),
)

DEPARTURE = (
    Asked("request", "The login that the authorization endpoint began", _HANDLE, is_required=True),
    Asked("provider", "The identity provider that the person chose among several"),
)

BREAK_GLASS = (
    Asked("recovery", "The printed secret, good once", _HANDLE, is_required=True),
    Asked("code", "The code of the authenticator app (RFC 6238)", "123456", is_required=True),
)

ARRIVAL = (
    Asked("state", "Of the login under way", _HANDLE, is_required=True),
    Asked("code", "The provider's code", "SplxlOBeZQQYbYS6WxSbIA"),
    Asked("iss", "The provider (RFC 9207)", "https://login.norrvik.example"),
    Asked("error", "The provider's refusal instead of a code"),
)

SAML_ARRIVAL = (
    Asked(
        "SAMLResponse",
        "The provider's answer (SAML bindings section 3.5.4)",
        "PHNhbWxwOlJlc3BvbnNl...",
        is_required=True,
    ),
    Asked("RelayState", "Of the login under way", _HANDLE, is_required=True),
)

CHOOSER = (Asked("request", "The login that the authorization endpoint began", _HANDLE, is_required=True),)

_MEMBER = "https://idp.norrvik.example/saml"
DISCOVERY = (
    Asked("entityID", "The service provider that asks", "https://sp.example/saml", is_required=True),
    Asked(
        "return", "Where the answer goes; as its metadata say (idpdisc:DiscoveryResponse)", "https://sp.example/disco"
    ),
    Asked("returnIDParam", "The parameter that the answer comes in; `entityID` where nothing is said", "entityID"),
    Asked("isPassive", "`true`: answer without asking the person", values=("false", "true")),
    Asked("policy", "Only the standard's own", values=(f"{DISCOVERY_PROTOCOL}:single",)),
    Asked("q", "What the person searches for", "norrvik"),
)
DISCOVERED = (
    Asked("request", "The login that the authorization endpoint began", _HANDLE, is_required=True),
    Asked("entityID", "The identity provider that the person chose", _MEMBER),
    Asked("organisation", "Whose login, where several share that identity provider"),
)
