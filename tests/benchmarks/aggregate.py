"""`identity.aggregate_2000_s` and `_mb`: a federation of 2 000 identity providers, verified and put into force.

Seconds from the document's bytes at hand (8 MB, RSA-SHA256) until the commit after which logins read it: the child
process with its start, the signature, every entity, the writing of all rows, the differences, the swap. Megabytes: the
most that the child had resident. Meanwhile another process asks for an identity provider as each login does, without
a pause; it must always be answered, and from one generation.
"""

import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psutil

from cli.servers.postgres import PostgresServer
from cli.servers.provision import provision
from services.identity import models  # noqa: F401 - every table is known before the first query
from services.identity.federation.fetch import Fetched
from services.identity.federation.schemas import FederationCreate
from services.identity.federation.service import FederationAdministration, FeedService
from services.identity.federation.tasks import judged
from shared.kit import clock
from shared.kit.db import Database
from shared.kit.ids import new_id
from tests.benchmarks.measure import Figure, percentile, to_aim
from tests.benchmarks.servers import ROOT
from tests.identity.federation.metadata import NOW, Aggregate, Member, signer
from tests.support.databases import migrate

NAMES = ("identity.aggregate_2000_s", "identity.aggregate_2000_mb")
AIM_SECONDS, AIM_MEGABYTES = 5.0, 250.0
MEMBERS = 2000
CHANGED = 20
ROUNDS = 5
_ORGANISATION = (
    '<Organization><OrganizationName xml:lang="sv">{0}</OrganizationName>'
    '<OrganizationDisplayName xml:lang="sv">{0}</OrganizationDisplayName>'
    '<OrganizationURL xml:lang="sv">https://www.{1}</OrganizationURL></Organization>'
)
_CONTACT = (
    '<ContactPerson contactType="{0}"><Company>{1}</Company><GivenName>Drift</GivenName>'
    "<SurName>{1}</SurName><EmailAddress>mailto:{0}@{2}</EmailAddress>"
    "<TelephoneNumber>+46 000 00 00</TelephoneNumber></ContactPerson>"
)
_CONTACTS = ("technical", "support", "administrative", "billing", "other", "technical", "support")


@dataclass(frozen=True)
class _Bench:
    database: Database
    federation: UUID
    reader: asyncio.subprocess.Process


async def run() -> list[Figure]:
    """Each round brings a newer document in which one identity provider in a hundred is another."""
    seconds: list[float] = []
    megabytes: list[float] = []
    documents = _documents()
    async with _bench(documents[0]) as bench:
        for document in documents[1:]:
            spent, most = await _round(bench, document)
            seconds.append(spent)
            megabytes.append(most)
        waits = await _answers(bench.reader)
    note = (
        f"{len(documents[0]) / 1e6:.1f} MB; {len(waits)} lookups beside it,"
        f" p50 {statistics.median(waits):.1f} ms, p99 {percentile(waits, 0.99):.1f} ms, every one answered"
    )
    return [
        to_aim(NAMES[0], seconds, AIM_SECONDS, unit="s", note=note),
        to_aim(NAMES[1], megabytes, AIM_MEGABYTES, unit="MB", note="most resident memory of the child process"),
    ]


async def _round(bench: _Bench, document: bytes) -> tuple[float, float]:
    """Seconds until the document is in force, and megabytes of the child."""
    watching = asyncio.create_task(_most_resident())
    begin = time.perf_counter()
    await _put_in_force(bench.database, bench.federation, document)
    spent = time.perf_counter() - begin
    watching.cancel()
    return spent, await watching


async def _put_in_force(database: Database, federation: UUID, document: bytes) -> None:
    """What the worker does once it has the bytes."""
    async with database.transaction(None) as session:
        feed = await FeedService(session).feed(federation)
    found = judged(document, feed.signers, feed.max_bytes)
    async with found as (read, entities), database.transaction(None) as session:
        outcome = await FeedService(session).arrived(feed, Fetched(document, None, None), read, entities)
    if outcome != "in_force" or read.identity_providers != MEMBERS:
        raise RuntimeError(f"{outcome}, {read.identity_providers} identity providers")


async def _most_resident() -> float:
    """Megabytes that the child had at most, seen until this is cancelled."""
    most = 0.0
    try:
        while True:
            for child in psutil.Process().children():
                most = max(most, _high_water(child))
            await asyncio.sleep(0.005)
    except asyncio.CancelledError:
        return most


def _high_water(child: psutil.Process) -> float:
    try:
        if "shared.kit.child_main" not in child.cmdline():
            return 0.0
        lines = Path(f"/proc/{child.pid}/status").read_text().splitlines()
    except (psutil.Error, OSError):
        return 0.0
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM")), 0.0)


def _documents() -> list[bytes]:
    """The first publication and one for each round."""
    members = [_member(number, "/sso") for number in range(MEMBERS)]
    aggregate = Aggregate(tuple(members), published_at=clock.now())
    made = [_signed(aggregate)]
    for number in range(ROUNDS):
        for place in range(number * CHANGED, (number + 1) * CHANGED):
            members[place] = _member(place, f"/sso{number}")
        aggregate = aggregate.later(1, members=tuple(members))
        made.append(_signed(aggregate))
    return made


def _signed(aggregate: Aggregate) -> bytes:
    """Valid for a week from now, not from the instant that the tests live in."""
    week = clock.now() - NOW + timedelta(days=7)
    return replace(aggregate, valid_for=week).signed()


def _member(number: int, path: str) -> Member:
    host, name = f"idp.kommun{number}.example", f"Kommun nummer {number}, utbildningsförvaltningen"
    extra = _ORGANISATION.format(name, host) + "".join(_CONTACT.format(kind, name, host) for kind in _CONTACTS)
    return Member(host, name=name, scopes=(f"kommun{number}.example",), path=path, extra=extra)


@asynccontextmanager
async def _bench(first: bytes) -> AsyncIterator[_Bench]:
    async with AsyncExitStack() as stack:
        server = PostgresServer.temporary()
        stack.callback(server.stop)
        urls = await provision(server.start(), "identity", secret=os.urandom(16).hex())
        await asyncio.to_thread(migrate, "identity", urls["owner"])
        database = Database(urls["app"], pool_size=4)
        stack.push_async_callback(database.stop)
        body = {"name": "Bench", "url": "https://md.example/all.xml", "signers": [signer().fingerprint]}
        async with database.transaction(new_id()) as session:
            federation = (await FederationAdministration(session).create(FederationCreate.model_validate(body))).id
        await _put_in_force(database, federation, first)
        reader = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.benchmarks.aggregate_reader", urls["app"], str(federation), str(MEMBERS),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=ROOT,
        )  # fmt: skip
        stack.push_async_callback(_end, reader)
        assert reader.stdout is not None
        await reader.stdout.readline()
        yield _Bench(database, federation, reader)


async def _answers(reader: asyncio.subprocess.Process) -> list[float]:
    """Milliseconds of each lookup; the reader ends."""
    out, _ = await reader.communicate(b"")
    waits: list[float] = json.loads(out)
    return waits


async def _end(reader: asyncio.subprocess.Process) -> None:
    if reader.returncode is None:
        reader.kill()
        await reader.wait()
