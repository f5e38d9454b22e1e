"""Rules about addresses: paths, servers, versions, methods (RES, UFN, VER, MOG, FOR)."""

import re
from collections.abc import Iterator

from openapi.rules.document import METHODS, Document, Found, error, escape, warning

PERSONAL = {"pnr", "personalidentitynumber", "personnummer", "personnr", "ssn", "socialsecuritynumber"}
PARAMETER = re.compile(r"\{[^}]*\}")


def segments(path: str) -> list[str]:
    """The fixed segments of a path; those with a parameter are left out."""
    return [part for part in path.strip("/").split("/") if part and not PARAMETER.search(part)]


def path_pointer(path: str) -> str:
    return f"/paths/{escape(path)}"


def no_personal_numbers(doc: Document) -> Iterator[Found]:
    for place in ("path", "query"):
        for pointer, parameter in doc.all_parameters(place):
            if re.sub(r"[-_]", "", parameter["name"]).lower() in PERSONAL:
                yield pointer, f"{parameter['name']} carries a national identity number in the address"


def lower_case_segments(doc: Document) -> Iterator[Found]:
    for path in doc.paths:
        if wrong := [part for part in segments(path) if not re.match(r"^[a-z0-9-]+$", part)]:
            yield path_pointer(path), f"segments {wrong} are not lower-case letters, digits and hyphens"


def named_like_an_api(doc: Document) -> Iterator[Found]:
    for pointer, url in doc.servers:
        if not re.match(r"^[a-z][a-z0-9+.-]*://[^/]+/[^/]+/v\d+/?$", url):
            yield pointer, f"{url} is not protocol://host/api/version"


def https_only(doc: Document) -> Iterator[Found]:
    if not doc.servers:
        yield "", "servers is missing"
    for pointer, url in doc.servers:
        if not re.match(r"^https://[^/:]+(:443)?(/|$)", url):
            yield pointer, f"{url} is not https on port 443"


def short_addresses(doc: Document) -> Iterator[Found]:
    for _, url in doc.servers:
        for path in doc.paths:
            if len(url + path) > 2048:
                yield path_pointer(path), "address is longer than 2048 characters"


def allowed_characters(doc: Document) -> Iterator[Found]:
    places = [(pointer, re.sub(r"^[a-z]+:/", "", url)) for pointer, url in doc.servers]
    places += [(path_pointer(path), path) for path in doc.paths]
    for pointer, text in places:
        if wrong := sorted(set(re.sub(r"[a-z0-9/\-,.~]", "", PARAMETER.sub("", text)))):
            yield pointer, f"characters {wrong} are not allowed in an address"


def hyphens_separate_words(doc: Document) -> Iterator[Found]:
    for path in doc.paths:
        if wrong := [part for part in segments(path) if not re.match(r"^[^,._~-]+(-[^,._~-]+)*$", part)]:
            yield path_pointer(path), f"segments {wrong} may separate words by single hyphens only"


def no_underscores(doc: Document) -> Iterator[Found]:
    places = [*doc.servers, *((path_pointer(path), PARAMETER.sub("", path)) for path in doc.paths)]
    places += [(pointer, parameter["name"]) for pointer, parameter in doc.all_parameters("path")]
    for pointer, text in places:
        if re.search(r"[ _]", text):
            yield pointer, f"{text} has a space or an underscore"


def major_version(doc: Document) -> Iterator[Found]:
    for pointer, url in doc.servers:
        if not re.search(r"/v\d+(/|$)", url):
            yield pointer, f"{url} names no major version"


def api_info(doc: Document) -> Iterator[Found]:
    if "/api-info" not in doc.paths:
        yield "/paths", "/api-info is missing"


def has_a_method(doc: Document) -> Iterator[Found]:
    for path, item in doc.paths.items():
        if not set(METHODS) & set(item):
            yield path_pointer(path), "has none of get, post, put, patch, delete"


def beyond_one_method(doc: Document) -> Iterator[Found]:
    if len(doc.paths) < 2:
        yield "/paths", "has fewer than two paths"
    for path, item in doc.paths.items():
        if len(item) < 2:
            yield path_pointer(path), "has one method and nothing else"


def get_without_body(doc: Document) -> Iterator[Found]:
    for operation in doc.operations():
        if operation.method == "get" and "requestBody" in operation.raw:
            yield operation.pointer, "GET takes a body"


RULES = (
    warning("RES.02", "no national identity number stands in an address", no_personal_numbers),
    error("RES.06", "resource names are lower-case words joined by hyphens", lower_case_segments),
    warning("UFN.01", "a server is protocol://host/api/version", named_like_an_api),
    error("UFN.02", "servers are https on port 443", https_only),
    error("SAK.01", "transport is https", https_only),
    warning("UFN.05", "addresses have at most 2048 characters", short_addresses),
    error("UFN.07", "addresses use a-z, 0-9 and - . ~ alone", allowed_characters),
    error("UFN.08", "single hyphens separate words", hyphens_separate_words),
    error("UFN.09", "no space or underscore in servers, paths and path parameters", no_underscores),
    warning("VER.05", "the address names the major version", major_version),
    error("VER.06", "the API has /api-info", api_info),
    error("MOG.01", "every path has a method", has_a_method),
    warning("MOG.02", "every path says more than one method", beyond_one_method),
    error("FOR.02", "GET has no body", get_without_body),
)
