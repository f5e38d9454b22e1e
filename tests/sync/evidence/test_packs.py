"""Evidence says how a unit's data stood; anybody can check it, and nobody's name is in it."""

import json
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cli.demo_roster.model import Municipality
from services.sync.evidence.content import hash_of
from services.sync.evidence.printing import pack_words
from services.sync.evidence.service import EvidenceService
from services.sync.evidence.signing import EvidenceKey, fault_of
from shared.auth.jws import PublicKey, SigningKey, read_claims
from shared.kit.clock import frozen
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest, Start
from tests.sync.platform.export import compare, declare_platform, exported, name_platform
from tests.sync.town import oneroster_zip, town
from tests.sync.work import LOADER, load, plan, read

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
async def sync(committed_service: Start, tmp_path: Path) -> ServiceUnderTest:
    started = await committed_service("sync")
    key_file = tmp_path / "key.pem"
    key_file.write_bytes(SigningKey.generate().pem())
    started.app.state.runtime.resources[EvidenceKey] = EvidenceKey(key_file)
    return started


async def _loaded(sync: ServiceUnderTest) -> Municipality:
    small = town()
    await load(sync, oneroster_zip(small))
    assert (await name_platform(sync, await declare_platform(sync))).status_code == 200
    await compare(sync, exported(small))
    return small


async def _make(sync: ServiceUnderTest, unit: str, role: str = LOADER) -> dict[str, Any]:
    answer = await sync.client.post("/sync/v1/evidence-packs", json={"unitId": unit}, headers=sync.as_(role))
    assert answer.status_code == 201, answer.text
    pack: dict[str, Any] = answer.json()
    return pack


async def _units(sync: ServiceUnderTest) -> list[str]:
    return [one["unitId"] for one in (await read(sync, "/sync/v1/verification"))["units"]]


async def test_a_pack_is_checked_by_the_published_key_alone_and_a_changed_one_fails(sync: ServiceUnderTest) -> None:
    await _loaded(sync)
    unit = (await _units(sync))[0]
    pack = await _make(sync, unit)
    published = (await sync.client.get("/sync/v1/evidence-keys")).json()["keys"]  # nobody's token is needed
    key = PublicKey.from_jwk(published[0])
    assert "d" not in published[0]
    assert pack["contentHash"] == hash_of(pack["content"])
    assert fault_of(pack["content"], pack["signature"], key) is None
    better = pack["content"].replace('"platformOk":true', '"platformOk":false')
    assert better != pack["content"]
    assert fault_of(better, pack["signature"], key) == "content"
    head, _, tail = pack["signature"].rpartition(".")
    assert fault_of(pack["content"], f"{head}.{tail[:-4]}AAAA", key) == "signature"
    stranger = SigningKey.generate()
    forged = stranger.sign({"contentHash": hash_of(better)}, "startklar-sync-evidence+jwt")
    assert fault_of(better, forged, key) == "key"
    other_kind = await _check(sync, better, "e30.e30." + "A" * 86)
    assert other_kind == {"isGenuine": False, "fault": "signature"}
    assert await _check(sync, pack["content"], pack["signature"]) == {"isGenuine": True, "fault": None}
    assert await _check(sync, better, pack["signature"]) == {"isGenuine": False, "fault": "content"}


async def _check(sync: ServiceUnderTest, content: str, signature: str) -> dict[str, Any]:
    body = {"content": content, "signature": signature}
    answer = await sync.client.post("/sync/v1/evidence-checks", json=body, headers=sync.as_("auditor@*"))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_same_facts_give_the_same_content_whenever_the_pack_is_made(sync: ServiceUnderTest) -> None:
    await _loaded(sync)
    unit = (await _units(sync))[0]
    with frozen(AT):
        one = await _make(sync, unit)
        other = await _make(sync, unit)
    assert one["content"] == other["content"]
    assert one["id"] != other["id"]
    said = json.loads(one["content"])
    assert said["unit"]["id"] == unit
    assert said["standing"]["reasons"] == ["not_signed_off"]


async def test_nobodys_name_number_or_login_is_in_the_pack_the_pdf_or_the_lists(sync: ServiceUnderTest) -> None:
    small = await _loaded(sync)
    bodies = []
    for unit in await _units(sync):
        pack = await _make(sync, unit)
        bodies.append(json.dumps(pack, ensure_ascii=False).encode())
        headers = sync.as_(LOADER) | {"Accept": "application/pdf", "Accept-Language": "sv"}
        printed = await sync.client.get(f"/sync/v1/evidence-packs/{pack['id']}", headers=headers)
        assert printed.content.startswith(b"%PDF-")
        bodies.append(_unpacked(printed.content))
        async with sync.database.transaction(sync.tenant) as session:  # a PDF holds glyphs: look at what was set
            row = await EvidenceService(session).get(UUID(pack["id"]), None)
            bodies.append(json.dumps(pack_words(row, "sv"), ensure_ascii=False).encode())
    for path in ("verification", "evidence-packs?limit=200", "platform-comparisons", "platform-accounts?limit=200"):
        bodies.append(json.dumps(await read(sync, f"/sync/v1/{path}"), ensure_ascii=False).encode())
    everything = b"\n".join(bodies)
    for person in small.persons:
        for secret in (person.civic, person.login, person.email, f"{person.given} {person.family}"):
            assert not secret or secret.encode() not in everything, secret


def _unpacked(pdf: bytes) -> bytes:
    """Every compressed stream of a PDF, as the text it holds."""
    parts = [pdf]
    for piece in pdf.split(b"stream\n")[1:]:
        body = zlib.decompressobj()
        try:
            parts.append(body.decompress(piece.lstrip(b"\r\n")))
        except zlib.error:
            continue
    return b"\n".join(parts)


async def test_a_pdf_says_it_in_the_readers_language_and_names_the_hash(sync: ServiceUnderTest) -> None:
    await _loaded(sync)
    pack = await _make(sync, (await _units(sync))[0])
    path = f"/sync/v1/evidence-packs/{pack['id']}"
    printed = {}
    for lang in ("sv", "en", "da"):
        headers = sync.as_(LOADER) | {"Accept": "application/pdf", "Accept-Language": lang}
        printed[lang] = (await sync.client.get(path, headers=headers)).content
    assert len(set(printed.values())) == 3
    again = await sync.client.get(
        path, headers=sync.as_(LOADER) | {"Accept": "application/pdf", "Accept-Language": "sv"}
    )
    assert again.content == printed["sv"]
    jws = await sync.client.get(path, headers=sync.as_(LOADER) | {"Accept": "application/jose"})
    assert jws.text == pack["signature"]


async def test_a_head_makes_evidence_of_the_own_unit_alone(sync: ServiceUnderTest) -> None:
    await _loaded(sync)
    one, other = (await _units(sync))[:2]
    pack = await _make(sync, one, f"unit_head@{one}")
    refused = await sync.client.post(
        "/sync/v1/evidence-packs", json={"unitId": other}, headers=sync.as_(f"unit_head@{one}")
    )
    assert refused.status_code == 404
    path = f"/sync/v1/evidence-packs/{pack['id']}"
    assert (await sync.client.get(path, headers=sync.as_(f"unit_head@{other}"))).status_code == 404
    assert (await sync.client.get(path, headers=sync.as_(LOADER, tenant=new_id()))).status_code == 404


async def test_a_pack_is_still_checked_when_the_key_that_signed_it_has_been_replaced(
    sync: ServiceUnderTest, tmp_path: Path
) -> None:
    await _loaded(sync)
    pack = await _make(sync, (await _units(sync))[0])
    former = (await sync.client.get("/sync/v1/evidence-keys")).json()["keys"][0]
    (tmp_path / "next.pem").write_bytes(SigningKey.generate().pem())
    sync.app.state.runtime.resources[EvidenceKey] = EvidenceKey(tmp_path / "next.pem")
    keys = (await sync.client.get("/sync/v1/evidence-keys")).json()["keys"]
    assert len({key["kid"] for key in keys}) == 2
    assert keys[1] == former
    body = {name: pack[name] for name in ("content", "signature")}
    for content, fault in ((pack["content"], None), (pack["content"] + "{}", "content")):
        answer = await sync.client.post(
            "/sync/v1/evidence-checks", json=body | {"content": content}, headers=sync.as_(LOADER)
        )
        assert answer.json() == {"isGenuine": fault is None, "fault": fault}


async def test_the_evidence_of_a_run_is_read_by_who_follows_the_rollout(
    committed_service: Start, tmp_path: Path
) -> None:
    key_file = tmp_path / "key.pem"
    key_file.write_bytes(SigningKey.generate().pem())
    sync = await committed_service("sync")
    sync = replace(sync, settings=sync.settings.model_copy(update={"client_key_file": key_file}))
    run = await plan(sync, oneroster_zip(town()))
    path = f"/sync/v1/runs/{run['id']}/evidence"
    shown = await read(sync, path, "project_leader@*")
    assert (shown["claims"]["runId"], shown["claims"]["planHash"]) == (run["id"], run["planHash"])
    key = PublicKey.from_jwk(EvidenceKey(key_file).public_jwks()["keys"][0])
    assert read_claims(shown["signature"], key) == shown["claims"]
    assert (await sync.client.get(path, headers=sync.as_(LOADER, tenant=new_id()))).status_code == 404
    assert (await sync.client.get(path, headers=sync.as_("trainer@*"))).status_code == 403
