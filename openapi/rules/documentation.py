"""Rules about what a document tells its reader: contact, terms, limits, descriptions, examples (DOK)."""

import re
from collections.abc import Iterator

from openapi.rules.document import Document, Found, Node, error, warning

SWEDISH = {"och", "för", "att", "som", "med", "på", "är", "av", "till", "den", "det"}
ENGLISH = {"and", "the", "for", "that", "with", "of", "to", "is", "in"}
LIMITS = re.compile(r"limit|begräns|begrans|problem", re.IGNORECASE)
SERVICE_LEVEL = re.compile(r"\bSLA\b|service level agreement", re.IGNORECASE)
ADDRESS = re.compile(r"^https?://\S+$")


def external_docs_complete(doc: Document) -> Iterator[Found]:
    docs = doc.raw.get("externalDocs")
    if docs is not None and not (docs.get("description", "").strip() and docs.get("url", "").strip()):
        yield "/externalDocs", "needs a description and a url"


def contact_and_license(doc: Document) -> Iterator[Found]:
    for key in ("contact", "license"):
        if not isinstance(doc.info.get(key), dict):
            yield "/info", f"{key} is missing"
    licence = doc.info.get("license") or {}
    for key in ("name", "url"):
        if isinstance(licence, dict) and not licence.get(key):
            yield "/info/license", f"{key} is missing"


def about_the_api(doc: Document) -> Iterator[Found]:
    for key in ("title", "version", "description", "termsOfService"):
        if not doc.info.get(key):
            yield "/info", f"{key} is missing"
    for key in ("name", "email", "url"):
        if not (doc.info.get("contact") or {}).get(key):
            yield "/info/contact", f"{key} is missing"


def both_languages(doc: Document) -> Iterator[Found]:
    words = set(re.findall(r"\w+", doc.info.get("description", "").lower()))
    for language, common in (("Swedish", SWEDISH), ("English", ENGLISH)):
        if not words & common:
            yield "/info/description", f"has no {language} text"


def described(doc: Document) -> Iterator[Found]:
    if not doc.info.get("description", "").strip():
        yield "/info", "description is missing or blank"


def service_level(doc: Document) -> Iterator[Found]:
    sla = doc.info.get("x-sla") or {}
    docs = doc.raw.get("externalDocs", {})
    in_docs = SERVICE_LEVEL.search(docs.get("description", "")) and ADDRESS.match(docs.get("url", ""))
    complete = {"availability", "responseTime", "support"} <= set(sla)
    if not (doc.info.get("termsOfService") or complete or in_docs):
        yield "/info", "no service level: x-sla, termsOfService or externalDocs naming the SLA"


def known_limits(doc: Document) -> Iterator[Found]:
    told = (doc.info.get("description", ""), doc.raw.get("externalDocs", {}).get("description", ""))
    if not doc.info.get("x-limitations") and not any(LIMITS.search(text) for text in told):
        yield "/info", "known limitations are not described"


def examples(doc: Document) -> Iterator[Found]:
    for operation in doc.operations():
        for pointer, content in doc.contents(operation):
            media = content.get("application/json")
            if media is not None and not has_example(doc, media):
                yield f"{pointer}/content/application~1json", "has no example"


def has_example(doc: Document, media: Node) -> bool:
    """The media type or its schema carries one. The plural `examples` of a schema does not count (DOK.15)."""
    if "example" in media or media.get("examples"):
        return True
    return "example" in doc.resolve(media.get("schema", {}))


def openapi_three(doc: Document) -> Iterator[Found]:
    if "swagger" in doc.raw or not re.match(r"^3\.\d+\.\d+$", str(doc.raw.get("openapi", ""))):
        yield "", "is not OpenAPI 3"


def json_or_yaml(doc: Document) -> Iterator[Found]:
    for operation in doc.operations():
        for pointer, content in doc.contents(operation):
            if not {"application/json", "application/yaml"} & set(content):
                yield pointer, f"offers only {', '.join(sorted(content))}"


def operations_described(doc: Document) -> Iterator[Found]:
    for operation in doc.operations():
        if not operation.raw.get("description", "").strip():
            yield operation.pointer, "has no description"


def responses_described(doc: Document) -> Iterator[Found]:
    for operation in doc.operations():
        for pointer, _, response in doc.responses(operation):
            if not response.get("description", "").strip():
                yield pointer, "has no description"


def authentication_stated(doc: Document) -> Iterator[Found]:
    schemes = doc.raw.get("components", {}).get("securitySchemes", {})
    for operation in doc.operations():
        demands = operation.raw.get("security", doc.raw.get("security"))
        if demands is None:
            yield operation.pointer, "does not say how to authenticate ([] where nobody must)"
        elif unknown := sorted({name for demand in demands for name in demand} - set(schemes)):
            yield operation.pointer, f"demands {unknown}, which securitySchemes does not explain"


RULES = (
    warning("DOK.01", "external documentation has a description and an address", external_docs_complete),
    error("DOK.03", "info names contact and license, the license with name and url", contact_and_license),
    warning("DOK.03-about", "info has title, version, description, terms and a full contact", about_the_api),
    warning("DOK.06", "the documentation is in Swedish and in English", both_languages),
    warning("DOK.07", "the API has an overview", described),
    error("DOK.08", "the service level is stated", service_level),
    error("DOK.09", "known problems and limitations are described", known_limits),
    error("DOK.11", "purpose and behaviour are described", described),
    error("DOK.15", "every JSON body has an example", examples),
    warning("DOK.17", "the document is OpenAPI 3", openapi_three),
    warning("DOK.18", "every body is offered as JSON or YAML", json_or_yaml),
    error("DOK.19", "every operation is described", operations_described),
    error("DOK.20", "every response is described", responses_described),
    error("DOK.21", "the demand for authentication is stated", authentication_stated),
)
