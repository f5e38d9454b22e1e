"""Signatures of any shape, made by hand: what a library's signer refuses to write is what attacks are made of."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from services.identity.saml.names import DSIG, EXC_C14N
from services.identity.saml.signing import SigningCredential
from tests.support.saml_signer import SamlIdp

ENVELOPED = f"{DSIG}enveloped-signature"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
BOTH_TRANSFORMS = (f'<ds:Transform Algorithm="{ENVELOPED}"/>', f'<ds:Transform Algorithm="{EXC_C14N}"/>')


@dataclass(frozen=True)
class Recipe:
    """How a signature looks. The defaults are a good one over the element that it is put into.

    `octets` are digested in place of the element's canonical form; `sign` turns the canonical SignedInfo into the
    signature value; `key_info`, `objects` and `reference_extra` are XML put where their names say.
    """

    method: str = RSA_SHA256
    digest_method: str = SHA256
    canonicalization: str = EXC_C14N
    transforms: Sequence[str] = BOTH_TRANSFORMS
    uri: str | None = None
    digest: Callable[[bytes], bytes] = lambda octets: hashlib.sha256(octets).digest()
    octets: bytes | None = None
    sign: Callable[[bytes], bytes] | None = None
    key_info: str = ""
    objects: str = ""
    method_extra: str = ""
    references_extra: str = ""
    place: int = 1


def craft(element: etree._Element, credential: SigningCredential, recipe: Recipe) -> bytes:
    """Sign `element` in place as the recipe says; gives the whole document."""
    octets = recipe.octets if recipe.octets is not None else canonical(element)
    value = base64.b64encode(recipe.digest(octets)).decode("ascii")
    uri = f"#{element.get('ID')}" if recipe.uri is None else recipe.uri
    signature = etree.fromstring(
        f'<ds:Signature xmlns:ds="{DSIG}"><ds:SignedInfo>'
        f'<ds:CanonicalizationMethod Algorithm="{recipe.canonicalization}"/>'
        f'<ds:SignatureMethod Algorithm="{recipe.method}">{recipe.method_extra}</ds:SignatureMethod>'
        f'<ds:Reference URI="{uri}"><ds:Transforms>{"".join(recipe.transforms)}</ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{recipe.digest_method}"/><ds:DigestValue>{value}</ds:DigestValue></ds:Reference>'
        f"{recipe.references_extra}</ds:SignedInfo><ds:SignatureValue/>{recipe.key_info}{recipe.objects}</ds:Signature>"
    )
    element.insert(recipe.place, signature)
    signed = (recipe.sign or rsa_sha256(credential))(canonical(signature[0]))
    signature[1].text = base64.b64encode(signed).decode("ascii")
    return etree.tostring(element.getroottree())


def canonical(element: etree._Element) -> bytes:
    """Exclusive canonical form, without comments."""
    return etree.tostring(element, method="c14n", exclusive=True)


def rsa_sha256(credential: SigningCredential) -> Callable[[bytes], bytes]:
    return rsa_with(credential, hashes.SHA256())


def rsa_with(credential: SigningCredential, algorithm: hashes.HashAlgorithm) -> Callable[[bytes], bytes]:
    key = credential.key
    assert isinstance(key, rsa.RSAPrivateKey)
    return lambda octets: key.sign(octets, padding.PKCS1v15(), algorithm)


def hmac_sha256(secret: bytes) -> Callable[[bytes], bytes]:
    return lambda octets: hmac.digest(secret, octets, "sha256")


def idp_signs(root: etree._Element, recipe: Recipe, idp: SamlIdp, *, level: str = "assertion") -> bytes:
    """The provider itself signs the response's assertion, or the response, by the recipe."""
    target = root if level == "response" else root[-1]
    return craft(target, idp.credential, recipe)
