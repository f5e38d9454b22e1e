"""Rules about authentication as documents state it (SAK)."""

from collections.abc import Iterator

from openapi.rules.document import Document, Found, Node, error, escape, warning


def schemes(doc: Document, kind: str) -> Iterator[tuple[str, Node]]:
    for name, raw in doc.raw.get("components", {}).get("securitySchemes", {}).items():
        scheme = doc.resolve(raw)
        if scheme.get("type") == kind:
            yield f"/components/securitySchemes/{escape(name)}", scheme


def no_passwords(doc: Document) -> Iterator[Found]:
    for pointer, scheme in schemes(doc, "http"):
        if scheme.get("scheme", "").lower() in ("basic", "digest"):
            yield pointer, f"{scheme['scheme']} is not allowed"


def bearer(doc: Document) -> Iterator[Found]:
    for pointer, scheme in schemes(doc, "http"):
        if scheme.get("scheme", "").lower() != "bearer":
            yield pointer, "is not bearer"


def refreshable(doc: Document) -> Iterator[Found]:
    for pointer, scheme in schemes(doc, "oauth2"):
        flows = scheme.get("flows", {})
        if not flows:
            yield pointer, "has no flow"
        for name in ("authorizationCode", "password"):
            if name in flows and not flows[name].get("refreshUrl"):
                yield f"{pointer}/flows/{name}", "has no refreshUrl"


def key_not_in_address(doc: Document) -> Iterator[Found]:
    for pointer, scheme in schemes(doc, "apiKey"):
        if scheme.get("in") == "query":
            yield pointer, "puts the key into the address"


def key_in_header(doc: Document) -> Iterator[Found]:
    for pointer, scheme in schemes(doc, "apiKey"):
        if scheme.get("in") != "header":
            yield pointer, "does not carry the key in a header"


def flows_over_https(doc: Document) -> Iterator[Found]:
    for pointer, scheme in schemes(doc, "oauth2"):
        for name, flow in scheme.get("flows", {}).items():
            for key, value in flow.items():
                if key.endswith("Url") and str(value).startswith("http:"):
                    yield f"{pointer}/flows/{name}/{key}", f"{value} is not https"


RULES = (
    error("SAK.09", "no Basic or Digest authentication", no_passwords),
    error("SAK.10", "authentication is a bearer token", bearer),
    error("SAK.11", "tokens can be refreshed", refreshable),
    error("SAK.15", "no key stands in an address", key_not_in_address),
    error("SAK.16", "keys are sent in a header", key_in_header),
    warning("SAK.18", "OAuth addresses are https", flows_over_https),
)
