"""Pulling from an SS12000 register over HTTP: what is brought, what is proved, and what goes wrong."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from cli.demo_roster import ss12000
from services.sync.fetching.connector import Fetch, Fetched
from services.sync.fetching.errors import DeliveryTooLarge, SourceAnswered, SourceRefused
from services.sync.fetching.package import Package, PackageSink
from services.sync.fetching.ss12000 import Ss12000Connector
from services.sync.fetching.ss12000_client import RegisterClient
from services.sync.fetching.ss12000_rows import changed_at
from services.sync.source.connectors import Credentials, Ss12000
from shared.kit.clock import frozen, now
from shared.kit.egress import EgressClient
from shared.kit.ids import new_id
from tests.support.registers import Faults, Ss12000Register, served
from tests.support.registers.base import CLIENT_ID, CLIENT_SECRET
from tests.sync.fetching.harness import answering
from tests.sync.town import town


@dataclass
class Puller:
    """Fetches again and again, as the service does: with the memory and the package of the time before."""

    register: Ss12000Register
    url: str
    settings: dict[str, Any] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)
    previous: Package | None = None
    secret: str = CLIENT_SECRET
    most: int = 100_000_000

    async def fetch(self) -> Fetched:
        sink = PackageSink(self.most)
        declared = {
            "kind": "ss12000",
            "baseUrl": f"{self.url}/v2.0",
            "tokenUrl": f"{self.url}/token",
            "clientId": CLIENT_ID,
            "pageSize": 80,
        }
        fetch = Fetch(
            source_id=new_id(),
            settings=Ss12000.model_validate(declared | self.settings),
            credentials=Credentials(client_secret=SecretStr(self.secret)),
            memory=self.memory,
            egress=EgressClient(allow_private=True),
            sink=sink,
            previous=self.previous,
            progress=_ignore,
            now=now(),
        )
        fetched = await Ss12000Connector().fetch(fetch)
        self.memory = json.loads(json.dumps(dict(fetched.memory)))
        if not fetched.is_unchanged:
            sink.finish()
            self.previous = await Package.read(sink.pieces())
        return fetched

    def held(self, entity: str) -> dict[str, dict[str, Any]]:
        """The objects of the package, by id."""
        assert self.previous is not None
        rows = [json.loads(line) for line in self.previous.lines(f"{entity}.ndjson")]
        assert len({row["id"] for row in rows}) == len(rows)
        return {row["id"]: row for row in rows}

    def agrees(self) -> bool:
        """Whether the package holds what the register holds."""
        return all(
            self.held(entity) == self.register.objects[entity]
            for entity in self.register.objects
            if entity not in self.register.faults.forbidden
        )


async def _ignore(done: int, total: int | None, text: str) -> None:
    pass


@asynccontextmanager
async def pulling(**faults: Any) -> AsyncIterator[Puller]:
    register = Ss12000Register(ss12000.objects(town()), Faults(**faults))
    async with served(register.app) as url:
        yield Puller(register, url)


def someone(register: Ss12000Register) -> dict[str, Any]:
    return next(row for row in register.objects["persons"].values() if row["enrolments"])


async def test_the_first_pull_brings_everything_and_counts_it_twice() -> None:
    async with pulling() as puller:
        fetched = await puller.fetch()
        assert puller.agrees()
        assert fetched.incomplete == frozenset()
        assert fetched.proof["endpoints"]["persons"]["objects"] == len(puller.register.objects["persons"])


async def test_a_page_token_goes_with_nothing_but_a_limit() -> None:
    async with pulling() as puller:
        await puller.fetch()
        following = [call for call in puller.register.calls if "pageToken" in call]
        assert following
        assert all("meta" not in call for call in following)


async def test_changes_and_deletions_are_merged_into_the_package_before() -> None:
    async with pulling() as puller:
        await puller.fetch()
        register = puller.register
        register.put("persons", someone(register) | {"givenName": "Ny"})
        register.put("groups", {**next(iter(register.objects["groups"].values())), "id": str(new_id())})
        register.remove("duties", next(iter(register.objects["duties"])))
        before = len(register.calls)
        fetched = await puller.fetch()
        assert puller.agrees()
        assert fetched.proof["changed"] == {"persons": 1, "groups": 1}
        assert fetched.proof["deleted"] == {"duties": 1}
        listed = [call for call in register.calls[before:] if "/persons?" in call]
        assert listed
        assert all("meta.modified.after" in call for call in listed)


async def test_changes_over_many_pages_are_still_changes() -> None:
    async with pulling() as puller:
        await puller.fetch()
        for row in list(puller.register.objects["persons"].values()):
            puller.register.put("persons", row | {"givenName": "Ny"})
        puller.settings["pageSize"] = 20
        fetched = await puller.fetch()
        assert not fetched.proof["whole"]
        assert puller.agrees()


async def test_nothing_new_leaves_the_package_alone() -> None:
    async with pulling() as puller:
        await puller.fetch()
        puller.register.put("persons", someone(puller.register))
        assert not (await puller.fetch()).is_unchanged
        # The overlap in time tells the same change again.
        assert (await puller.fetch()).is_unchanged


async def test_another_day_is_another_delivery_since_other_places_hold() -> None:
    async with pulling() as puller:
        await puller.fetch()
        with frozen(now() + timedelta(days=1)):
            assert not (await puller.fetch()).is_unchanged
            assert (await puller.fetch()).is_unchanged


async def test_everything_is_pulled_again_after_a_week() -> None:
    async with pulling() as puller:
        await puller.fetch()
        with frozen(now() + timedelta(days=7)):
            fetched = await puller.fetch()
        assert fetched.proof["whole"]


@pytest.mark.parametrize("is_whole", [True, False])
@pytest.mark.parametrize("skew", [0, -86_400])
async def test_an_object_that_is_dated_in_the_future_hides_no_other_s_change(is_whole: bool, skew: float) -> None:
    async with pulling(skew=skew) as puller:
        register = puller.register
        if not is_whole:
            await puller.fetch()
        next(iter(register.objects["persons"].values()))["meta"]["modified"] = "2099-01-01T00:00:00Z"
        await puller.fetch()
        register.put("persons", someone(register) | {"givenName": "Ny"})
        fetched = await puller.fetch()
        assert (fetched.proof["whole"], puller.agrees()) == (False, True)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+01:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-01:00"])
def test_a_date_at_the_ends_of_all_dates_is_none(at: str) -> None:
    assert changed_at({"meta": {"modified": at}}) is None


@pytest.mark.parametrize("skew", [-86_400, 86_400])
async def test_a_register_whose_clock_is_wrong_loses_no_change(skew: float) -> None:
    async with pulling(skew=skew) as puller:
        register = puller.register
        register.put("persons", someone(register))
        await puller.fetch()
        register.put("persons", someone(register) | {"givenName": "Ny"})
        register.remove("groups", next(iter(register.objects["groups"])))
        await puller.fetch()
        assert puller.agrees()


@pytest.mark.parametrize("spelling", ["activities", "activitites"])
async def test_both_spellings_of_deleted_activities_are_understood(spelling: str) -> None:
    async with pulling(deleted_spelling=spelling) as puller:
        group = next(iter(puller.register.objects["groups"].values()))
        activity = {"id": str(new_id()), "displayName": "Matematik", "organisation": group["organisation"]}
        puller.register.put("activities", activity | {"groups": [{"id": group["id"]}], "teachers": []})
        await puller.fetch()
        puller.register.remove("activities", activity["id"])
        await puller.fetch()
        assert puller.held("activities") == {}


async def test_an_object_that_came_back_after_its_deletion_stays() -> None:
    async with pulling() as puller:
        await puller.fetch()
        row = next(iter(puller.register.objects["groups"].values()))
        puller.register.remove("groups", row["id"])
        puller.register.put("groups", row)
        await puller.fetch()
        assert puller.agrees()


async def test_duplicated_and_reordered_pages_bring_every_object_once() -> None:
    async with pulling(duplicated=True, reordered=True) as puller:
        fetched = await puller.fetch()
        assert puller.agrees()
        assert fetched.proof["endpoints"]["persons"]["twice"] > 0


async def test_a_lost_page_is_noticed_and_nothing_of_it_counts_as_complete() -> None:
    async with pulling(lost_page=2) as puller:
        puller.settings["pageSize"] = 10
        fetched = await puller.fetch()
        assert {"person", "enrolment", "responsible", "group"} <= fetched.incomplete
        assert fetched.notes


async def test_what_the_register_creates_and_deletes_while_it_is_read_is_explained_by_it() -> None:
    async with pulling() as puller:
        register = puller.register
        done: list[str] = []

        def move(entity: str) -> None:
            if entity == "persons" and not done:
                done.append(str(new_id()))
                register.put("persons", {**someone(register), "id": done[0]})
                register.remove("persons", next(iter(register.objects["persons"])))

        register.faults.moving = move
        fetched = await puller.fetch()
        register.faults.moving = None
        assert fetched.incomplete == frozenset()
        await puller.fetch()
        assert puller.agrees()


async def test_an_endpoint_that_is_not_open_is_left_out_and_ends_nothing() -> None:
    async with pulling(forbidden={"duties"}) as puller:
        fetched = await puller.fetch()
        assert {"duty", "membership"} <= fetched.incomplete
        assert puller.previous is not None
        assert "duties.ndjson" not in puller.previous.names()


async def test_an_endpoint_that_closes_later_is_left_out_of_a_whole_pull() -> None:
    async with pulling() as puller:
        await puller.fetch()
        puller.register.faults.forbidden.add("duties")
        fetched = await puller.fetch()
        assert fetched.proof["whole"]
        assert "duty" in fetched.incomplete


async def test_persons_that_are_not_open_are_a_refusal() -> None:
    async with pulling(forbidden={"persons"}) as puller:
        with pytest.raises(SourceRefused):
            await puller.fetch()


async def test_a_field_that_all_changes_have_lost_leads_to_a_whole_pull() -> None:
    async with pulling() as puller:
        await puller.fetch()
        puller.register.faults.hidden["persons"] = {"civicNo"}
        puller.register.put("persons", someone(puller.register))
        fetched = await puller.fetch()
        assert fetched.proof["whole"]
        assert "field" in fetched.proof["why"]


async def test_a_busy_register_is_waited_for() -> None:
    async with pulling(limited=3) as puller:
        await puller.fetch()
        assert puller.agrees()


async def test_an_expired_token_is_fetched_anew() -> None:
    async with pulling(expiring=5) as puller:
        await puller.fetch()
        assert puller.agrees()
        assert len(puller.register.tokens) > 2


async def test_a_wrong_secret_is_a_refusal() -> None:
    async with pulling() as puller:
        puller.secret = "not-the-secret"
        with pytest.raises(SourceRefused):
            await puller.fetch()


async def test_a_lookup_that_is_too_large_is_halved_until_it_is_answered() -> None:
    async with pulling(lookup_limit=3) as puller:
        register = puller.register
        hidden = [row["id"] for row in register.objects["persons"].values() if row["enrolments"]][:10]
        kept = {sid: register.objects["persons"].pop(sid) for sid in hidden}
        original = register.page

        def page(name: str, rows: list[dict[str, Any]], start: int, limit: int) -> list[dict[str, Any]]:
            return original(name, [row for row in rows if row["id"] not in kept], start, limit)

        register.objects["persons"].update(kept)
        register.page = page  # type: ignore[method-assign]
        fetched = await puller.fetch()
        assert set(kept) <= set(puller.held("persons"))
        # The listing did not tell them, so it proves nothing.
        assert "person" in fetched.incomplete
        assert fetched.proof["endpoints"]["persons"]["lookedUp"] == len(kept)


async def test_an_answer_that_is_no_page_is_refused() -> None:
    async with pulling() as puller:
        puller.register.objects["persons"]["x"] = {"name": "no id", "meta": {"modified": "2026-01-01T00:00:00Z"}}
        with pytest.raises(SourceAnswered):
            await puller.fetch()


def _client(url: str) -> RegisterClient:
    settings = Ss12000.model_validate({"kind": "ss12000", "baseUrl": url})
    return RegisterClient(EgressClient(allow_private=True), settings, Credentials(token=SecretStr("t")))


async def test_a_register_that_never_ends_is_left() -> None:
    asked = 0

    async def always_more(_: Request) -> Response:
        nonlocal asked
        asked += 1
        return JSONResponse({"data": [], "pageToken": str(asked)})

    async with answering(always_more) as url:
        with pytest.raises(SourceAnswered) as listed:
            async for _ in _client(url).pages("persons", 10):
                pass
        with pytest.raises(SourceAnswered) as deleted:
            await _client(url).deletions("2026-11-22T00:00:00Z")
    assert listed.value.extensions == deleted.value.extensions == {"reason": "endless"}


@pytest.mark.parametrize("told", [[], "x", {"data": {"persons": 7}}, {"data": {"persons": [{"id": 1}]}}])
async def test_deletions_that_are_told_otherwise_delete_nobody(told: Any) -> None:
    async def answer(_: Request) -> Response:
        return JSONResponse(told)

    async with answering(answer) as url:
        if isinstance(told, dict):
            found, _ = await _client(url).deletions("2026-11-22T00:00:00Z")
            assert not any(found.values())
        else:
            with pytest.raises(SourceAnswered):
                await _client(url).deletions("2026-11-22T00:00:00Z")


async def test_a_listing_that_is_larger_than_a_delivery_may_be_is_cut_off() -> None:
    async with pulling() as puller:
        puller.most = 20_000
        with pytest.raises(DeliveryTooLarge):
            await puller.fetch()
        assert any("/persons?" in call for call in puller.register.calls)
        assert not any("/groups?" in call for call in puller.register.calls), "it is cut off while it is listed"
