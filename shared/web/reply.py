"""What an answer says besides its body: where the thing is, which version this is, what may be done with it next.

One dependency in place of request, response and language, for routes that show one kind of thing.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Protocol, TypeVar
from uuid import UUID

from fastapi import Depends, Request, Response

from shared.kit.text import Text
from shared.web.actions import Method, allowed_action
from shared.web.models import AllowedAction, Page
from shared.web.paging import PageQuery, make_page
from shared.web.preconditions import etag
from shared.web.runtime import LangDep
from shared.web.urls import created


class _Row(Protocol):
    id: UUID


R = TypeVar("R", bound=_Row)
T = TypeVar("T")


class Reply:
    """The answer to this request, as far as it is made by hand."""

    def __init__(self, request: Request, response: Response, lang: LangDep) -> None:
        self.lang = lang
        self._request = request
        self._response = response

    def version(self, version: int) -> None:
        """The version that the body shows."""
        etag(self._response, version)

    def created(self, path: str, version: int) -> None:
        """201: something new stands at `path`, in this version."""
        created(self._response, self._request, path)
        self.version(version)

    def started(self, service: str, job_id: UUID) -> UUID:
        """202: the job does the rest."""
        created(self._response, self._request, f"/{service}/v1/jobs/{job_id}", status=202)
        return job_id

    def keep_secret(self) -> None:
        """The body must be kept nowhere on its way."""
        self._response.headers["Cache-Control"] = "no-store"

    def action(self, name: str, method: Method, path: str, *, refused: Text | None) -> AllowedAction:
        """See `allowed_action`."""
        return allowed_action(self._request, self.lang, name, method, path, refused=refused)

    def page(self, query: PageQuery, rows: Sequence[R], show: Callable[[R], T]) -> Page[T]:
        """A page of rows in the order of their ids; see `make_page`."""
        return make_page(self._request, query, rows, key=lambda row: [row.id], show=show)


ReplyDep = Annotated[Reply, Depends(Reply)]
