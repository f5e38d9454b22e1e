"""What a client's registration must satisfy, by kind: scripts of a tenant, and the apps that its people log in with."""

from collections.abc import Callable, Sequence

from services.identity.client.addresses import is_app_address, is_machine_address, is_web_address
from services.identity.client.models import Client
from services.identity.protocol.parameters import DEVICE_CODE
from shared.auth import Role
from shared.auth.jws import PublicKey
from shared.auth.scopes import Scope
from shared.kit.problems import FieldError
from shared.kit.text import Text

_GRANTS = {
    "public": ("authorization_code", "refresh_token", DEVICE_CODE),
    "web": ("authorization_code", "refresh_token", DEVICE_CODE),
    "script": ("client_credentials",),
    "service": (),
}
_OF_PEOPLE = frozenset({Scope.openid, Scope.profile, Scope.offline_access})

_ADDRESS = Text(
    sv="Adressen ska vara https och fullständig, utan fragment, jokertecken, inloggningsuppgifter eller omvägar.",
    en="The address must be https and complete, without fragment, wildcard, credentials or detours.",
    da="Adressen skal være https og fuldstændig, uden fragment, jokertegn, loginoplysninger eller omveje.",
)
_NOT_FOR_KIND = Text(
    sv="Passar inte den här sortens klient.",
    en="Does not fit this kind of client.",
    da="Passer ikke til denne slags klient.",
)


def faults(client: Client) -> list[FieldError]:
    """Everything that is wrong with a registration, each at its place; an empty list for a good one."""
    return [*key_faults(client), *_addresses(client), *_rights(client)]


def key_faults(client: Client) -> list[FieldError]:
    """What is wrong with a client's keys: they must be able to verify ES256, and be found in one place."""
    found: list[FieldError] = []
    for index, jwk in enumerate(client.public_keys):
        try:
            PublicKey.from_jwk(jwk)
        except ValueError as error:
            found.append(_fault(f"#/publicKeys/{index}", str(error)))
    if client.jwks_uri is not None and not is_machine_address(client.jwks_uri):
        found.append(_fault("#/jwksUri", _ADDRESS))
    if client.kind == "public" and (client.public_keys or client.jwks_uri):
        found.append(_fault("#/publicKeys", _NOT_FOR_KIND))
    if client.public_keys and client.jwks_uri:
        found.append(_fault("#/jwksUri", "keys stand in the registration or at an address, not both"))
    return found


def _addresses(client: Client) -> list[FieldError]:
    is_app = client.kind in ("public", "web")
    is_good = is_app_address if client.kind == "public" else is_web_address
    found = [
        *_list("redirectUris", client.redirect_uris, is_good, is_allowed=is_app),
        *_list("postLogoutRedirectUris", client.post_logout_redirect_uris, is_good, is_allowed=is_app),
    ]
    if is_app and not client.redirect_uris and client.may("authorization_code"):
        found.append(_fault("#/redirectUris", "an app that logs people in needs an address"))
    for name, address in (
        ("backchannelLogoutUri", client.backchannel_logout_uri),
        ("frontchannelLogoutUri", client.frontchannel_logout_uri),
    ):
        found += _list(name, [address] if address else [], is_machine_address, is_allowed=is_app, is_single=True)
    return found


def _list(
    name: str,
    addresses: Sequence[str],
    is_good: Callable[[str], bool],
    *,
    is_allowed: bool,
    is_single: bool = False,
) -> list[FieldError]:
    if addresses and not is_allowed:
        return [_fault(f"#/{name}", _NOT_FOR_KIND)]
    places = [f"#/{name}" if is_single else f"#/{name}/{index}" for index in range(len(addresses))]
    return [_fault(place, _ADDRESS) for place, one in zip(places, addresses, strict=True) if not is_good(one)]


def _rights(client: Client) -> list[FieldError]:
    found = []
    if any(granted.partition("@")[0] == Role.platform_admin.value for granted in client.roles):
        found.append(_fault("#/roles", "a script cannot administer the platform"))
    if (client.kind == "script") is not bool(client.roles):
        found.append(_fault("#/roles", "a script acts with roles of its own, an app with those of its people"))
    if client.kind == "script" and _OF_PEOPLE & set(client.scopes):
        found.append(_fault("#/scopes", _NOT_FOR_KIND))
    found += [_fault("#/grantTypes", _NOT_FOR_KIND) for one in client.grant_types if one not in _GRANTS[client.kind]]
    if "refresh_token" in client.grant_types and len(client.grant_types) == 1:
        found.append(_fault("#/grantTypes", "a refresh token comes of another grant"))
    if client.kind == "script" and client.requires_par:
        found.append(_fault("#/requiresPar", _NOT_FOR_KIND))
    return found


def _fault(pointer: str, detail: Text | str) -> FieldError:
    return FieldError(pointer=pointer, detail=detail, code="unusable")
