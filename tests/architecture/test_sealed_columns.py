"""Every value that a service seals is sealed anew when its file key is replaced, or says why not."""

import importlib
import re

import pytest
import sqlalchemy as sa

from tests.architecture.test_services_are_uniform import OWNERS

_NOT_SEALED = re.compile(r"(hash|digests?|mark|commitment|fingerprint)$")
APART = {
    "idempotency.body": "a day old at most: the former key stays that long",
    "stored_file.wrapped_key": "done for every service alike, by `rewrap`",
    "stored_file_chunk.body": "sealed under the file's own key",
    "person.civic_cipher": "under the first file key for good",
    "planned_person.civic_cipher": "under the first file key for good",
}


@pytest.mark.parametrize("service", OWNERS)
def test_every_sealed_column_is_known(service: str) -> None:
    importlib.import_module(f"services.{service}.models")
    tables = importlib.import_module(f"services.{service}.db").Model.metadata.sorted_tables
    columns = importlib.import_module(f"services.{service}.sealed").SEALED
    binary = {
        f"{table.name}.{column.name}"
        for table in tables
        for column in table.columns
        if isinstance(column.type, sa.LargeBinary) and not _NOT_SEALED.search(column.name)
    }
    assert {f"{one.table}.{one.column}" for one in columns} == binary - APART.keys()
