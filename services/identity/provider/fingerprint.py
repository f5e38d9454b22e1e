"""Which configuration a login was verified under. Pure."""

import hashlib

import orjson

from services.identity.provider.models import IdentityProvider


def configuration_hash(provider: IdentityProvider) -> str:
    """SHA-256, hexadecimal, of all that decides whether and as whom a login ends well.

    Not the name, nor whom the method is for: that changes nothing of what was seen to work.
    """
    sealed = provider.client_secret_sealed
    decides = {
        "protocol": provider.protocol,
        "method": provider.method,
        "issuer": provider.issuer,
        "clientId": provider.client_id,
        "secret": hashlib.sha256(sealed).hexdigest() if sealed else None,
        "federation": str(provider.federation_id) if provider.federation_id else None,  # the driver has its own UUID
        "loginClaim": provider.login_claim,
        "isScoped": provider.is_scoped,
        "loaMap": provider.loa_map,
        "acrMap": provider.acr_map,
        "configuration": provider.configuration,
    }
    return hashlib.sha256(orjson.dumps(decides, option=orjson.OPT_SORT_KEYS)).hexdigest()
