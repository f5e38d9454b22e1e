"""Our own metadata, and what a service provider's says: where its answers go and with which keys it signs."""

import time
from dataclasses import dataclass

import httpx
from lxml import etree
from lxml.builder import ElementMaker

from cli.demo_idp.directory import SamlIdentity, ServiceProvider
from cli.demo_idp.saml.names import DS, MD, MDUI, POST, REDIRECT, SAMLP, SHIBMD, q
from cli.demo_idp.saml.requests import BadMessage

_CACHE_SECONDS = 60.0
_M = ElementMaker(namespace=MD, nsmap={"md": MD, "ds": DS, "shibmd": SHIBMD})
_U = ElementMaker(namespace=MDUI, nsmap={"mdui": MDUI})
_D = ElementMaker(namespace=DS)
_S = ElementMaker(namespace=SHIBMD)


@dataclass(frozen=True)
class Party:
    """A service provider as its metadata has it. Certificates are base64 DER; `slo` is its Redirect address."""

    entity_id: str
    acs: str
    slo: str | None
    signing: list[str]
    encryption: list[str]


def own_descriptor(place: str, identity: SamlIdentity, name: str | None = None) -> etree._Element:
    """An EntityDescriptor with the domains that we speak for; `place` is the address of this face of ours."""
    key = _M.KeyDescriptor(_D.KeyInfo(_D.X509Data(_D.X509Certificate(identity.certificate))), use="signing")
    role = _M.IDPSSODescriptor(
        _M.Extensions(*(_S.Scope(scope, regexp="false") for scope in identity.scopes), *_shown(name)),
        key,
        _M.SingleLogoutService(Binding=REDIRECT, Location=f"{place}/slo"),
        _M.SingleSignOnService(Binding=REDIRECT, Location=f"{place}/sso"),
        _M.SingleSignOnService(Binding=POST, Location=f"{place}/sso"),
        protocolSupportEnumeration=SAMLP,
        WantAuthnRequestsSigned="true",
    )
    return _M.EntityDescriptor(role, entityID=entity_id_of(place))


def entity_id_of(place: str) -> str:
    """Where the metadata of a face lie is also its name."""
    return f"{place}/metadata"


def _shown(name: str | None) -> list[etree._Element]:
    """The name that discovery pages show (SAML metadata extensions for login and discovery user interface)."""
    if name is None:
        return []
    display = _U.DisplayName(name)
    display.set("{http://www.w3.org/XML/1998/namespace}lang", "sv")
    return [_U.UIInfo(display)]


class Parties:
    """Service providers' metadata, read from where the directory says and kept for a minute."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[float, Party]] = {}

    async def get(self, provider: ServiceProvider) -> Party:
        """The metadata of a registered service provider; raises BadMessage when it cannot be read."""
        known = self._read.get(provider.entity_id)
        if known is None or time.monotonic() - known[0] > _CACHE_SECONDS:
            known = self._read[provider.entity_id] = (time.monotonic(), await _fetch(provider))
        return known[1]


async def _fetch(provider: ServiceProvider) -> Party:
    try:
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            response = (await client.get(provider.metadata_url)).raise_for_status()
        root = etree.fromstring(response.content, etree.XMLParser(resolve_entities=False, no_network=True))
    except (httpx.HTTPError, etree.XMLSyntaxError) as error:
        raise BadMessage("the service provider's metadata cannot be read") from error
    role = root.find(q("md:SPSSODescriptor"))
    if role is None or root.get("entityID") != provider.entity_id:
        raise BadMessage("this is not the service provider's metadata")
    acs = next((one.get("Location", "") for one in role.findall(q("md:AssertionConsumerService"))), "")
    logout = [one for one in role.findall(q("md:SingleLogoutService")) if one.get("Binding") == REDIRECT]
    return Party(
        provider.entity_id,
        acs,
        logout[0].get("Location") if logout else None,
        _certificates(role, "signing"),
        _certificates(role, "encryption"),
    )


def _certificates(role: etree._Element, use: str) -> list[str]:
    found = []
    for one in role.findall(q("md:KeyDescriptor")):
        if one.get("use") in (None, use):
            found += ["".join((node.text or "").split()) for node in one.iter(q("ds:X509Certificate"))]
    return found
