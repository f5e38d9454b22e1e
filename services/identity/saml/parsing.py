"""Strict XML: the only way in which bytes from outside become a tree.

What parsers read differently is refused before parsing (SAML V2.0 errata, OASIS sstc-saml-approved-errata-2.0; OWASP
XML External Entity Prevention): document types and entities, comments, CDATA, processing instructions, encodings other
than UTF-8, relative namespaces (canonicalisation of them fails, and a verifier that takes nothing for the canonical
form verifies anything), and identifiers that are used twice.
"""

import binascii
import re
from datetime import UTC, datetime

from lxml import etree

from services.identity.saml.faults import SamlFault, SamlRefused

MAX_MESSAGE_BYTES = 256 * 1024
_DECLARATION = re.compile(rb"<\?xml[ \t\r\n][^<>]*?\?>")
_ENCODING = re.compile(rb"encoding[ \t\r\n]*=[ \t\r\n]*[\"']([^\"']*)[\"']")
# In well-formed XML `xmlns...=` outside a tag can only be text; a text that looks like one is refused with the rest.
_NAMESPACE = re.compile(rb"xmlns(?::[^\s=\"'<>]+)?\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_ABSOLUTE = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*:[^\s&]+")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,12})?(Z|\+00:00)", re.ASCII)
_IDS = etree.XPath("//@ID | //@Id | //@id | //@iD | //@xml:id", smart_strings=False)


def _parser(*, remove_comments: bool) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        collect_ids=False,
        remove_comments=remove_comments,
        remove_pis=False,
        recover=False,
    )


STRICT = _parser(remove_comments=False)
COMMENTED = _parser(remove_comments=True)
"""Made once: making a parser costs as much as parsing a response. lxml locks them for use from several threads."""


def decode_base64(text: str | bytes, max_bytes: int = MAX_MESSAGE_BYTES) -> bytes:
    """The bytes that `text` encodes (RFC 4648 section 4; line breaks of RFC 2045 are tolerated, nothing else is)."""
    if len(text) > max_bytes * 3 // 2:
        raise SamlRefused(SamlFault.too_large, f"more than {max_bytes} bytes")
    raw = text.encode("ascii", "replace") if isinstance(text, str) else text
    try:
        data = binascii.a2b_base64(raw.translate(None, b"\r\n") if b"\n" in raw else raw, strict_mode=True)
    except binascii.Error as error:
        raise SamlRefused(SamlFault.not_base64, "not base64") from error
    if len(data) > max_bytes:
        raise SamlRefused(SamlFault.too_large, f"more than {max_bytes} bytes")
    return data


def parse(data: bytes, *, max_bytes: int = MAX_MESSAGE_BYTES, allows_comments: bool = False) -> etree._Element:
    """The root element of `data`; raises SamlRefused.

    `allows_comments` is for metadata, in which people write comments: they are dropped while parsing, as exclusive
    canonicalisation drops them, and are then no part of the tree.
    """
    if len(data) > max_bytes:
        raise SamlRefused(SamlFault.too_large, f"more than {max_bytes} bytes")
    _check_bytes(data, allows_comments)
    try:
        root = etree.fromstring(data, COMMENTED if allows_comments else STRICT)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SamlRefused(SamlFault.not_xml, "not well-formed XML") from error
    _check_tree(root)
    return root


def _check_bytes(data: bytes, allows_comments: bool) -> None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SamlRefused(SamlFault.encoding, "not UTF-8") from error
    if b"\x00" in data:
        raise SamlRefused(SamlFault.encoding, "holds a zero byte")
    _check_markup(data, allows_comments)
    if b"?" in data:
        _check_instructions(data)
    for double, single in set(_NAMESPACE.findall(data)):
        uri = double or single
        if uri and _ABSOLUTE.fullmatch(uri) is None:
            raise SamlRefused(SamlFault.relative_namespace, "declares a namespace that is no absolute URI")


def _check_instructions(data: bytes) -> None:
    """`<?` may only begin the XML declaration, which may only declare UTF-8."""
    declaration = _DECLARATION.match(data.removeprefix(b"\xef\xbb\xbf").lstrip())
    if data.count(b"<?") != (declaration is not None):
        raise SamlRefused(SamlFault.processing_instruction, "holds a processing instruction")
    encoding = _ENCODING.search(declaration.group()) if declaration is not None else None
    if encoding is not None and encoding.group(1).lower() != b"utf-8":
        raise SamlRefused(SamlFault.encoding, "declares another encoding than UTF-8")


def _check_markup(data: bytes, allows_comments: bool) -> None:
    """`<!` opens a document type, an entity, CDATA or a comment, and nothing else in XML: none may be here."""
    if b"!" not in data or b"<!" not in data:  # the first is far faster and nearly always enough
        return
    upper = data.upper()
    if b"<!DOCTYPE" in upper or b"<!ENTITY" in upper:
        raise SamlRefused(SamlFault.doctype, "holds a document type")
    if b"<![" in data:
        raise SamlRefused(SamlFault.cdata, "holds a CDATA section")
    if not allows_comments or data.count(b"<!") != data.count(b"<!--"):
        raise SamlRefused(SamlFault.comment, "holds a comment")


def _check_tree(root: etree._Element) -> None:
    docinfo = root.getroottree().docinfo
    if docinfo.internalDTD is not None or docinfo.externalDTD is not None:
        raise SamlRefused(SamlFault.doctype, "holds a document type")
    ids = _IDS(root)
    if len(ids) != len(set(ids)):
        raise SamlRefused(SamlFault.duplicate_id, "an identifier is used twice")


def children(element: etree._Element, tag: str) -> list[etree._Element]:
    """The direct children of that name (Clark notation); a third of the price of `findall`."""
    return list(element.iterchildren(tag))


def text_of(element: etree._Element) -> str:
    """The text of an element that may hold nothing else; raises SamlRefused when it has children or no text."""
    text = element.text
    if len(element) or not text or text.isspace():
        raise SamlRefused(SamlFault.text_expected, f"{local_name(element)} must hold text alone")
    return text


def local_name(element: etree._Element) -> str:
    """The element's name without its namespace, for messages."""
    return etree.QName(element).localname


def read_instant(value: str | None) -> datetime:
    """An xs:dateTime in UTC (SAML core section 1.3.3), microseconds at most; raises SamlRefused."""
    if value is None or _INSTANT.fullmatch(value) is None:
        raise SamlRefused(SamlFault.bad_instant, "an instant is missing or not in UTC")
    try:
        return datetime.fromisoformat(value)
    except (ValueError, OverflowError) as error:
        raise SamlRefused(SamlFault.bad_instant, "an instant does not exist") from error


def write_instant(instant: datetime) -> str:
    """`instant` (timezone-aware) as SAML writes it: UTC, whole seconds."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
