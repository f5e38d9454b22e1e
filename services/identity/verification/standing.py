"""Whether a login method is verified, from the evidence that its providers have. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.identity.provider.fingerprint import configuration_hash
from services.identity.provider.models import IdentityProvider
from services.identity.verification.models import LoginEvidence
from shared.auth import Acr


@dataclass(frozen=True)
class Standing:
    """`acr` is the weakest level that a verified population reached, basic where there is none."""

    is_verified: bool
    acr: Acr
    provider_id: UUID | None = None


def populations_of(provider: IdentityProvider) -> list[str]:
    """Whom a provider's login must be shown to work for; one nameless group where it is for everybody."""
    return list(provider.populations) or [""]


def holds(row: LoginEvidence, provider: IdentityProvider) -> bool:
    """Whether evidence is about the provider as it is set up now."""
    return row.lapsed_at is None and row.configuration_hash == configuration_hash(provider)


def missing(provider: IdentityProvider, rows: Iterable[LoginEvidence]) -> list[str]:
    """The populations for which no login is proven under the present configuration."""
    proven = {row.population for row in rows if row.provider_id == provider.id and holds(row, provider)}
    return [population for population in populations_of(provider) if population not in proven]


def standing(method: str, providers: Sequence[IdentityProvider], rows: Sequence[LoginEvidence]) -> Standing:
    """Of the providers that the method is used by, else of those that are ready to be: all must be proven."""
    of_method = [one for one in providers if one.method == method]
    judged = [one for one in of_method if one.state == "active"] or [
        one for one in of_method if one.state == "verified"
    ]
    reached = [_reached(one, rows) for one in judged]
    weakest = min((acr for acr in reached if acr is not None), key=list(Acr).index, default=Acr.basic)
    decisive = next((one.id for one, acr in zip(judged, reached, strict=True) if acr in (None, weakest)), None)
    return Standing(bool(judged) and None not in reached, weakest, decisive)


def _reached(provider: IdentityProvider, rows: Sequence[LoginEvidence]) -> Acr | None:
    """The weakest level that one of the provider's populations reached; None where one is not proven."""
    if missing(provider, rows):
        return None
    wanted = populations_of(provider)
    proven = [row for row in rows if row.provider_id == provider.id and row.population in wanted]
    return min((Acr(row.acr) for row in proven if holds(row, provider)), key=list(Acr).index)
