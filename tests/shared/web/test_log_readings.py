"""Whoever reads a log of what people did is in the journal: once for a request, and reading that is an entry too."""

import pytest

from shared.kit.ids import new_id
from shared.kit.journal import record
from tests.support.services import Start

LOGS: dict[tuple[str, str], tuple[str, dict[str, object]]] = {
    ("projects", "journal-entries"): ("journal.read", {"of": "acts"}),
    ("identity", "login-entries?outcome=failed"): ("login_log.read", {"outcome": "failed"}),
    ("identity", "login-failures?days=7"): ("login_failures.read", {"days": 7}),
    ("sync", "copies?state=open"): ("copy_log.read", {"state": "open"}),
    ("sync", "erasures"): ("erasures.read", {}),
}


@pytest.mark.parametrize(("service_name", "path"), LOGS)
async def test_reading_a_log_is_kept_with_who_which_filter_and_how_many(
    service: Start, service_name: str, path: str
) -> None:
    asked, (action, wanted) = await service(service_name), LOGS[service_name, path]
    auditor = new_id()
    for role in ("auditor@*", "tenant_admin@*"):
        read = await asked.client.get(f"/{service_name}/v1/{path}", headers=asked.as_(role, subject=auditor))
        assert read.status_code == 200, read.text
    headers = asked.as_("auditor@*")
    kept = (await asked.client.get(f"/{service_name}/v1/journal-entries?reads=true", headers=headers)).json()["items"]
    assert [(one["action"], one["actorId"]) for one in kept] == [(action, str(auditor))] * 2
    assert all(wanted.items() <= one["after"].items() for one in kept), kept
    acts = (await asked.client.get(f"/{service_name}/v1/journal-entries?rows=true", headers=headers)).json()["items"]
    assert acts == []  # reading adds no noise to what was done
    again = (await asked.client.get(f"/{service_name}/v1/journal-entries?reads=true", headers=headers)).json()["items"]
    assert [one["after"].get("of") for one in again][:2] == ["rows", "reads"]


async def test_the_number_of_rows_shown_is_kept_and_not_one_entry_for_each(service: Start) -> None:
    projects = await service("projects")
    async with projects.database.transaction(projects.tenant) as session:
        for _ in range(5):
            await record(session, "gate.pass", "gate", new_id())
    headers = projects.as_("auditor@*")
    await projects.client.get("/projects/v1/journal-entries?limit=3", headers=headers)
    kept = (await projects.client.get("/projects/v1/journal-entries?reads=true", headers=headers)).json()["items"]
    assert [one["after"]["count"] for one in kept] == [3]
