"""Our own signatures: enveloped over a document, detached over octets (XML Signature algorithm identifiers)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from services.identity.saml.certificates import is_usable
from services.identity.saml.names import METADATA, ds

_RSA = "http://www.w3.org/2001/04/xmldsig-more#rsa-"
_ECDSA = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-"
RSA_SHA256, ECDSA_SHA256 = f"{_RSA}sha256", f"{_ECDSA}sha256"
_RSA_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    RSA_SHA256: hashes.SHA256,
    f"{_RSA}sha384": hashes.SHA384,
    f"{_RSA}sha512": hashes.SHA512,
}
_EC_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    ECDSA_SHA256: hashes.SHA256,
    f"{_ECDSA}sha384": hashes.SHA384,
}


@dataclass(frozen=True)
class SigningCredential:
    """A private key and the certificate under which others know it."""

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def sign_enveloped(element: etree._Element, credential: SigningCredential) -> bytes:
    """The document with a signature over `element`, its root, which has an `ID` and, in messages, an Issuer first."""
    placeholder = etree.Element(ds("Signature"), {"Id": "placeholder"}, nsmap={"ds": ds("")[1:-1]})
    element.insert(0 if etree.QName(element).namespace == METADATA else 1, placeholder)
    is_rsa = isinstance(credential.key, rsa.RSAPrivateKey)
    signer = XMLSigner(
        signature_algorithm=SignatureMethod.RSA_SHA256 if is_rsa else SignatureMethod.ECDSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    signed = signer.sign(
        element, key=credential.key, cert=[credential.certificate], reference_uri=f"#{element.get('ID')}"
    )
    return etree.tostring(signed, xml_declaration=False)


def algorithm_of(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    """The identifier of the algorithm with which `sign_octets` signs."""
    return RSA_SHA256 if isinstance(key, rsa.RSAPrivateKey) else ECDSA_SHA256


def sign_octets(octets: bytes, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    """A signature with SHA-256; ECDSA as r and s side by side (XML Signature section 6.4.3)."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(octets, padding.PKCS1v15(), hashes.SHA256())
    r, s = decode_dss_signature(key.sign(octets, ec.ECDSA(hashes.SHA256())))
    size = (key.curve.key_size + 7) // 8
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def is_known_algorithm(algorithm: str) -> bool:
    """Whether `verify_octets` knows the identifier."""
    return algorithm in _RSA_HASHES or algorithm in _EC_HASHES


def verify_octets(octets: bytes, algorithm: str, signature: bytes, certificates: Sequence[x509.Certificate]) -> bool:
    """Whether a usable key of `certificates` made `signature` over `octets` with `algorithm`."""
    for certificate in filter(is_usable, certificates):
        key = certificate.public_key()
        try:
            if isinstance(key, rsa.RSAPublicKey) and algorithm in _RSA_HASHES:
                key.verify(signature, octets, padding.PKCS1v15(), _RSA_HASHES[algorithm]())
                return True
            if isinstance(key, ec.EllipticCurvePublicKey) and algorithm in _EC_HASHES:
                key.verify(_dss(signature, key), octets, ec.ECDSA(_EC_HASHES[algorithm]()))
                return True
        except InvalidSignature:
            continue
    return False


def _dss(signature: bytes, key: ec.EllipticCurvePublicKey) -> bytes:
    size = (key.curve.key_size + 7) // 8
    if len(signature) != 2 * size:
        raise InvalidSignature
    return encode_dss_signature(int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big"))
