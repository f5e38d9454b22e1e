"""The demo data: the same however often it is made, and never in production."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from services.identity.app import create_app
from services.identity.seed.__main__ import seed, write_private
from services.identity.settings import Settings
from shared.kit.kit_tables import NO_TENANT
from tests.identity.world import World


async def counts(world: World) -> dict[str, int]:
    found = {}
    for tenant in (NO_TENANT, *(world.tenant(slug) for slug in ("norrvik", "soderby", "laranda", "startklar"))):
        async with world.database.transaction(None) as session:
            await session.execute(text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": str(tenant)})
            for table in ("account", "membership", "client", "identity_provider"):
                rows = await session.execute(text(f"SELECT count(*) FROM {table} WHERE created_at <= now()"))
                found[f"{tenant}/{table}"] = rows.scalar_one()
    return found


async def test_seeding_again_changes_nothing_and_tells_the_same(world: World) -> None:
    idp = world.facts["identityProvider"]
    known = json.loads(world.idp_file.read_text())
    await seed(world.settings, idp, known)  # mends what other tests took away
    before = await counts(world)
    facts, directory = await seed(world.settings, idp, known)
    assert facts == world.facts
    assert await counts(world) == before
    assert {user["username"] for user in directory["users"]} == {user["username"] for user in facts["users"]}


async def test_every_role_of_a_rollout_has_somebody_who_can_log_in(world: World) -> None:
    roles = {role.split(" ")[0] for user in world.facts["users"] for role in user["roles"]}
    assert roles >= {
        "platform_admin",
        "tenant_admin",
        "project_leader",
        "approver",
        "unit_head",
        "register_admin",
        "trainer",
        "participant",
        "auditor",
    }


async def test_no_two_passwords_are_the_same_and_none_is_in_the_database(world: World) -> None:
    passwords = [user["password"] for user in world.facts["users"]]
    assert len(set(passwords)) == len(passwords)
    assert all(len(password) == 24 for password in passwords)


def production(world: World) -> Settings:
    values = world.settings.model_dump() | {
        "environment": "production",
        "public_url": "https://api.startklar.example",
        "issuer": "https://api.startklar.example",
        "file_key": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    }
    return Settings.model_validate(values)


async def test_production_takes_no_demo_data(world: World) -> None:
    with pytest.raises(SystemExit, match="no demo data"):
        await seed(production(world), None)


async def test_production_does_not_start_on_a_database_with_demo_data(world: World) -> None:
    app = create_app(production(world))
    with pytest.raises(RuntimeError, match="demo"):
        async with app.router.lifespan_context(app):
            pass


def test_what_tells_the_passwords_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "demo.json"
    write_private(path, {"users": []})
    write_private(path, {"users": [1]})
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]
