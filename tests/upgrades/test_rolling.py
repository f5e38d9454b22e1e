"""A release is replaced by this tree while everybody goes on working: nobody meets a fault, nothing is lost.

`make test` plays the newest release with three services, `make e2e` every release with all (UPGRADES=all).
"""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cli.releases.release import NoHistory, Release, latest, releases, tree_of
from cli.releases.widening import faults, statements
from cli.servers.provision import drop, provision
from cli.stack import keys
from cli.stack.places import Places
from tests.e2e.deliveries import roster
from tests.support.databases import ROOT, SECRET
from tests.upgrades.cluster import Cluster, Tree
from tests.upgrades.load import Load

PUPILS = 30
# Seconds for one call, on a machine that does ten other things.
LONGEST = 30
ALL = ("identity", "projects", "sync", "training", "webhooks")
FEW = ("identity", "sync", "training")
IS_WHOLE = os.environ.get("UPGRADES") == "all"
# A worker that was told to end gives a job back; a web process that uvicorn has drained ends by the same signal.
ENDED_WELL = (0, -15)


@pytest.fixture
async def cluster(admin_url: str, clean_redis: str, tmp_path: Path) -> AsyncIterator[Cluster]:
    """Databases without tables, keys, and nothing that runs."""
    services = ALL if IS_WHOLE else FEW
    mark = tmp_path.name.replace("-", "_")[-20:]
    places = cast("Places", SimpleNamespace(keys=tmp_path))
    names = {service: f"up_{mark}_{service}" for service in services}
    async with AsyncExitStack() as stack:
        urls = {}
        for service, name in names.items():
            urls[service] = await provision(admin_url, service, name, secret=SECRET)
            stack.push_async_callback(drop, admin_url, name)
            keys.client_key(places, service)
            keys.file_key(places, service)
        made = Cluster(urls, clean_redis, tmp_path, stack)
        await made.open()
        yield made


def is_widened(release: Release) -> bool:
    """Whether this release can go on serving on the schema of this tree."""
    return not any(faults(statements(service, head), [head]) for service, head in release.heads.items())


@pytest.mark.slow
@pytest.mark.parametrize("release", releases() if IS_WHOLE else [latest()], ids=lambda one: one.version)
async def test_an_upgrade_is_noticed_by_nobody(release: Release, cluster: Cluster, tmp_path: Path) -> None:
    """Of a release from before schemas were only widened, the processes end first; then too nothing is lost."""
    try:
        folder = tree_of(release.commit, tmp_path / "tree")
    except NoHistory as missing:  # a clone without history: said in the closing lines of `make test`
        pytest.skip(str(missing))
    old = await cluster.tree("old", folder)
    load = await _installed(cluster, old)
    await load.deliver(roster(PUPILS))
    async with _playing(load):
        await _for_a_while(load, "before")
        if is_widened(release):
            ended = await _replace(cluster, load, old)
    if not is_widened(release):
        ended = await _swap(cluster, old)
        async with _playing(load):
            await _for_a_while(load, "after")
    assert load.faults == []
    assert set(ended) <= set(ENDED_WELL), ended
    assert load.slowest < LONGEST, "somebody waited for a lock"
    await _nothing_is_lost(cluster, load)
    print(f"\n{release.version}: {sum(load.made.values())} made, slowest {load.slowest:.2f} s")


@asynccontextmanager
async def _playing(load: Load) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(load.run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def _replace(cluster: Cluster, load: Load, old: Tree) -> list[int]:
    """The release's processes by this tree's, one kind after the other, under load; how the old ones ended."""
    new = await cluster.tree("new", ROOT)
    load.phase = "while it migrates"
    await _each(cluster, lambda service: cluster.migrate(new, service))
    await _for_a_while(load, "migrated")
    # What new code tells, old workers hear of; then what old code tells, new workers hear of.
    await _each(cluster, lambda service: cluster.start_web(new, service))
    await _for_a_while(load, "both serve, old workers")
    await _each(cluster, lambda service: cluster.start_worker(new, service))
    ended = await _each(cluster, lambda service: cluster.stop_worker(old, service))
    await _for_a_while(load, "both serve, new workers")
    ended += await _each(cluster, lambda service: cluster.stop_web(old, service))
    await _for_a_while(load, "after")
    return ended


async def _swap(cluster: Cluster, old: Tree) -> list[int]:
    """The release's processes by this tree's, with nobody served in between."""
    ended = await _each(cluster, lambda service: cluster.stop_worker(old, service))
    ended += await _each(cluster, lambda service: cluster.stop_web(old, service))
    new = await cluster.tree("new", ROOT)
    await _each(cluster, lambda service: cluster.migrate(new, service))
    await _each(cluster, lambda service: cluster.start_web(new, service))
    await _each(cluster, lambda service: cluster.start_worker(new, service))
    return ended


async def _installed(cluster: Cluster, old: Tree) -> Load:
    """The release, running, with the demo's tenants."""
    await _each(cluster, lambda service: cluster.migrate(old, service))
    await _each(cluster, lambda service: cluster.start_web(old, service))
    out = cluster.folder / "seed.json"
    out.write_text("{}")
    environment = cluster.environment("identity", old.path)
    await old.run("seed", "services.identity.seed", environment, ["--out", str(out)])
    await _each(cluster, lambda service: cluster.start_worker(old, service))
    facts = json.loads(out.read_text())
    script = next(one for one in facts["clients"] if "clientSecret" in one)
    return Load(cluster, facts["tenant"], (script["clientId"], script["clientSecret"]))


async def _each(cluster: Cluster, do: Any) -> list[Any]:
    return list(await asyncio.gather(*(do(service) for service in cluster.services)))


async def _for_a_while(load: Load, phase: str) -> None:
    """Until everybody has made something in this phase, and training has heard of a unit that is new in it."""
    load.phase, begun = phase, load.made.copy()
    heard = set(await load.known_to_training())
    until = time.monotonic() + 120
    while time.monotonic() < until:
        made = load.made - begun
        owners = {path.split("/")[1] for path in made}
        if owners == set(load.cluster.services) and set(await load.known_to_training()) - heard:
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"{phase}: only {dict(load.made - begun)} in two minutes; {load.faults[:5]}")


async def _nothing_is_lost(cluster: Cluster, load: Load) -> None:
    """Every event was heard, none was set aside, every unit that sync made is known to training."""
    wanted = set(load.units)
    for _ in range(300):
        if wanted <= set(await load.known_to_training()):
            break
        await asyncio.sleep(0.1)
    assert wanted - set(await load.known_to_training()) == set()
    for service in cluster.services:
        parked = await cluster.column(cluster.urls[service]["owner"], "SELECT owner FROM parked_event")
        assert parked == [], f"{service} set events aside"
