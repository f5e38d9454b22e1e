"""STIL's web service wsiEksport (WS17): SOAP 1.2, requests whose signature is checked, an export per institution."""

import base64
import datetime
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.exceptions import InvalidSignature
from signxml.verifier import SignatureConfiguration, XMLVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cli.demo_roster import Municipality, stil

SYSTEM_ID = "AB123456"
_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
_WSSE, _WSU = f"{_OASIS}wssecurity-secext-1.0.xsd", f"{_OASIS}wssecurity-utility-1.0.xsd"
_WSA = "http://www.w3.org/2005/08/addressing"
_EKS, _BPI = "https://brugerdatabasen.stil.dk/bpi/wsieksport/7", "https://brugerdatabasen.stil.dk/bpi/common/3"
_SIGNED = {f"{{{_SOAP}}}Body", f"{{{_WSU}}}Timestamp", f"{{{_WSA}}}MessageID", f"{{{_BPI}}}UdbydersystemId"}


@dataclass
class Identity:
    """A supplier's key and certificate, as PEM."""

    key: str
    certificate: str

    @classmethod
    def make(cls, passphrase: str = "", days: int = 1) -> "Identity":
        """`days`: until it expires; negative where it has."""
        key = rsa.generate_private_key(65537, 2048)
        now = datetime.datetime.now(datetime.UTC)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Startklar test")])
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=30))
            .not_valid_after(now + datetime.timedelta(days=days))
            .sign(key, hashes.SHA256())
        )
        sealing = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
        sealed = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealing)
        return cls(sealed.decode(), made.public_bytes(Encoding.PEM).decode())


@dataclass
class StilRegister:
    """Knows one supplier by its certificate. `agreed`: institutions that it may fetch; all of them by default.
    `broken`: this many calls answer 503 without SOAP first. `failing`: this many answer with a fault of its own.
    `swapped`: what somebody on the way replaces in each request, and by what. `answers`: sent instead of the export,
    by institution. `calls`: operation and institution.
    """

    told: Municipality
    known: Identity
    agreed: set[str] | None = None
    broken: int = 0
    failing: int = 0
    swapped: tuple[str, str] | None = None
    answers: dict[str, bytes] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/bpi/wsieksport/7", self._answer, methods=["POST"])])

    async def _answer(self, request: Request) -> Response:
        content = await request.body()
        if self.swapped is not None:
            content = content.replace(self.swapped[0].encode(), self.swapped[1].encode())
        envelope = etree.fromstring(content)
        (asked,) = envelope.findall(f"{{{_SOAP}}}Body/*")
        operation, institution = etree.QName(asked).localname, asked.findtext(f"{{{_EKS}}}instnr") or ""
        self.calls.append((operation, institution))
        if self.broken > 0:
            self.broken -= 1
            return Response("<html>Vedligeholdelse</html>", 503, media_type="text/html")
        if self.failing > 0:
            self.failing -= 1
            return _fault("Receiver", 500)
        refusal = self._refusal(envelope)
        return _fault("Sender", 500, refusal) if refusal else self._export(operation, institution)

    def _export(self, operation: str, institution: str) -> Response:
        agreed = {unit.id for unit in self.told.units} if self.agreed is None else self.agreed
        if operation == "hentDataAftalerFuldMyndighed":
            return _soap(operation, "".join(f"<regnr xmlns='{_BPI}'>{number}</regnr>" for number in sorted(agreed)))
        if institution not in agreed:
            return _fault("Sender", 500, "Rettigheder")
        if institution in self.answers:
            return Response(self.answers[institution], media_type="application/soap+xml")
        return _soap(operation, f"<xml>{self.export(institution)}</xml>")

    def export(self, institution: str) -> str:
        """What the municipality's file of the institution holds."""
        return stil.of_institution(self.told, institution).decode().partition("?>")[2]

    def _refusal(self, envelope: etree._Element) -> str | None:
        """Why the request is not taken, in the service's own words."""
        if envelope.findtext(f".//{{{_BPI}}}UdbydersystemId") != SYSTEM_ID:
            return "UdbydersytemIdMangler"
        token = envelope.findtext(f".//{{{_WSSE}}}BinarySecurityToken")
        if token is None:
            return "SignaturMangler"
        sent = x509.load_der_x509_certificate(base64.b64decode(token))
        if sent != x509.load_pem_x509_certificate(self.known.certificate.encode()):
            return "BrugeridEllerPassword"
        return None if _signed_by(envelope, sent) >= _SIGNED else "Signatur"


def _signed_by(envelope: etree._Element, certificate: x509.Certificate) -> set[str]:
    """The names of all that the certificate's key has signed; nothing where any of it was changed."""
    references = len(envelope.findall(".//{http://www.w3.org/2000/09/xmldsig#}Reference"))
    expected = SignatureConfiguration(expect_references=references, require_x509=False)
    try:
        found = XMLVerifier().verify(
            envelope, x509_cert=certificate, id_attribute="Id", expect_config=expected,
            ignore_ambiguous_key_info=True,
        )  # fmt: skip
    except InvalidSignature:
        return set()
    parts = [each.signed_xml for each in (found if isinstance(found, list) else [found])]
    return {str(part.tag) for part in parts if part is not None}


def _soap(operation: str, inner: str) -> Response:
    body = f'<ns2:{operation}Response xmlns:ns2="{_EKS}">{inner}</ns2:{operation}Response>'
    return _envelope(body, 200)


def _fault(code: str, status: int, reason: str = "") -> Response:
    detail = f'<e:authentificationError xmlns:e="{_BPI}"><type>{reason}</type></e:authentificationError>'
    return _envelope(
        f"<soap:Fault><soap:Code><soap:Value>soap:{code}</soap:Value></soap:Code>"
        '<soap:Reason><soap:Text xml:lang="da">Alma Bæk fra 4.A kunne ikke findes</soap:Text></soap:Reason>'
        f"{f'<soap:Detail>{detail}</soap:Detail>' if reason else ''}</soap:Fault>",
        status,
    )


def _envelope(body: str, status: int) -> Response:
    content = f'<soap:Envelope xmlns:soap="{_SOAP}"><soap:Header/><soap:Body>{body}</soap:Body></soap:Envelope>'
    return Response(content, status, media_type="application/soap+xml;charset=UTF-8")
