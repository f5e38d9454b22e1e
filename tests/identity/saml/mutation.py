"""Mutated responses judged beside a second library: `python -m tests.identity.saml.mutation --count 100000`.

Two things must hold. Whoever we let in is one whom the provider signed for: never an identity from outside the signed
bytes. And where the other library (pygamlastan, Rust) decides otherwise, the reason stands in `STRICTER` or `LAXER`.
"""

import argparse
import collections
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pygamlastan
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from pygamlastan import crypto, profiles, security

from services.identity.saml.faults import SamlFault as F
from services.identity.saml.faults import SamlRefused
from services.identity.saml.names import EPPN
from tests.identity.saml.attack import ASSERTION, EVIL, IDP, LOGIN, NOW, judge
from tests.identity.saml.grammar import mutate
from tests.support.saml_signer import Login, Signed, varied

SEED = 20261122
UNSIGNED = "they accept an identity that nobody signed"
SIGNED: tuple[Signed, ...] = ("assertion", "response", "both")
PEOPLE = ("anna", "bo", "cem")

Identity = tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]

OUTSIDE = "it stands outside what the provider signed, where the other library does not look"
STRICTER: dict[F, str] = {
    F.relative_namespace: "no canonical form is defined for it (Canonical XML 1.1 section 1.3); they go on",
    F.message_shape: f"the response's parts are foreign or out of order; {OUTSIDE}",
    F.assertion_misplaced: "an assertion deeper down; they read the one on top and pass over it",
    F.assertion_count: "several assertions; they read the first",
    F.signature_shape: "a signature with parts that the schema does not know; they pass over them",
    F.signature_misplaced: "a signature where the schema has none; they look for it anywhere",
    F.text_expected: f"an empty issuer, or one with children; {OUTSIDE}",
    F.issuer: f"the response's issuer is another; {OUTSIDE}",
    F.destination: f"the response has no destination; {OUTSIDE}",
    F.wrong_version: f"the response has another version or no ID; {OUTSIDE}",
    F.not_yet_issued: f"the response comes from the future; {OUTSIDE}",
    F.bad_instant: f"the response does not say when it was issued; {OUTSIDE}",
}
"""Why we refuse what the other library accepts, by our fault."""

POLLUTED = "they join the attributes of all assertions in a response, signed or not, unless each must be signed"
"""Why they come to identities that nobody signed. We refuse all of those, for one of the reasons above."""

LAXER = {"Signature contains ds:Object element": "it is inside KeyInfo, which we never read"}
"""What we accept and they do not, by the beginning of their words."""


@dataclass(frozen=True)
class Mutant:
    """A mutated response, and whom the provider signed for in anything that it is made of."""

    xml: str
    signed_for: frozenset[Identity]


def identity(name_id: str | None, attributes: dict[str, tuple[str, ...]]) -> Identity:
    return name_id or "", tuple(sorted(attributes.items()))


def mutants(count: int, seed: int = SEED) -> Iterator[Mutant]:
    """`count` mutants; the same seed gives the same mutations."""
    logins = [varied(LOGIN, name_id=f"_{name}", attributes=said(name)) for name in PEOPLE]
    responses = [IDP.response(varied(login, signed=signed)) for login in logins for signed in SIGNED]
    donors = [evil(), *(etree.fromstring(one)[-1] for one in responses)]
    signed_for = frozenset(identity(f"_{name}", {k: tuple(v) for k, v in said(name).items()}) for name in PEOPLE)
    rng = random.Random(seed)
    for number in range(count):
        yield Mutant(mutate(rng, responses[number % len(responses)], donors), signed_for)


def said(name: str) -> dict[str, list[str]]:
    return {EPPN: [f"{name}@example.org"], "urn:oid:2.5.4.42": [name.title()]}


def evil() -> etree._Element:
    login: Login = varied(LOGIN, name_id=EVIL, attributes={EPPN: ["admin@example.org"]})
    element = etree.fromstring(IDP.assertion_xml(login))
    assert element.tag == ASSERTION
    return element


def ours(xml: str) -> Identity | F:
    try:
        verified = judge(xml)
    except SamlRefused as refused:
        return refused.fault
    return identity(verified.name_id.value if verified.name_id else None, verified.attributes)


class _NoReplay:
    """Mutants repeat assertions; replay is not what is judged here."""

    def check_and_insert(self, id: str, expiry: datetime) -> bool:  # noqa: A002 the library's name
        return True

    def cleanup(self) -> None: ...


class Peer:
    """pygamlastan, with the same trust and the same clock."""

    def __init__(self) -> None:
        self.verifier = crypto.SamlVerifier.from_cert(IDP.credential.certificate.public_bytes(Encoding.DER))
        self.config = security.SecurityConfig()
        self.config.require_signed_assertions = False
        self.config.clock_skew_seconds = 60

    def judge(self, xml: str) -> Identity | str:
        """The identity, or the library's words."""
        try:
            found = profiles.process_response_verified(
                xml, self.verifier, self.config, LOGIN.sp_entity_id, LOGIN.acs_url, IDP.entity_id, LOGIN.request_id,
                NOW, replay_cache=_NoReplay(),
            )  # fmt: skip
        except pygamlastan.SamlError as error:
            return str(error)
        return identity(found.name_id, {name: tuple(values) for name, values in found.attributes_dict().items()})


def compare(mutant: Mutant, peer: Peer) -> str:
    """The class of one mutant: agreement, or which disagreement. Raises AssertionError for an unsigned identity."""
    us, them = ours(mutant.xml), peer.judge(mutant.xml)
    if not isinstance(us, F) and us not in mutant.signed_for:
        raise AssertionError(f"an identity from outside the signed bytes: {mutant.xml}")
    if isinstance(us, F) and isinstance(them, str):
        return "both refuse"
    if us == them:
        return "both accept"
    if isinstance(us, F):
        return f"we refuse, {us}" if them in mutant.signed_for else f"we refuse, {us}; {UNSIGNED}"
    return f"they refuse: {them}" if isinstance(them, str) else "both accept, and read it differently"


def explanation(found: str) -> str | None:
    """Why a class of disagreement is as it is, None when nobody knows."""
    if found.startswith("both "):
        return "" if found in ("both refuse", "both accept") else None
    if found.startswith("they refuse: "):
        words = found.removeprefix("they refuse: ")
        return next((why for begin, why in LAXER.items() if words.startswith(begin)), None)
    fault, _, unsigned = found.removeprefix("we refuse, ").partition("; ")
    why = STRICTER.get(F(fault))
    return f"{why}; {POLLUTED}" if why and unsigned else why


def table(count: int, seed: int = SEED) -> collections.Counter[str]:
    """How often each class came."""
    peer = Peer()
    return collections.Counter(compare(mutant, peer) for mutant in mutants(count, seed))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    found = table(options.count, options.seed)
    for name, times in found.most_common():
        why = explanation(name)
        print(f"{times:8d}  {name:60}  {'UNEXPLAINED' if why is None else why}")
    raise SystemExit(any(explanation(name) is None for name in found))
