"""Enveloped XML signatures (XML Signature 1.1) under the rules of SAML core section 5.4, with nothing to choose.

signxml does the cryptography. Before it sees a signature, this module has made sure that it has the one shape that we
read: it sits in the place that the schema gives it, refers to its own parent, uses two transforms and listed
algorithms. Keys come from the certificates given, never from the message. The result is the *verified bytes*, parsed
anew: whoever reads only that cannot read what was not signed.
"""

import binascii
from collections.abc import Sequence

from cryptography import x509
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from services.identity.saml.certificates import usable_kind
from services.identity.saml.faults import SamlFault, SamlRefused
from services.identity.saml.names import DSIG, EXC_C14N, METADATA, ds, saml
from services.identity.saml.parsing import STRICT, children, local_name

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
_INCLUSIVE = f"{{{EXC_C14N}}}InclusiveNamespaces"
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
    kinds = [usable_kind(certificate) for certificate in certificates]
    if not any(kinds):
        raise SamlRefused(SamlFault.no_usable_key, "no certificate with a key of sufficient strength is known")
    wanted = "EC" if method.name.startswith("ECDSA") else "RSA"
    for certificate, kind in zip(certificates, kinds, strict=True):
        verified = _verified(element, certificate) if kind == wanted else None
        if verified is not None:
            return _reparsed(verified, element)
    raise SamlRefused(SamlFault.signature_invalid, "no known key made this signature")


def is_signed(element: etree._Element) -> bool:
    """Whether the element has a signature of its own (not whether that is good)."""
    return bool(children(element, ds("Signature")))


def _own_signature(element: etree._Element) -> etree._Element:
    """The one signature that is a direct child, right after the Issuer; in metadata, which has none, the first."""
    signatures = children(element, ds("Signature"))
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
    parts = _parts(signature, "SignedInfo", "SignatureValue", optional="KeyInfo")
    canonicalization, method, reference = _parts(parts[0], "CanonicalizationMethod", "SignatureMethod", "Reference")
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
    transforms, digest, value = _parts(reference, "Transforms", "DigestMethod", "DigestValue")
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


def _parts(element: etree._Element, *names: str, optional: str | None = None) -> list[etree._Element]:
    """The children, which must be exactly `names` of XML Signature in this order."""
    found = list(element)
    tags = [child.tag for child in found]
    wanted = [ds(name) for name in names]
    if tags != wanted and (optional is None or tags != [*wanted, ds(optional)]):
        raise SamlRefused(SamlFault.signature_shape, f"{local_name(element)} holds something else than {names}")
    return found


def _check_inclusive_prefixes(method: etree._Element) -> None:
    """An exclusive canonicalisation may name prefixes to keep, and nothing else."""
    parameters = list(method)
    if any(one.tag != _INCLUSIVE or len(one) for one in parameters) or len(parameters) > 1:
        raise SamlRefused(SamlFault.canonicalization, "canonicalisation has unknown parameters")


def _check_base64(element: etree._Element) -> None:
    """Base64 text alone: signxml would read the text up to the first child and overlook foreign characters."""
    text = "".join((element.text or "").split())
    try:
        is_good = not len(element) and bool(binascii.a2b_base64(text, strict_mode=True))
    except ValueError:
        is_good = False
    if not is_good:
        raise SamlRefused(SamlFault.signature_shape, f"{local_name(element)} is not base64")


class _Verifier(XMLVerifier):
    """signxml without what our rules have settled. Where it calls these no more, it does the same at greater length."""

    def _check_cert_validity(self, cert: x509.Certificate, cert_source: str) -> None:
        """A certificate's dates are not what makes its key trusted (certificates.py)."""

    def _resolve_reference(self, doc_root: etree._Element, *_: object, **__: object) -> etree._Element:
        """The reference is to the element itself, as `_check_reference` saw: nothing is searched for."""
        return doc_root

    def _apply_transforms(
        self, payload: etree._Element, *, transforms_node: etree._Element, signature: etree._Element
    ) -> bytes:
        """The two transforms that `_check_reference` saw: without the signature, in exclusive canonical form.

        `payload` is the root of a copy that signxml made for this, so that no namespace of a parent is lost.
        """
        previous = signature.getprevious()
        if signature.tail and previous is not None:
            previous.tail = (previous.tail or "") + signature.tail
        elif signature.tail:
            payload.text = (payload.text or "") + signature.tail
        payload.remove(signature)
        prefixes = [prefix for one in transforms_node[1] for prefix in one.get("PrefixList", "").split()]
        octets: bytes = self._c14n(payload, algorithm=_CANONICAL, inclusive_ns_prefixes=prefixes or None)
        return octets

    def _fromstring(self, xml_string: bytes, **_: object) -> etree._Element:
        """All that is parsed here was written by lxml from a tree that `parsing.parse` let through."""
        return etree.fromstring(xml_string, STRICT)


_CANONICAL = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
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
            etree.tostring(element, with_tail=False),
            x509_cert=certificate,
            validate_schema=False,
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
