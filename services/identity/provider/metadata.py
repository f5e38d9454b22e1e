"""From a SAML identity provider's metadata to what a login needs, and in words what the metadata lacks. Pure."""

from datetime import datetime

from services.identity.provider.configuration import SamlBinding, SamlConfiguration
from services.identity.provider.errors import ProviderUnsound
from services.identity.provider.schemas import LARGEST_METADATA, SamlSettings
from services.identity.saml.entity import Endpoint, SamlEntity, read_entity
from services.identity.saml.faults import SamlRefused
from services.identity.saml.names import POST, REDIRECT, md
from services.identity.saml.parsing import parse
from shared.kit.problems import FieldError
from shared.kit.text import Text

_MOST_ENTITIES = 50

_UNREADABLE = Text(
    sv="Filen är inte SAML-metadata som går att läsa ({code}); hämta den på nytt hos inloggningstjänsten",
    en="The file is no SAML metadata that can be read ({code}); fetch it anew from the identity provider",
    da="Filen er ikke SAML-metadata, der kan læses ({code}); hent den igen hos login-tjenesten",
)
_SEVERAL = Text(
    sv="Filen beskriver flera inloggningstjänster; ange i issuer vilken (entityID)",
    en="The file describes several identity providers; say in issuer which one (entityID)",
    da="Filen beskriver flere login-tjenester; angiv i issuer hvilken (entityID)",
)
_OTHER = Text(
    sv="Filen beskriver inte {entity}; ladda upp den inloggningstjänstens metadata",
    en="The file does not describe {entity}; upload the metadata of that identity provider",
    da="Filen beskriver ikke {entity}; upload den login-tjenestes metadata",
)
_NO_IDP = Text(
    sv="Det är metadata för en tjänst, inte för en inloggningstjänst; ladda upp den som har IDPSSODescriptor",
    en="This is the metadata of a service, not of an identity provider; upload the one with an IDPSSODescriptor",
    da="Det er metadata for en tjeneste, ikke for en login-tjeneste; upload dem med IDPSSODescriptor",
)
_NO_SSO = Text(
    sv="Ingen adress för inloggning över https; slå på SingleSignOnService hos inloggningstjänsten",
    en="There is no address to log in at over https; switch on SingleSignOnService at the identity provider",
    da="Der er ingen adresse til login over https; slå SingleSignOnService til hos login-tjenesten",
)
_NO_BINDING = Text(
    sv="Varken HTTP-Redirect eller HTTP-POST finns för inloggning; slå på HTTP-Redirect hos inloggningstjänsten",
    en="Neither HTTP-Redirect nor HTTP-POST is there to log in by; switch on HTTP-Redirect at the identity provider",
    da="Hverken HTTP-Redirect eller HTTP-POST findes til login; slå HTTP-Redirect til hos login-tjenesten",
)
_NO_KEY = Text(
    sv="Inget certifikat för signering med en stark nyckel (RSA 2048 bitar eller P-256); förnya det först",
    en="No signing certificate with a strong key (RSA of 2048 bits or P-256); renew it first",
    da="Intet signeringscertifikat med en stærk nøgle (RSA 2048 bit eller P-256); forny det først",
)
_EXPIRED = Text(
    sv="Signeringscertifikatet gick ut {day}; lägg in det nya hos inloggningstjänsten och hämta metadata igen",
    en="The signing certificate expired on {day}; install the new one at the provider and fetch the metadata again",
    da="Signeringscertifikatet udløb {day}; læg det nye ind hos login-tjenesten, og hent metadata igen",
)
_STALE = Text(
    sv="Metadata gällde till {day}; hämta den på nytt",
    en="The metadata was valid until {day}; fetch it anew",
    da="Metadata gjaldt til {day}; hent den igen",
)


def read_metadata(content: bytes, entity_id: str | None, field: str = "#/metadata") -> SamlEntity:
    """The identity provider that metadata describes. Raises ProviderUnsound naming `field`."""
    try:
        root = parse(content, max_bytes=LARGEST_METADATA, allows_comments=True)
        found = list(root.iter(md("EntityDescriptor")))[: _MOST_ENTITIES + 1]
        wanted = [one for one in found if entity_id is None or one.get("entityID") == entity_id]
        if found and not wanted:
            raise unsound(field, _OTHER.format(entity=_quoted(entity_id)), "entity")
        if len(wanted) > 1:
            raise unsound("#/issuer", _SEVERAL, "several")
        return read_entity(wanted[0] if wanted else root)
    except SamlRefused as refused:
        raise unsound(field, _UNREADABLE.format(code=refused.fault.value), refused.fault.value) from refused


def problems(entity: SamlEntity, at: datetime, field: str = "#/metadata") -> list[FieldError]:
    """Why no login could work by this metadata; empty where one can."""
    if not entity.is_idp:
        return [FieldError(pointer=field, detail=_NO_IDP, code="no_idp")]
    found: list[tuple[Text, str]] = []
    if not entity.sso:
        found.append((_NO_SSO, "no_sso"))
    elif _chosen(entity.sso) is None:
        found.append((_NO_BINDING, "no_binding"))
    usable = [one for one in entity.signing if one.is_usable]
    if not usable:
        found.append((_NO_KEY, "no_key"))
    elif all(one.expires_at <= at for one in usable):
        last = max(one.expires_at for one in usable)
        found.append((_EXPIRED.format(day=last.date().isoformat()), "expired"))
    if entity.valid_until is not None and entity.valid_until <= at:
        found.append((_STALE.format(day=entity.valid_until.date().isoformat()), "stale"))
    return [FieldError(pointer=field, detail=text, code=code) for text, code in found]


def configuration(entity: SamlEntity, chosen: SamlSettings) -> SamlConfiguration:
    """What a login needs. The entity must be without problems."""
    sso, slo = _chosen(entity.sso), _chosen(entity.slo)
    if sso is None:
        raise ValueError("an entity without a way to log in was not refused")
    return SamlConfiguration(
        sso_url=sso.location,
        sso_binding=_short(sso.binding),
        slo_url=slo.location if slo else "",
        slo_response_url=(slo.response_location or "") if slo else "",
        slo_binding=_short(slo.binding) if slo else "redirect",
        certificates=tuple(one.der for one in entity.signing if one.is_usable)[:10],
        encryption_certificates=tuple(one.der for one in entity.encryption if one.is_usable)[:10],
        scopes=tuple(one.value for one in entity.scopes if not one.is_regexp)[:200],
        scope_patterns=tuple(one.value for one in entity.scopes if one.is_regexp)[:50],
        metadata_valid_until=entity.valid_until,
        **chosen.model_dump(),
    )


def unsound(field: str, detail: Text, code: str) -> ProviderUnsound:
    """One problem of one field."""
    return ProviderUnsound(errors=[FieldError(pointer=field, detail=detail, code=code)])


def _chosen(endpoints: tuple[Endpoint, ...]) -> Endpoint | None:
    """Redirect before POST: it needs no form of ours."""
    by_binding = {one.binding: one for one in reversed(endpoints)}
    return by_binding.get(REDIRECT) or by_binding.get(POST)


def _short(binding: str) -> SamlBinding:
    return "redirect" if binding == REDIRECT else "post"


def _quoted(entity_id: str | None) -> str:
    """As it may stand inside a text that is formatted again."""
    return (entity_id or "")[:200].replace("{", "").replace("}", "")
