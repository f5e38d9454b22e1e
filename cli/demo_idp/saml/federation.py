"""A federation as its members see it: one signed aggregate of metadata (SAML metadata 2.0 section 2.3.1).

One member is real, the demo provider's second face; the others only stand in the list, as most do for any one school.
"""

from datetime import UTC, datetime, timedelta

from fastapi import FastAPI, Response
from lxml import etree
from lxml.builder import ElementMaker
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from cli.demo_idp.directory import Directory, Federation, SamlIdentity
from cli.demo_idp.saml.answers import pem
from cli.demo_idp.saml.face import SamlFace
from cli.demo_idp.saml.metadata import own_descriptor
from cli.demo_idp.saml.names import DS, MD, q

FACE = "/federated"
MEMBER = "Västerby kommun"
_LASTS = timedelta(days=7)
_OTHERS = {"ostervik.example": "Östervik kommun", "fjallnas.example": "Fjällnäs kommun", "skarhamn.example": "Skärhamn"}
_M = ElementMaker(namespace=MD, nsmap={"md": MD, "ds": DS})


class FederationFace:
    """The metadata of the demo federation."""

    def __init__(self, issuer: str, directory: Directory) -> None:
        self._directory = directory
        self._member = SamlFace(issuer, directory, FACE, self._scopes)

    def mount(self, app: FastAPI) -> None:
        """Add the routes, those of the member included."""
        self._member.mount(app)
        app.add_api_route("/federation/metadata.xml", self.metadata, methods=["GET"], response_model=None)

    async def metadata(self) -> Response:
        """Made and signed anew for each caller, good for a week."""
        federation, identity = self._directory.federation(), self._directory.saml()
        if federation is None or identity is None:
            return Response(status_code=404)
        now = datetime.now(UTC)
        document = _M.EntitiesDescriptor(
            self._member.descriptor(MEMBER),
            *(_other(domain, name, identity) for domain, name in _OTHERS.items()),
            ID=f"_{now:%Y%m%d%H%M%S%f}",
            Name="urn:startklar:demo:federation",
            validUntil=f"{now + _LASTS:%Y-%m-%dT%H:%M:%SZ}",
            cacheDuration="PT30M",
        )
        content = etree.tostring(_signed(document, federation), encoding="UTF-8")
        return Response(content, media_type="application/samlmetadata+xml")

    def _scopes(self) -> tuple[str, ...]:
        federation = self._directory.federation()
        return federation.scopes if federation else ()


def _other(domain: str, name: str, identity: SamlIdentity) -> etree._Element:
    """A member that nobody can log in at: its addresses lead nowhere."""
    return own_descriptor(f"https://login.{domain}", SamlIdentity("", identity.certificate, (domain,)), name)


def _signed(document: etree._Element, federation: Federation) -> etree._Element:
    """Enveloped, the signature first, over the whole document."""
    document.insert(0, etree.Element(q("ds:Signature"), {"Id": "placeholder"}, nsmap={"ds": DS}))
    signer = XMLSigner(
        signature_algorithm=SignatureMethod.ECDSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    return signer.sign(
        document,
        key=federation.private_key,
        cert=pem(federation.certificate),
        reference_uri=f"#{document.get('ID')}",
        id_attribute="ID",
    )
