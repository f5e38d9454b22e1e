"""Sources: what may be declared, that secrets never come back, and that no address inside is ever reached."""

import base64
import hashlib
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.sync.fetching.service import FetchService
from services.sync.settings import Settings
from services.sync.source.service import SourceService, sealer
from shared.kit.egress import EgressClient
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest, Start
from tests.sync.town import JOINED, ONEROSTER
from tests.sync.work import LOADER, read, verdicts

MAPPING = JOINED.model_dump(mode="json", by_alias=True, exclude_none=True)
HTTPS: dict[str, Any] = {
    "kind": "https_file",
    "url": "http://127.0.0.1:9/export.zip",
    "auth": "basic",
    "username": "startklar",
}
SFTP: dict[str, Any] = {
    "kind": "sftp_file",
    "host": "127.0.0.1",
    "port": 2222,
    "username": "startklar",
    "hostKey": "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDBx0JXuzVdD0dR1mI",
    "pattern": "*.zip",
}


async def declare(service: ServiceUnderTest, caller: str = LOADER, **more: Any) -> httpx.Response:
    body = {"key": "elevregister", "name": "Elevregistret", "kind": "oneroster_zip"} | more
    return await service.client.post("/sync/v1/sources", json=body, headers=service.as_(caller))


async def change(
    service: ServiceUnderTest, declared: httpx.Response, claims: dict[str, Any] | None = None, **changes: Any
) -> httpx.Response:
    path = f"/sync/v1/sources/{declared.json()['id']}"
    now = await service.client.get(path, headers=service.as_(LOADER))
    headers = service.as_(LOADER, **(claims or {})) | {"If-Match": now.headers["etag"]}
    return await service.client.patch(path, json=changes, headers=headers)


def slug(response: httpx.Response) -> str:
    return str(response.json()["type"]).rsplit("/", 1)[-1]


async def test_a_source_is_declared_read_and_listed(service: Start) -> None:
    sync = await service("sync")
    declared = await declare(sync, connector=HTTPS, credentials={"password": "a secret"}, schedule={"at": "03:15"})
    assert declared.status_code == 201, declared.text
    body = declared.json()
    assert body["profile"] == "oneroster-1.2"
    assert body["credentialsHeld"] == ["password"]
    assert body["nextFetchAt"] is not None
    assert await read(sync, f"/sync/v1/sources/{body['id']}") == body
    assert (await read(sync, "/sync/v1/sources"))["items"] == [body]


async def test_credentials_are_sealed_and_never_shown(service: Start) -> None:
    sync = await service("sync")
    declared = await declare(sync, connector=HTTPS, credentials={"password": "a secret"})
    assert "a secret" not in declared.text
    async with sync.database.transaction(sync.tenant) as session:
        sealed = bytes(await session.scalar(text("SELECT credentials FROM source")) or b"")
        journal = str((await session.execute(text("SELECT after FROM journal_entry"))).all())
        sources = SourceService(session, sealer(sync.settings.file_key_bytes()))
        source = await sources.find_by_key("elevregister")
        assert source is not None
        assert sources.credentials(source).secret("password") == "a secret"
    assert b"a secret" not in sealed
    assert "a secret" not in journal


async def test_the_key_of_a_source_is_its_own(service: Start) -> None:
    sync = await service("sync")
    assert (await declare(sync)).status_code == 201
    again = await declare(sync)
    assert (again.status_code, slug(again)) == (409, "source-key-taken")
    assert (await declare(sync, key="manual")).status_code == 422


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"kind": "joined_files"}, "#/mapping"),
        ({"kind": "joined_files", "profile": "oneroster-1.2"}, "#/profile"),
        ({"kind": "joined_files", "profile": "no-such"}, "#/profile"),
        ({"profile": "oneroster-1.2", "mapping": MAPPING}, "#/mapping"),
        ({"schedule": {"at": "03:15"}}, "#/schedule"),
        ({"connector": HTTPS}, "#/credentials"),
        ({"connector": HTTPS, "credentials": {"privateKey": "x" * 60}}, "#/credentials"),
        ({"connector": SFTP | {"kind": "drop_folder", "files": ["a.csv"]}, "kind": "ss12000_package"}, None),
        ({"connector": HTTPS | {"auth": "header"}}, None),
        ({"connector": {"kind": "ftp_file"}}, None),
        ({"connector": SFTP | {"hostKey": "any"}, "credentials": {"password": "x"}}, None),
        ({"connector": SFTP | {"afterwards": "move"}, "credentials": {"password": "x"}}, None),
        ({"connector": SFTP | {"pattern": "../*.zip"}, "credentials": {"password": "x"}}, None),
        ({"connector": HTTPS, "credentials": {"password": "x"}, "schedule": {"at": "25:00"}}, None),
        ({"connector": HTTPS, "credentials": {"password": "x"}, "schedule": {"at": "03:00", "zone": "Mars"}}, None),
        ({"role": "canonical"}, None),
    ],
)
async def test_what_does_not_fit_together_is_refused_with_its_place(
    service: Start, said: dict[str, Any], pointer: str | None
) -> None:
    sync = await service("sync")
    if pointer is None and "connector" in said and said["connector"].get("kind") == "drop_folder":
        said["connector"].pop("pattern", None)
    refused = await declare(sync, **said)
    assert refused.status_code == 422, refused.text
    if pointer:
        assert refused.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    ("connector", "secrets"),
    [
        (HTTPS | {"url": "https://169.254.169.254/latest"}, {"password": "x"}),
        (HTTPS | {"url": "https://10.1.2.3/export.zip"}, {"password": "x"}),
        (HTTPS | {"url": "https://[::1]/export.zip"}, {"password": "x"}),
        (HTTPS | {"url": "http://93.184.215.14/export.zip"}, {"password": "x"}),
        (HTTPS | {"url": "https://93.184.215.14/a", "checksumUrl": "https://127.0.0.1/a"}, {"password": "x"}),
        (SFTP | {"host": "127.0.0.1"}, {"password": "x"}),
        (SFTP | {"host": "192.168.1.5", "port": 22}, {"password": "x"}),
        (SFTP | {"host": "::ffff:10.0.0.1", "port": 22}, {"password": "x"}),
        (SFTP | {"host": "93.184.215.14", "port": 5432}, {"password": "x"}),
        (SFTP | {"host": "93.184.215.14", "port": 25}, {"password": "x"}),
        (
            {
                "kind": "oneroster_rest",
                "baseUrl": "https://93.184.215.14/v1p2",
                "tokenUrl": "https://172.16.0.1/token",
                "clientId": "c",
            },
            {"clientSecret": "x"},
        ),
        ({"kind": "ss12000", "baseUrl": "https://localhost/v2.0"}, {"token": "x"}),
    ],
)
async def test_in_production_no_source_leads_inside(
    service: Start, connector: dict[str, Any], secrets: dict[str, str]
) -> None:
    sync = await service("sync")
    sync.app.state.runtime.resources[EgressClient] = EgressClient(False, https_only=True)
    kind = "ss12000_package" if connector["kind"] == "ss12000" else "oneroster_zip"
    refused = await declare(sync, connector=connector, credentials=secrets, kind=kind)
    assert (refused.status_code, slug(refused)) == (422, "source-address-refused"), refused.text


async def test_the_production_settings_refuse_private_sources() -> None:
    values: dict[str, Any] = {
        "database_url": "postgresql://a/b", "relay_database_url": "postgresql://c/b", "redis_url": "redis://a",
        "public_url": "https://api.example.se", "issuer": "https://api.example.se", "jwks_url": "http://identity/jwks",
        "file_key": base64.b64encode(hashlib.sha256(b"a key for tests").digest()).decode(),
    }  # fmt: skip
    with pytest.raises(ValueError, match="never calls private networks"):
        Settings(environment="production", allow_private_sources=True, **values)
    settings = Settings(environment="production", **values)
    with pytest.raises(Exception, match="must not be called"):
        await settings.egress().check("https://127.0.0.1/a")


async def test_credentials_do_not_follow_to_another_address(service: Start) -> None:
    """Else whoever may change a source could send its password to a server of their own."""
    sync = await service("sync")
    declared = await declare(sync, connector=HTTPS, credentials={"password": "a secret"})
    moved = await change(sync, declared, connector=HTTPS | {"url": "http://127.0.0.1:10/export.zip"})
    assert (moved.status_code, slug(moved)) == (422, "source-unsound")
    kept = await change(sync, declared, connector=HTTPS | {"username": "another"})
    assert kept.json()["credentialsHeld"] == ["password"]
    given = await change(
        sync,
        declared,
        connector=HTTPS | {"url": "http://127.0.0.1:10/export.zip"},
        credentials={"password": "another secret"},
    )
    assert given.status_code == 200


async def test_another_address_account_or_secret_waits_for_a_second_person_of_the_customer(service: Start) -> None:
    """Else a supplier, or one stolen account, could let a server of their own pass for the register."""
    sync = await service("sync")
    declared = await declare(sync, connector=HTTPS, credentials={"password": "a secret"}, schedule={"at": "03:15"})
    path, human = f"/sync/v1/sources/{declared.json()['id']}", new_id()
    assert declared.json()["isConfirmed"]
    assert (await change(sync, declared, name="Ett annat namn")).json()["isConfirmed"]

    async def confirm(role: str = "approver@*", **claims: Any) -> Any:
        tag = (await sync.client.get(path, headers=sync.as_(LOADER))).headers["etag"]
        return await sync.client.post(f"{path}/confirmations", headers=sync.as_(role, **claims) | {"If-Match": tag})

    moved_to = HTTPS | {"url": "http://127.0.0.1:10/export.zip"}
    account = {"connector": moved_to | {"username": "another"}}
    elsewhere = {"connector": moved_to, "credentials": {"password": "other"}}
    for changed in (elsewhere, account, {"credentials": {"password": "mine"}}):
        moved = await change(sync, declared, {"person": str(human), "side": "supplier"}, **changed)
        assert (moved.status_code, moved.json()["isConfirmed"]) == (200, False), moved.text
        asked = await sync.client.post(f"{path}/fetches", headers=sync.as_(LOADER))
        assert (asked.status_code, slug(asked)) == (409, "address-unconfirmed")
        async with sync.database.transaction(sync.tenant) as session:
            await session.execute(text("UPDATE source SET next_fetch_at = now() - interval '1 minute'"))
            assert await FetchService(session, sealer(sync.settings.file_key_bytes())).ask_due() == 0
        assert slug(await confirm(side="supplier")) == "customer-confirms"
        assert slug(await confirm(person=str(human))) == "second-person-confirms"
        assert (await confirm("auditor@*")).status_code == 403
        stale = sync.as_("approver@*") | {"If-Match": '"1"'}
        assert (await sync.client.post(f"{path}/confirmations", headers=stale)).status_code == 412
        assert (await confirm()).json()["isConfirmed"]
    assert slug(await confirm()) == "nothing-to-confirm"
    assert (await sync.client.post(f"{path}/fetches", headers=sync.as_(LOADER))).status_code == 202


async def test_what_a_supplier_declares_is_fetched_once_the_customer_has_confirmed_it(service: Start) -> None:
    sync = await service("sync")
    body = {"key": "nytt", "name": "Nytt", "kind": "oneroster_zip", "connector": HTTPS}
    headers = sync.as_(LOADER, side="supplier")
    made = await sync.client.post("/sync/v1/sources", json=body | {"credentials": {"password": "x"}}, headers=headers)
    assert (made.status_code, made.json()["isConfirmed"]) == (201, False)


async def test_a_new_host_key_needs_the_password_again(service: Start) -> None:
    sync = await service("sync")
    declared = await declare(sync, connector=SFTP, credentials={"password": "a secret"})
    other = SFTP | {"hostKey": "SHA256:" + "A" * 43}
    assert slug(await change(sync, declared, connector=other)) == "source-unsound"


async def test_a_mapping_of_its_own_replaces_the_profile_and_back(service: Start) -> None:
    sync = await service("sync")
    declared = await declare(sync, mapping=ONEROSTER.model_dump(mode="json", by_alias=True, exclude_none=True))
    assert declared.json()["profile"] is None
    assert declared.json()["mapping"]["name"] == ONEROSTER.name
    back = await change(sync, declared, profile="oneroster-1.2")
    assert (back.json()["profile"], back.json()["mapping"]) == ("oneroster-1.2", None)


async def test_a_deactivated_source_forgets_its_secrets_and_keeps_its_key(service: Start) -> None:
    sync = await service("sync")
    declared = await declare(sync, connector=HTTPS, credentials={"password": "x"}, schedule={"at": "03:15"})
    path = f"/sync/v1/sources/{declared.json()['id']}"
    headers = sync.as_(LOADER) | {"If-Match": declared.headers["etag"]}
    assert (await sync.client.delete(path, headers=headers)).status_code == 204
    gone = await read(sync, path)
    assert (gone["isActive"], gone["credentialsHeld"], gone["nextFetchAt"]) == (False, [], None)
    assert (await verdicts(sync, path))["fetch"][0] is False
    assert slug(await declare(sync)) == "source-key-taken"
    assert slug(await change(sync, declared, isActive=True)) == "source-unsound"
    again = await change(sync, declared, isActive=True, credentials={"password": "y"})
    assert again.json()["nextFetchAt"] is not None


async def test_a_change_needs_the_version_that_was_read(service: Start) -> None:
    sync = await service("sync")
    declared = await declare(sync)
    headers = sync.as_(LOADER) | {"If-Match": '"9"'}
    path = f"/sync/v1/sources/{declared.json()['id']}"
    assert (await sync.client.patch(path, json={"name": "Ny"}, headers=headers)).status_code == 412
    assert (await sync.client.patch(path, json={"name": "Ny"}, headers=sync.as_(LOADER))).status_code == 428


@pytest.mark.parametrize("role", ["approver@*", "project_leader@*", "auditor@*", "trainer@*"])
async def test_only_those_who_keep_the_register_declare_sources(service: Start, role: str) -> None:
    sync = await service("sync")
    assert (await declare(sync, role)).status_code == 403


async def test_shipped_profiles_are_shown_with_their_mappings(service: Start) -> None:
    sync = await service("sync")
    shown = {item["name"]: item for item in (await read(sync, "/sync/v1/source-profiles"))["items"]}
    assert shown["oneroster-1.2"]["isVerified"] is True
    assert shown["oneroster-1.2"]["mapping"]["files"]
