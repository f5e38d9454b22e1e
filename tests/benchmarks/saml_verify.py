"""`identity.saml_verify`: verifying a signed SAML response, from the form field to the login that it proves.

Value: responses a second of one core through our whole order of checks: base64, strict parsing, signature, conditions,
confirmation, attributes, scopes. Limit: signxml alone on the same bytes in the same run, with its defaults and the
certificate given, which says that a signature is good and nothing about the login. The aim is 0.8 of it.
"""

import asyncio
import base64
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

from signxml.verifier import XMLVerifier

from services.identity.saml.assertion import ExpectedResponse
from services.identity.saml.names import EPPN, SCOPED_AFFILIATION
from services.identity.saml.response import IdpTrust, verify_response
from services.identity.saml.scoping import Scope
from tests.benchmarks.measure import Figure, against
from tests.support.saml_signer import Login, SamlIdp, varied

NAMES = ("identity.saml_verify",)
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
SAID = {
    EPPN: ["anna@example.org"],
    SCOPED_AFFILIATION: ["employee@example.org", "staff@example.org"],
    "urn:oid:2.5.4.42": ["Anna"],
    "urn:oid:2.5.4.4": ["Alm"],
    "urn:oid:1.2.752.194.10.2.4": ["12345678", "87654321"],
}
"""What a school authority's provider sends (Skolfederation attribute profile 4.2)."""
ROUNDS = 21
BATCH = 100


async def run() -> list[Figure]:
    return await asyncio.to_thread(_measured)


def _measured() -> list[Figure]:
    idp = SamlIdp()
    login = Login("_request", "https://sp.example.org/saml/acs", "https://sp.example.org/saml", AT, attributes=SAID)
    expected = ExpectedResponse(login.acs_url, login.request_id, login.sp_entity_id, idp.entity_id)
    certificate = idp.credential.certificate
    trust = IdpTrust((certificate,), (Scope("example.org"),))
    body = idp.respond(login)
    both = idp.respond(varied(login, signed="both"))
    xml = base64.b64decode(body)
    work: dict[str, Callable[[], object]] = {
        "ours": lambda: verify_response(body, expected, trust, (), AT),
        "bare": lambda: XMLVerifier().verify(xml, x509_cert=certificate),
        "both": lambda: verify_response(both, expected, trust, (), AT),
    }
    found: dict[str, list[float]] = {name: [] for name in work}
    for number in range(ROUNDS + 1):
        names = list(work)
        for name in names if number % 2 else reversed(names):
            rate = _per_second(work[name])
            if number:  # the first round warms caches
                found[name].append(rate)
    note = (
        "against bare signxml on the same bytes; aim at least 0.8;"
        f" {statistics.median(found['both']):,.0f} a second with response and assertion both signed"
    )
    return [against(NAMES[0], found["ours"], found["bare"], unit="1/s", better="higher", note=note)]


def _per_second(work: Callable[[], object]) -> float:
    begun = time.process_time()
    for _ in range(BATCH):
        work()
    return BATCH / (time.process_time() - begun)
