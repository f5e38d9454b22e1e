"""What an administrator may do next with a login method, and why not where not."""

from fastapi import Request

from services.identity.provider.auth import refusal_to_write
from services.identity.provider.errors import ProviderUnverified
from services.identity.provider.models import IdentityProvider
from shared.auth import Principal
from shared.kit.text import Lang, Text
from shared.web.actions import allowed_action
from shared.web.models import AllowedAction

_IS_ACTIVE = Text(
    sv="Inloggningssättet är redan aktivt", en="It is active already", da="Loginmetoden er allerede aktiv"
)
_IS_OFF = Text(
    sv="Inloggningssättet används inte", en="The login method is not in use", da="Loginmetoden er ikke i brug"
)


def actions_on(provider: IdentityProvider, caller: Principal, request: Request, lang: Lang) -> list[AllowedAction]:
    """Change it, try it in a browser, activate it (`state` active), switch it off (`state` disabled)."""
    path = f"/identity/v1/identity-providers/{provider.id}"
    refused = refusal_to_write(caller)
    return [
        allowed_action(request, lang, "change", "PATCH", path, refused=refused),
        allowed_action(request, lang, "try", "POST", f"{path}/trials", refused=refused),
        allowed_action(request, lang, "activate", "PATCH", path, refused=refused or _not_activated(provider)),
        allowed_action(request, lang, "disable", "PATCH", path, refused=refused or _not_disabled(provider)),
    ]


def _not_activated(provider: IdentityProvider) -> Text | None:
    if provider.state == "draft":
        return ProviderUnverified.mend
    return _IS_ACTIVE if provider.state == "active" else None


def _not_disabled(provider: IdentityProvider) -> Text | None:
    return None if provider.state == "active" else _IS_OFF
