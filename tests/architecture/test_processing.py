"""The catalogue of personal data speaks of every table, and its purges name tables and columns that there are."""

import importlib
import re

import pytest
from sqlalchemy import Table

from cli import records
from services.sync.subject.asking import OTHERS
from shared.contracts.processing import HOLDINGS, IMPERSONAL, holdings_of
from shared.queue.retention import purge_some
from tests.architecture.test_services_are_uniform import OWNERS
from tests.support.services import Start

# A column that names somebody, or says who did something.
_SOMEBODY = re.compile(
    r"(^|_)(person|account|respondent|mentor|mentee|guardian|child|trainer|backup|presenter|owner|deputy|actor)_id$"
    r"|(?<!summon)_by$|_person$|^login$|login_name|email|given_name|family_name|display_name|civic"
)


def tables_of(service: str) -> dict[str, Table]:
    importlib.import_module(f"services.{service}.models")
    found: dict[str, Table] = dict(importlib.import_module(f"services.{service}.db").Model.metadata.tables)
    return found


@pytest.mark.parametrize("service", OWNERS)
def test_every_table_is_of_a_holding_or_said_to_hold_nothing_of_anybody(service: str) -> None:
    """Red? Add the table to a holding in shared/contracts/processing, or to IMPERSONAL there."""
    tables = tables_of(service)
    impersonal = IMPERSONAL["*"] | IMPERSONAL[service]
    held = [name for one in holdings_of(service) for name in one.tables if name in tables]
    assert sorted(tables.keys() - impersonal - set(held)) == []
    assert sorted({name for name in held if held.count(name) > 1} | (impersonal & set(held))) == []
    named = {name for one in HOLDINGS if one.service == service for name in one.tables} | IMPERSONAL[service]
    assert sorted(named - tables.keys()) == []  # nothing is listed that there is not
    hidden = {
        f"{name}.{column.name}"
        for name in impersonal & tables.keys()
        for column in tables[name].columns
        if _SOMEBODY.search(column.name)
    }
    assert hidden == set()


def test_every_time_is_within_its_bounds_and_every_purge_is_of_its_holding() -> None:
    assert len({one.key for one in HOLDINGS}) == len(HOLDINGS)
    for one in HOLDINGS:
        keep = one.keep
        assert (keep.least is None) == (keep.most is None), one.key
        if keep.least is not None and keep.most is not None and keep.days is not None:
            assert keep.least <= keep.days <= keep.most, one.key
        assert {purge.table for purge in keep.purges} <= set(one.tables), one.key
        assert bool(keep.purges) == (one.keep.is_settable), one.key  # what may be set is ours to purge
        assert all(re.search(r":before\b", purge.due) for purge in keep.purges), one.key


@pytest.mark.parametrize("service_name", sorted({one.service for one in HOLDINGS if one.keep.purges}))
async def test_every_purge_runs(service: Start, service_name: str) -> None:
    started = await service(service_name)
    async with started.database.transaction(started.tenant) as session:
        for one in holdings_of(service_name):
            if one.keep.purges:
                assert await purge_some(session, one, one.keep.days or 0) == 0, one.key


def test_the_record_of_processing_in_the_documentation_is_the_catalogues() -> None:
    """Red? `python -m cli.records`."""
    assert records.DOCUMENT.read_text() == records.render()


def test_every_service_with_something_of_persons_is_asked_about_them() -> None:
    answering = {name for name in OWNERS if importlib.import_module(f"services.{name}.app").SPEC.person_data}
    assert {"sync", *OTHERS} == answering
