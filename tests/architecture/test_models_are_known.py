"""Web app and worker know every table from the start: foreign keys are resolved when the first row is written."""

import subprocess
import sys

import pytest

from tests.architecture.test_services_are_uniform import OWNERS
from tests.architecture.tree import ROOT

# In a process of its own: here other tests have imported the models already.
PROGRAM = """
import importlib, sys
service, entry = sys.argv[1:]
importlib.import_module(f"services.{service}.{entry}")
known = set(importlib.import_module(f"services.{service}.db").Model.metadata.tables)
importlib.import_module(f"services.{service}.models")
metadata = importlib.import_module(f"services.{service}.db").Model.metadata
metadata.sorted_tables
print(*sorted(set(metadata.tables) - known))
"""


@pytest.mark.parametrize("entry", ["app", "worker"])
@pytest.mark.parametrize("service", OWNERS)
def test_a_process_knows_every_table_of_its_service(service: str, entry: str) -> None:
    command = [sys.executable, "-c", PROGRAM, service, entry]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
