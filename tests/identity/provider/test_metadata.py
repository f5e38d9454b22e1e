"""SAML metadata as tenants give it: what a login needs is read, what it lacks is named, what attacks is refused."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.identity.tenantkey.material import Purpose, make
from shared.kit.clock import frozen, now
from shared.kit.ids import new_id
from tests.identity.onboarding.methods import ADMIN, Methods
from tests.support.services import ServiceUnderTest

REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
SOAP = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP"
ENTITY = "https://login.norrvik.example/saml"
CERTIFICATE = make(Purpose.saml_signing, "login.norrvik.example")


def metadata(
    *, entity: str = ENTITY, bindings: tuple[str, ...] = (REDIRECT, POST), role: str = "IDPSSODescriptor", **more: str
) -> str:
    """An identity provider's metadata, by hand."""
    sso = "".join(f'<md:SingleSignOnService Binding="{one}" Location="{entity}/{one[-4:]}"/>' for one in bindings)
    until = f' validUntil="{more["until"]}"' if "until" in more else ""
    certificate = f"<ds:X509Certificate>{CERTIFICATE.certificate}</ds:X509Certificate>"
    key = more.get("key", f"<ds:X509Data>{certificate}</ds:X509Data>")
    scope = "<shibmd:Scope>norrvik.example</shibmd:Scope>"
    return (
        f'{more.get("before", "")}<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"'
        ' xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:shibmd="urn:mace:shibboleth:metadata:1.0"'
        f' entityID="{entity}"{until}>'
        f'<md:{role} protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
        f"<md:Extensions>{scope}</md:Extensions>"
        f'<md:KeyDescriptor use="signing"><ds:KeyInfo>{key}</ds:KeyInfo></md:KeyDescriptor>{sso}'
        f"</md:{role}></md:EntityDescriptor>"
    )


SAML: dict[str, Any] = {"protocol": "saml", "issuer": None, "clientId": None, "clientSecret": None}


@pytest.fixture
def methods(identity: ServiceUnderTest) -> Methods:
    return Methods(identity)


async def refused(methods: Methods, **body: Any) -> list[tuple[str, str]]:
    answer = await methods.draft(422, **(SAML | body))
    assert all(error["detail"] for error in answer["errors"])
    return [(error["pointer"], error["code"]) for error in answer["errors"]]


async def test_what_a_login_needs_is_read_from_the_metadata(methods: Methods) -> None:
    provider = await methods.draft(**(SAML | {"metadata": metadata(), "saml": {"comparison": "minimum"}}))
    assert (provider["protocol"], provider["issuer"], provider["state"]) == ("saml", ENTITY, "draft")
    assert provider["loginClaim"] == "urn:oid:1.3.6.1.4.1.5923.1.1.1.6"
    read = provider["configuration"]
    assert (read["sso_binding"], read["sso_url"]) == ("redirect", f"{ENTITY}/rect")
    assert (read["scopes"], read["comparison"]) == (["norrvik.example"], "minimum")
    assert read["certificates"] == [CERTIFICATE.certificate]
    told = await methods.get(f"identity-providers/{provider['id']}/onboarding")
    assert len(told["registration"]["metadataSha256"]) == 64
    assert told["registration"]["entityId"] == told["registration"]["metadataUrl"]


async def test_each_defect_names_the_field_and_the_cure(methods: Methods) -> None:
    yesterday = (now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    weak = "<ds:KeyName>none</ds:KeyName>"
    defects = [
        ("not xml", "not_xml"),
        (metadata(role="SPSSODescriptor", bindings=()), "no_idp"),
        (metadata(bindings=()), "no_sso"),
        (metadata(bindings=(SOAP,)), "no_binding"),
        (metadata(key=weak), "no_key"),
        (metadata(until=yesterday), "stale"),
        (metadata(before='<!DOCTYPE x [<!ENTITY a "b">]>'), "doctype"),
        ("<a>" * 5000, "not_xml"),
    ]
    for document, code in defects:
        assert await refused(methods, metadata=document) == [("#/metadata", code)]
    with frozen(datetime(2090, 1, 1, tzinfo=UTC)):
        assert await refused(methods, metadata=metadata()) == [("#/metadata", "expired")]
    assert await refused(methods, metadata=metadata(), issuer="https://other.example") == [("#/metadata", "entity")]


async def test_an_address_is_called_by_no_other_way_than_https_into_the_open(
    methods: Methods, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = type(methods.service.settings)
    monkeypatch.setattr(kind, "may_call_private_networks", property(lambda _: False))
    for url in ("http://login.norrvik.example/md", "https://127.0.0.1/md", "https://169.254.169.254/md"):
        assert [pointer for pointer, _ in await refused(methods, metadataUrl=url)] == ["#/metadataUrl"]


async def test_ten_megabytes_from_an_address_are_not_read(methods: Methods) -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 10000000\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            for _ in range(100):
                writer.write(b"<" * 100_000)
                await writer.drain()
        writer.close()

    async with await asyncio.start_server(flood, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        url = f"http://127.0.0.1:{port}/metadata"
        assert await refused(methods, metadataUrl=url) == [("#/metadataUrl", "too-large")]


async def test_newer_metadata_is_taken_from_the_same_entity_alone_and_makes_the_proof_stale(methods: Methods) -> None:
    provider = await methods.draft(**(SAML | {"metadata": metadata()}))
    other = await methods.change(provider["id"], metadata=metadata(entity="https://evil.example/saml"))
    assert (other.status_code, other.json()["errors"][0]["code"]) == (422, "entity")
    moved = await methods.change(provider["id"], metadata=metadata(bindings=(POST,)))
    assert moved.json()["configuration"]["sso_binding"] == "post"
    assert moved.json()["configurationHash"] != provider["configurationHash"]


async def test_a_provider_of_another_tenant_is_taken_until_the_operator_shares_it(methods: Methods) -> None:
    service = methods.service
    await methods.open_account()
    own = await methods.draft()
    await methods.verify(own["id"])
    await methods.activate(own["id"])
    elsewhere = service.as_(ADMIN, tenant=new_id())
    body = {"name": "Ett annat", "issuer": own["issuer"], "clientId": "x", "clientSecret": "another secret"}
    taken = await service.client.post("/identity/v1/identity-providers", json=body, headers=elsewhere)
    assert (taken.status_code, taken.json()["type"].rpartition("/")[2]) == (409, "identity-provider-taken")
    assert "orrvik" not in taken.text
    operator = service.as_("platform_admin@*")
    shared = await service.client.post(
        "/identity/v1/shared-issuers", json={"issuer": own["issuer"], "reason": "Nationell"}, headers=operator
    )
    assert shared.status_code == 201, shared.text
    made = await service.client.post("/identity/v1/identity-providers", json=body, headers=elsewhere)
    assert made.status_code == 201
    path = f"/identity/v1/shared-issuers/{shared.json()['id']}/withdrawals"
    assert (await service.client.post(path, headers=elsewhere)).status_code == 403
    assert (await service.client.post(path, headers=operator)).status_code == 204
    assert (await service.client.get("/identity/v1/shared-issuers", headers=operator)).json()["items"] == []
