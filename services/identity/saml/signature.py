"""Enveloped XML signatures (XML Signature 1.1) under the rules of SAML core section 5.4, with nothing to choose.

signxml does the cryptography. Before it sees a signature, this module has made sure that it has the one shape that we
read: it sits in the place that the schema gives it, refers to its own parent, uses two transforms and listed
algorithms. Keys come from the certificates given, never from the message. The result is the *verified bytes*, parsed
anew: whoever reads only that cannot read what was not signed.
"""

import base64
import binascii
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from services.identity.saml.certificates import is_usable
from services.identity.saml.faults import SamlFault, SamlRefused
from services.identity.saml.names import DSIG, EXC_C14N, METADATA, ds, saml
from services.identity.saml.parsing import STRICT, local_name

SIGNATURE_METHODS = frozenset(
    {
        SignatureMethod.RSA_SHA256,
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
        SignatureMethod.ECDSA_SHA256,
        SignatureMethod.ECDSA_SHA384,
    }
)
DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
ENVELOPED = f"{DSIG}enveloped-signature"
_METHOD_URIS = {method.value: method for method in SIGNATURE_METHODS}
_DIGEST_URIS = frozenset(digest.value for digest in DIGESTS)


def verify_enveloped(element: etree._Element, certificates: Sequence[x509.Certificate]) -> etree._Element:
    """`element` as one of `certificates` signed it: a new tree, made of the verified bytes alone.

    `element` is a message, an assertion, an EntityDescriptor or an EntitiesDescriptor with a signature of its own;
    signatures further down are not looked at. All certificates are tried (rollover). Raises SamlRefused (`unsigned`,
    `signature_*`, `reference`, `transforms`, `no_usable_key` and others).
    """
    signature = _own_signature(element)
    method = _check_shape(signature, element)
    wants_curve = method.name.startswith("ECDSA")
    keys = [one for one in certificates if is_usable(one)]
    fitting = [one for one in keys if isinstance(one.public_key(), ec.EllipticCurvePublicKey) == wants_curve]
    if not keys:
        raise SamlRefused(SamlFault.no_usable_key, "no certificate with a key of sufficient strength is known")
    for certificate in fitting:
        verified = _verified(element, certificate)
        if verified is not None:
            return _reparsed(verified, element)
    raise SamlRefused(SamlFault.signature_invalid, "no known key made this signature")


def is_signed(element: etree._Element) -> bool:
    """Whether the element has a signature of its own (not whether that is good)."""
    return element.find(ds("Signature")) is not None


def _own_signature(element: etree._Element) -> etree._Element:
    """The one signature that is a direct child, right after the Issuer; in metadata, which has none, the first."""
    signatures = element.findall(ds("Signature"))
    if not signatures:
        raise SamlRefused(SamlFault.unsigned, f"{local_name(element)} is not signed")
    if len(signatures) > 1:
        raise SamlRefused(SamlFault.signature_misplaced, f"{local_name(element)} has several signatures")
    place = element.index(signatures[0])
    if etree.QName(element).namespace == METADATA:
        is_in_place = place == 0
    else:
        is_in_place = place == 1 and element[0].tag == saml("Issuer")
    if not is_in_place:
        raise SamlRefused(SamlFault.signature_misplaced, "the signature is not where the schema puts it")
    return signatures[0]


def _check_shape(signature: etree._Element, parent: etree._Element) -> SignatureMethod:
    """Refuse every signature that is more than one reference to its parent; gives the signature's method."""
    parts = _children(signature, "SignedInfo", "SignatureValue", optional="KeyInfo")
    canonicalization, method, reference = _children(parts[0], "CanonicalizationMethod", "SignatureMethod", "Reference")
    _check_base64(parts[1])
    if canonicalization.get("Algorithm") != EXC_C14N:
        raise SamlRefused(SamlFault.canonicalization, "SignedInfo must be canonicalised exclusively")
    _check_inclusive_prefixes(canonicalization)
    known = _METHOD_URIS.get(method.get("Algorithm", ""))
    if known is None:
        raise SamlRefused(SamlFault.signature_algorithm, "signature algorithm is not on the list")
    if len(method):
        raise SamlRefused(SamlFault.signature_shape, "the signature method has parameters")
    _check_reference(reference, parent)
    return known


def _check_reference(reference: etree._Element, parent: etree._Element) -> None:
    transforms, digest, value = _children(reference, "Transforms", "DigestMethod", "DigestValue")
    own_id = parent.get("ID")
    if not own_id or reference.get("URI") != f"#{own_id}" or set(reference.attrib) - {"URI", "Id"}:
        raise SamlRefused(SamlFault.reference, "the signature does not refer to its parent")
    found = [one.get("Algorithm") if one.tag == ds("Transform") else None for one in transforms]
    if found != [ENVELOPED, EXC_C14N] or len(transforms[0]):
        raise SamlRefused(SamlFault.transforms, "transforms must be enveloped signature, then exclusive canonical form")
    _check_inclusive_prefixes(transforms[1])
    if digest.get("Algorithm") not in _DIGEST_URIS or len(digest):
        raise SamlRefused(SamlFault.digest_algorithm, "digest algorithm is not on the list")
    _check_base64(value)


def _children(element: etree._Element, *names: str, optional: str | None = None) -> list[etree._Element]:
    """The children, which must be exactly `names` of XML Signature in this order."""
    children = list(element)
    tags = [child.tag for child in children]
    wanted = [ds(name) for name in names]
    if tags != wanted and (optional is None or tags != [*wanted, ds(optional)]):
        raise SamlRefused(SamlFault.signature_shape, f"{local_name(element)} holds something else than {names}")
    return children


def _check_inclusive_prefixes(method: etree._Element) -> None:
    """An exclusive canonicalisation may name prefixes to keep, and nothing else."""
    children = list(method)
    if any(child.tag != f"{{{EXC_C14N}}}InclusiveNamespaces" or len(child) for child in children) or len(children) > 1:
        raise SamlRefused(SamlFault.canonicalization, "canonicalisation has unknown parameters")


def _check_base64(element: etree._Element) -> None:
    """Base64 text alone: signxml would read the text up to the first child and overlook foreign characters."""
    try:
        if len(element):
            raise ValueError("has children")
        base64.b64decode("".join((element.text or "").split()), validate=True)
    except (ValueError, binascii.Error) as error:
        raise SamlRefused(SamlFault.signature_shape, f"{local_name(element)} is not base64") from error


class _Verifier(XMLVerifier):
    """signxml without its look at the certificate's dates: those are not what makes a key trusted (certificates.py)."""

    def _check_cert_validity(self, cert: x509.Certificate, cert_source: str) -> None:
        pass


_CONFIGURATION = SignatureConfiguration(
    location="./",
    expect_references=1,
    signature_methods=SIGNATURE_METHODS,
    digest_algorithms=DIGESTS,
    ignore_ambiguous_key_info=True,
)


def _verified(element: etree._Element, certificate: x509.Certificate) -> VerifyResult | None:
    """signxml's result for one key, or None when that key did not sign."""
    try:
        result = _Verifier().verify(
            element,
            x509_cert=certificate,
            validate_schema=False,
            parser=STRICT,
            id_attribute="ID",
            expect_config=_CONFIGURATION,
        )
    except (SignXMLException, etree.LxmlError, ValueError):
        return None
    return result if isinstance(result, VerifyResult) else None


def _reparsed(verified: VerifyResult, element: etree._Element) -> etree._Element:
    """The tree of the verified bytes, which must be the element that was looked at, not emptiness or another.

    signxml parses them for this, from the octets that it digested. What `parse` refuses cannot come back: the octets
    are the canonical form of a tree that it let through.
    """
    root = verified.signed_xml
    if not verified.signed_data or root is None:
        raise SamlRefused(SamlFault.signature_invalid, "the signature covers nothing")
    if root.tag != element.tag or root.get("ID") != element.get("ID"):
        raise SamlRefused(SamlFault.signature_invalid, "the signature covers another element")
    return root
