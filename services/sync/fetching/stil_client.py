"""Calls STIL's web service wsiEksport (WS17, version 7): signed SOAP 1.2 requests, and what its answers and faults say.

Written after public clients and the schema, and tried against a server of ours alone. An answer is looked through
here only as far as needed to know that it is the one asked for; what it tells is read later, in the reading child.
"""

import asyncio
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

from lxml import etree

from services.sync.fetching.answers import refusal_by
from services.sync.fetching.errors import FetchFailed, SourceAnswered, SourceAway, SourceRefused
from services.sync.fetching.ws_security import KeyUnfit, Signer, signed_message
from services.sync.source.connectors import Credentials, StilWs17
from shared.kit import clock
from shared.kit.egress import EgressClient

NAMESPACE = "https://brugerdatabasen.stil.dk/bpi/wsieksport/7"
COMMON = "https://brugerdatabasen.stil.dk/bpi/common/3"
EXPORT = "eksporterXmlFuldMyndighed"
AGREEMENTS = "hentDataAftalerFuldMyndighed"
_SYSTEM = f"{{{COMMON}}}UdbydersystemId"
_NO_AGREEMENT = "Rettigheder"
_REASONS = frozenset({"Signatur", "SignaturMangler", "UdbydersytemIdMangler", "BrugeridEllerPassword"})
_ATTEMPTS = 3
_PAUSE = 1.0
_TIMEOUT = 600.0


class NoAgreement(Exception):
    """The service knows us, and gives us nothing of what was asked for."""


@dataclass
class Answer:
    """What an answer is. Of a fault: its `code` in SOAP (`Sender`, `Receiver`) and, where told, the `reason`."""

    content: bytes = b""
    payload: str = ""
    institutions: list[str] = field(default_factory=list)
    persons: int = 0
    agreements: list[str] = field(default_factory=list)
    code: str = ""
    reason: str = ""


class StilClient:
    """The service, as one system of a supplier."""

    def __init__(self, egress: EgressClient, settings: StilWs17, signer: Signer) -> None:
        self._egress = egress
        self._settings = settings
        self._signer = signer

    @classmethod
    async def of(cls, egress: EgressClient, settings: StilWs17, credentials: Credentials) -> Self:
        """Raises SourceRefused where key and certificate cannot sign."""
        key, passphrase = credentials.secret("private_key"), credentials.secret("passphrase")
        try:
            return cls(egress, settings, await Signer.of(settings.certificate, key, passphrase, clock.now()))
        except KeyUnfit as unfit:
            raise SourceRefused(reason=unfit.reason) from None

    async def export(self, institution: str) -> Answer:
        """All that the institution's authority may see of it. Errors: NoAgreement, and FetchFailed's."""
        answer = await self._call(EXPORT, {"instnr": institution})
        if answer.institutions != [institution]:
            raise SourceAnswered(reason="institution", institution=institution)
        return answer

    async def agreements(self) -> list[str]:
        """The numbers of the institutions whose data we may fetch. Errors: NoAgreement, and FetchFailed's."""
        return (await self._call(AGREEMENTS, {})).agreements

    async def _call(self, operation: str, arguments: Mapping[str, str]) -> Answer:
        for attempt in range(_ATTEMPTS):
            try:
                return await self._once(operation, arguments)
            except SourceAway:
                if attempt == _ATTEMPTS - 1:
                    raise
                await asyncio.sleep(_PAUSE * 2.0**attempt)
        raise AssertionError("the last attempt returns or raises")

    async def _once(self, operation: str, arguments: Mapping[str, str]) -> Answer:
        body = etree.Element(f"{{{NAMESPACE}}}{operation}", nsmap={"eks": NAMESPACE})
        for name, value in arguments.items():
            etree.SubElement(body, f"{{{NAMESPACE}}}{name}").text = value
        action = f"{NAMESPACE}/{operation}"
        told = {_SYSTEM: self._settings.system_id}
        message = signed_message(self._signer, self._settings.url, action, body, told, clock.now())
        headers = {"Content-Type": f'application/soap+xml; charset=UTF-8; action="{action}"', "Accept": "*/*"}
        answered = await self._egress.request("POST", self._settings.url, headers, message, timeout=_TIMEOUT)
        if "xml" not in answered.headers.get("content-type", ""):
            raise refusal_by(answered.status) or SourceAnswered(reason="not-soap")
        # Seconds for a large institution: not in the loop that all jobs share.
        answer = await asyncio.to_thread(looked_through, answered.content)
        if answer.payload == "Fault":
            raise _meant(answer.code, answer.reason)
        if problem := refusal_by(answered.status):
            raise problem
        if answer.payload != f"{operation}Response":
            raise SourceAnswered(reason="payload")
        return answer


def looked_through(content: bytes) -> Answer:
    """Which answer this is, in memory that does not grow with it. Raises SourceAnswered for what is no whole SOAP."""
    answer = Answer(content)
    try:
        for element in _ended(content):
            parent = element.getparent()
            _note(answer, "" if parent is None else _local(parent), element)
            element.clear()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError:
        raise SourceAnswered(reason="broken-xml") from None
    if not answer.payload:
        raise SourceAnswered(reason="not-soap")
    return answer


def _note(answer: Answer, above: str, element: etree._Element) -> None:
    tag, said = _local(element), (element.text or "").strip()
    match above, tag:
        case "Body", _:
            answer.payload = tag
        case "Institution", "InstitutionNumber":
            answer.institutions.append(said)
        case "Institution", "InstitutionPerson":
            answer.persons += 1
        case _, "regnr":
            answer.agreements.append(said)
        case "Code", "Value":
            answer.code = said.rpartition(":")[2]
        case "authentificationError", "type":
            answer.reason = said


def _meant(code: str, reason: str) -> FetchFailed | NoAgreement:
    """What a fault says. What the service writes in words is not repeated: it may name people."""
    if reason == _NO_AGREEMENT:
        return NoAgreement()
    if reason:
        return SourceRefused(reason=reason if reason in _REASONS else "authentificationError")
    return SourceAnswered(reason="fault") if code == "Sender" else SourceAway(reason="fault")


def _ended(content: bytes) -> Iterator[etree._Element]:
    """Every element as it ends. Raises SourceAnswered for a document type: nobody needs one in SOAP."""
    events = etree.iterparse(
        io.BytesIO(content), resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    for _, element in events:
        if element.getroottree().docinfo.doctype:
            raise SourceAnswered(reason="document-type")
        yield element


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]
