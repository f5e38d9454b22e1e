"""HTTP-Redirect binding (SAML bindings section 3.4): deflated message in the URL, signature over the URL's octets.

A signature is verified over the octets *as they came*. Decoding and encoding them anew would verify what we would have
sent, not what was sent: `%2B` and `%2b` are the same message and two signatures.
"""

import base64
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote_plus, unquote_plus

from cryptography import x509
from lxml import etree

from services.identity.saml.faults import SamlFault, SamlRefused
from services.identity.saml.parsing import MAX_MESSAGE_BYTES, decode_base64, parse
from services.identity.saml.signing import (
    SigningCredential,
    algorithm_of,
    is_known_algorithm,
    sign_octets,
    verify_octets,
)

Field = Literal["SAMLRequest", "SAMLResponse"]
FIELDS: tuple[Field, Field] = ("SAMLRequest", "SAMLResponse")
MAX_QUERY = 64 * 1024
MAX_RELAY_STATE = 1024
_DEFLATE_ENCODING = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"
_OURS = (*FIELDS, "RelayState", "SigAlg", "Signature", "SAMLEncoding")


@dataclass(frozen=True)
class RedirectMessage:
    """What came in a query string, parsed; `is_signed` has not been verified before `verify_redirect` did."""

    field: Field
    root: etree._Element
    relay_state: str | None
    octets: bytes
    algorithm: str | None
    signature: bytes | None

    @property
    def is_signed(self) -> bool:
        """Whether it says that it is signed."""
        return self.signature is not None


def redirect_url(
    url: str, field: Field, message: bytes, relay_state: str | None, credential: SigningCredential | None
) -> str:
    """The URL to which the browser is sent; `message` is unsigned XML, the signature is in the URL."""
    # A message of a few hundred bytes needs no window of 32 KiB, whose memory costs more than to deflate it.
    deflated = zlib.compressobj(9, zlib.DEFLATED, -12, 5)
    payload = base64.b64encode(deflated.compress(message) + deflated.flush())
    query = f"{field}={_escaped(payload)}"
    if relay_state is not None:
        query += f"&RelayState={quote_plus(relay_state)}"
    if credential is not None:
        query += f"&SigAlg={quote_plus(algorithm_of(credential.key))}"
        signature = sign_octets(query.encode("ascii"), credential.key)
        query += f"&Signature={_escaped(base64.b64encode(signature))}"
    return f"{url}{'&' if '?' in url else '?'}{query}"


def _escaped(encoded: bytes) -> str:
    """Base64 as `quote_plus` would give it, which takes every character in turn."""
    return encoded.decode("ascii").replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")


def read_redirect(query: str) -> RedirectMessage:
    """The message in the query string as the browser sent it (undecoded, without `?`); raises SamlRefused.

    Not verified: the issuer in it only says whose keys `verify_redirect` needs.
    """
    raw = _raw_parameters(query)
    present = [field for field in FIELDS if field in raw]
    if len(present) != 1:
        raise SamlRefused(SamlFault.message_shape, "not exactly one message in the query")
    if unquote_plus(raw.get("SAMLEncoding", quote_plus(_DEFLATE_ENCODING))) != _DEFLATE_ENCODING:
        raise SamlRefused(SamlFault.message_shape, "another encoding than DEFLATE")
    signature, algorithm = raw.get("Signature"), raw.get("SigAlg")
    relay_state = raw.get("RelayState")
    if relay_state is not None and len(relay_state) > MAX_RELAY_STATE:
        raise SamlRefused(SamlFault.too_large, "RelayState is too long")
    signed = [f"{name}={raw[name]}" for name in (present[0], "RelayState", "SigAlg") if name in raw]
    return RedirectMessage(
        field=present[0],
        root=parse(inflate(decode_base64(unquote_plus(raw[present[0]])))),
        relay_state=unquote_plus(relay_state) if relay_state is not None else None,
        octets="&".join(signed).encode("ascii"),
        algorithm=unquote_plus(algorithm) if algorithm is not None else None,
        signature=decode_base64(unquote_plus(signature)) if signature is not None else None,
    )


def verify_redirect(message: RedirectMessage, certificates: Sequence[x509.Certificate]) -> etree._Element:
    """The message's root when a key of `certificates` signed the query string; raises SamlRefused."""
    if message.signature is None or message.algorithm is None:
        raise SamlRefused(SamlFault.unsigned, "the query string is not signed")
    if not is_known_algorithm(message.algorithm):
        raise SamlRefused(SamlFault.signature_algorithm, "signature algorithm is not on the list")
    if not verify_octets(message.octets, message.algorithm, message.signature, certificates):
        raise SamlRefused(SamlFault.signature_invalid, "no known key made this signature")
    return message.root


def inflate(data: bytes, max_bytes: int = MAX_MESSAGE_BYTES) -> bytes:
    """Raw DEFLATE (RFC 1951) undone, never beyond `max_bytes`; raises SamlRefused."""
    inflater = zlib.decompressobj(-15)
    try:
        message = inflater.decompress(data, max_bytes + 1)
    except zlib.error as error:
        raise SamlRefused(SamlFault.inflate, "not deflated") from error
    if len(message) > max_bytes:
        raise SamlRefused(SamlFault.too_large, f"more than {max_bytes} bytes")
    if not inflater.eof or inflater.unused_data:
        raise SamlRefused(SamlFault.inflate, "the deflated message has no end or something behind it")
    return message


def _raw_parameters(query: str) -> dict[str, str]:
    """The binding's own parameters, undecoded, each at most once; others belong to the URL and are passed over."""
    if len(query) > MAX_QUERY or not query.isascii():
        raise SamlRefused(SamlFault.too_large, "the query string is too long or not ASCII")
    found: dict[str, str] = {}
    for part in query.split("&"):
        raw_name, _, value = part.partition("=")
        name = unquote_plus(raw_name)
        if name not in _OURS:
            continue
        if name in found or name != raw_name:
            raise SamlRefused(SamlFault.message_shape, "a parameter appears twice or in disguise")
        found[name] = value
    return found
