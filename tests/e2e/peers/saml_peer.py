"""Starts npm samlp as an identity provider and makes a tenant trust it by its own metadata."""

import base64
import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_der_x509_certificate
from lxml import etree
from sqlalchemy import text

from services.identity.provider.metadata import configuration, read_metadata
from services.identity.provider.schemas import SamlSettings
from services.identity.saml.names import EPPN, PERSISTENT
from services.identity.tenantkey.material import Purpose, make
from shared.kit.ids import new_id
from tests.identity.world import World

FOLDER = Path(__file__).parent
_DS = "{http://www.w3.org/2000/09/xmldsig#}X509Certificate"
_MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"


def install() -> None:
    """Exactly the packages of the lock file."""
    assert shutil.which("npm"), "Node 20 or newer is needed: install it, then run `make e2e` again"
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=FOLDER, check=True)


def pem(certificate: str) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n"


def what_we_say(metadata: bytes, *, encrypts: bool) -> dict[str, Any]:
    """Our side as a stranger reads it out of our metadata."""
    role = etree.fromstring(metadata).find(f"{_MD}SPSSODescriptor")
    assert role is not None
    certificates = {one.get("use"): one.findtext(f".//{_DS}") or "" for one in role.findall(f"{_MD}KeyDescriptor")}
    consumer = role.find(f"{_MD}AssertionConsumerService")
    assert consumer is not None
    told: dict[str, Any] = {"acs": consumer.get("Location"), "signing": pem(certificates["signing"])}
    if encrypts:
        der = base64.b64decode(certificates["encryption"])
        key = load_der_x509_certificate(der).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        told["encryption"] = {"certificate": pem(certificates["encryption"]), "publicKey": key.decode()}
    return told


@contextmanager
def running_peer(folder: Path, service_provider: dict[str, Any], person: dict[str, Any], **more: Any) -> Iterator[str]:
    """The peer's address while it runs."""
    made = make(Purpose.saml_signing, "peer")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    config = {
        "port": port,
        "entityId": f"{address}/metadata",
        "certificate": pem(made.certificate or ""),
        "privateKey": made.private_pem.decode(),
        "nameIdFormat": PERSISTENT,
        "serviceProvider": service_provider,
        "person": person,
        "signsResponse": False,
    }
    file = folder / "peer.json"
    file.write_text(json.dumps(config | more))
    process = subprocess.Popen(
        ["node", "saml_idp.mjs", str(file)], cwd=FOLDER, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first.startswith("ready"), first + process.stdout.read()
        yield address
    finally:
        process.terminate()
        process.wait(10)


async def trust(world: World, tenant: str, address: str) -> None:
    """The tenant logs in at the peer alone, as its metadata describes it."""
    async with httpx.AsyncClient(trust_env=False) as client:
        entity = read_metadata((await client.get(f"{address}/metadata")).content, None)
    tenant_id = UUID(world.tenant(tenant))
    row = {
        "id": new_id(),
        "tenant_id": tenant_id,
        "issuer": entity.entity_id,
        "login_claim": EPPN,
        "configuration": configuration(entity, SamlSettings()).model_dump_json(),
    }
    insert = text(
        "INSERT INTO identity_provider (tenant_id, id, protocol, method, name, issuer, configuration, login_claim,"
        " loa_map, acr_map, populations, state, is_demo, is_scoped, version, created_at, updated_at)"
        " VALUES (:tenant_id, :id, 'saml', 'sso', 'Peer', :issuer, CAST(:configuration AS jsonb), :login_claim, '',"
        " '{}', '[]', 'active', false, true, 1, now(), now())"
    )
    async with world.database.transaction(tenant_id) as session:
        await session.execute(text("UPDATE identity_provider SET state = 'disabled'"))
        await session.execute(insert, row)
