"""Base classes of request and response bodies, and the shapes that every service's documents share."""

from typing import Any, ClassVar, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from shared.web.viewpoint import past_refusal

T = TypeVar("T")


class ApiModel(BaseModel):
    """A response body: camelCase on the wire, snake_case in Python."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True)


class ApiInput(ApiModel):
    """A request body: an unknown field is an error, since it is most often a misspelt one."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class ApiPatch(ApiInput):
    """A change: what is left out stays. Null empties a field that may be empty (`nullable`) and is refused elsewhere:
    who sends it means something that would otherwise silently not happen."""

    nullable: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="after")
    def _null_is_no_value(self) -> Self:
        for name in sorted(self.model_fields_set - self.nullable):
            if getattr(self, name) is None:
                raise ValueError(f"{to_camel(name)} cannot be null; leave it out to keep it")
        return self


def example(value: dict[str, Any]) -> ConfigDict:
    """Model configuration that shows `value` (camelCase) as the example of a body (profile rule DOK.15)."""
    return ConfigDict(json_schema_extra={"example": value})


class Link(ApiModel):
    """A link description object (profile rules HYP.11-17): absolute URL, relation, method."""

    href: str
    rel: str
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"


class PageLinks(ApiModel):
    self: Link
    next: Link | None = Field(None, description="Absent on the last page")


class PageMeta(ApiModel):
    limit: int = Field(description="The number of items asked for; a page may hold fewer")


class Page(ApiModel, Generic[T]):
    """One page of a list. Follow `_links.next` until it is null; there is no total, since counting is not free."""

    items: list[T]
    links: PageLinks = Field(alias="_links")
    meta: PageMeta = Field(alias="_meta")


class AllowedAction(ApiModel):
    """What the caller may do with a resource now; where not, why not."""

    model_config = example(
        {
            "action": "pass",
            "method": "POST",
            "href": "/projects/v1/gates/0197.../passes",
            "allowed": True,
            "reason": None,
        }
    )

    action: str
    method: Literal["POST", "PUT", "PATCH", "DELETE"]
    href: str
    allowed: bool
    reason: str | None = None

    @model_validator(mode="after")
    def _no_past_can_be_changed(self) -> Self:
        refused = past_refusal()
        if refused is not None:
            self.allowed, self.reason = False, refused
        return self


class ProblemError(ApiModel):
    pointer: str = Field(description="JSON pointer into the body, or `query:name`, `header:name`, `path:name`")
    detail: str
    code: str


class ProblemDocument(ApiModel):
    """An error (RFC 9457). `type` is stable; `title` and `detail` follow Accept-Language (sv, da, en)."""

    model_config = example(
        {
            "type": "https://startklar.dev/problems/invalid-input",
            "title": "Invalid input",
            "status": 422,
            "detail": "1 field needs mending",
            "instance": "/projects/v1/projects",
            "errors": [
                {"pointer": "#/startMonth", "detail": "use the form YYYY-MM", "code": "string_pattern_mismatch"}
            ],
        }
    )

    type: str
    title: str
    status: int
    detail: str
    instance: str | None = Field(description="The path of the request; null where it could not be read")
    errors: list[ProblemError] | None = None
