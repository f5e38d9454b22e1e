"""The HTTP edge that every service shares: one function builds the app, the rest are aliases for signatures."""

from shared.web.app import ServiceSpec, build_app
from shared.web.as_of import AsOf
from shared.web.models import AllowedAction, ApiInput, ApiModel, ApiPatch, Link, Page, example
from shared.web.paging import PageDep, PageQuery, make_page
from shared.web.preconditions import IfMatch, check_version, etag
from shared.web.route import new_router
from shared.web.runtime import LangDep, Runtime, SessionDep, runtime
from shared.web.urls import absolute, created

__all__ = [
    "AllowedAction",
    "ApiInput",
    "ApiModel",
    "ApiPatch",
    "AsOf",
    "IfMatch",
    "LangDep",
    "Link",
    "Page",
    "PageDep",
    "PageQuery",
    "Runtime",
    "ServiceSpec",
    "SessionDep",
    "absolute",
    "build_app",
    "check_version",
    "created",
    "etag",
    "example",
    "make_page",
    "new_router",
    "runtime",
]
