"""Where a SAML identity provider's metadata comes from: the body of the request, or an address, fetched within bounds.

The address is the tenant's word, so it is called like any stranger's: never inside our networks, by https, one answer,
no redirect, at most 256 KiB and ten seconds, and with no transaction open meanwhile.
"""

from services.identity.provider.metadata import read_metadata, unsound
from services.identity.provider.schemas import LARGEST_METADATA, ProviderDraft
from services.identity.saml.entity import SamlEntity
from shared.kit.egress import EgressClient, EgressFailed, EgressRefused
from shared.kit.text import Text

_SECONDS = 10.0
_FIELD = "#/metadataUrl"

_REFUSED = Text(
    sv="Adressen får inte anropas ({code}); ange inloggningstjänstens öppna https-adress",
    en="The address may not be called ({code}); give the public https address of the identity provider",
    da="Adressen må ikke kaldes ({code}); angiv login-tjenestens åbne https-adresse",
)
_FAILED = Text(
    sv="Ingen metadata kom från adressen ({code}); hämta filen och ladda upp den",
    en="No metadata came from the address ({code}); download the file and upload it",
    da="Der kom ingen metadata fra adressen ({code}); hent filen og upload den",
)


async def entity_of(body: ProviderDraft, allow_private: bool) -> SamlEntity | None:
    """The identity provider that a draft's own metadata describes; None where it has none. Raises ProviderUnsound."""
    if body.metadata is not None:
        return read_metadata(body.metadata.encode(), body.issuer)
    if body.metadata_url is None:
        return None
    return read_metadata(await fetch(body.metadata_url, allow_private), body.issuer, _FIELD)


async def fetch(url: str, allow_private: bool) -> bytes:
    """The document at `url`. Raises ProviderUnsound."""
    egress = EgressClient(allow_private=allow_private, max_response_bytes=LARGEST_METADATA)
    accept = {"Accept": "application/samlmetadata+xml, application/xml, text/xml"}
    try:
        answer = await egress.request("GET", url, accept, timeout=_SECONDS)
    except EgressRefused as refused:
        raise unsound(_FIELD, _REFUSED.format(code=refused.reason), refused.reason) from refused
    except EgressFailed as failed:
        raise unsound(_FIELD, _FAILED.format(code=failed.kind), failed.kind) from failed
    if answer.status != 200:
        raise unsound(_FIELD, _FAILED.format(code=answer.status), "status")
    return answer.content
