"""Badges verify in a verifier by others: npm jose, jsonld and Digital Bazaar's status lists, with bundled contexts."""

import json
import shutil
import subprocess
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest

from shared.auth.jws import SigningKey, unverified_claims
from tests.support.services import ServiceUnderTest, Start
from tests.support.training import create_course, create_roster
from tests.training.certificate.test_endpoints import attend, badge_of, certificates, issue, path_of, revoke

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).parent
BADGE_TYPE = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential"


@pytest.fixture(scope="module")
def verifier() -> Path:
    """The verifier's libraries, as the lock file says."""
    assert shutil.which("npm"), "Node 20 or newer is needed: install it, then run `make e2e` again"
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=FOLDER, check=True)
    return FOLDER


def verify(verifier: Path, badge: str, web: dict[str, str]) -> dict[str, Any]:
    given = json.dumps({"badge": badge, "web": web})
    done = subprocess.run(["node", "verify.mjs"], input=given, cwd=verifier, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


async def web_of(training: ServiceUnderTest, badge: str) -> dict[str, str]:
    """What a verifier reads of the public addresses that the badge names."""
    claims = unverified_claims(badge)
    header = json.loads(urlsafe_b64decode(badge.split(".", maxsplit=1)[0] + "=="))
    urls = (header["kid"], claims["credentialStatus"]["statusListCredential"])
    return {url: (await training.client.get(path_of(url))).text for url in urls}


def resigned(badge: str, **changed: Any) -> str:
    """The badge with other claims, and the old signature."""
    head, _, signature = badge.split(".")
    body = json.dumps(unverified_claims(badge) | changed).encode()
    return f"{head}.{urlsafe_b64encode(body).rstrip(b'=').decode()}.{signature}"


async def test_a_badge_verifies_elsewhere_tampered_ones_do_not_and_revoked_ones_are_told(
    service: Start, verifier: Path
) -> None:
    training = await service("training")
    people = (await create_roster(training))["people"]
    await attend(training, await create_course(training), people[:2])
    await issue(training)
    mine, other = await certificates(training)
    badge = (await badge_of(training, mine)).text
    web = await web_of(training, badge)
    genuine = verify(verifier, badge, web)
    assert genuine == {
        "verified": True, "revoked": False, "bits": 131_072, "name": "Basics",
        "types": ["https://www.w3.org/2018/credentials#VerifiableCredential", BADGE_TYPE],
    }  # fmt: skip
    forged = SigningKey.generate()
    kid = json.loads(urlsafe_b64decode(badge.split(".")[0] + "=="))["kid"]
    own_key = SigningKey.from_pem(forged.pem(), kid)
    for wrong in (
        resigned(badge, name="Doctor"),
        badge[:-4] + ("AAAA" if badge[-4:] != "AAAA" else "BBBB"),
        own_key.sign(unverified_claims(badge), "JWT"),
    ):
        assert verify(verifier, wrong, web)["verified"] is False
    assert (await revoke(training, mine)).status_code == 201
    assert verify(verifier, badge, await web_of(training, badge))["revoked"] is True
    second = (await badge_of(training, other)).text
    assert verify(verifier, second, await web_of(training, second))["revoked"] is False
