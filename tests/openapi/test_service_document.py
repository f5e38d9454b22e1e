"""What `build_app` describes: the API below its own address, protocol paths apart, headers that no signature shows."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Response

from openapi.profile import check
from openapi.rules import Document
from shared.auth import Principal, Scope, requires
from shared.kit.settings import ServiceSettings
from shared.kit.text import Text
from shared.web import ApiInput, ApiModel, IfMatch, ServiceSpec, build_app, etag, example, new_router

Caller = Annotated[Principal, requires(Scope.courses_write)]


class CoursePublic(ApiModel):
    model_config = example({"name": "Kalender", "startsOn": None})

    name: str
    starts_on: date | None


class CourseInput(ApiInput):
    model_config = example({"name": "Kalender"})

    name: str


def toy() -> FastAPI:
    router, protocol = new_router("courses"), APIRouter(tags=["oauth2"])

    @router.post("/courses", status_code=201)
    async def courses_create(_: Caller, body: CourseInput) -> CoursePublic:
        """Create a course."""
        return CoursePublic(name=body.name, starts_on=None)

    @router.patch("/courses/{courseId}")
    async def courses_patch(_: Caller, body: CourseInput, version: IfMatch, response: Response) -> CoursePublic:
        """Change a course."""
        etag(response, version)
        return CoursePublic(name=body.name, starts_on=None)

    @protocol.get("/oauth2/jwks")
    async def jwks() -> dict[str, str]:
        """The public keys."""
        return {}

    spec = ServiceSpec(
        name="training",
        title="Toy",
        version="1.0.0",
        released=date(2026, 11, 21),
        description=Text(sv="Kurser och annat", en="Courses and more"),
        settings=ServiceSettings,
        routers=[router],
        root_routers=[protocol],
    )
    return build_app(spec)


def operation(path: str, method: str) -> dict[str, Any]:
    found: dict[str, Any] = toy().openapi()["paths"][path][method]
    return found


def test_the_document_holds_the_api_relative_to_its_address() -> None:
    document = toy().openapi()
    assert document["servers"] == [{"url": "https://api.startklar.dev/training/v1"}]
    assert {"/api-info", "/courses", "/courses/{courseId}"} <= set(document["paths"])
    assert not any(path.startswith("/oauth2") for path in document["paths"])


def test_protocol_paths_have_a_document_of_their_own() -> None:
    protocols = toy().state.protocols()
    assert list(protocols["paths"]) == ["/oauth2/jwks"]
    assert protocols["servers"] == [{"url": "https://api.startklar.dev"}]


def test_a_plain_service_keeps_every_rule_but_the_form_of_errors() -> None:
    broken = {finding.rule.name for finding in check(Document(toy().openapi(), "training"))}
    assert broken <= {"DOK.18"}, "problem+json alone is a documented deviation"


def test_a_post_names_the_idempotency_key() -> None:
    assert {one["name"] for one in operation("/courses", "post")["parameters"]} == {"Idempotency-Key"}


def test_a_change_demands_if_match_and_says_what_its_lack_answers() -> None:
    patch = operation("/courses/{courseId}", "patch")
    (if_match,) = [one for one in patch["parameters"] if one["in"] == "header"]
    assert (if_match["name"], if_match["required"]) == ("If-Match", True)
    assert {"412", "428"} <= set(patch["responses"])


def test_a_patch_takes_json_and_merge_patch() -> None:
    content = operation("/courses/{courseId}", "patch")["requestBody"]["content"]
    assert set(content) == {"application/json", "application/merge-patch+json"}


def test_problems_are_written_once_and_referred_to() -> None:
    assert operation("/courses", "post")["responses"]["404"] == {"$ref": "#/components/responses/Problem404"}
    assert "Problem404" in toy().openapi()["components"]["responses"]


def test_examples_keep_their_nulls() -> None:
    answer = operation("/courses", "post")["responses"]["201"]["content"]["application/json"]
    assert answer["example"] == {"name": "Kalender", "startsOn": None}
