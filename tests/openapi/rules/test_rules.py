"""Every rule of the profile: the good document keeps it, a document with one thing spoiled breaks it."""

import pytest

from openapi.rules import RULES, Rule
from tests.openapi.documents import PROBLEM, Spoil, good, operation, parameter, put, spoiled

LIST = "paths>/course-sessions>get"
CREATE = "paths>/course-sessions>post"
COURSE = "components>schemas>Course>properties"
SCHEMES = "components>securitySchemes"
SERVER = "servers>0>url"
BARE = {"get": operation("x", {})}

SPOILS: list[tuple[str, str, Spoil]] = [
    ("DOK.01", "external docs without text", put("externalDocs>description", " ")),
    ("DOK.03", "no contact", put("info>contact", ...)),
    ("DOK.03", "no license", put("info>license", ...)),
    ("DOK.03", "license without address", put("info>license>url", ...)),
    ("DOK.03-about", "no terms", put("info>termsOfService", ...)),
    ("DOK.03-about", "contact without mail", put("info>contact>email", ...)),
    ("DOK.06", "English alone", put("info>description", "Courses and sessions")),
    ("DOK.06", "Swedish alone", put("info>description", "Kurser och tillfällen")),
    ("DOK.07", "blank description", put("info>description", " ")),
    ("DOK.08", "no service level", put("info>termsOfService", ...)),
    ("DOK.09", "no limitations", put("info>description", "Courses and sessions, kurser och annat")),
    ("DOK.11", "no description", put("info>description", ...)),
    ("DOK.15", "response without example", put("components>schemas>Course>example", ...)),
    (
        "DOK.15",
        "request without example",
        put(f"{CREATE}>requestBody>content>application/json>schema", {"type": "object"}),
    ),
    (
        "DOK.15",
        "the plural examples of a schema",
        put(f"{CREATE}>requestBody>content>application/json>schema", {"type": "object", "examples": [{}]}),
    ),
    ("DOK.17", "Swagger 2", put("openapi", "2.0")),
    ("DOK.18", "CSV alone", put(f"{CREATE}>requestBody>content", {"text/csv": {}})),
    ("DOK.19", "operation without description", put(f"{LIST}>description", "")),
    ("DOK.20", "response without description", put(f"{LIST}>responses>200>description", "")),
    ("DOK.21", "operation without security", put(f"{LIST}>security", ...)),
    ("DOK.21", "no schemes", put(SCHEMES, {})),
    ("DOT.02", "date without example", put(f"{COURSE}>startsOn>example", ...)),
    ("DOT.02", "nullable time without example", put(f"{COURSE}>changedAt>example", ...)),
    ("DOT.02", "date in another form", put(f"{COURSE}>startsOn>example", "16/8 2027")),
    ("DOT.04", "time without offset", put(f"{COURSE}>changedAt>example", "2027-08-16T06:00:00")),
    ("RES.02", "personal number in the query", put(f"{LIST}>parameters>0", parameter("pnr", "query"))),
    ("RES.06", "upper case", put("paths>/Courses", BARE)),
    ("RES.06", "a verb after a colon", put("paths>/courses:archive", BARE)),
    ("UFN.01", "server without version", put(SERVER, "https://api.startklar.dev/training")),
    ("UFN.02", "http", put(SERVER, "http://api.startklar.dev/training/v1")),
    ("UFN.02", "another port", put(SERVER, "https://api.startklar.dev:8443/training/v1")),
    ("UFN.02", "no server", put("servers", [])),
    ("SAK.01", "http", put(SERVER, "http://api.startklar.dev/training/v1")),
    ("UFN.05", "very long path", put(f"paths>/{'a' * 2048}", BARE)),
    ("UFN.07", "letter of another alphabet", put("paths>/kurstillfällen", BARE)),
    ("UFN.08", "double hyphen", put("paths>/course--sessions", BARE)),
    ("UFN.08", "dot", put("paths>/openapi.json", BARE)),
    ("UFN.09", "underscore in a path", put("paths>/course_sessions", BARE)),
    (
        "UFN.09",
        "underscore in a path parameter",
        put("paths>/course-sessions/{sessionId}>parameters>1>name", "session_id"),
    ),
    ("VER.05", "minor version in the address", put(SERVER, "https://api.startklar.dev/training/v1.2")),
    ("VER.06", "no api-info", put("paths>/api-info", ...)),
    ("MOG.01", "path without method", put("paths>/empty", {"parameters": []})),
    ("MOG.02", "path with one method alone", put("paths>/single", BARE)),
    ("FOR.02", "GET with a body", put(f"{LIST}>requestBody", {"content": {}})),
    ("AME.01", "CSV alone", put(f"{LIST}>responses>200>content", {"text/csv": {}})),
    ("AME.02", "CSV alone", put(f"{LIST}>responses>200>content", {"text/csv": {}})),
    (
        "ARQ.01",
        "merge patch alone",
        put(f"{CREATE}>requestBody>content", {"application/merge-patch+json": {}}),
    ),
    ("AME.04", "capital first", put(f"{COURSE}>Name", {"type": "string"})),
    ("AME.05", "both conventions", put(f"{COURSE}>ends_on", {"type": "string"})),
    ("AME.07", "hyphen", put(f"{COURSE}>ends-on", {"type": "string"})),
    (
        "ARQ.03",
        "numeric ETag",
        put(f"{LIST}>parameters>0", parameter("ETag", "header", type="integer")),
    ),
    ("ARQ.05", "structure in a header", put(f"{LIST}>parameters>0", parameter("X", "header", type="array"))),
    ("ARQ.05", "file in a header", put(f"{LIST}>parameters>0", parameter("X", "header", format="binary"))),
    ("FEL.01", "problem without instance", put("components>schemas>Problem>properties>instance", ...)),
    (
        "FEL.02",
        "error as plain JSON",
        put(f"{LIST}>responses>422", PROBLEM | {"content": {"application/json": {}}}),
    ),
    ("SPA.02", "no traceparent taken", put("paths>/course-sessions>parameters", [])),
    ("SPA.04", "no traceparent returned", put(f"{LIST}>responses>200>headers", {})),
    (
        "FNS.01",
        "both conventions",
        put(f"{LIST}>parameters", [parameter("unitId", "query"), parameter("course_id", "query")]),
    ),
    ("FNS.03", "underscore first", put(f"{LIST}>parameters>0>name", "_page")),
    ("FNS.05", "required", put(f"{LIST}>parameters>0>required", True)),
    ("FNS.06", "brackets", put(f"{LIST}>parameters>0>name", "filter[name]")),
    ("FNS.07", "page without limit", put(f"{LIST}>parameters>1", ...)),
    ("FNS.08", "pages from 0", put(f"{LIST}>parameters>0>schema>default", 0)),
    ("FNS.09", "limit 50", put(f"{LIST}>parameters>1>schema>default", 50)),
    ("SAK.09", "basic", put(f"{SCHEMES}>bearer>scheme", "basic")),
    ("SAK.10", "another scheme", put(f"{SCHEMES}>bearer>scheme", "hoba")),
    ("SAK.11", "no flow", put(f"{SCHEMES}>oauth>flows", {})),
    ("SAK.11", "no refresh", put(f"{SCHEMES}>oauth>flows>authorizationCode>refreshUrl", ...)),
    ("SAK.15", "key in the query", put(f"{SCHEMES}>key>in", "query")),
    ("SAK.16", "key in a cookie", put(f"{SCHEMES}>key>in", "cookie")),
    (
        "SAK.18",
        "http flow",
        put(f"{SCHEMES}>oauth>flows>authorizationCode>tokenUrl", "http://api.startklar.dev/token"),
    ),
]


def named(name: str) -> Rule:
    return next(rule for rule in RULES if rule.name == name)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_good_document_keeps_every_rule(rule: Rule) -> None:
    assert list(rule.check(good())) == []


@pytest.mark.parametrize(("name", "what", "spoil"), SPOILS, ids=[f"{row[0]}: {row[1]}" for row in SPOILS])
def test_a_spoiled_document_breaks_the_rule(name: str, what: str, spoil: Spoil) -> None:
    assert list(named(name).check(spoiled(spoil)))


def test_every_rule_is_shown_to_fail() -> None:
    assert {rule.name for rule in RULES} == {name for name, _, _ in SPOILS}


def test_rule_names_are_unique() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
