"""Web app and worker know every table from the start: foreign keys are resolved when the first row is written."""

import subprocess
import sys

from tests.architecture.test_services_are_uniform import OWNERS
from tests.architecture.tree import ROOT

# In a process of its own, since here other tests have imported the models already; what all services share is
# imported once, and each app and worker in a fork of that.
PROGRAM = """
import importlib, os, sys
import shared.queue, shared.queue.changes, shared.web.journal

def check(service, entry):
    importlib.import_module(f"services.{service}.{entry}")
    metadata = importlib.import_module(f"services.{service}.db").Model.metadata
    known = set(metadata.tables)
    importlib.import_module(f"services.{service}.models")
    metadata.sorted_tables
    print(service, entry, len(known), *sorted(set(metadata.tables) - known))

for service in sys.argv[1:]:
    for entry in ("app", "worker"):
        child = os.fork()
        if child == 0:
            check(service, entry)
            sys.exit()
        if os.waitpid(child, 0)[1]:
            sys.exit(f"{service} {entry} failed")
"""


def test_a_process_knows_every_table_of_its_service() -> None:
    command = [sys.executable, "-c", PROGRAM, *OWNERS]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = [line.split() for line in done.stdout.splitlines()]
    assert [(service, entry) for service, entry, *_ in found] == [(s, e) for s in OWNERS for e in ("app", "worker")]
    for service, entry, known, *missing in found:
        assert missing == [], f"{entry} of {service} does not import its models"
        assert int(known) > 5
