"""What a process does not start with, and what it says instead: the setting, the fault and what to do."""

import asyncio
import base64
import os
import time
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import ValidationError

from cli.servers.provision import drop, provision
from shared.kit import db, refusals
from shared.kit.db import DangerousRole, Database
from shared.kit.refusals import Refused, check_server
from shared.kit.settings import ServiceSettings
from tests.support.databases import SECRET, Clone


class Settings(ServiceSettings):
    """Settings of an invented service."""

    service = "toy"


STRONG = "kXv9-Tq2_bLm7RzWc4Ns"
GOOD = {
    "TOY_DATABASE_URL": f"postgresql://toy_app:{STRONG}@db/toy",
    "TOY_RELAY_DATABASE_URL": f"postgresql://toy_relay:{STRONG}@db/toy",
    "TOY_FILE_KEY": base64.b64encode(os.urandom(32)).decode(),
    "STARTKLAR_REDIS_URL": f"redis://toy:{STRONG}@redis:6379/0",
    "STARTKLAR_PUBLIC_URL": "https://api.example.org",
    "STARTKLAR_ISSUER": "https://api.example.org",
    "STARTKLAR_JWKS_URL": "http://identity:8000/oauth2/jwks",
}
REFUSED: list[tuple[dict[str, str | None], str]] = [
    ({"TOY_FILE_KEY": None}, "- TOY_FILE_KEY is not set"),
    ({"STARTKLAR_ISSUER": None}, "- TOY_ISSUER (or STARTKLAR_ISSUER, where all services share it) is not set"),
    ({"TOY_FILE_KEY": "short"}, "file_key must be base64 of exactly 32 bytes"),
    ({"TOY_FILE_KEY": "not base64 at all!"}, "file_key must be base64 of exactly 32 bytes"),
    ({"TOY_FILE_KEY": base64.b64encode(b"a" * 32).decode()}, "make it with `openssl rand -base64 32`"),
    ({"TOY_FILE_KEY": base64.b64encode(b"this key is words that one knows").decode()}, "openssl rand"),
    ({"TOY_FILE_KEY": None, "STARTKLAR_FILE_KEY": GOOD["TOY_FILE_KEY"]}, "set TOY_FILE_KEY instead"),
    ({"SYNC_FILE_KEY": GOOD["TOY_FILE_KEY"]}, "TOY_FILE_KEY and SYNC_FILE_KEY are one key"),
    ({"TOY_DATABASE_URL": "postgresql://toy_app:toy_app@db/toy"}, "the password in database_url is too weak"),
    ({"TOY_DATABASE_URL": "postgresql://toy_app:change-me-change-me@db/toy"}, "password in database_url is too weak"),
    ({"TOY_DATABASE_URL": "postgresql:///toy?user=toy_app&password=kort"}, "password in database_url is too weak"),
    ({"STARTKLAR_REDIS_URL": "redis://toy:12345@redis/0"}, "the password in redis_url is too weak"),
    ({"TOY_RELAY_DATABASE_URL": GOOD["TOY_DATABASE_URL"]}, "database_url and relay_database_url contradict"),
    ({"STARTKLAR_ISSUER": "http://api.example.org"}, "issuer must be https"),
    ({"STARTKLAR_PUBLIC_URL": "https://127.0.0.1"}, "public_url must be https and not loopback"),
    ({"STARTKLAR_PUBLIC_URL": "https://api.example.org/startklar"}, "public_url must be an origin"),
    ({"STARTKLAR_ISSUER": "https://id.example.org"}, "issuer and public_url contradict"),
]


def test_a_client_key_that_signs_nothing_is_refused_at_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    private = ec.generate_private_key(ec.SECP384R1())
    form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    kept = tmp_path / "key.pem"
    for content, said in (("-----BEGIN", "cannot be read"), (private.private_bytes(*form).decode(), "ES256")):
        kept.write_text(content)
        with pytest.raises(Refused, match=f"client_key_file .*{said}.*give the service its own"):
            settings(monkeypatch, {"TOY_CLIENT_KEY_FILE": str(kept)})
    with pytest.raises(Refused, match="cannot be read"):
        settings(monkeypatch, {"TOY_CLIENT_KEY_FILE": str(tmp_path / "none")})


def settings(monkeypatch: pytest.MonkeyPatch, changes: Mapping[str, str | None]) -> Settings:
    for name, value in {**GOOD, **changes}.items():
        if value is not None:
            monkeypatch.setenv(name, value)
    return Settings()


@pytest.mark.parametrize(("changes", "said"), REFUSED)
def test_production_refuses_weak_missing_and_contradicting_settings(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str | None], said: str
) -> None:
    with pytest.raises(Refused) as refusal:
        settings(monkeypatch, changes)
    told = str(refusal.value)
    assert told.startswith("toy does not start: its settings are refused.")
    assert said in told
    assert not [value for value in changes.values() if value and value.rpartition(":")[2] in told and "//" not in value]


def test_good_settings_are_taken_and_development_is_not_so_strict(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings(monkeypatch, {}).environment == "production"
    loose = {"STARTKLAR_ENVIRONMENT": "development", "STARTKLAR_ISSUER": "http://127.0.0.1:8080"}
    assert settings(monkeypatch, loose).issuer == "http://127.0.0.1:8080"


def test_all_faults_are_told_at_once_and_none_shows_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    weak = base64.b64encode(b"b" * 32).decode()
    with pytest.raises(Refused) as refusal:
        settings(monkeypatch, {"TOY_FILE_KEY": weak, "STARTKLAR_ISSUER": "http://localhost"})
    assert "issuer must be https" in str(refusal.value)
    assert "file_key is too weak" in str(refusal.value)
    with pytest.raises(ValidationError) as given:
        Settings(file_key="c2VjcmV0", public_url="x")
    assert "c2VjcmV0" not in str(given.value) + str(refusal.value)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"version": 140_012}, "PostgreSQL 14 is too old: upgrade the server to 15 or newer"),
        ({"encoding": "SQL_ASCII"}, "the database's encoding is SQL_ASCII"),
        ({"clock": 1_000_065.0}, "clock is 64 s ahead of this machine's"),
        ({"clock": 999_900.0}, "clock is 100 s behind this machine's"),
    ],
)
def test_an_unfit_database_server_is_refused(found: dict[str, Any], said: str) -> None:
    good: dict[str, Any] = {"version": 150_000, "encoding": "UTF8", "clock": 1_000_000.5}
    check_server(**good, asked=1_000_000.0, answered=1_000_001.0)
    with pytest.raises(Refused, match=said):
        check_server(**(good | found), asked=1_000_000.0, answered=1_000_001.0)


async def test_a_real_server_is_asked(fresh_database: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    urls = await fresh_database("webhooks")
    for role, ours, said in (
        ("app", lambda: time.time() - 90, "ahead of this machine's"),
        ("relay", lambda: time.time() + 90, "behind this machine's"),
    ):
        database = Database(getattr(urls, role))
        await database.start()
        with monkeypatch.context() as patch:
            patch.setattr(db, "time", SimpleNamespace(time=ours))
            with pytest.raises(Refused, match=said):
                await database.start()
            patch.setattr(refusals, "OLDEST_POSTGRES", 99)
            with pytest.raises(Refused, match="is too old: upgrade"):
                await database.start()
        await database.stop()
    for role in ("owner", "backup"):
        database = Database(getattr(urls, role))
        with pytest.raises(DangerousRole):
            await database.start()
        await database.stop()


async def test_another_encoding_and_another_time_zone(admin_url: str) -> None:
    """The first is refused; the second does no harm: every connection of ours is in UTC."""
    name = "t_latin_webhooks"
    admin = await asyncpg.connect(admin_url)
    await admin.execute(f"DROP DATABASE IF EXISTS {name}")
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING LATIN1 LC_COLLATE 'C' LC_CTYPE 'C'")
    await admin.execute(f"ALTER DATABASE {name} SET timezone = 'Asia/Tokyo'")
    await admin.close()
    try:
        urls = await provision(admin_url, "webhooks", name, secret=SECRET)
        database = Database(urls["app"])
        with pytest.raises(Refused, match="encoding is LATIN1"):
            await database.start()
        async with database.engine.connect() as connection:
            assert (await connection.exec_driver_sql("SHOW timezone")).scalar_one() == "UTC"
        hot = await database._hot._connection()
        assert await hot.fetchval("SHOW timezone") == "UTC"
        await hot.close()
        await database.stop()
    finally:
        await asyncio.shield(drop(admin_url, name))


class Finding(Settings):
    """Settings of a service that finds people by its first key."""

    finds_by_key = True


def test_another_file_key_is_taken_only_where_people_are_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """In development too: what is lost is the same."""
    others = base64.b64encode(os.urandom(32)).decode()
    loose = {"STARTKLAR_ENVIRONMENT": "development", "TOY_OTHER_FILE_KEYS": f"{others}, {GOOD['TOY_FILE_KEY']}"}
    assert len(settings(monkeypatch, loose).file_key_bytes().others) == 2
    with pytest.raises(Refused, match="other_file_keys needs index_key beside it"):
        Finding()
    monkeypatch.setenv("TOY_INDEX_KEY", GOOD["TOY_FILE_KEY"])
    assert Finding().file_key_bytes().first == base64.b64decode(GOOD["TOY_FILE_KEY"])
    monkeypatch.setenv("TOY_OTHER_FILE_KEYS", "c2hvcnQ=")
    with pytest.raises(Refused, match="and so must other_file_keys"):
        Finding()
