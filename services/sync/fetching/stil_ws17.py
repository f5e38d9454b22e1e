"""Fetches STIL's export of UNI-Login by its web service (WS17), one call for each institution.

STIL gives an institution's export so many times a day. A fetch that one of them was given for counts, also one that
breaks off afterwards; when they are spent, another one on the same day is refused before it is asked for.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from services.sync.fetching.connector import Fetch, Fetched, Probed
from services.sync.fetching.errors import AgreementMissing, ExportsSpent
from services.sync.fetching.stil_client import NoAgreement, StilClient
from services.sync.reading.canonical import ENTITIES
from services.sync.source.connectors import StilWs17

_A_DAY = 4
_ZONE = ZoneInfo("Europe/Copenhagen")


class StilWs17Connector:
    """The answers as they come, a file for each institution. One that gives nobody, or that there is no agreement for,
    proves nothing of anybody: nothing is ended then."""

    async def fetch(self, fetch: Fetch) -> Fetched:
        settings = _settings(fetch)
        times = _times(fetch.memory, today := _today(fetch))
        if times >= _A_DAY:
            raise ExportsSpent(times=times)
        spent = {"day": today, "times": times + 1}
        client = await StilClient.of(fetch.egress, settings, fetch.credentials)
        shut: list[str] = []
        persons: dict[str, int] = {}
        for place, institution in enumerate(settings.institutions):
            await fetch.progress(place, len(settings.institutions), f"institution {institution}")
            try:
                answer = await client.export(institution)
            except NoAgreement:
                shut.append(institution)
                continue
            if not persons:
                await fetch.remember(spent)  # whatever becomes of the others
            persons[institution] = answer.persons
            await fetch.sink.add(f"{institution}.xml", _once(answer.content))
        if not persons:
            raise AgreementMissing(institutions=" ".join(shut))
        notes = [f"no agreement for institution {number}" for number in shut]
        notes += [f"institution {number} gave nobody" for number, count in persons.items() if not count]
        return Fetched(
            proof={"institutions": persons, "noAgreement": shut},
            incomplete=frozenset(ENTITIES) if notes else frozenset(),
            memory=spent,
            notes=tuple(notes),
        )

    async def probe(self, fetch: Fetch) -> Probed:
        settings = _settings(fetch)
        client = await StilClient.of(fetch.egress, settings, fetch.credentials)
        try:
            agreed = set(await client.agreements())
        except NoAgreement:
            raise AgreementMissing(institutions=" ".join(settings.institutions)) from None
        missing = [number for number in settings.institutions if number not in agreed]
        return Probed({"agreements": len(agreed), "withoutAgreement": missing})


def _settings(fetch: Fetch) -> StilWs17:
    if not isinstance(fetch.settings, StilWs17):
        raise TypeError("not a stil_ws17 source")
    return fetch.settings


def _today(fetch: Fetch) -> str:
    return fetch.now.astimezone(_ZONE).date().isoformat()


def _times(memory: Mapping[str, Any], today: str) -> int:
    """How many fetches there were today."""
    return int(memory.get("times", 0)) if memory.get("day") == today else 0


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
