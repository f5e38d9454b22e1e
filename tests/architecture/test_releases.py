"""The last release runs beside this tree during an upgrade: what it stands on is widened and never changed."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import asdict
from functools import cache
from typing import Any

import pytest

from cli.releases.compatibility import broken_contracts, edited_migrations
from cli.releases.release import ROOT, latest, look_at, releases
from cli.releases.widening import faults, statements
from tests.architecture.test_services_are_uniform import OWNERS

EVENT = "identity.access.revoked.v1"


@cache
def tree() -> dict[str, Any]:
    return look_at(ROOT)


def test_released_migrations_are_never_edited() -> None:
    assert [fault for release in releases() for fault in edited_migrations(release, tree())] == []


@pytest.mark.parametrize("service", OWNERS)
def test_migrations_since_the_last_release_only_widen(service: str) -> None:
    heads = [release.heads[service] for release in releases() if service in release.heads]
    assert faults(statements(service, heads[-1]), heads) == []


def test_events_of_the_last_release_are_understood_and_still_told() -> None:
    assert list(broken_contracts(latest(), tree())) == []


Spoil = Callable[[dict[str, Any]], object]
SPOILT: list[tuple[Spoil, str]] = [
    (lambda now: now["contracts"].pop(EVENT), "projects, sync, training, webhooks of 0.2.0 reads it"),
    (lambda now: now["contracts"][EVENT]["fields"].pop("accountId"), "accountId is gone"),
    (lambda now: now["contracts"][EVENT]["fields"].update(accountId="other"), "accountId has another type"),
    (lambda now: now["contracts"][EVENT]["required"].append("cause"), "cause must be given"),
    (lambda now: now["contracts"][EVENT]["required"].remove("accountId"), "accountId may be left out"),
    (
        lambda now: now["migrations"]["sync"].update({"2026-11-22-0690_resumable.py": "x"}),
        "0690_resumable.py was edited",
    ),
    (lambda now: now["migrations"]["sync"].pop("2026-11-22-0690_resumable.py"), "0690_resumable.py is gone"),
]


@pytest.mark.parametrize(("spoil", "said"), SPOILT)
def test_what_a_release_stands_on_is_missed(spoil: Spoil, said: str) -> None:
    release = next(one for one in releases() if one.version == "0.2.0")
    now = deepcopy(asdict(release))
    assert [*broken_contracts(release, now), *edited_migrations(release, now)] == []
    spoil(now)
    told = [*broken_contracts(release, now), *edited_migrations(release, now)]
    assert len(told) == 1
    assert said in told[0]


def test_an_event_may_gain_a_field_that_may_be_left_out_and_a_next_version_beside_it() -> None:
    now = deepcopy(asdict(latest()))
    now["contracts"][EVENT]["fields"]["cause"] = "text"
    now["contracts"]["identity.access.revoked.v2"] = {"fields": {}, "required": []}
    assert list(broken_contracts(latest(), now)) == []


NARROWING = [
    "DROP TABLE risk",
    "DROP FUNCTION seats_hurdle(uuid)",
    "ALTER TABLE risk DROP COLUMN level",
    "ALTER TABLE risk RENAME COLUMN level TO grade",
    "ALTER TABLE risk ALTER COLUMN level TYPE bigint",
    "ALTER TABLE risk ALTER COLUMN level SET NOT NULL",
    "ALTER TABLE risk ALTER COLUMN level DROP DEFAULT",
    "ALTER TABLE risk ADD COLUMN cause text NOT NULL",
    "ALTER TABLE risk ADD COLUMN note text DEFAULT '', ADD COLUMN cause text NOT NULL",
    "ALTER TABLE risk ADD COLUMN cause uuid NOT NULL DEFAULT gen_random_uuid()",
    "ALTER TABLE risk ADD CONSTRAINT ck_risk_level CHECK (level > 0)",
    "ALTER TABLE risk DROP CONSTRAINT ck_risk_level, ADD CONSTRAINT ck_risk_level CHECK (level > 0)",
    "ALTER TABLE risk ADD CONSTRAINT uq_risk_level UNIQUE (tenant_id, level)",
    "CREATE INDEX ix_risk_level ON risk (tenant_id, level)",
    "UPDATE risk SET level = 1",
    "TRUNCATE risk",
    "REVOKE UPDATE ON risk FROM projects_app",
    "SET lock_timeout = '10min'",
]
WIDENING = [
    "CREATE TABLE cause (id uuid NOT NULL)",
    "ALTER TABLE risk ADD COLUMN cause text",
    "ALTER TABLE risk ADD COLUMN cause text NOT NULL DEFAULT ''",
    "ALTER TABLE risk DROP CONSTRAINT ck_risk_level",
    "ALTER TABLE risk ALTER COLUMN level DROP NOT NULL",
    "ALTER TABLE risk ADD CONSTRAINT ck_risk_level CHECK (level > 0) NOT VALID",
    "ALTER TABLE risk VALIDATE CONSTRAINT ck_risk_level",
    "CREATE UNIQUE INDEX CONCURRENTLY ix_risk_level ON risk (tenant_id, level)",
    "REVOKE ALL ON FUNCTION risks(uuid) FROM PUBLIC",
]


@pytest.mark.parametrize("sql", NARROWING)
def test_what_old_code_would_suffer_from_is_refused(sql: str) -> None:
    assert len(faults([("r", sql)])) == 1
    told = faults([("r", f"COMMENT ON TABLE alembic_version IS 'code must know revision {'7'}'"), ("r", sql)], ["7"])
    assert told == [], "said by narrow(), since a release that does without it"
    assert faults([("r", "COMMENT ON TABLE alembic_version IS 'code must know revision 8'")], ["7"]) != []


@pytest.mark.parametrize("sql", WIDENING)
def test_what_old_code_does_not_notice_is_allowed(sql: str) -> None:
    assert faults([("r", sql)]) == []


def test_what_is_new_since_the_release_may_be_made_in_any_way() -> None:
    made = [
        "CREATE TABLE cause (id uuid)",
        "CREATE INDEX ix_cause ON cause (id)",
        "ALTER TABLE cause ADD COLUMN a int NOT NULL",
    ]
    assert faults([("r", sql) for sql in made]) == []
