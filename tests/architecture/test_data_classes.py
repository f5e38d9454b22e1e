"""docs/data-classes.md says of which class each route is, and the routes demand just that [AU-S]."""

import inspect
import re
from collections import defaultdict

from shared.auth import DataClass
from shared.contracts.registry import CONTRACTS
from tests.architecture.routes import Endpoint, every_endpoint
from tests.architecture.tree import ROOT

DOCUMENT = ROOT / "docs" / "data-classes.md"
ROW = re.compile(r"^\| (?P<service>[a-z]+) \| (?P<class>ordinary|confidential|sensitive|by row) \| (?P<names>[^|]+) \|")
# Where a route looks at what it is about to show or take before it knows the class.
BY_ROW = re.compile(r"\brequire_(data_class|protecting)\(")


def documented() -> dict[tuple[str, str], set[str]]:
    """(service, class) -> operations, or for ordinary ones the last word of their paths."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for line in DOCUMENT.read_text().splitlines():
        if row := ROW.match(line):
            found[row["service"], row["class"]] |= set(re.findall(r"`([^`]+)`", row["names"]))
    return found


def noun(endpoint: Endpoint) -> str:
    return [part for part in endpoint.path.split("/") if part and not part.startswith("{")][-1]


def actual() -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in every_endpoint():
        if one.is_internal or not one.requirements:
            continue
        if BY_ROW.search(inspect.getsource(one.function)):
            found[one.service, "by row"].add(one.name)
        for requirement in one.requirements:
            is_ordinary = requirement.data_class is DataClass.ordinary
            found[one.service, requirement.data_class.value].add(noun(one) if is_ordinary else one.name)
    return found


def test_every_route_has_the_class_that_the_document_tells() -> None:
    told, real = documented(), actual()
    missing = {key: names - told[key] for key, names in real.items() if names - told[key]}
    gone = {key: names - real[key] for key, names in told.items() if names - real[key]}
    assert (missing, gone) == ({}, {}), "class the route in its auth.py, then write it into docs/data-classes.md"


def test_every_service_that_may_show_sensitive_data_tells_of_violations() -> None:
    sensitive = {service for (service, name) in actual() if name in ("sensitive", "by row")}
    assert sensitive
    for service in sensitive:
        event = CONTRACTS[f"{service}.assurance.violated.v1"]
        app = (ROOT / "services" / service / "app.py").read_text()
        assert f"use_assurance(lambda seen, more: {event.__name__}(" in app
