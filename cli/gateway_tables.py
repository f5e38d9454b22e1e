"""Turn the gateway's two tables, public routes and problem texts, into Envoy's words.

Lists that people read and review stay short YAML files; the repetition that Envoy needs (a rule per pattern, a mapper
per status and language) is made here.
"""

import re
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict

from shared.kit.problems import TYPE_BASE
from shared.kit.text import LANGUAGES, Lang, Text

Row = TypeVar("Row", bound=BaseModel)
_CEL = "type.googleapis.com/envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter"
_NEVER = "none"  # a path begins with `/`, so this matches none


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PublicRoute(_Entry):
    """A route without a token: `path` with `{name}` for one segment and a last `/**` for all below; `why` for people.

    `secret` says that the path itself is a credential (a calendar feed) and must not be logged.
    """

    path: str
    methods: tuple[Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"], ...]
    why: str
    secret: bool = False

    def regex(self) -> str:
        """The paths, without a query, as an RE2 expression for a full match."""
        stem, below = (self.path[:-3], "/.*") if self.path.endswith("/**") else (self.path, "")
        parts = re.split(r"(\{\w+\})", stem)
        return "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts) + below


class ProblemEntry(_Entry):
    """One of Envoy's own errors as a problem document; see problems.yaml for the meaning of the fields."""

    slug: str
    title: Text
    detail: Text
    status: int | None = None
    answer: int | None = None
    when: str | None = None
    token: bool | None = None
    headers: dict[str, str] = {}


def read_table(path: Path, row: type[Row]) -> list[Row]:
    """The rows of a YAML table; raises pydantic.ValidationError for a row that is not of the form."""
    return [row.model_validate(entry) for entry in yaml.safe_load(path.read_text(encoding="utf-8"))]


def jwt_rules(routes: list[PublicRoute]) -> list[dict[str, Any]]:
    """A rule without a requirement per public route, for the JWT filter, which takes the first match."""
    return [{"match": _route_match(route)} for route in routes]


def secret_paths(routes: list[PublicRoute]) -> str:
    """One expression for the `:path` (query included) of every route whose path is a secret."""
    found = [route.regex() for route in routes if route.secret]
    return f"(?:{'|'.join(found)})(?:\\?.*)?" if found else _NEVER


def reply_mappers(problems: list[ProblemEntry]) -> list[dict[str, Any]]:
    """A mapper per problem and language; English comes last of each, for all who asked for no language of ours."""
    languages = sorted(LANGUAGES, key=lambda lang: lang == "en")
    return [_mapper(problem, lang) for problem in problems for lang in languages]


def _route_match(route: PublicRoute) -> dict[str, Any]:
    methods = "|".join(route.methods)
    method = {"name": ":method", "string_match": {"safe_regex": {"regex": methods}}}
    return {"safe_regex": {"regex": route.regex()}, "headers": [method]}


def _mapper(problem: ProblemEntry, lang: Lang) -> dict[str, Any]:
    filters = _filters(problem)
    if lang != "en":
        filters.append(_header("accept-language", {"safe_regex": {"regex": _prefers(lang)}}))
    headers = {"content-language": lang, **problem.headers}
    mapper = {
        "filter": {"and_filter": {"filters": filters}} if len(filters) > 1 else filters[0],
        "status_code": problem.answer,
        "body_format_override": {
            "content_type": "application/problem+json",
            "json_format": {
                "type": TYPE_BASE + problem.slug,
                "title": problem.title.pick(lang),
                "status": problem.answer or problem.status or "%RESPONSE_CODE%",
                "detail": problem.detail.pick(lang),
                "instance": "%PATH(NQ:PATH)%",
            },
        },
        "headers_to_add": [
            {"header": {"key": key, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
            for key, value in headers.items()
        ],
    }
    return {key: value for key, value in mapper.items() if value is not None}


def _filters(problem: ProblemEntry) -> list[dict[str, Any]]:
    operator, status = ("EQ", problem.status) if problem.status else ("GE", 400)
    comparison = {"op": operator, "value": {"default_value": status, "runtime_key": "gateway.problem_status"}}
    filters: list[dict[str, Any]] = [{"status_code_filter": {"comparison": comparison}}]
    if problem.token is not None:
        filters.append({"header_filter": {"header": {"name": "authorization", "present_match": problem.token}}})
    if problem.when is not None:
        config = {"@type": _CEL, "expression": problem.when}
        extension = {"name": "envoy.access_loggers.extension_filters.cel", "typed_config": config}
        filters.append({"extension_filter": extension})
    return filters


def _header(name: str, match: dict[str, Any]) -> dict[str, Any]:
    return {"header_filter": {"header": {"name": name, "string_match": match}}}


def _prefers(lang: Lang) -> str:
    """Accept-Language whose first language of ours is `lang`; weights are ignored, as clients list them in order."""
    foreign = "|".join(_other_than(LANGUAGES)) + "|"
    return rf"(?i)(?:\s*(?:{foreign})(?:[-;][^,]*)?,)*\s*{lang}(?:[-;,\s].*)?"


def _other_than(languages: tuple[str, ...]) -> list[str]:
    """Alternatives for a primary language tag that is none of `languages`; RE2 has no negative look-ahead."""
    firsts = "".join(sorted({code[0] for code in languages}))
    same_first = [f"{code[0]}[^{code[1]},;\\-\\s]" for code in languages]
    return [f"[^{firsts},;\\s-][^,;-]*", *same_first, f"[{firsts}]", f"[{firsts}][^,;\\s-]{{2,}}"]
