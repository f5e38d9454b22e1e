"""Fixtures of the whole suite live in tests/support; a folder's own stand in its conftest.py."""

pytest_plugins = [
    "tests.support.processes",
    "tests.support.leftovers",
    "tests.support.examples",
    "tests.support.servers",
    "tests.support.databases",
    "tests.support.services",
    "tests.support.distribution",
    "tests.support.spare",
    "tests.support.postbox",
]
